/**
 * What an error of undici, Node or the TLS library means. Node links OpenSSL and Electron BoringSSL, whose codes and
 * sentences differ: everything is matched by pattern, over code and message together, and the rest is `tls` or `other`.
 */
import type { HttpProblem } from "../core/ports.ts";

const NAME = /ENOTFOUND|EAI_|ENODATA/;
const NOBODY = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL/;
const LATE = /TIMEOUT|ETIMEDOUT/;
const WRONG_NAME = /ALTNAME_INVALID|HOSTNAME_MISMATCH/;
/** An alert is sent by the other side: it speaks of our certificate, never of theirs. */
const ALERT = /ALERT/;
const NONE_SENT = /CERTIFICATE_REQUIRED/;
const OURS_REFUSED = /CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR/;
const THEIRS_REFUSED = /CERT_|_CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER|INVALID_CA|INVALID_PURPOSE|CRL_/;
const TLS = /ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL|SSL_ROUTINES|WRONG_VERSION_NUMBER/;
const CLOSED = /ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|OTHER_SIDE_CLOSED|SOCKET_HANG_UP|SOCKET_DISCONNECTED/;

/** Names the problem; `hasCertificate` tells a server that wants a certificate from one that cannot agree with us. */
export function problemOf(error: unknown, hasCertificate: boolean): HttpProblem {
  const text = wordsOf(error);
  if (ALERT.test(text)) {
    if (NONE_SENT.test(text)) return hasCertificate ? "client_certificate_refused" : "client_certificate_missing";
    if (OURS_REFUSED.test(text)) return "client_certificate_refused";
    // TLS 1.2 servers answer a missing certificate with a bare handshake failure.
    if (/HANDSHAKE_FAILURE/.test(text) && !hasCertificate) return "client_certificate_missing";
    return "tls";
  }
  if (NAME.test(text)) return "name_unknown";
  if (NOBODY.test(text)) return "refused";
  if (WRONG_NAME.test(text)) return "server_name_mismatch";
  if (LATE.test(text)) return "timeout";
  if (THEIRS_REFUSED.test(text)) return "server_untrusted";
  if (CLOSED.test(text)) return "closed";
  return TLS.test(text) ? "tls" : "other";
}

/** Whether this is the other side's alert about our certificate. */
export function isRefusal(error: unknown): boolean {
  const problem = problemOf(error, true);
  return problem === "client_certificate_refused" || problem === "client_certificate_missing";
}

/** A short code for logs and details; never the message, which may quote an address with its query. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : typeof name === "string" ? name : "unknown";
}

// --- helpers ---

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  // Trying IPv6 and IPv4 fails with one error that holds both.
  const inner = error instanceof AggregateError ? error.errors.map(wordsOf).join(" ") : "";
  return `${codeOf(error)} ${error.message} ${inner}`.toUpperCase().replaceAll(/[ /:]/g, "_");
}
