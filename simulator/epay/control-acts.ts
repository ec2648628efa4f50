import { done, listReply, notFound, type Order, type Reply } from "../control.ts";
import { isObject } from "../json.ts";
import type { EpaySimulator } from "./index.ts";
import { statuses } from "./records.ts";
import { Refusal } from "./refusal.ts";

type Input = Record<string, unknown>;

function minorOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Error("tiyn are expected");
  return value;
}

const acts: Record<string, (bank: EpaySimulator, invoice: string, input: Input) => unknown> = {
  set(bank, invoice, { status, orgAmount, amount, payoutAmount }) {
    const word = statuses.find((one) => one === status);
    if (word === undefined) throw new Error("a status is expected");
    const amounts = {
      orgAmount: minorOf(orgAmount),
      amount: minorOf(amount),
      payoutAmount: minorOf(payoutAmount),
    };
    return bank.set(invoice, word, amounts);
  },
  refund(bank, invoice, { minor }) {
    const given = minorOf(minor);
    if (given === undefined) throw new Error("minor is missing");
    return bank.refundElsewhere(invoice, given);
  },
};

/** What the control interface does at ePay. */
export function epayReply(bank: EpaySimulator, { method, steps, query, input }: Order): Reply | null {
  const [first, invoice, act = ""] = steps;
  switch (`${method} /${first}`) {
    case "GET /ledger":
      return done(ledgerOf(bank, Number(query.get("since") ?? 0)));
    case "GET /transactions":
      return transactionsReply(bank, invoice);
    case "GET /cards":
      return listReply(invoice, bank.savedCards(), (card) => card.id);
    case "POST /transactions":
      return actReply(bank, invoice ?? "", act, isObject(input) ? input : {});
    default:
      return null;
  }
}

/** All of them, or the newest with this number. */
function transactionsReply(bank: EpaySimulator, invoice: string | undefined): Reply {
  if (invoice === undefined) return done(bank.transactions());
  const found = bank.transaction(invoice);
  return found ? done(found) : notFound();
}

/** `POST /transactions/<invoice>/<act>`: 404 for what is not there, 409 for what the bank refuses. */
function actReply(bank: EpaySimulator, invoice: string, name: string, input: Input): Reply {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (!act || !bank.transaction(invoice)) return notFound();
  try {
    return done(act(bank, invoice, input));
  } catch (error) {
    if (error instanceof Refusal) return { status: 409, body: { error: error.message } };
    throw error;
  }
}

/** Everything; of the calls only those after `since`, a call's seq. */
function ledgerOf(bank: EpaySimulator, since: number): unknown {
  const transactions = bank.transactions();
  const { ledger } = bank;
  const { calls, droppedCalls, connections, movements, complaints } = ledger;
  return {
    now: bank.now(),
    calls: calls.filter((call) => call.seq > since),
    droppedCalls,
    connections,
    posts: ledger.posts().filter((post) => post.call > since),
    transactions,
    movements,
    complaints,
    totals: ledger.totals(),
  };
}
