import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { readFault, type Faults } from "./faults.ts";
import { isObject, writePlain } from "./json.ts";

const LONGEST_BODY = 1_048_576;

export interface Control {
  url: string;
  token: string;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  body: unknown;
}

/** A request to the control interface: `POST /payments/17/scan` has three steps. */
export interface Order {
  method: string;
  steps: readonly [first: string, second: string | undefined, third: string | undefined];
  query: URLSearchParams;
  input: unknown;
}

/** What of a bank is controlled in one way whichever bank it is. */
export interface Controlled {
  readonly faults: Faults;
  readonly config: object;
  now(): number;
  advance(ms: number): void;
  /** Throws on an unknown key or a wrong value. */
  configure(change: object): Promise<void>;
  up(): Promise<void>;
  down(): Promise<void>;
  /** The bank's own lists and acts; null for what it has not. */
  reply(order: Order): Reply | null;
}

export const done = (body: unknown): Reply => ({ status: 200, body });
export const notFound = (): Reply => ({ status: 404, body: { error: "not found" } });

/** All of them, or the one with this id. */
export function listReply<Item>(id: string | undefined, items: readonly Item[], idOf: (item: Item) => string): Reply {
  if (id === undefined) return done(items);
  const found = items.find((item) => idOf(item) === id);
  return found ? done(found) : notFound();
}

/** The interface of tests and of the training phone: plain HTTP on loopback, with a bearer token. */
export async function startControl(bank: Controlled, port: number): Promise<Control> {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    answer(bank, token, request)
      .catch((error: unknown): Reply => ({ status: 400, body: { error: String((error as Error).message) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
        response.end(writePlain(body));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isToken(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

async function answer(bank: Controlled, token: string, request: IncomingMessage): Promise<Reply> {
  if (!isToken(request.headers.authorization, token)) return { status: 401, body: { error: "token" } };
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [first = "", second, third] = pathname.split("/").slice(1);
  const input = await readInput(request);
  switch (`${request.method} /${first}`) {
    case "GET /faults":
      return done(bank.faults.list());
    case "POST /faults":
      return done({ ids: (Array.isArray(input) ? input : [input]).map((fault) => bank.faults.add(readFault(fault))) });
    case "DELETE /faults":
      if (second === undefined) bank.faults.clear();
      else if (!bank.faults.remove(second)) return notFound();
      return done({});
    case "POST /advance":
      if (!isObject(input) || typeof input.ms !== "number") throw new Error("ms is missing");
      bank.advance(input.ms);
      return done({ now: bank.now() });
    case "GET /config":
      return done(bank.config);
    case "POST /config":
      await bank.configure(input as object);
      return done(bank.config);
    case "POST /down":
      await bank.down();
      return done({ up: false });
    case "POST /up":
      await bank.up();
      return done({ up: true });
    default:
      return (
        bank.reply({ method: request.method ?? "", steps: [first, second, third], query: searchParams, input }) ??
        notFound()
      );
  }
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Error("the body is too long");
  }
  return text === "" ? {} : (JSON.parse(text) as unknown);
}
