import type { HttpAnswer } from "../deliver.ts";
import type { Config } from "./config.ts";
import type { Scheme } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** Whether a client certificate is asked for: scheme 1 has none, and behind a gateway it is the gateway's own. */
export function wantsCertificate(scheme: Scheme, config: Config): boolean {
  return scheme !== 1 && config.gatewayHeader === null;
}

const forbidden = (status: number): HttpAnswer => ({ status, contentType: "text/plain", headers: {}, body: "" });

/**
 * The HTTP answer without an envelope to a client that may not ask (1.3), or null. Throws Refusal -10000 for a
 * missing certificate that TLS was told to let pass.
 */
export function refuseAccess(
  scheme: Scheme,
  config: Config,
  headers: Record<string, string>,
  authorized: boolean,
): HttpAnswer | null {
  if (scheme === 1) return headers["api-key"] === config.apiKey ? null : forbidden(config.apiKeyRefusal);
  const { gatewayHeader } = config;
  if (gatewayHeader && headers[gatewayHeader.name.toLowerCase()] !== gatewayHeader.value) return forbidden(403);
  if (wantsCertificate(scheme, config) && !authorized) throw new Refusal("-10000");
  return scheme === 3 && !config.allowed ? forbidden(403) : null;
}
