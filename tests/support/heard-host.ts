/** The real program as a process, of which nothing it says is lost: every answer, stream and line is kept to be searched. */
import { randomBytes } from "node:crypto";
import { createSearch, filesBelow, type Canary } from "./canary.ts";
import { startHost, type HostProcess } from "./host-process.ts";
import { ask, openStream, type Answered, type Stream } from "./http-client.ts";

export interface HeardHost {
  /** Everything the program has answered, streamed or printed, by what it was. */
  readonly said: [place: string, text: string][];
  readonly process: HostProcess;
  readonly port: number;
  /** The page's token, and the launch key it was had for: both belong to the screen alone. */
  readonly page: string;
  readonly key: string;
  /** What the cashier's screen shows. */
  snapshot(): any;
  start(...args: string[]): Promise<void>;
  api(method: string, path: string, body?: object | string, token?: string): Promise<Answered>;
  /** A command of the screen; what it answers is not kept where the answer is a secret for the person alone. */
  call(name: string, input: object, options?: { readonly secret?: boolean }): Promise<any>;
  until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T>;
  /** Stops or kills it; what it has said is kept. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Where any of them stands in what was said, or in the files of `folder`. */
  leaks(canaries: readonly Canary[], folder: string): Promise<string[]>;
}

export interface HeardHostOptions {
  readonly bundle: string;
  readonly data: string;
  readonly config: string;
  /** A token of the till API that may read. */
  readonly token: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  /** It opens a window by the browser of `env`. */
  readonly browser?: boolean;
}

/** Starts nothing yet. */
export function heardHost({ bundle, data, config, token: usual, env, node, browser }: HeardHostOptions): HeardHost {
  const said: [string, string][] = [];
  let process: HostProcess | null = null;
  let port = 0;
  let page = "";
  let key = "";
  let streams: Stream[] = [];

  const origin = (): string => `http://127.0.0.1:${port}`;
  const running = (): HostProcess => {
    if (!process) throw new Error("not started");
    return process;
  };
  /** What the customer's display hears, where the settings have one. */
  async function customersStream(url: string, headers: Record<string, string>): Promise<Stream> {
    const own = { key: new URL(url).searchParams.get("key"), view: "customer" };
    const session = await ask(port, { method: "POST", path: "/session", headers, body: JSON.stringify(own) });
    return openStream(port, "/watch?view=customer", { origin: origin(), "x-qabyl-page": session.json().token });
  }

  const host: HeardHost = {
    said,
    get process() {
      return running();
    },
    get port() {
      return port;
    },
    get page() {
      return page;
    },
    get key() {
      return key;
    },
    snapshot() {
      const lines = (streams[0]?.text() ?? "").trim().split("\n");
      return JSON.parse(lines.findLast((line) => line.startsWith("{")) ?? "null");
    },
    async start(...args) {
      const common = [...(browser ? [] : ["--no-browser"]), "--port", "0", "--data", data, ...args];
      process = startHost(bundle, config, common, { env: env ?? {}, node: node ?? [] });
      const ready = await process.ready;
      port = await process.port();
      key = new URL(ready.url).searchParams.get("key") ?? "";
      const headers = { origin: origin(), "content-type": "application/json" };
      const session = await ask(port, { method: "POST", path: "/session", headers, body: JSON.stringify({ key }) });
      page = session.json().token;
      const own = { origin: origin(), "x-qabyl-page": page };
      streams = await Promise.all([
        openStream(port, "/watch?view=cashier", own),
        ...(ready.customer === null ? [] : [customersStream(ready.customer, headers)]),
        openStream(port, "/api/v1/events", { authorization: `Bearer ${usual}`, "last-event-id": "0" }),
      ]);
    },
    async api(method, path, body, token = usual) {
      const headers = { authorization: `Bearer ${token}`, "idempotency-key": randomBytes(9).toString("hex") };
      const type: Record<string, string> = body ? { "content-type": "application/json" } : {};
      const content = body ? { body: typeof body === "string" ? body : JSON.stringify(body) } : {};
      const answer = await ask(port, { method, path: `/api/v1${path}`, headers: { ...headers, ...type }, ...content });
      said.push([`${method} ${path}`, `${JSON.stringify(answer.headers)}\n${answer.text}`]);
      return answer;
    },
    async call(name, input, { secret = false } = {}) {
      const headers = { origin: origin(), "x-qabyl-page": page, "content-type": "application/json" };
      const answer = await ask(port, { method: "POST", path: "/call", headers, body: JSON.stringify({ name, input }) });
      if (!secret) said.push([`call ${name}`, answer.text]);
      return answer.json();
    },
    async until(what, look) {
      for (let n = 0; n < 200; n += 1) {
        const found = await look();
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${what} did not happen: ${said.at(-1)?.join(" ")}\n${process?.stderr()}`);
    },
    async stop(signal) {
      const { code } = await running().stop(signal);
      for (const [index, stream] of streams.entries()) said.push([`stream ${index}`, stream.text()]);
      said.push(["stdout", running().stdout().join("\n")], ["stderr", running().stderr()]);
      streams = [];
      return code;
    },
    async leaks(canaries, folder) {
      const search = createSearch(canaries);
      const files = await filesBelow(folder);
      return [
        ...files.flatMap(({ path, content }) => search(path.slice(folder.length), content)),
        ...said.flatMap(([place, text]) => search(place, text)),
      ];
    },
  };
  return host;
}
