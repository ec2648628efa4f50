import { createHash } from "node:crypto";
import type { Profile } from "../core/ports.ts";

/**
 * The same facts give the same id on every till and after every re-installation. Options count only where a bank has any:
 * the ids of profiles from before there were options must not change, since payments name them.
 */
export function profileId(facts: Omit<Profile, "id">): string {
  const { provider, environment, scheme, url, bin, tradePoint, device } = facts;
  const options = Object.entries(facts.options).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([
    provider,
    environment,
    scheme,
    url,
    bin,
    tradePoint,
    device,
    ...(options.length > 0 ? [options] : []),
  ]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
