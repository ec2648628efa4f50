/** Certificates and keys of every kind a bank or a shop may hold, opened in the worker as the product opens them. */
import { inspect } from "node:util";
import { CertificateProblem, importCertificate } from "../../main/adapters/certificates.ts";
import { makeFiles, PASSPHRASE } from "../adapters/support/pkcs12.ts";
import type { Mutator } from "./mutate.ts";
import type { Target } from "./target.ts";
import { WORKER } from "./world.ts";

/** A wrong one must not hold the technician up: opening takes milliseconds. */
const SLOW = 10_000;

export function certificateTarget(): Target {
  const files = makeFiles();
  const named = (end: RegExp): [string, Buffer][] =>
    [...files].filter(([name]) => end.test(name) && name !== "many-rounds.pfx");
  const stores = named(/\.pfx$/);
  const certificates = named(/^rsa\.c/);
  const keys = named(/\.key$|^rsa-.*\.der$/);

  function changed(mutator: Mutator, [, content]: [string, Buffer]): Uint8Array {
    // Of text the letters between the marks, else most changes only take the marks away.
    if (!content.includes("-----BEGIN")) return mutator.bytes(content);
    return mutator.chance(0.8)
      ? inText(mutator, content)
      : Buffer.from(mutator.text(content.toString("latin1")), "latin1");
  }

  return {
    name: "certificates",
    weight: 0.6,
    async one(mutator) {
      const pair = mutator.chance(0.5);
      const [certificate, key] = [mutator.pick(pair ? certificates : stores), mutator.pick(keys)];
      const both = pair && mutator.chance(0.3);
      const begun = performance.now();
      const given = {
        certificate: !pair || both || mutator.chance(0.5) ? changed(mutator, certificate) : certificate[1],
        privateKey: pair ? (both || mutator.chance(0.7) ? changed(mutator, key) : key[1]) : null,
        passphrase: mutator.chance(0.9) ? PASSPHRASE : mutator.text(PASSPHRASE),
      };
      const error: unknown = await importCertificate({ workerFile: WORKER, now: Date.now(), ...given }).then(
        () => null,
        (reason: unknown) => reason,
      );
      const took = performance.now() - begun;
      if (error !== null && !(error instanceof CertificateProblem))
        return { past: false, wrong: `threw ${inspect(error)}` };
      if (took > SLOW) return { past: true, wrong: `${certificate[0]} and ${key[0]} took ${Math.round(took)} ms` };
      return { past: error === null || error.code !== "corrupt" };
    },
  };
}

/** A letter of base64 for another. */
function inText(mutator: Mutator, content: Buffer): Buffer {
  const out = Buffer.from(content);
  const [from, to] = [out.indexOf("\n") + 1, out.lastIndexOf("\n-----END")];
  for (let n = 1 + mutator.below(3); n > 0; n -= 1) {
    const at = from + mutator.below(Math.max(to - from, 1));
    if (out[at] !== 10) out[at] = "ABCDEFghijkl0123+/".charCodeAt(mutator.below(18));
  }
  return out;
}
