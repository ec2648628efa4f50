/**
 * Looks after the page in the browser that we started. A dead page of an ordinary browser stays dead ("Aw, Snap!"), and one that
 * hangs cannot say so itself. The browser is asked over its debugging pipe: two descriptors that only our process holds,
 * no port. It ends when the pipe does, so no window without a till is left behind.
 */
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

export const PIPE_ARGUMENT = "--remote-debugging-pipe";
/** Where `spawn` puts the pipe: Chromium reads commands from 3 and writes answers to 4. */
export const PIPE_STDIO = ["ignore", "ignore", "ignore", "pipe", "pipe"] as const;

/** A page is asked so often whether it lives, and is hung when it has twice not answered within that time, in ms. */
export interface Patience {
  readonly every: number;
  readonly within: number;
}
const PATIENCE: Patience = { every: 10_000, within: 5_000 };
/** So many deaths within a minute call for a new browser. */
const TOO_MANY = 3;
const MINUTE = 60_000;
/** After it was told to die, or to load again, it must do so within this time. */
const OBEY_WITHIN = 3_000;

export interface PageWatchOptions {
  readonly child: ChildProcess;
  /** Only pages of ours are loaded again: to do that to a bank's page would send its form a second time. */
  readonly origin: string;
  readonly say: (line: string) => void;
  /** The page is beyond help: a new browser is needed. */
  readonly lost: () => void;
  readonly patience?: Patience;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: {
    readonly sessionId?: string;
    readonly targetInfo?: { readonly targetId: string; readonly url: string };
  };
  readonly error?: unknown;
}

/** Watches until the browser ends. A browser that does not answer on the pipe (its owner forbids it) is left alone. */
export function watchPage({ child, origin, say, lost, patience = PATIENCE }: PageWatchOptions): void {
  const commands = child.stdio[3] as Writable | null | undefined;
  const answers = child.stdio[4] as Readable | null | undefined;
  if (!commands || !answers) return;
  const waiting = new Map<number, (message: Message | null) => void>();
  /** By session: which page, and where it is. */
  const pages = new Map<string, { readonly targetId: string; url: string }>();
  let number = 0;
  let rest = "";
  let ended = false;
  let deaths: number[] = [];

  function end(): void {
    ended = true;
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  }

  /** The answer; null when none came in time. */
  function ask(
    method: string,
    params: object,
    session: string | null,
    within = patience.within,
  ): Promise<Message | null> {
    if (ended) return Promise.resolve(null);
    const { promise, resolve } = Promise.withResolvers<Message | null>();
    const id = ++number;
    const timer = setTimeout(() => answered(null), within);
    timer.unref();
    const answered = (message: Message | null): void => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(message);
    };
    waiting.set(id, answered);
    commands?.write(`${JSON.stringify({ id, method, params, ...(session === null ? {} : { sessionId: session }) })}\0`);
    return promise;
  }

  function hear(message: Message): void {
    if (message.id !== undefined) return waiting.get(message.id)?.(message);
    const { method, params, sessionId = "" } = message;
    const info = params?.targetInfo;
    if (method === "Target.attachedToTarget" && params?.sessionId !== undefined && info)
      pages.set(params.sessionId, { targetId: info.targetId, url: info.url });
    if (method === "Target.detachedFromTarget" && params?.sessionId !== undefined) pages.delete(params.sessionId);
    if (method === "Target.targetInfoChanged" && info)
      for (const page of pages.values()) if (page.targetId === info.targetId) page.url = info.url;
    if (method === "Inspector.targetCrashed" && isOurs(pages.get(sessionId)?.url)) void revive(sessionId);
  }

  const isOurs = (url: string | undefined): boolean => {
    const address = URL.parse(url ?? "");
    return address?.origin === origin && address.pathname === "/";
  };

  async function revive(session: string): Promise<void> {
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE), now];
    if (deaths.length >= TOO_MANY) return lost();
    say("the page of the screen died; it is loaded again");
    // Its one-time key is used: with it in the address the page would ask for one that works.
    const gone = (await ask("Page.navigate", { url: `${origin}/` }, session, OBEY_WITHIN)) === null;
    if (gone && !ended) lost();
  }

  async function lives(session: string): Promise<boolean> {
    return (await ask("Runtime.evaluate", { expression: "0" }, session)) !== null;
  }

  async function look(): Promise<void> {
    for (const [session, { url }] of pages) {
      if (!isOurs(url)) continue;
      // Twice: after sleep the first time is over before anybody could answer.
      if ((await lives(session)) || (await lives(session))) continue;
      if (ended || !pages.has(session)) continue;
      say("the page of the screen does not answer; it is ended");
      // Its death is told as an event, and revives it.
      const dying = await ask("Page.crash", {}, session, OBEY_WITHIN);
      if (dying === null && !ended && !(await lives(session))) lost();
    }
  }

  commands.on("error", end);
  answers.on("error", end);
  answers.on("close", end);
  answers.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop() ?? "";
    for (const part of parts) hear(JSON.parse(part) as Message);
  });
  const filter = [{ type: "page" }, { exclude: true }];
  void ask("Target.setDiscoverTargets", { discover: true, filter }, null);
  void ask("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true, filter }, null);
  let looking = false;
  const timer = setInterval(() => {
    if (ended) return clearInterval(timer);
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, patience.every);
  timer.unref();
}
