import { STATUS_CODES } from "node:http";
import { changedAnswer, renamed, type Body, type PlainAnswer } from "../answer.ts";
import { JSON_TYPE } from "../deliver.ts";
import type { Call, Received, Service } from "../exchange.ts";
import { wordOf, type AnswerChange, type Faults } from "../faults.ts";
import { rawMembers } from "../json.ts";
import type { CallRecord } from "../records.ts";
import type { HalykBank } from "./bank.ts";
import type { MethodRequest } from "./fields.ts";
import { findMethod, type Found } from "./methods.ts";
import { Refusal } from "./refusal.ts";

export function halykService(bank: HalykBank, faults: Faults, basePath: string): Service<PlainAnswer> {
  const { clock, ledger } = bank;
  return { clock, ledger, faults, scheme: null, basePath, open: (received) => openCall(bank, received) };
}

function openCall(bank: HalykBank, { record, path, query }: Received): Call<PlainAnswer> {
  const found = path === null ? null : findMethod(record.httpMethod, path);
  const request = (): MethodRequest => ({
    call: record.seq,
    parameters: found?.parameters ?? [],
    query,
    body: record.body,
    note: (problem) => record.problems.push(problem),
    complain(text) {
      record.problems.push(text);
      bank.ledger.complaints.push({ at: bank.clock.now(), call: record.seq, rule: "status-posted", text });
    },
  });
  noteHeaders(record);
  return {
    name: found?.method.name ?? null,
    paymentId: () => billOf(bank, found, request()),
    act() {
      const outcome = carryOut(bank, found, record, request());
      record.statusCode = String(outcome.status);
      return outcome;
    },
    answer: (outcome, struck) =>
      changedAnswer(outcome ?? { status: 200, contentType: JSON_TYPE, headers: {}, body: {} }, struck, changeBody),
    refundElsewhere(minor) {
      try {
        bank.refunds.elsewhere(record.paymentId ?? "", minor);
        return null;
      } catch (error) {
        if (error instanceof Refusal) return String(error.httpStatus);
        throw error;
      }
    },
  };
}

/** The bank's own work: decides, changes its books and says so in the ledger. */
function carryOut(bank: HalykBank, found: Found | null, record: CallRecord, request: MethodRequest): PlainAnswer {
  try {
    refuseAccess(bank, record);
    if (!found) throw new Refusal(404, "no such address");
    if (found.method.httpMethod !== record.httpMethod) throw new Refusal(405, "another method is expected");
    const headers = record.problems.filter((problem) => problem.startsWith("header "));
    if (bank.config.strict && headers.length > 0) throw new Refusal(400, headers.join(", "));
    const { body, billNumber } = found.method.run(bank, request);
    record.paymentId ??= billNumber;
    return { status: 200, contentType: JSON_TYPE, headers: {}, body };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { httpStatus: status, message } = error;
    const asked: Record<string, string> = status === 401 ? { "WWW-Authenticate": 'Basic realm="qr-service"' } : {};
    const timestamp = new Date(bank.clock.now()).toISOString();
    const body = { timestamp, status, error: STATUS_CODES[status] ?? "", message, path: record.path };
    return { status, contentType: JSON_TYPE, headers: asked, body };
  }
}

function refuseAccess({ config }: HalykBank, { headers }: CallRecord): void {
  if (!config.allowed) throw new Refusal(403, "the address is not allowed");
  const pair = Buffer.from(`${config.username}:${config.password}`, "utf8").toString("base64");
  if (headers.authorization !== `Basic ${pair}`) throw new Refusal(401, "user name or password is wrong");
}

function billOf(bank: HalykBank, found: Found | null, request: MethodRequest): string | null {
  try {
    return found?.method.bill(bank, { ...request, note: () => {} }) ?? null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** The samples' headers. */
function noteHeaders({ httpMethod, headers, problems }: CallRecord): void {
  const isJson = (value = "") => /^application\/json\b/i.test(value);
  if (httpMethod === "POST" && !isJson(headers["content-type"])) problems.push("header Content-Type");
  if (!isJson(headers.accept)) problems.push("header Accept");
}

function changeBody(body: Body, { status, extra = {}, rename }: AnswerChange, hit: number): Body {
  const changed: Body = {
    ...body,
    ...(status === undefined ? {} : { status: wordOf(status, hit) }),
    ...rawMembers(extra),
  };
  return renamed(changed, rename);
}
