import fs from "node:fs";
import { settings } from "./settings.ts";

export interface RecordedEvent {
  readonly seq: number;
  /** Milliseconds since the process started. */
  readonly at: number;
  /** The Electron member that was called, e.g. `powerSaveBlocker.start`, or a fact of the harness, `harness.*`. */
  readonly name: string;
  readonly args: readonly unknown[];
}

const events: RecordedEvent[] = [];

/** The file of recorded events beside the handshake file: it outlives the process, also after SIGKILL. */
export function eventsFile(control: string): string {
  return `${control}.events`;
}

function plain(value: unknown): unknown {
  const seen = new WeakSet<object>();
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "function") return "[function]";
    if (typeof item === "bigint") return String(item);
    if (item instanceof Error) return String(item);
    if (typeof item === "object" && item !== null) {
      if (seen.has(item)) return "[seen]";
      seen.add(item);
    }
    return item;
  });
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

/** Notes a call that a test may want to assert. */
export function record(name: string, ...args: unknown[]): void {
  const event = { seq: events.length + 1, at: Math.round(performance.now()), name, args: plain(args) as unknown[] };
  events.push(event);
  if (settings.control === null || settings.control === "stdout") return;
  fs.appendFileSync(eventsFile(settings.control), `${JSON.stringify(event)}\n`);
}

export function recorded(): readonly RecordedEvent[] {
  return events;
}

/**
 * Security options are facts: with a wrong one the app does not run at all. Not an exception, which an app's own
 * last-resort handler could swallow.
 */
export function refuseToStart(reason: string): never {
  record("harness.refused", reason);
  console.error(`harness: refusing to start: ${reason}`);
  process.exit(78);
}
