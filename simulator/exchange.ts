import type { IncomingMessage, ServerResponse } from "node:http";
import type { VirtualClock } from "./clock.ts";
import { deliver, type HttpAnswer } from "./deliver.ts";
import { actsUnder, type Faults, type Struck } from "./faults.ts";
import { foreignRefunds } from "./foreign.ts";
import { parseJson, type Json } from "./json.ts";
import type { CallLedger } from "./ledger.ts";
import type { CallRecord } from "./records.ts";

const LONGEST_BODY = 1_048_576;

export interface Peer {
  connection: number;
  client: CallRecord["client"];
  authorized: boolean;
}

/** A request as it came; `record.body` is there when the body was read. */
export interface Received {
  record: CallRecord;
  peer: Peer;
  /** Below the service's base; null elsewhere. */
  path: string | null;
  query: URLSearchParams;
}

/** What a bank makes of one request. */
export interface Call<Outcome> {
  /** The method's name, such as "qr/create"; null for a path the bank does not know. Asked as paymentId is. */
  readonly name: string | null;
  /** The purchase it is about; asked before the body is read and after it. */
  paymentId(): string | null;
  /** Makes what carrying it out needs; before the faults strike. */
  ready?(): Promise<void>;
  /** Decides, changes the books and says in the record what was decided. */
  act(): Outcome;
  /** The answer to what was carried out (null: nothing was) with every answer fault applied in order. */
  answer(outcome: Outcome | null, struck: Struck[]): HttpAnswer;
  /** Another till gives so many tiyn of the call's purchase back. Returns why the bank refused, or null. */
  refundElsewhere(minor: bigint): string | null;
}

/** One address of a bank. */
export interface Service<Outcome> {
  clock: VirtualClock;
  ledger: CallLedger;
  faults: Faults;
  basePath: string;
  scheme: CallRecord["scheme"];
  open(received: Received): Call<Outcome>;
}

/** One request from its headers to its answer. */
export async function exchange<Outcome>(
  service: Service<Outcome>,
  peer: Peer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { clock, faults, basePath } = service;
  clock.settle();
  const url = new URL(request.url ?? "/", "https://localhost");
  const record = service.ledger.addCall({
    at: clock.now(),
    scheme: service.scheme,
    connection: peer.connection,
    client: peer.client,
    httpMethod: request.method ?? "",
    path: request.url ?? "",
    name: null,
    paymentId: null,
    headers: headersOf(request),
    bodyText: "",
    body: undefined,
    problems: [],
    faults: [],
    acted: false,
    actedAt: null,
    statusCode: null,
    answer: null,
  });
  const path = url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : null;
  const call = service.open({ record, peer, path, query: url.searchParams });
  record.name = call.name;
  record.paymentId = call.paymentId();

  const refused = faults.strike("headers", record.name, record.paymentId);
  if (refused.length > 0) {
    record.faults = refused.map((entry) => entry.fault.kind);
    request.socket.destroy();
    return;
  }

  record.bodyText = await readBody(request);
  record.body = isForm(record) ? undefined : readJson(record);
  record.name = call.name;
  record.paymentId ??= call.paymentId();
  await call.ready?.();
  const struck = faults.strike("body", record.name, record.paymentId);
  record.faults = struck.map((entry) => entry.fault.kind);

  const act = (): Outcome => {
    clock.settle();
    record.acted = true;
    record.actedAt = clock.now();
    return call.act();
  };
  const foreign = foreignRefunds(clock, record, struck, (minor) => call.refundElsewhere(minor));
  foreign.before();
  deliver({
    clock,
    record,
    request,
    response,
    struck,
    act: struck.every((entry) => actsUnder(entry.fault)) ? act : null,
    answer: (outcome) => call.answer(outcome, struck),
  });
  foreign.after();
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return headers;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Error("the body is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Whether the body is what a browser's form, or OAuth, sends. */
export function isForm({ headers }: CallRecord): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "");
}

function readJson(record: CallRecord): Json | undefined {
  if (record.bodyText === "") return undefined;
  try {
    return parseJson(record.bodyText);
  } catch {
    record.problems.push("body is no JSON");
    return undefined;
  }
}
