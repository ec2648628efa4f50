import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Settings } from "./config.ts";
import { actReply, done, notFound, pointReply, type Reply } from "./control-acts.ts";
import { readFault } from "./faults.ts";
import type { Simulator } from "./index.ts";
import { isObject, writePlain } from "./json.ts";

const LONGEST_BODY = 1_048_576;

export interface Control {
  url: string;
  token: string;
  close(): Promise<void>;
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
      return listReply(second, simulator.payments());
    case "GET /returns":
      return listReply(second, simulator.returns());
    case "GET /refunds":
      return listReply(second, simulator.refunds());
    case "GET /devices":
      return done(simulator.devices());
    case "POST /payments":
    case "POST /returns":
    case "POST /devices":
      return actReply(simulator, first, second ?? "", third ?? "", input);
    case "POST /tradepoints":
      return pointReply(simulator, second ?? "", input);
    case "POST /advance":
      if (!isObject(input) || typeof input.ms !== "number") throw new Error("ms is missing");
      simulator.advance(input.ms);
      return done({ now: simulator.now() });
    case "GET /config":
      return done(simulator.config);
    case "POST /config":
      await simulator.configure(input as Settings);
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
    returns: [...ledger.returns.values()],
    refunds: ledger.refunds,
    complaints: ledger.complaints,
    totals: ledger.totals(),
  };
}

/** All of them, or the one with this id. */
function listReply(id: string | undefined, records: readonly { id: string }[]): Reply {
  if (id === undefined) return done(records);
  const record = records.find((candidate) => candidate.id === id);
  return record ? done(record) : notFound();
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_BODY) throw new Error("the body is too long");
  }
  return text === "" ? {} : (JSON.parse(text) as unknown);
}
