import type { IncomingMessage, ServerResponse } from "node:http";
import { JSON_TYPE, changeAnswer, type HttpAnswer } from "./change-answer.ts";
import { deliver } from "./deliver.ts";
import { actsUnder, type Faults, type Struck } from "./faults.ts";
import { foreignRefunds } from "./foreign.ts";
import { parseJson, RawJson, writeJson, type Json } from "./json.ts";
import type { KaspiBank } from "./kaspi/bank.ts";
import type { Code } from "./kaspi/codes.ts";
import { refuseAccess } from "./kaspi/access.ts";
import { BadRequest, type Envelope, type MethodRequest } from "./kaspi/method.ts";
import { Refusal } from "./kaspi/refusal.ts";
import { findMethod, type Found } from "./kaspi/schemes.ts";
import type { CallRecord, Scheme } from "./records.ts";

const LONGEST_BODY = 1_048_576;

export interface Peer {
  connection: number;
  client: CallRecord["client"];
  authorized: boolean;
}

export interface Exchange {
  bank: KaspiBank;
  faults: Faults;
  scheme: Scheme;
  basePath: string;
}

interface Outcome {
  answer: HttpAnswer;
  envelope: Envelope | null;
}

/** One request from its headers to its answer. */
export async function exchange(
  context: Exchange,
  peer: Peer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { bank, faults, scheme } = context;
  bank.clock.settle();
  const url = new URL(request.url ?? "/", "https://localhost");
  const below = url.pathname.startsWith(`${context.basePath}/`) ? url.pathname.slice(context.basePath.length) : null;
  const found = below === null ? null : findMethod(scheme, bank.config, below);
  const record = bank.ledger.addCall({
    at: bank.clock.now(),
    scheme,
    connection: peer.connection,
    client: peer.client,
    httpMethod: request.method ?? "",
    path: request.url ?? "",
    name: found?.method.name ?? null,
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
  const methodRequest: MethodRequest = {
    scheme,
    requestId: record.headers["x-request-id"] ?? null,
    parameter: found?.parameter ?? null,
    query: url.searchParams,
    body: undefined,
    note: (problem) => record.problems.push(problem),
    complain: (rule, text) => {
      record.problems.push(text);
      bank.ledger.complaints.push({ at: bank.clock.now(), call: record.seq, rule, text });
    },
  };
  record.paymentId = paymentOf(found, methodRequest);
  noteHeaders(context, record);

  const refused = faults.strike("headers", record.name, record.paymentId);
  if (refused.length > 0) {
    record.faults = refused.map((entry) => entry.fault.kind);
    request.socket.destroy();
    return;
  }

  record.bodyText = await readBody(request);
  methodRequest.body = readJson(record);
  record.body = methodRequest.body;
  record.paymentId ??= paymentOf(found, methodRequest);
  const struck = faults.strike("body", record.name, record.paymentId);
  record.faults = struck.map((entry) => entry.fault.kind);

  const act = () => carryOut(context, peer, found, record, methodRequest);
  const foreign = foreignRefunds(bank, record, struck);
  foreign.before();
  const untouched = (): Outcome => asEnvelope(bank, { StatusCode: 0, Message: "OK" });
  deliver({
    clock: bank.clock,
    record,
    request,
    response,
    struck,
    act: struck.every((entry) => actsUnder(entry.fault)) ? act : null,
    answer: (outcome) => finish(outcome ?? untouched(), struck),
  });
  foreign.after();
}

function finish(outcome: Outcome, struck: Struck[]): HttpAnswer {
  return changeAnswer(outcome.answer, outcome.envelope, struck);
}

/** The bank's own work: decides, changes its books and says so in the ledger. */
function carryOut(
  context: Exchange,
  peer: Peer,
  found: Found | null,
  record: CallRecord,
  request: MethodRequest,
): Outcome {
  const { bank } = context;
  bank.clock.settle();
  record.acted = true;
  record.actedAt = bank.clock.now();
  try {
    const refused = refuseAccess(context.scheme, bank.config, record.headers, peer.authorized);
    if (refused) return { envelope: null, answer: refused };
    if (!found) return plain(404, { Message: "No HTTP resource was found that matches the request URI." });
    if (found.method.httpMethod !== record.httpMethod) {
      return plain(405, { Message: "The requested resource does not support this http method." });
    }
    if (bank.config.strict && record.problems.some((problem) => problem.startsWith("header "))) {
      throw new BadRequest(record.problems.join(", "));
    }
    const answer = found.method.run(bank, request);
    record.paymentId ??= answer.paymentId ?? null;
    record.statusCode = "0";
    return asEnvelope(bank, answer.envelope);
  } catch (error) {
    if (error instanceof Refusal) {
      record.statusCode = error.code;
      return asEnvelope(bank, refusalEnvelope(bank, error.code, error.message), error.httpStatus);
    }
    if (error instanceof BadRequest) return plain(400, { Message: `The request is invalid: ${error.message}` });
    throw error;
  }
}

function refusalEnvelope(bank: KaspiBank, code: Code, message: string): Envelope {
  return {
    StatusCode: new RawJson(bank.config.codes[code] ?? code),
    Message: message,
  };
}

function asEnvelope(bank: KaspiBank, envelope: Envelope, status = 200): Outcome {
  const zero = bank.config.codes["0"];
  const written =
    zero !== undefined && envelope.StatusCode === 0 ? { ...envelope, StatusCode: new RawJson(zero) } : envelope;
  return {
    envelope: written,
    answer: { status, contentType: JSON_TYPE, headers: {}, body: writeJson(written) },
  };
}

function plain(status: number, body: { Message: string }): Outcome {
  return {
    envelope: null,
    answer: { status, contentType: JSON_TYPE, headers: {}, body: JSON.stringify(body) },
  };
}

function paymentOf(found: Found | null, request: MethodRequest): string | null {
  try {
    return found?.method.paymentId?.({ ...request, note: () => {} }) ?? null;
  } catch {
    return null;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return headers;
}

/** 3.1: Content-Type: application/json, and a unique X-Request-ID on every call. */
function noteHeaders(context: Exchange, record: CallRecord): void {
  const type = record.headers["content-type"] ?? "";
  if (!/^application\/json\b/i.test(type)) record.problems.push("header Content-Type");
  const requestId = record.headers["x-request-id"];
  if (!requestId) record.problems.push("header X-Request-ID missing");
  else if (context.bank.ledger.isRepeated(requestId)) record.problems.push("header X-Request-ID repeated");
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

function readJson(record: CallRecord): Json | undefined {
  if (record.bodyText === "") return undefined;
  try {
    return parseJson(record.bodyText);
  } catch {
    record.problems.push("body is no JSON");
    return undefined;
  }
}
