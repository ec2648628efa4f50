/** The port of a line to the machine: bytes both ways, however they travel. */

/** What is told of a line that was opened. Nothing is told after `closed`, or after it was closed from here. */
export interface LineEvents {
  readonly opened: () => void;
  readonly data: (bytes: Uint8Array) => void;
  /** It could not be opened, or is over: once, and why, for the log. */
  readonly closed: (why: string) => void;
}

export interface OpenLine {
  /** Hands a text over. What does not fit closes the line instead of piling up: everything is said again after it. */
  write(text: string): void;
  close(): void;
}

export interface LinePort {
  /** Where it leads, for the log. */
  readonly name: string;
  /** Begins to open. Never throws; tells on a later turn. */
  open(on: LineEvents): OpenLine;
}

/** Most that may wait to be written, in bytes. */
export const WAITING_CAP = 8_192;

/** Tells each event at most as the port promises: nothing after the end, whoever made it. */
export function guarded(on: LineEvents): LineEvents & { readonly over: () => boolean; readonly end: () => void } {
  let over = false;
  return {
    opened: () => void (over || on.opened()),
    data: (bytes) => void (over || on.data(bytes)),
    closed(why) {
      if (over) return;
      over = true;
      on.closed(why);
    },
    over: () => over,
    end: () => void (over = true),
  };
}
