/** Tries a way to the bank layer by layer, in the order in which a connection is made; the first that fails is the answer. */
import type { ConnectionCheck, Layer, LayerCheck, TradePointView } from "../../contract/desk.ts";
import { LAYERS } from "../../contract/desk.ts";
import { appError, type AppError, type ErrorCode } from "../../contract/errors.ts";
import { diagnose } from "../adapters/http-diagnose.ts";
import type { Bank } from "../core/bank.ts";
import { failureError } from "../core/failure.ts";
import { HttpFailure } from "../core/ports.ts";
import type { Trials, Way } from "./trial.ts";

/** What is known of one layer. */
export type Found = Pick<LayerCheck, "state" | "ms" | "error">;

const UNTRIED: Found = { state: "untried", ms: null, error: null };
export const NONE: Found = { state: "none", ms: null, error: null };
export const ok = (ms: number | null): Found => ({ state: "ok", ms, error: null });
export const failed = (error: AppError, ms: number | null): Found => ({ state: "failed", ms, error });

/** Kaspi has neither a key for cards nor an event stream. */
const KASPI_LAYERS = LAYERS.filter((layer) => layer !== "cardKey" && layer !== "events");

/** Where an answer (or a failure on the way) shows what is wrong; everything else is between the bank and this address. */
const LAYER_OF: Partial<Record<ErrorCode, Layer>> = {
  bank_name_unknown: "dns",
  server_untrusted: "tls",
  server_name_mismatch: "tls",
  tls_failed: "tls",
  certificate_refused: "certificate",
  certificate_missing: "certificate",
  certificate_expired: "certificate",
  key_refused: "key",
  login_refused: "key",
  terminal_refused: "key",
};

/** Changes nothing at the bank. `registered`: a device token is known. Takes as long as the bank lets it, 10 s a call. */
export async function checkWay(
  { bank, trials }: { readonly bank: Bank; readonly trials: Trials },
  way: Way,
  registered: boolean,
): Promise<ConnectionCheck> {
  const found = new Map<Layer, Found>();
  let tradePoints: readonly TradePointView[] = [];
  const done = (): ConnectionCheck => {
    const checks = foundIn(KASPI_LAYERS, found);
    // A device is registered by hand: until then it is no fault.
    const whole = checks.every(({ layer, state }) => state === "ok" || state === "none" || layer === "device");
    return { checks, tradePoints, ok: whole };
  };

  if (!(await checkConnection(found, way))) return done();
  const ping = await trials.ask(way, (context) => bank.ping(context));
  const complaint = !ping.ok ? ping.error : ping.answer.kind === "alive" ? null : ping.answer.error;
  // Only scheme 3 has a list of addresses, and only a gateway a proof of its own; a ping that fails elsewhere is told here.
  const hasDoor = way.profile.scheme === "3" || way.secrets["headers"] !== undefined;
  const access = hasDoor ? ok(ping.ms) : NONE;
  if (complaint !== null) {
    const layer = layerOfError(complaint, way);
    if (layer === "key") found.set("access", access);
    found.set(layer, failed(complaint, ping.ms));
    return done();
  }
  found.set("access", access);
  found.set("key", way.profile.scheme === "1" ? ok(ping.ms) : NONE);

  // Scheme 3 asks for the trade points of one organisation (Kaspi 3.2.2).
  if (!bank.tradePoints || (way.profile.scheme === "3" && way.profile.bin === null)) return done();
  const ask = bank.tradePoints.bind(bank);
  const points = await trials.ask(way, ask);
  if (!points.ok || points.answer.kind !== "tradePoints") {
    const error = points.ok ? (points.answer as { readonly error: AppError }).error : points.error;
    found.set(layerOfError(error, way) === "key" ? "key" : "tradePoint", failed(error, points.ms));
    return done();
  }
  tradePoints = points.answer.points;
  // An empty list says what -14000002 says.
  if (tradePoints.length === 0) found.set("tradePoint", failed(appError("no_trade_points"), points.ms));
  else found.set("tradePoint", ok(points.ms));
  return atTradePoint(done(), way.profile.tradePoint, registered);
}

/** A check that came as far as the trade points, for another of them or another device: nothing has to be asked anew. */
export function atTradePoint(check: ConnectionCheck, id: string | null, registered: boolean): ConnectionCheck {
  const { tradePoints } = check;
  if (tradePoints.length === 0) return check;
  const known = id === null || tradePoints.some((point) => point.id === id);
  const device = known && registered ? ok(null) : UNTRIED;
  const checks = check.checks.map((one): LayerCheck => {
    if (one.layer === "device") return { layer: one.layer, ...device };
    if (one.layer !== "tradePoint") return one;
    const unknown = appError("bad_setting", { params: { field: "tradePointId" } });
    return { layer: one.layer, ...(known ? ok(one.ms) : failed(unknown, one.ms)) };
  });
  return { ...check, checks, ok: known };
}

/** What is known of each of a bank's layers; those that nothing is known of were not tried. */
export function foundIn(layers: readonly Layer[], found: ReadonlyMap<Layer, Found>): LayerCheck[] {
  return layers.map((layer): LayerCheck => ({ layer, ...(found.get(layer) ?? UNTRIED) }));
}

/** Name, port, TLS and our certificate, by a handshake of its own. Says whether it is worth asking the bank. */
export async function checkConnection(found: Map<Layer, Found>, { profile, identity }: Way): Promise<boolean> {
  const { problem, steps } = await diagnose({ url: profile.url, identity });
  if (!profile.url.startsWith("https:")) found.set("tls", NONE);
  if (identity.cert === null) found.set("certificate", NONE);
  for (const step of steps) {
    const error = failureError(new HttpFailure("connect", problem ?? "other", ""));
    if (!step.ok) found.set(step.layer, failed(error, step.ms));
    else if (!found.has(step.layer)) found.set(step.layer, ok(step.ms));
  }
  return steps.every((step) => step.ok);
}

/**
 * The layer in which an answer, or a failure on the way, lies. Scheme 1 has no certificate: what the bank says about one
 * there is about the key (-10000).
 */
export function layerOfError(error: AppError, { profile }: Way): Layer {
  const layer = LAYER_OF[error.code] ?? "access";
  return layer === "certificate" && profile.scheme === "1" ? "key" : layer;
}
