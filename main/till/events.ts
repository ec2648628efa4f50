/** `GET /events`: the journal as Server-Sent Events. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CommandOutput, Health } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { Actor, Core } from "../core/index.ts";

type Batch = CommandOutput["events.after"];
type Api = Extract<Actor, { kind: "api" }>;

const PAGE = 200;
const HEARTBEAT = 15_000;
/** A reader that takes nothing for this long is cut; it comes back with Last-Event-ID and misses nothing. */
const SLOW = 20_000;
const HEALTH_PAUSE = 200;
const READERS = 32;
/** Other kinds are the till's own affair. */
const KINDS: ReadonlySet<string> = new Set(["payment", "refund"]);

export interface Events {
  /** Serves one reader until it goes. False when there are too many. */
  serve(request: IncomingMessage, response: ServerResponse, actor: Api): boolean;
  close(): void;
}

/** The stream of one till; readers share the watch on its health. */
export function createEvents(core: Core): Events {
  const readers = new Set<Reader>();
  const watch = watchHealth(core, (health) => {
    for (const reader of readers) reader.write(`event: health\ndata: ${JSON.stringify(health)}\n\n`);
  });
  return {
    serve(request, response, actor) {
      if (readers.size >= READERS) return false;
      const reader = createReader(core, request, response, actor, () => {
        readers.delete(reader);
        if (readers.size === 0) watch.stop();
      });
      readers.add(reader);
      watch.start();
      return true;
    },
    close() {
      for (const reader of readers) reader.cut();
      watch.stop();
    },
  };
}

interface Reader {
  write(text: string): void;
  cut(): void;
}

function createReader(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  actor: Api,
  gone: () => void,
): Reader {
  let cursor = lastEventId(request);
  let pumping = false;
  let again = false;
  let ended = false;

  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-accel-buffering": "no",
  });
  response.write(": open\n\n");

  async function pump(): Promise<void> {
    again = true;
    if (pumping) return;
    pumping = true;
    while (again && !ended) {
      again = false;
      // A stream without Last-Event-ID begins now.
      cursor ??= await headOf(core, actor);
      if (cursor === null) break;
      const result = (await core.call(actor, "events.after", { seq: cursor, limit: PAGE })) as Result<Batch>;
      if (!result.ok || ended) break;
      const { text, next } = written(result.value, cursor);
      if (result.value.reset || (next > cursor && next < result.value.head)) again = true;
      cursor = next;
      if (text !== "" && !(await taken(text))) return cut();
    }
    pumping = false;
  }

  /** Waits until the reader has taken what was written: nothing piles up in memory for a slow one. */
  function taken(text: string): Promise<boolean> {
    if (ended) return Promise.resolve(false);
    if (response.write(text)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (ok: boolean) => (): void => {
        clearTimeout(timer);
        response.off("drain", drained);
        response.off("close", closed);
        resolve(ok);
      };
      const [drained, closed] = [done(true), done(false)];
      const timer = setTimeout(closed, SLOW);
      response.once("drain", drained);
      response.once("close", closed);
    });
  }

  function cut(): void {
    if (ended) return;
    ended = true;
    clearInterval(heartbeat);
    stop();
    response.destroy();
    gone();
  }

  const heartbeat = setInterval(() => {
    if (response.writableNeedDrain) return;
    response.write(": still here\n\n");
    void pump(); // also the second try after a journal that could not be read
  }, HEARTBEAT);
  const stop = core.onJournal(() => void pump());
  response.on("close", cut);
  response.on("error", cut);
  void pump();
  return {
    write: (text) => {
      if (!ended && !response.writableNeedDrain) response.write(text);
    },
    cut,
  };
}

/** null: none given. Anything that is no sequence number is unknown, which the core answers with `reset`. */
function lastEventId(request: IncomingMessage): number | null {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return null;
  const text = String(given);
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}

async function headOf(core: Core, actor: Api): Promise<number | null> {
  const result = (await core.call(actor, "health", {})) as Result<Health>;
  return result.ok ? result.value.journal.seq : null;
}

function written(batch: Batch, cursor: number): { text: string; next: number } {
  if (batch.reset) {
    const open = [
      ...batch.open.map((payment) => `event: payment\ndata: ${JSON.stringify(payment)}\n\n`),
      ...batch.openRefunds.map((refund) => `event: refund\ndata: ${JSON.stringify(refund)}\n\n`),
    ].join("");
    return { text: `event: reset\nid: ${batch.head}\ndata: {"seq":${batch.head}}\n\n${open}`, next: batch.head };
  }
  const events = batch.events.filter(({ kind }) => KINDS.has(kind));
  const text = events
    .map(({ seq, kind, body }) => `event: ${kind}\nid: ${seq}\ndata: ${body.replace(/[\r\n]+/g, " ")}\n\n`)
    .join("");
  return { text, next: batch.events.at(-1)?.seq ?? cursor };
}

function watchHealth(core: Core, changed: (health: Health) => void): { start(): void; stop(): void } {
  const actor: Api = { kind: "api", name: "events", scopes: ["read"] };
  let stopWatch: (() => void) | null = null;
  let timer: NodeJS.Timeout | null = null;
  let known: string | null = null;

  async function look(): Promise<void> {
    timer = null;
    const result = (await core.call(actor, "health", {})) as Result<Health>;
    if (!result.ok || stopWatch === null) return;
    // The journal's head moves with every payment: that is no change of health.
    const text = JSON.stringify({ ...result.value, journal: { ...result.value.journal, seq: 0 } });
    const first = known === null;
    if (text === known) return;
    known = text;
    if (!first) changed(result.value);
  }

  return {
    start() {
      stopWatch ??= core.watch("cashier", () => {
        timer ??= setTimeout(() => void look(), HEALTH_PAUSE);
      });
    },
    stop() {
      stopWatch?.();
      stopWatch = null;
      if (timer) clearTimeout(timer);
      timer = null;
      known = null;
    },
  };
}
