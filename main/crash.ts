/**
 * Errors that nobody caught: written down, then the program starts again; after five within five minutes it waits for a
 * person. The file stands beside the journal, not in it, because the journal may be what fails. It is written while the
 * process is in a state that nobody knows, so everything here is synchronous and needs nothing that was open before.
 *
 * Of an error only its name, its code and the places in our own program are kept. Its words can hold anything: that of a
 * JSON parser quotes the text it could not read, which may be a bank's answer with a token in it.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { uptime } from "node:os";
import { basename, join } from "node:path";
import { isUnattended } from "../contract/kiosk.ts";
import { writeNow } from "./adapters/write-now.ts";
import type { App } from "./app.ts";

/** So many faults within this time, and the program stops starting by itself. */
const TOO_MANY = 5;
const WITHIN = 5 * 60_000;
const KEPT = 20;
const PLACES = 12;
/** Where nothing counts the faults, or the page itself has one, a loop is at least a slow one. */
const UNCOUNTED_PAUSE = 10_000;

export type Origin = "uncaughtException" | "unhandledRejection";

export interface Fault {
  /** What a person reads to support. */
  readonly incident: string;
  /** Wall clock, ISO. */
  readonly at: string;
  /** Milliseconds since the computer started: it goes on over a restart of the program, and nobody can set it. */
  readonly up: number;
  readonly origin: Origin;
  readonly name: string;
  readonly code: string | null;
  /** The nearest first: function, file, line and column of the bundle. */
  readonly places: readonly string[];
  readonly program: string;
  /** It stands in the journal and the log. */
  readonly told: boolean;
  /** Of those that make the program stop; a person's "again" takes that away. */
  readonly counts: boolean;
}

/** What an error page must know while nothing else can be opened. */
interface About {
  readonly support: string | null;
  /** The till API was on. */
  readonly api: boolean;
  /** A customer stood alone at the screen: the page is no way out either. */
  readonly alone: boolean;
}

/** Why the program does not start by itself any more. */
export interface Stopped extends About {
  /** Of the last fault. */
  readonly incident: string;
  /** When the first of them was, ISO. */
  readonly since: string;
}

export interface Crashes {
  /** Writes the fault down. Never throws; `kept` is false when the disk refuses. */
  note(error: unknown, origin: Origin): { readonly fault: Fault; readonly kept: boolean };
  /** Not null: the program must wait for a person. */
  stopped(): Stopped | null;
  /** A person has said "again": what was does not count any more. Never throws. */
  again(): void;
  untold(): readonly Fault[];
  /** Throws when the disk refuses. */
  told(): void;
  /** Written when it has changed. Throws when the disk refuses. */
  about(about: About): void;
}

interface Kept extends About {
  readonly faults: readonly Fault[];
}

/** The faults of the program on the data folder in use, which need not be there yet. `up` is for tests. */
export function openCrashes(dir: string, program: string, up: () => number = () => uptime() * 1000): Crashes {
  const file = join(dir, "crashes.json");

  function read(): Kept {
    const empty: Kept = { support: null, api: false, alone: false, faults: [] };
    try {
      const kept = JSON.parse(readFileSync(file, "utf8")) as Partial<Kept>;
      const faults = Array.isArray(kept.faults) ? kept.faults.filter(isFault) : [];
      const { support = null, api, alone } = kept;
      return {
        support: typeof support === "string" ? support : null,
        api: api === true,
        alone: alone === true,
        faults,
      };
    } catch {
      return empty;
    }
  }

  const write = (kept: Kept): void => writeNow(file, `${JSON.stringify(kept, null, 1)}\n`);

  return {
    note(error, origin) {
      const fault: Fault = {
        incident: randomBytes(4).toString("hex").toUpperCase(),
        at: new Date().toISOString(),
        up: Math.round(up()),
        origin,
        ...describe(error),
        program,
        told: false,
        counts: true,
      };
      try {
        const kept = read();
        write({ ...kept, faults: [...kept.faults, fault].slice(-KEPT) });
        return { fault, kept: true };
      } catch {
        return { fault, kept: false };
      }
    },
    stopped() {
      const { faults, ...about } = read();
      const now = up();
      // Counted back from the last one: the page must not go away by itself while a person looks for help.
      const counted = faults.filter((fault) => fault.counts && fault.up <= now);
      const last = counted.at(-1);
      const group = last ? counted.filter((fault) => last.up - fault.up <= WITHIN) : [];
      const [first] = group;
      return last && first && group.length >= TOO_MANY ? { ...about, incident: last.incident, since: first.at } : null;
    },
    again() {
      const kept = read();
      try {
        write({ ...kept, faults: kept.faults.map((fault) => ({ ...fault, counts: false })) });
      } catch {
        // A full disk lets a file go that it does not let grow. Else the page would come back for ever, whoever presses what.
        try {
          rmSync(file, { force: true });
        } catch {
          // A disk that may only be read: switching the computer off and on is what is left.
        }
      }
    },
    untold: () => read().faults.filter((fault) => !fault.told),
    told() {
      const kept = read();
      write({ ...kept, faults: kept.faults.map((fault) => ({ ...fault, told: true })) });
    },
    about(about) {
      const kept = read();
      const { support, api, alone } = about;
      if (kept.support !== support || kept.api !== api || kept.alone !== alone) write({ ...kept, ...about });
    },
  };
}

/**
 * From now on an error that nobody caught is noted, and `restart` ends this process. Both kinds, because Electron's main
 * process only warns of a rejection.
 */
export function onFault(crashes: Crashes, say: (line: string) => void, restart: () => void): void {
  let failing = false;
  const fail = (error: unknown, origin: Origin): void => {
    if (failing) return;
    failing = true;
    const atPage = crashes.stopped() !== null;
    const { fault, kept } = crashes.note(error, origin);
    say(`the program has failed (${wordsOf(fault)})`);
    if (kept && !atPage) return restart();
    // The process has failed: nothing of it may run on meanwhile, so it is not a timer that waits.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNCOUNTED_PAUSE);
    restart();
  };
  process.on("uncaughtException", (error, origin) => fail(error, origin));
  process.on("unhandledRejection", (error) => fail(error, "unhandledRejection"));
}

/** After a start: the faults go to the journal and the log, and what an error page would say is kept. */
export async function settleCrashes(app: App, crashes: Crashes): Promise<void> {
  const faults = crashes.untold();
  for (const fault of faults)
    app.log.error("program.fault", { incident: fault.incident, at: fault.at, what: wordsOf(fault) });
  if (faults.length > 0) {
    await app.record(
      faults.map((fault) => ({ kind: "fault", ref: fault.incident, version: 1, body: JSON.stringify(fault) })),
    );
    crashes.told();
  }
  app.core.watch("cashier", (snapshot) => {
    try {
      const alone = isUnattended(snapshot.app.mode);
      crashes.about({ support: snapshot.merchant.supportPhone, api: app.till !== null, alone });
    } catch {
      // A full disk is the journal's to tell.
    }
  });
}

// --- helpers ---

const wordsOf = (fault: Fault): string =>
  [fault.incident, fault.name, fault.code, fault.places[0]]
    .filter((part) => part !== null && part !== undefined)
    .join(" ");

function describe(error: unknown): Pick<Fault, "name" | "code" | "places"> {
  if (!(error instanceof Error)) return { name: error === null ? "null" : typeof error, code: null, places: [] };
  const { name, stack } = error;
  const { code } = error as NodeJS.ErrnoException;
  const places = typeof stack === "string" ? placesOf(stack.replace(error.message, "")) : [];
  return { name: shaped(name, NAME), code: typeof code === "string" ? shaped(code, CODE) : null, places };
}

/** Names are chosen by programmers, but an error's can be set to any text. */
const NAME = /^[A-Z][A-Za-z]{0,63}$/;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const FILE = /^[\w.$-]{1,64}$/;

function shaped(text: unknown, shape: RegExp): string {
  return typeof text === "string" && shape.test(text) ? text : "?";
}

function placesOf(stack: string): string[] {
  const places: string[] = [];
  for (const line of stack.split("\n")) {
    const match =
      /^ {4}at (?:(?:async |new )*([\w.$<>#]{1,80}) (?:\[as [\w.$]{1,80}\] )?\()?([^()]+):(\d+):(\d+)\)?$/.exec(line);
    if (!match) continue;
    const [, own = "", path = "", row, column] = match;
    const file = shaped(basename(path.replaceAll("\\", "/")), FILE);
    places.push(`${own}${own && " "}${file}:${row}:${column}`);
  }
  return places.slice(0, PLACES);
}

function isFault(value: unknown): value is Fault {
  const fault = value as Partial<Fault> | null;
  return typeof fault?.up === "number" && typeof fault.incident === "string" && typeof fault.at === "string";
}
