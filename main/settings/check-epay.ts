/** Tries the way to ePay layer by layer: both of its hosts, each terminal's token, the key for cards. */
import type { ConnectionCheck, Layer } from "../../contract/desk.ts";
import { appError, type AppError } from "../../contract/errors.ts";
import type { Bank } from "../core/bank.ts";
import type { Crypto } from "../core/ports.ts";
import { checkConnection, failed, foundIn, layerOfError, NONE, ok, type Found } from "./check.ts";
import { waysOf, type Purpose } from "./epay.ts";
import type { Trials, Way } from "./trial.ts";

/** There is no certificate of ours, no device and no event stream. `key` is what the terminals are known by. */
const EPAY_LAYERS: readonly Layer[] = ["dns", "tcp", "tls", "access", "key", "cardKey"];

interface Tools {
  readonly bank: Bank;
  readonly trials: Trials;
  readonly crypto: Pick<Crypto, "seal">;
}

/**
 * Changes nothing at the bank. An error names in `params` what it is about: `host` ("api", "oauth") below the bank's
 * answers, `terminal` ("payment", "verification", "transfer") where one of them is refused.
 */
export async function checkEpay({ bank, trials, crypto }: Tools, way: Way): Promise<ConnectionCheck> {
  const found = new Map<Layer, Found>();
  if (way.profile.options["cards"] !== "true") found.set("cardKey", NONE);
  const done = (): ConnectionCheck => {
    const checks = foundIn(EPAY_LAYERS, found);
    return { checks, tradePoints: [], ok: checks.every(({ state }) => state === "ok" || state === "none") };
  };

  if (!(await bothHosts(found, way))) return done();
  let slowest = 0;
  for (const { purpose, way: one } of waysOf(way)) {
    const ping = await trials.ask(one, (context) => bank.ping(context));
    const complaint = !ping.ok ? ping.error : ping.answer.kind === "alive" ? null : ping.answer.error;
    if (complaint !== null) {
      const layer = layerOfError(complaint, one);
      // Who is told that he is not known has been let in.
      if (layer === "key") found.set("access", ok(ping.ms));
      found.set(layer, failed(layer === "key" ? about(complaint, purpose) : complaint, ping.ms));
      return done();
    }
    slowest = Math.max(slowest, ping.ms);
  }
  found.set("access", ok(slowest));
  found.set("key", ok(slowest));
  if (found.get("cardKey") !== NONE) found.set("cardKey", await cardKey({ bank, trials, crypto }, way));
  return done();
}

/** The API's host, then the one that gives the tokens where that is another. */
async function bothHosts(found: Map<Layer, Found>, way: Way): Promise<boolean> {
  const { profile } = way;
  const oauthUrl = profile.options["oauthUrl"] ?? profile.url;
  const hosts = [["api", profile.url] as const, ["oauth", oauthUrl] as const];
  for (const [host, url] of hosts) {
    if (host === "oauth" && URL.parse(url)?.origin === URL.parse(profile.url)?.origin) continue;
    if (await checkConnection(found, { ...way, profile: { ...profile, url } })) continue;
    for (const [layer, { error, ms }] of found)
      if (error) found.set(layer, failed({ ...error, params: { ...error.params, host } }, ms));
    return false;
  }
  return true;
}

/** Whether what the bank serves as its key can be used as one (outside-facts 4.1): with it a card's data would be sealed. */
async function cardKey({ bank, trials, crypto }: Tools, way: Way): Promise<Found> {
  const answer = await trials.ask(way, (context) => bank.key?.(context) ?? null);
  if (!answer.ok) return failed(answer.error, answer.ms);
  if (answer.answer.kind !== "key") return failed(answer.answer.error, answer.ms);
  try {
    crypto.seal(answer.answer.text, "check");
    return ok(answer.ms);
  } catch {
    return failed(appError("key_unreadable"), answer.ms);
  }
}

function about(error: AppError, terminal: Purpose): AppError {
  return { ...error, params: { ...error.params, terminal } };
}
