/** One line to one machine: opened again whenever it is over, watched, and up only after a HELLO of the right version. */
import type { Clock, Log } from "../core/ports.ts";
import type { LinePort, OpenLine } from "./line.ts";
import { createCutter, lineOf, readLine, VERSION, type FromMachine } from "./protocol.ts";

/** Milliseconds. The machine says something every 5 s. */
const ASK_WHO = 2_000;
const SILENT = 15_000;
const BACKOFF = [250, 500, 1_000, 2_000, 5_000] as const;
/** A machine that runs wild is left alone for so long. */
const WILD_PAUSE = 5_000;
/** More lines, or bytes, than this in one second are no conversation. */
const LINES_A_SECOND = 50;
const BYTES_A_SECOND = 16_384;

export type Hello = Extract<FromMachine, { word: "HELLO" }>;
export type Said = Exclude<FromMachine, { word: "HELLO" | "PING" }>;

export interface LinkOptions {
  readonly port: LinePort;
  readonly clock: Clock;
  readonly log: Log;
  /** How this till names itself, and this life of it. */
  readonly self: { readonly id: string; readonly run: string };
  readonly on: {
    /** Each HELLO of the right version: the machine is there, and may have been away. */
    readonly hello: (hello: Hello) => void;
    readonly said: (message: Said) => void;
    readonly changed: (up: boolean) => void;
  };
}

export interface Link {
  send(word: string, fields?: Readonly<Record<string, string | number | undefined>>): void;
  stop(): void;
}

/** Begins at once, and goes on until it is stopped. Nothing is told afterwards. */
export function openLink({ port, clock, log, self, on }: LinkOptions): Link {
  let line: OpenLine | null = null;
  let up = false;
  let tries = 0;
  let stopped = false;
  let heardAt = 0;
  let second = { from: 0, lines: 0, bytes: 0 };
  let timer: unknown = null;
  let told = "";

  const later = (run: () => void, ms: number): void => {
    clock.clearTimeout(timer);
    timer = clock.setTimeout(run, ms);
  };
  const send: Link["send"] = (word, fields) => line?.write(lineOf(word, fields));
  const note = (event: string, why: string): void => {
    // Once for each cause: a machine that is switched off for a night fills no log.
    if (told !== `${event} ${why}`) log.warn(event, { line: port.name, why });
    told = `${event} ${why}`;
  };
  const setUp = (next: boolean): void => {
    if (up === next) return;
    up = next;
    if (up) {
      told = "";
      log.info("machine.up", { line: port.name });
    }
    on.changed(up);
  };

  function open(): void {
    if (stopped) return;
    const cut = createCutter(hear);
    second = { from: clock.mono(), lines: 0, bytes: 0 };
    line = port.open({
      opened() {
        heardAt = clock.mono();
        ask();
      },
      data(bytes) {
        second.bytes += bytes.length;
        cut(bytes);
        if (isWild()) over("it says more than anybody can", WILD_PAUSE);
      },
      closed: (why) => over(why),
    });
  }

  function over(why: string, pause?: number): void {
    line?.close();
    line = null;
    if (stopped) return;
    note("machine.down", why);
    const wait = pause ?? BACKOFF[Math.min(tries, BACKOFF.length - 1)] ?? 0;
    tries += 1;
    later(open, wait);
    setUp(false);
  }

  /** Until the machine has said who it is; then only looks whether it still says anything. */
  function ask(): void {
    if (clock.mono() - heardAt >= SILENT) return over("it says nothing");
    if (!up) send("WHO");
    later(ask, ASK_WHO);
  }

  function isWild(): boolean {
    const now = clock.mono();
    if (now - second.from >= 1_000) second = { from: now, lines: 0, bytes: 0 };
    return second.lines > LINES_A_SECOND || second.bytes > BYTES_A_SECOND;
  }

  function hear(text: string): void {
    if (line === null) return;
    second.lines += 1;
    if (second.lines > LINES_A_SECOND) return;
    const read = readLine(text);
    if (!read.ok) {
      // What was garbled is not answered: two that complain of each other's complaints would never stop.
      if (read.why !== "check") send("NAK", { why: read.why });
      return;
    }
    heardAt = clock.mono();
    const { message } = read;
    if (message.word === "HELLO") return greet(message);
    if (message.word === "PING") return send("PONG");
    if (up) on.said(message);
    else if (message.word !== "NAK") send("WHO");
  }

  function greet(hello: Hello): void {
    if (Number(hello.v) !== VERSION) {
      send("NAK", { why: "version", v: VERSION });
      note("machine.version", hello.v);
      return setUp(false);
    }
    tries = 0;
    send("HELLO", { v: VERSION, id: self.id, run: self.run });
    setUp(true);
    on.hello(hello);
  }

  open();
  return {
    send,
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
      line?.close();
      line = null;
    },
  };
}
