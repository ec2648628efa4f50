import type { Readable, Writable } from "node:stream";

export type Params = Record<string, unknown>;
type Listener = (params: never) => void;

interface Pending {
  readonly method: string;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** One target of the browser, or the browser itself. Events arrive in the order Chromium sent them. */
export class CdpSession {
  readonly #cdp: Cdp;
  readonly #id: string | undefined;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(cdp: Cdp, id: string | undefined) {
    this.#cdp = cdp;
    this.#id = id;
  }

  send<T = unknown>(method: string, params: Params = {}): Promise<T> {
    return this.#cdp.send<T>(method, params, this.#id);
  }

  /** For orders whose failure means only that the page is gone. */
  post(method: string, params: Params = {}): void {
    this.send(method, params).catch(() => undefined);
  }

  on<T>(event: string, listener: (params: T) => void): void {
    const list = this.#listeners.get(event) ?? [];
    list.push(listener);
    this.#listeners.set(event, list);
  }

  deliver(event: string, params: never): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(params);
  }
}

/** The debugging protocol over a pipe: messages end with a zero byte. */
export class Cdp {
  readonly root: CdpSession = new CdpSession(this, undefined);
  readonly #out: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #sessions = new Map<string, CdpSession>();
  #last = 0;
  #rest: Buffer[] = [];
  #closed = false;

  constructor(out: Writable, input: Readable, onClose: () => void) {
    this.#out = out;
    const close = (): void => {
      if (this.#closed) return;
      this.#closed = true;
      for (const { method, reject } of this.#pending.values()) reject(new Error(`Chromium is gone (${method})`));
      this.#pending.clear();
      onClose();
    };
    out.on("error", close);
    input.on("error", close);
    input.on("close", close);
    input.on("data", (data: Buffer) => this.#read(data));
  }

  session(id: string): CdpSession {
    let session = this.#sessions.get(id);
    if (session === undefined) this.#sessions.set(id, (session = new CdpSession(this, id)));
    return session;
  }

  send<T>(method: string, params: Params, sessionId: string | undefined): Promise<T> {
    if (this.#closed) return Promise.reject(new Error(`Chromium is gone (${method})`));
    const id = ++this.#last;
    this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise<T>((resolve, reject) => {
      this.#pending.set(id, { method, resolve: resolve, reject });
    });
  }

  #read(data: Buffer): void {
    let from = 0;
    for (let end = data.indexOf(0); end !== -1; end = data.indexOf(0, from)) {
      this.#rest.push(data.subarray(from, end));
      const text = Buffer.concat(this.#rest).toString("utf8");
      this.#rest = [];
      from = end + 1;
      this.#message(text);
    }
    if (from < data.length) this.#rest.push(data.subarray(from));
  }

  #message(text: string): void {
    const message = JSON.parse(text) as {
      id?: number;
      method?: string;
      params?: never;
      sessionId?: string;
      result?: never;
      error?: { message: string };
    };
    if (message.id !== undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error) pending?.reject(new Error(`${pending.method}: ${message.error.message}`));
      else pending?.resolve(message.result as never);
      return;
    }
    const session = message.sessionId === undefined ? this.root : this.#sessions.get(message.sessionId);
    session?.deliver(message.method ?? "", message.params as never);
  }
}
