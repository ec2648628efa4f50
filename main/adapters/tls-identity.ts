/** Who we are to a bank's server, and whom we trust: PEM text only, never a PFX. */
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";

export interface TlsIdentity {
  readonly cert: string | null;
  readonly key: string | null;
  readonly passphrase: string | null;
  /** Roots to trust instead of the public ones; empty: the public ones. */
  readonly ca: readonly string[];
}

/**
 * The TLS settings for an identity; throws when key, passphrase and certificate do not go together. A PFX is not
 * accepted here on purpose: Node would also trust the CA certificates inside it for the server.
 */
export function secureContext(identity: TlsIdentity): SecureContext {
  return createSecureContext({
    minVersion: "TLSv1.2", // the Kaspi document names 1.2
    maxVersion: "TLSv1.3",
    ...(identity.cert === null ? {} : { cert: identity.cert }),
    ...(identity.key === null ? {} : { key: identity.key }),
    ...(identity.passphrase === null ? {} : { passphrase: identity.passphrase }),
    ...(identity.ca.length === 0 ? {} : { ca: [...identity.ca] }),
  });
}
