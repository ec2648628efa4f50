import { LAYERS } from "../../../contract/desk.ts";
import type { Layer } from "../../../contract/desk.ts";
import type { Way } from "../banks.ts";

/** The layers that only some of the bank's contracts have; the stream of events belongs to another bank. */
const ONLY: Readonly<Partial<Record<Layer, readonly number[]>>> = {
  certificate: [2, 3],
  access: [3],
  key: [1],
  events: [],
};

export const KASPI: Way = {
  bank: "kaspi",
  fields: {
    scheme: { place: "scheme" },
    environment: { place: "where" },
    url: { place: "where", text: "miss.url" },
    headers: { place: "where", text: "miss.headers" },
    apiKey: { place: "key", text: "miss.apiKey" },
    certificate: { place: "certificate", text: "miss.certificate" },
    privateKey: { place: "certificate" },
    passphrase: { place: "certificate" },
    ca: { place: "roots" },
    deviceId: { place: "device", text: "miss.deviceId" },
    organizations: { place: "device", text: "miss.organizations" },
    organizationBin: { place: "device", text: "miss.organizations" },
    bin: { place: "device" },
    limits: { place: "device", text: "miss.limits" },
    tradePointId: { place: "point", text: "miss.tradePointId" },
    deviceToken: { place: "point" },
  },
  first: "scheme",
  remedies: {
    dns: "where",
    tcp: "where",
    tls: "roots",
    certificate: "certificate",
    key: "key",
    tradePoint: "device",
    device: "device",
  },
  layers({ draft, kaspi }) {
    const scheme = (draft ?? kaspi)?.scheme ?? 2;
    return LAYERS.filter((layer) => ONLY[layer]?.includes(scheme) !== false);
  },
  said: {},
  knownAs: ({ draft, kaspi }) => `device: ${(draft ?? kaspi)?.deviceId ?? "-"}`,
};
