/** One request and its answer on an undici dispatcher, with an exact account of how far it got. */
import type { Dispatcher } from "undici";
import type { HttpAnswer, Reach } from "../core/ports.ts";

/** A bank's answer is a few kilobytes; more than this is not one. */
export const ANSWER_LIMIT = 1024 * 1024;

export interface ExchangeRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Called at the last moment before the first byte is written. */
  readonly onStart: () => void;
}

export class ExchangeFailure extends Error {
  readonly reach: Reach;
  constructor(reach: Reach, cause: unknown) {
    super("exchange failed", { cause });
    this.name = "ExchangeFailure";
    this.reach = reach;
  }
}

/** Why we broke off ourselves. */
export class Broken extends Error {
  readonly why: "timeout" | "too_large" | "encoded" | "upgraded" | "not_sent";
  constructor(why: Broken["why"]) {
    super(why);
    this.name = "Broken";
    this.why = why;
  }
}

/**
 * Sends once; rejects with ExchangeFailure. undici calls `onRequestStart` before it writes to a connected socket, so
 * until then not a byte has left. `Dispatcher.request` hides that moment, which is why it is not used here.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<HttpAnswer> {
  const { origin, path, method, headers, body, timeoutMs } = request;
  return new Promise((resolve, reject) => {
    let reach: Reach = "connect";
    let over = false;
    let controller: Dispatcher.DispatchController | null = null;
    let status = 0;
    let received: Record<string, string> = {};
    const parts: Buffer[] = [];
    let size = 0;

    const fail = (error: unknown): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      reject(new ExchangeFailure(reach, error));
    };
    const breakOff = (why: Broken["why"]): void => {
      const error = new Broken(why);
      fail(error);
      controller?.abort(error);
    };
    const timer = setTimeout(() => breakOff("timeout"), timeoutMs);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        // Given up while it waited for a connection, or about to be written a second time: it must not leave.
        if (over || reach !== "connect") return started.abort(new Broken("not_sent"));
        reach = "sent";
        request.onStart();
      },
      onResponseStart(_, code, answered) {
        if (code < 200) return; // 100 Continue and the like: the answer is still to come
        reach = "body";
        status = code;
        received = plain(answered);
        const encoding = received["content-encoding"] ?? "identity";
        if (encoding !== "identity") return breakOff("encoded");
        if (Number(received["content-length"] ?? 0) > ANSWER_LIMIT) return breakOff("too_large");
      },
      onRequestUpgrade(_, __, ___, socket) {
        socket.destroy();
        breakOff("upgraded");
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size > ANSWER_LIMIT) return breakOff("too_large");
        parts.push(chunk);
      },
      onResponseEnd() {
        if (over) return;
        over = true;
        clearTimeout(timer);
        const answer = { status, headers: received, text: new TextDecoder().decode(Buffer.concat(parts)) };
        // undici frees the connection in the next turn: a request sent at once would open another one.
        setImmediate(() => setImmediate(() => resolve(answer)));
      },
      onResponseError: (_, error) => fail(error),
    };
    try {
      dispatcher.dispatch({ origin, path, method, headers, body, headersTimeout: 0, bodyTimeout: 0 }, handler);
    } catch (error) {
      fail(error);
    }
  });
}

// --- helpers ---

function plain(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) found[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return found;
}
