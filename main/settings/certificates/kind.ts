/** What a file seems to be, by its content alone and without any passphrase. */
import { certificatesIn, isPfx } from "../../adapters/certificates.ts";
import { factsOf } from "./facts.ts";
import type { CertificateFacts } from "./facts.ts";

export type Kind =
  | { readonly kind: "pfx" | "unknown" }
  | { readonly kind: "roots"; readonly facts: CertificateFacts }
  /** `pem`: the first certificate that is no CA's. */
  | { readonly kind: "certificate"; readonly facts: CertificateFacts; readonly pem: string };

export function kindOf(file: Uint8Array): Kind {
  if (isPfx(file)) return { kind: "pfx" };
  const all = certificatesIn(file);
  const leaf = all.find((one) => !one.ca && !one.checkIssued(one));
  if (leaf !== undefined) return { kind: "certificate", facts: factsOf(leaf.toString()), pem: leaf.toString() };
  const [root] = all;
  return root === undefined ? { kind: "unknown" } : { kind: "roots", facts: factsOf(root.toString()) };
}
