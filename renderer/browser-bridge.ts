import type { Snapshot, View } from "../contract/snapshot.ts";
import type { Link, LinkedBridge } from "./bridge.ts";

const TOKEN = "qabyl.page";
const HEADER = "X-Qabyl-Page";
/** The host sends a blank line every 10 s. */
const SILENCE_MS = 25_000;
const BACK_OFF_MS = [250, 500, 1000, 2000, 3000] as const;

class Locked extends Error {}

/**
 * The bridge of a page in an ordinary browser. The one-time key of the address is exchanged for a page token, which is
 * kept in sessionStorage and sent as a header: a cookie of 127.0.0.1 would be shared by every local port.
 */
export function browserBridge(): LinkedBridge {
  const links = new Set<(link: Link) => void>();
  let link: Link = "up";
  const say = (next: Link): void => {
    link = next;
    for (const listener of links) listener(next);
  };
  const token = openSession();
  // A failed exchange is told by whoever needs the token; without this line it would also be an unhandled rejection.
  token.catch(() => undefined);

  const request = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...(init.headers as Record<string, string> | undefined), [HEADER]: await token };
    const response = await fetch(path, { ...init, headers, cache: "no-store" });
    // The till program has given up after faults; what stands in its place says so.
    if (response.headers.has("x-qabyl-stopped")) location.reload();
    // 429: so many wrong keys of this page's have come that the till looks at no more of them for a while.
    if (response.status === 401 || response.status === 429) throw new Locked();
    return response;
  };

  async function call(name: string, input: unknown): Promise<unknown> {
    try {
      const response = await request("call", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name, input }),
      });
      // Anything but 200 is a refusal of the host itself, and its body is no Result.
      if (!response.ok) throw new Error(`the till program answered ${String(response.status)}`);
      return await response.json();
    } catch (error) {
      if (error instanceof Locked) say("locked");
      throw error;
    }
  }

  function watch(view: View, listener: (snapshot: Snapshot) => void): () => void {
    const stop = new AbortController();
    void follow(view, listener, stop.signal);
    return () => stop.abort();
  }

  async function follow(view: View, listener: (snapshot: Snapshot) => void, stopped: AbortSignal): Promise<void> {
    let tries = 0;
    while (!stopped.aborted) {
      try {
        await read(view, stopped, (snapshot) => {
          tries = 0;
          if (link !== "up") say("up");
          listener(snapshot);
        });
      } catch (error) {
        if (error instanceof Locked) return say("locked");
      }
      if (stopped.aborted) return;
      if (link === "up") say("down");
      const pause = BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)] ?? 3000;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async function read(view: View, stopped: AbortSignal, listener: (snapshot: Snapshot) => void): Promise<void> {
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), SILENCE_MS);
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), SILENCE_MS);
    };
    try {
      const response = await request(`watch?view=${view}`, { signal: AbortSignal.any([stopped, quiet.signal]) });
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
        if (last !== undefined) listener(JSON.parse(last) as Snapshot);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    call,
    watch,
    link(listener) {
      links.add(listener);
      if (link !== "up") listener(link);
    },
  };
}

async function openSession(): Promise<string> {
  const address = new URL(location.href);
  const key = address.searchParams.get("key");
  if (key !== null) {
    address.searchParams.delete("key");
    history.replaceState(null, "", address);
    const response = await fetch("session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key }),
    });
    if (response.ok) {
      const { token } = (await response.json()) as { token: string };
      sessionStorage.setItem(TOKEN, token);
      return token;
    }
  }
  const kept = sessionStorage.getItem(TOKEN);
  if (kept === null) throw new Locked();
  return kept;
}
