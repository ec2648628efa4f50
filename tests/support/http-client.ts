import { request, type IncomingHttpHeaders } from "node:http";

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): any;
}

/** One request with exactly these headers: `fetch` would not let a test choose Host or Origin. */
export function ask(port: number, { method = "GET", path, headers = {}, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { connection: "close", ...headers },
        setHost: !("host" in headers),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export interface Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All that has come. */
  text(): string;
  /** Waits until `found` says yes to all that has come. */
  until(found: (text: string) => boolean, ms?: number): Promise<string>;
  readonly ended: Promise<void>;
  close(): void;
}

/** A request whose answer goes on. */
export function openStream(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, headers }, (response) => {
      let text = "";
      const listeners = new Set<() => void>();
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        for (const listener of listeners) listener();
      });
      response.on("error", () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        ended: new Promise((done) => response.on("close", () => done())),
        until: (found, ms = 5_000) =>
          new Promise((done, fail) => {
            const timer = setTimeout(() => fail(new Error(`not in the stream: ${text}`)), ms);
            const look = (): void => {
              if (!found(text)) return;
              clearTimeout(timer);
              listeners.delete(look);
              done(text);
            };
            listeners.add(look);
            look();
          }),
        close: () => outgoing.destroy(),
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
