import { JSON_TYPE, type HttpAnswer } from "../deliver.ts";
import type { Call, Peer, Received, Service } from "../exchange.ts";
import type { Faults } from "../faults.ts";
import { RawJson, writeJson } from "../json.ts";
import type { CallRecord } from "../records.ts";
import { refuseAccess } from "./access.ts";
import type { KaspiBank } from "./bank.ts";
import { changeAnswer } from "./change-answer.ts";
import type { Code } from "./codes.ts";
import { BadRequest, type Envelope, type MethodRequest } from "./method.ts";
import type { Scheme } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { findMethod, type Found } from "./schemes.ts";

interface Outcome {
  answer: HttpAnswer;
  envelope: Envelope | null;
}

/** One scheme's address of the bank. */
export function kaspiService(bank: KaspiBank, faults: Faults, scheme: Scheme, basePath: string): Service<Outcome> {
  const { clock, ledger } = bank;
  return { clock, ledger, faults, scheme, basePath, open: (received) => openCall(bank, scheme, received) };
}

function openCall(bank: KaspiBank, scheme: Scheme, { record, peer, path, query }: Received): Call<Outcome> {
  const found = path === null ? null : findMethod(scheme, bank.config, path);
  const request = (): MethodRequest => ({
    scheme,
    requestId: record.headers["x-request-id"] ?? null,
    parameter: found?.parameter ?? null,
    query,
    body: record.body,
    note: (problem) => record.problems.push(problem),
    complain: (rule, text) => {
      record.problems.push(text);
      bank.ledger.complaints.push({ at: bank.clock.now(), call: record.seq, rule, text });
    },
  });
  noteHeaders(bank, record);
  return {
    name: found?.method.name ?? null,
    paymentId: () => paymentOf(found, request()),
    act: () => carryOut(bank, scheme, peer, found, record, request()),
    answer(outcome, struck) {
      const { answer, envelope } = outcome ?? asEnvelope(bank, { StatusCode: 0, Message: "OK" });
      return changeAnswer(answer, envelope, struck);
    },
    refundElsewhere(minor) {
      try {
        bank.refunds.elsewhere(record.paymentId ?? "", minor);
        return null;
      } catch (error) {
        if (error instanceof Refusal) return error.code;
        throw error;
      }
    },
  };
}

/** The bank's own work: decides, changes its books and says so in the ledger. */
function carryOut(
  bank: KaspiBank,
  scheme: Scheme,
  peer: Peer,
  found: Found | null,
  record: CallRecord,
  request: MethodRequest,
): Outcome {
  try {
    const refused = refuseAccess(scheme, bank.config, record.headers, peer.authorized);
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

/** 3.1: Content-Type: application/json, and a unique X-Request-ID on every call. */
function noteHeaders(bank: KaspiBank, record: CallRecord): void {
  const type = record.headers["content-type"] ?? "";
  if (!/^application\/json\b/i.test(type)) record.problems.push("header Content-Type");
  const requestId = record.headers["x-request-id"];
  if (!requestId) record.problems.push("header X-Request-ID missing");
  else if (bank.ledger.isRepeated(requestId)) record.problems.push("header X-Request-ID repeated");
}
