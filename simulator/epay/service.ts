import { changedAnswer, renamed, type Body, type PlainAnswer } from "../answer.ts";
import { JSON_TYPE } from "../deliver.ts";
import { isForm, type Call, type Received, type Service } from "../exchange.ts";
import { wordOf, type AnswerChange, type Faults } from "../faults.ts";
import { isObject, rawMembers } from "../json.ts";
import type { CallRecord } from "../records.ts";
import type { EpayBank } from "./bank.ts";
import { findMethod, type BankMethod, type Reach } from "./methods.ts";
import { Refusal } from "./refusal.ts";
import type { MethodRequest } from "./request.ts";

export function epayService(bank: EpayBank, faults: Faults, reach: Reach): Service<PlainAnswer> {
  const { clock, ledger } = bank;
  return { clock, ledger, faults, scheme: null, basePath: "", open: (received) => openCall(bank, received, reach) };
}

function openCall(bank: EpayBank, { record, path, query }: Received, reach: Reach): Call<PlainAnswer> {
  const found = path === null ? null : findMethod(bank, path, reach);
  const bearer = query.get("Access") ?? /^bearer (.+)$/i.exec(record.headers.authorization ?? "")?.[1] ?? null;
  if (bearer !== null) bank.ledger.callTokens.set(record.seq, bearer);
  const request = (): MethodRequest => ({
    call: record.seq,
    parameters: found?.parameters ?? [],
    query,
    body: record.body,
    // The documents write "form-data", every working client sends a form of a browser.
    form: isForm(record) && record.bodyText !== "" ? new URLSearchParams(record.bodyText) : null,
    bearer,
    note: (problem) => record.problems.push(problem),
    complain(rule, text) {
      record.problems.push(text);
      bank.ledger.complaints.push({ at: bank.clock.now(), call: record.seq, rule, text });
    },
  });
  return {
    get name() {
      return found?.method.name(request()) ?? null;
    },
    paymentId: () => found?.method.invoice(bank, request()) ?? null,
    ready: async () => {
      if (found?.method.needsKey?.(request()) === true) await bank.key.ready();
    },
    act() {
      const outcome = carryOut(bank, found?.method ?? null, record, request());
      record.statusCode = String(outcome.status);
      return outcome;
    },
    answer: (outcome, struck) =>
      changedAnswer(outcome ?? { status: 200, contentType: JSON_TYPE, headers: {}, body: {} }, struck, changeBody),
    refundElsewhere(minor) {
      const transaction = bank.ledger.transaction(record.paymentId ?? "");
      try {
        if (!transaction) return "404";
        bank.operations.giveBack(transaction, minor, { by: "elsewhere", call: null, externalId: null });
        return null;
      } catch (error) {
        if (error instanceof Refusal) return String(error.httpStatus);
        throw error;
      }
    },
  };
}

/** The bank's own work: decides, changes its books and says so in the ledger. */
function carryOut(bank: EpayBank, method: BankMethod | null, record: CallRecord, request: MethodRequest): PlainAnswer {
  try {
    if (!bank.config.allowed) throw new Refusal(403, { message: "the address is not allowed" });
    if (!method) throw new Refusal(404, { message: "no such address" });
    if (!method.httpMethods.some((one) => one === record.httpMethod)) {
      throw new Refusal(405, { message: "another method is expected" });
    }
    return method.run(bank, request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { httpStatus: status, headers, body } = error;
    return { status, contentType: JSON_TYPE, headers, body };
  }
}

const outer = ["resultCode", "resultMessage", "transaction"];

/** `status` and `extra` change the `transaction` of a status where there is one. */
function changeBody(body: Body, { status, extra = {}, rename }: AnswerChange, hit: number): Body {
  const inner = isObject(body.transaction) ? body.transaction : null;
  const raw = rawMembers(extra);
  const pick = (outside: boolean) =>
    Object.fromEntries(Object.entries(raw).filter(([key]) => (inner === null || outer.includes(key)) === outside));
  const word = status === undefined ? null : wordOf(status, hit);
  const told = word === null ? {} : inner ? {} : { status: word };
  const changed = {
    ...body,
    ...(inner && {
      transaction: renamed({ ...inner, ...(word !== null && { statusName: word }), ...pick(false) }, rename),
    }),
    ...told,
    ...pick(true),
  };
  return renamed(changed, rename);
}
