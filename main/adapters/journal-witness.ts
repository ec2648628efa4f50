/**
 * The journal's head in a small file of its own beside it, written after each commit. A write-ahead log whose tail is torn,
 * changed or deleted is cut off by SQLite without a word; this file still names what was acknowledged. It is not flushed to
 * the disk: after a power cut it may be older than the journal, which tells nothing, but never newer, for the commit came first.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { openHead, sealHead, type ChainHead, type Mac } from "./journal-chain.ts";

/** How far the journal had come: its last event, and its commits, for not each of them has one. */
export interface Mark extends ChainHead {
  readonly commits: number;
}

export interface Witness {
  /** Never throws: the journal is what counts. */
  write(mark: Mark): void;
  close(): void;
}

const witnessFile = (file: string): string => `${file}-head`;

/** Longer than any mark, so that a shorter one leaves nothing of the one before. */
const WIDTH = 320;

/** The mark that was last written beside `file`; null where there is none, or it cannot be read as ours. */
export function readWitness(file: string, mac: Mac): Mark | null {
  try {
    const [head = "", commits = "", seal = ""] = readFileSync(witnessFile(file), "latin1").trimEnd().split(",");
    const found = openHead(mac, head);
    return found !== null && seal === mac(`${head},${commits}`) ? { ...found, commits: Number(commits) } : null;
  } catch {
    return null;
  }
}

export function openWitness(file: string, mac: Mac): Witness {
  let handle: number | null = null;
  return {
    write(mark) {
      try {
        handle ??= openSync(witnessFile(file), "w", 0o600);
        const text = `${sealHead(mac, mark)},${mark.commits}`;
        writeSync(handle, `${text},${mac(text)}`.padEnd(WIDTH), 0, "latin1");
      } catch {
        // An older one, or none, is no evidence of anything.
      }
    },
    close() {
      if (handle !== null) closeSync(handle);
      handle = null;
    },
  };
}
