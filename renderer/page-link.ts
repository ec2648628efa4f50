import type { Snapshots } from "../contract/customer.ts";
import type { View } from "../contract/snapshot.ts";

/**
 * How a page in an ordinary browser stands to the till program. `down`: nothing is heard of it; `locked`: it does not let this
 * page in any more; `off`: it knows the page, and has nothing for it at present.
 */
export type PageState = "up" | "down" | "locked" | "off";

export interface PageLink<V extends View> {
  /** With the page's token. Rejects when nothing is heard, and when the page is not let in. */
  request(path: string, init: RequestInit): Promise<Response>;
  watch(listener: (snapshot: Snapshots[V]) => void): () => void;
  /** Told of each change, and at once when it is not `up`. */
  state(listener: (state: PageState) => void): void;
}

const HEADER = "X-Qabyl-Page";
/** The host sends a blank line every 10 s. */
const SILENCE_MS = 25_000;
const BACK_OFF_MS = [250, 500, 1000, 2000, 3000] as const;

class Locked extends Error {}
class Off extends Error {}

/**
 * Lets the page of a view in. The one-time key of the address is exchanged for a page token, which is kept in sessionStorage
 * under `kept` and sent as a header: a cookie of 127.0.0.1 would be shared by every local port.
 */
export function openPage<V extends View>(view: V, kept: string): PageLink<V> {
  const listeners = new Set<(state: PageState) => void>();
  let state: PageState = "up";
  const say = (next: PageState): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };
  const token = openSession(view, kept);
  // A failed exchange is told by whoever needs the token; without this line it would also be an unhandled rejection.
  token.catch(() => undefined);

  async function request(path: string, init: RequestInit): Promise<Response> {
    try {
      const headers = { ...(init.headers as Record<string, string> | undefined), [HEADER]: await token };
      const response = await fetch(path, { ...init, headers, cache: "no-store" });
      // The till program has given up after faults; what stands in its place says so, to the person at the till.
      if (view === "cashier" && response.headers.has("x-qabyl-stopped")) location.reload();
      // 429: so many wrong keys of this page's have come that the till looks at no more of them for a while.
      if (response.status === 401 || response.status === 429) throw new Locked();
      return response;
    } catch (error) {
      if (error instanceof Locked) say("locked");
      throw error;
    }
  }

  async function follow(listener: (snapshot: Snapshots[V]) => void, stopped: AbortSignal): Promise<void> {
    let tries = 0;
    while (!stopped.aborted) {
      let silent: PageState = "down";
      try {
        await read(stopped, (snapshot) => {
          tries = 0;
          if (state !== "up") say("up");
          listener(snapshot);
        });
      } catch (error) {
        if (error instanceof Locked) return;
        if (error instanceof Off) silent = "off";
      }
      if (stopped.aborted) return;
      if (state !== silent) say(silent);
      const pause = BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)] ?? 3000;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async function read(stopped: AbortSignal, listener: (snapshot: Snapshots[V]) => void): Promise<void> {
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), SILENCE_MS);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), SILENCE_MS);
    };
    try {
      const response = await request(`watch?view=${view}`, { signal: AbortSignal.any([stopped, quiet.signal]) });
      if (response.status === 403) throw new Off();
      if (!response.ok || !response.body) return;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard();
        const lines = (rest + value).split("\n");
        rest = lines.pop() ?? "";
        // Each line is a whole snapshot: of several that came at once only the last is worth drawing.
        const last = lines.findLast((line) => line.trim() !== "");
        if (last !== undefined) listener(JSON.parse(last) as Snapshots[V]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    request,
    watch(listener) {
      const stop = new AbortController();
      void follow(listener, stop.signal);
      return () => stop.abort();
    },
    state(listener) {
      listeners.add(listener);
      if (state !== "up") listener(state);
    },
  };
}

async function openSession(view: View, kept: string): Promise<string> {
  const address = new URL(location.href);
  const key = address.searchParams.get("key");
  if (key !== null) {
    address.searchParams.delete("key");
    history.replaceState(null, "", address);
    const response = await fetch("session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(view === "cashier" ? { key } : { key, view }),
    });
    if (response.ok) {
      const { token } = (await response.json()) as { token: string };
      sessionStorage.setItem(kept, token);
      return token;
    }
  }
  const token = sessionStorage.getItem(kept);
  if (token === null) throw new Locked();
  return token;
}
