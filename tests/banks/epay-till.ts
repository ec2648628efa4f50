import { readFileSync } from "node:fs";
import type { EpaySimulator } from "../../simulator/index.ts";
import type { DeskBank } from "../support/real-desk.ts";

/** What a till with everything switched on knows of the simulator; `options` instead of some of it. */
export function tillOf(
  { urls, terminals: { payment, verification, transfer }, paths }: EpaySimulator,
  options: Readonly<Record<string, string>> = {},
): Pick<DeskBank, "profile" | "secrets" | "identity"> {
  return {
    profile: {
      id: "profile-1",
      provider: "epay",
      environment: "test",
      scheme: null,
      url: urls.api,
      bin: null,
      tradePoint: null,
      device: payment.terminalId,
      options: {
        oauthUrl: urls.oauth,
        keyUrl: urls.key,
        verificationTerminal: verification.terminalId,
        transferTerminal: transfer.terminalId,
        confirmPath: "/payments/confirm",
        cyrillicCryptogram: "false",
        cards: "true",
        transfers: "true",
        operations: "true",
        merchant: "THE KITCHEN",
        ...options,
      },
    },
    secrets: {
      paymentClient: payment.clientId,
      paymentSecret: payment.clientSecret,
      verificationClient: verification.clientId,
      verificationSecret: verification.clientSecret,
      transferClient: transfer.clientId,
      transferSecret: transfer.clientSecret,
    },
    identity: { cert: null, key: null, passphrase: null, ca: paths.ca.map((path) => readFileSync(path, "utf8")) },
  };
}
