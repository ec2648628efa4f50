import type { Layer } from "../../../contract/desk.ts";
import type { Way } from "../banks.ts";

const LAYERS: readonly Layer[] = ["dns", "tcp", "tls", "access", "key"];

const TERMINAL = {
  clientId: "miss.clientId",
  clientSecret: "miss.clientSecret",
  terminalId: "miss.terminalId",
} as const;

/** The three fields of a terminal, by their names in the provisioning file. */
function terminalFields(purpose: string, place: "terminal" | "terminals"): Way["fields"] {
  return Object.fromEntries(
    Object.entries(TERMINAL).map(([field, text]) => [`terminals.${purpose}.${field}`, { place, text }]),
  );
}

export const EPAY: Way = {
  bank: "epay",
  fields: {
    environment: { place: "where" },
    oauthUrl: { place: "where", text: "miss.epay.url" },
    apiUrl: { place: "where", text: "miss.epay.url" },
    ...terminalFields("payment", "terminal"),
    ...terminalFields("verification", "terminals"),
    ...terminalFields("transfer", "terminals"),
    postLink: { place: "links", text: "miss.link" },
    failurePostLink: { place: "links", text: "miss.link" },
    backLink: { place: "links", text: "miss.link" },
    failureBackLink: { place: "links", text: "miss.link" },
    cards: { place: "means" },
    transfers: { place: "means" },
    operations: { place: "means" },
    limits: { place: "sums", text: "miss.limits" },
    invoiceRange: { place: "sums", text: "miss.invoiceRange" },
    publicKeyUrl: { place: "sums", text: "miss.epay.url" },
    confirmPath: { place: "sums", text: "miss.confirmPath" },
    cyrillicCryptogram: { place: "sums" },
    ca: { place: "roots" },
  },
  first: "where",
  remedies: { dns: "where", tcp: "where", tls: "roots", access: "where", key: "terminal", cardKey: "sums" },
  about({ params }) {
    const { terminal, host } = params;
    if (terminal === "payment") return { text: "epay.at.payment" };
    if (terminal === "verification") return { text: "epay.at.verification", step: "terminals" };
    if (terminal === "transfer") return { text: "epay.at.transfer", step: "terminals" };
    return host === "oauth" ? { text: "epay.at.oauth" } : null;
  },
  layers({ epay: { draft, inUse } }) {
    return (draft ?? inUse)?.cards ? [...LAYERS, "cardKey"] : LAYERS;
  },
  said: {
    "lay.dns.fix2": "halyk.lay.dns.fix2",
    "lay.tcp.fix2": "halyk.lay.tcp.fix2",
    "lay.tls.fix1": "halyk.lay.tls.fix1",
    "lay.access.ok": "epay.lay.access.ok",
    "lay.access.fix1": "epay.lay.access.fix1",
    "lay.access.fix2": "epay.lay.access.fix2",
    "lay.key": "epay.lay.key",
    "lay.key.ok": "epay.lay.key.ok",
    "lay.key.fix1": "epay.lay.key.fix1",
    "lay.key.fix2": "halyk.lay.key.fix2",
  },
  knownAs({ epay: { draft, inUse } }) {
    const { payment, verification, transfer } = (draft ?? inUse)?.terminals ?? {};
    const ids = [payment, verification, transfer].map((terminal) => terminal?.terminalId || "-");
    return `terminals: ${ids.join(" / ")}`;
  },
};
