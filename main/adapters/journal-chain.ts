/**
 * The keyed chain over the events. Each event's `mac` covers its fields and the mac before it, so a changed, added or
 * removed event breaks the chain behind it. A cut tail leaves a shorter chain that is sound in itself: against that
 * `meta.head` keeps the last event under a seal of its own, written in the same transaction. Both lie in one file: only
 * an anchor kept elsewhere (in the vault, a backup, an export) shows that the whole file was put back to an older state.
 */
import type { NewEvent } from "../core/ports.ts";

export type Mac = (text: string) => string;

export interface ChainHead {
  readonly seq: number;
  readonly mac: string;
}

/** `changed`: an event, or what stood before it, is not what was written. `cut`: events after `seq` are missing. */
export type ChainReport =
  | { readonly ok: true; readonly checked: number; readonly head: ChainHead }
  | { readonly ok: false; readonly problem: "changed" | "cut"; readonly seq: number };

export interface ChainLink extends NewEvent {
  readonly seq: number;
  readonly at: number;
  readonly tillId: string;
  readonly prev: string;
  readonly mac: string;
}

/** Stands before the first event. */
export const START: ChainHead = { seq: 0, mac: "0".repeat(64) };

/** The mac of an event that follows `prev`. The line is JSON, so that no field can run into the next. */
export function link(mac: Mac, prev: string, seq: number, at: number, tillId: string, event: NewEvent): string {
  return mac(`${prev}\n${JSON.stringify([seq, at, tillId, event.kind, event.ref, event.version, event.body])}`);
}

export function sealHead(mac: Mac, head: ChainHead): string {
  return `${head.seq} ${head.mac} ${mac(`head\n${head.seq}\n${head.mac}`)}`;
}

/** Reads a sealed head; null when the seal is not ours. */
export function openHead(mac: Mac, sealed: string): ChainHead | null {
  const [seq, value] = sealed.split(" ");
  const head: ChainHead = { seq: Number(seq), mac: value ?? "" };
  return Number.isSafeInteger(head.seq) && sealHead(mac, head) === sealed ? head : null;
}

/** Checks events in order, each against the one before; `before` is what stands before the first of them. */
export function chainChecker(mac: Mac, before: ChainHead): { check(event: ChainLink): boolean; head(): ChainHead } {
  let last = before;
  return {
    check(event) {
      const right =
        event.prev === last.mac && event.mac === link(mac, last.mac, event.seq, event.at, event.tillId, event);
      if (right) last = { seq: event.seq, mac: event.mac };
      return right;
    },
    head: () => last,
  };
}
