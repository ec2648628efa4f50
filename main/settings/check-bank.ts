/** Tries the way to a bank that knows the till by name and password, layer by layer; the first that fails is the answer. */
import type { ConnectionCheck, Layer } from "../../contract/desk.ts";
import { appError } from "../../contract/errors.ts";
import type { EventSettings } from "../adapters/event-settings.ts";
import type { Bank } from "../core/bank.ts";
import { checkConnection, failed, foundIn, layerOfError, NONE, ok, type Found } from "./check.ts";
import type { Trials, Way } from "./trial.ts";

/** There is no certificate of ours and no device. */
const LOGIN_LAYERS: readonly Layer[] = ["dns", "tcp", "tls", "access", "key", "events"];

/** Connects to an event stream once and hangs up. `detail` holds no secret. */
export type ProbeEvents = (settings: EventSettings) => Promise<{ ok: true } | { ok: false; detail: string }>;

/**
 * Changes nothing at the bank. `events`: the stream to try too, null where none is set up. A stream that cannot be read
 * does not make the whole check fail: it only hurries the questions, and every payment comes to its end without it.
 */
export async function checkBank(
  { bank, trials, probe }: { readonly bank: Bank; readonly trials: Trials; readonly probe: ProbeEvents },
  way: Way,
  events: EventSettings | null,
): Promise<ConnectionCheck> {
  const found = new Map<Layer, Found>();
  if (events === null) found.set("events", NONE);
  const done = (): ConnectionCheck => {
    const checks = foundIn(LOGIN_LAYERS, found);
    const whole = checks.every(({ layer, state }) => state === "ok" || state === "none" || layer === "events");
    return { checks, tradePoints: [], ok: whole };
  };

  if (!(await checkConnection(found, way))) return done();
  const ping = await trials.ask(way, (context) => bank.ping(context));
  const complaint = !ping.ok ? ping.error : ping.answer.kind === "alive" ? null : ping.answer.error;
  if (complaint !== null) {
    const layer = layerOfError(complaint, way);
    // Who is asked for his password has been let in.
    if (layer === "key") found.set("access", ok(ping.ms));
    found.set(layer, failed(complaint, ping.ms));
    return done();
  }
  found.set("access", ok(ping.ms));
  found.set("key", ok(ping.ms));
  if (events !== null) found.set("events", await checkEvents(probe, events));
  return done();
}

async function checkEvents(probe: ProbeEvents, events: EventSettings): Promise<Found> {
  const begun = performance.now();
  const heard = await probe(events);
  const ms = Math.round(performance.now() - begun);
  return heard.ok ? ok(ms) : failed(appError("events_unreachable", { params: { detail: heard.detail } }), ms);
}
