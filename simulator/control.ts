import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "./config.ts";
import { readFault } from "./faults.ts";
import type { Simulator } from "./index.ts";
import { isObject, writePlain } from "./json.ts";
import { Refusal } from "./kaspi/refusal.ts";

const LONGEST_BODY = 1_048_576;
const customerActs = ["scan", "confirm", "scanerror", "confirmerror", "pay"];

export interface Control {
  url: string;
  token: string;
  close(): Promise<void>;
}

interface Reply {
  status: number;
  body: unknown;
}

/** The interface of tests and of the training phone: plain HTTP on loopback, with a bearer token. */
export async function startControl(simulator: Simulator, port: number): Promise<Control> {
  const token = randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    answer(simulator, token, request)
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

async function answer(simulator: Simulator, token: string, request: IncomingMessage): Promise<Reply> {
  if (!isToken(request.headers.authorization, token)) return { status: 401, body: { error: "token" } };
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [first = "", second, third] = pathname.split("/").slice(1);
  const input = await readInput(request);
  switch (`${request.method} /${first}`) {
    case "GET /faults":
      return done(simulator.faults.list());
    case "POST /faults":
      return done({
        ids: (Array.isArray(input) ? input : [input]).map((fault) => simulator.faults.add(readFault(fault))),
      });
    case "DELETE /faults":
      if (second === undefined) simulator.faults.clear();
      else if (!simulator.faults.remove(second)) return notFound();
      return done({});
    case "GET /ledger":
      return done(ledgerOf(simulator, Number(searchParams.get("since") ?? 0)));
    case "GET /payments":
      if (second === undefined) return done(simulator.payments());
      return paymentReply(simulator, second);
    case "POST /payments":
      return customerAct(simulator, second ?? "", third ?? "");
    case "POST /advance":
      if (!isObject(input) || typeof input.ms !== "number") throw new Error("ms is missing");
      simulator.advance(input.ms);
      return done({ now: simulator.now() });
    case "GET /config":
      return done(simulator.config);
    case "POST /config":
      await simulator.configure(input as Partial<Config>);
      return done(simulator.config);
    case "POST /down":
      await simulator.down();
      return done({ up: false });
    case "POST /up":
      await simulator.up();
      return done({ up: true });
    default:
      return notFound();
  }
}

/** Everything; of the calls only those after `since`, a call's seq. */
function ledgerOf(simulator: Simulator, since: number): unknown {
  const { ledger } = simulator;
  simulator.clock.settle();
  return {
    now: simulator.clock.now(),
    calls: ledger.calls.filter((call) => call.seq > since),
    droppedCalls: ledger.droppedCalls,
    connections: ledger.connections,
    payments: [...ledger.payments.values()],
    totals: ledger.totals(),
  };
}

function paymentReply(simulator: Simulator, id: string): Reply {
  const payment = simulator.payment(id);
  return payment ? done(payment) : notFound();
}

function customerAct(simulator: Simulator, id: string, act: string): Reply {
  if (!customerActs.includes(act) || !simulator.payment(id)) return notFound();
  try {
    return done(act === "pay" ? simulator.pay(id) : simulator.act(id, act as "scan"));
  } catch (error) {
    if (error instanceof Refusal) return { status: 409, body: { error: error.message } };
    throw error;
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

const done = (body: unknown): Reply => ({ status: 200, body });
const notFound = (): Reply => ({ status: 404, body: { error: "not found" } });
