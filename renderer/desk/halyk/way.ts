import type { Layer } from "../../../contract/desk.ts";
import type { Way } from "../banks.ts";

const LAYERS: readonly Layer[] = ["dns", "tcp", "tls", "access", "key"];

export const HALYK: Way = {
  bank: "halykQr",
  fields: {
    environment: { place: "where" },
    url: { place: "where", text: "miss.halyk.url" },
    username: { place: "login", text: "miss.username" },
    password: { place: "login", text: "miss.password" },
    terminal: { place: "login", text: "miss.terminal" },
    mpan: { place: "login", text: "miss.mpan" },
    pointOfSale: { place: "shop", text: "miss.pointOfSale" },
    ca: { place: "roots" },
    scanSeconds: { place: "limits", text: "miss.scanSeconds" },
    pollSeconds: { place: "limits", text: "miss.pollSeconds" },
    emvMismatch: { place: "limits" },
    invoiceRange: { place: "limits", text: "miss.invoiceRange" },
    limits: { place: "limits", text: "miss.limits" },
    channel: { place: "limits", text: "miss.channel" },
    amountAsString: { place: "limits" },
    makesFinDocument: { place: "document" },
    "kafka.brokers": { place: "events", text: "miss.brokers" },
    "kafka.topic": { place: "events", text: "miss.topic" },
    "kafka.groupId": { place: "events", text: "miss.groupId" },
    "kafka.sasl": { place: "events", text: "miss.sasl" },
    kafka: { place: "events" },
  },
  first: "where",
  remedies: { dns: "where", tcp: "where", tls: "roots", key: "login", events: "events" },
  layers({ halykQr: { draft, inUse } }) {
    return (draft ?? inUse)?.kafka ? [...LAYERS, "events"] : LAYERS;
  },
  said: {
    "lay.dns.fix2": "halyk.lay.dns.fix2",
    "lay.tcp.fix2": "halyk.lay.tcp.fix2",
    "lay.tls.fix1": "halyk.lay.tls.fix1",
    "lay.access.fix2": "halyk.lay.access.fix2",
    "lay.key": "halyk.lay.key",
    "lay.key.ok": "halyk.lay.key.ok",
    "lay.key.fix1": "halyk.lay.key.fix1",
    "lay.key.fix2": "halyk.lay.key.fix2",
  },
  knownAs: ({ halykQr: { draft, inUse } }) => `terminal: ${(draft ?? inUse)?.terminal || "-"}`,
};
