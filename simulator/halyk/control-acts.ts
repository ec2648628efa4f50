import { done, listReply, notFound, type Order, type Reply } from "../control.ts";
import { isObject } from "../json.ts";
import type { HalykSimulator } from "./index.ts";
import { Refusal } from "./refusal.ts";

type Input = Record<string, unknown>;
type Act = (bank: HalykSimulator, billNumber: string, input: Input) => unknown;

function minorOf(value: unknown, least = 1): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) throw new Error("tiyn are expected");
  return value;
}

function textOf(value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string") throw new Error("a text is expected");
  return value;
}

const acts: Record<string, Act> = {
  scan: (bank, bill) => bank.scan(bill),
  block: (bank, bill) => bank.block(bill),
  auth: (bank, bill) => bank.auth(bill),
  pay: (bank, bill, { bonusMinor = 0, feeMinor = 0 }) =>
    bank.pay(bill, { bonusMinor: minorOf(bonusMinor, 0), feeMinor: minorOf(feeMinor, 0) }),
  reject: (bank, bill, { errDescription }) => bank.reject(bill, textOf(errDescription)),
  refund: (bank, bill, { minor }) => bank.refundElsewhere(bill, minorOf(minor)),
  finish: (bank, refund) => bank.finishRefund(refund),
  fail: (bank, refund, { errDescription }) => bank.rejectRefund(refund, textOf(errDescription)),
};

/** What the control interface does at Halyk. */
export function halykReply(bank: HalykSimulator, { method, steps, query, input }: Order): Reply | null {
  const [first, billNumber, act = ""] = steps;
  switch (`${method} /${first}`) {
    case "GET /ledger":
      return done(ledgerOf(bank, Number(query.get("since") ?? 0)));
    case "GET /bills":
      return listReply(billNumber, bank.bills(), (bill) => bill.billNumber);
    case "POST /bills":
      return actReply(bank, billNumber ?? "", act, isObject(input) ? input : {});
    default:
      return null;
  }
}

/** `POST /bills/<billNumber>/<act>`: 404 for what is not there, 409 for what the bank refuses. */
function actReply(bank: HalykSimulator, billNumber: string, name: string, input: Input): Reply {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (!act || !bank.bill(billNumber)) return notFound();
  try {
    return done(act(bank, billNumber, input));
  } catch (error) {
    if (error instanceof Refusal) return { status: 409, body: { error: error.message } };
    throw error;
  }
}

/** Everything; of the calls only those after `since`, a call's seq. */
function ledgerOf(bank: HalykSimulator, since: number): unknown {
  const bills = bank.bills();
  const { calls, droppedCalls, connections, complaints } = bank.ledger;
  return {
    now: bank.now(),
    calls: calls.filter((call) => call.seq > since),
    droppedCalls,
    connections,
    bills,
    complaints,
    totals: bank.ledger.totals(),
  };
}
