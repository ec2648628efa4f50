import { randomBytes, randomUUID } from "node:crypto";
import type { Config } from "./config.ts";
import type { Terminal } from "./records.ts";

/** A client whose secret has every letter in it that a form must encode. */
function makeTerminal(purpose: string): Terminal {
  return {
    clientId: `${purpose}-${randomBytes(3).toString("hex")}`,
    clientSecret: `U#$&%+=${randomBytes(12).toString("base64")}`,
    terminalId: randomUUID(),
  };
}

/** The documents' own pairs are guessable: nobody gets used to them. */
export function makeTerminals(): Config["terminals"] {
  return {
    payment: makeTerminal("payment"),
    verification: makeTerminal("verification"),
    transfer: makeTerminal("transfer"),
  };
}
