import type { EpayBank } from "./bank.ts";
import { codes } from "./codes.ts";
import type { Transaction } from "./records.ts";
import { codeRefusal, tokenRefusal } from "./refusal.ts";
import type { MethodRequest } from "./request.ts";
import { toMinor } from "../money.ts";

/** 10 KZT: the bank gives no less back. */
const LEAST_REFUND_MINOR = 1_000n;

/** By whom, and by which call. */
interface Doer {
  by: "till" | "elsewhere";
  call: number | null;
  externalId: string | null;
}

/** Charge, cancel and refund. None of them knows a repetition: each is done again as far as there is money. */
export class Operations {
  #bank: EpayBank;

  constructor(bank: EpayBank) {
    this.#bank = bank;
  }

  /** The operation a request names by the bank's own id, with a service token of its terminal. Throws. */
  find(request: MethodRequest): Transaction {
    const token = this.#bank.tokens.service(request);
    const transaction = this.#bank.ledger.transactions.get(request.parameters[0] ?? "");
    if (!transaction) throw refusal("the operation is not found");
    if (transaction.terminalId !== token.terminalId) throw tokenRefusal("the operation is another terminal's");
    return transaction;
  }

  /** Takes what is held, or a part of it; the rest is free again. */
  charge(request: MethodRequest): Transaction {
    const transaction = this.find(request);
    if (transaction.status !== "AUTH") throw refusal(`the operation is ${transaction.status}`, transaction);
    const minor = amountOf(request) ?? transaction.amountMinor;
    if (minor <= 0n || minor > transaction.amountMinor) throw refusal("the amount is wrong", transaction);
    const { orders } = this.#bank;
    const rest = transaction.amountMinor - minor;
    const doer: Doer = { by: "till", call: request.call, externalId: null };
    orders.book(transaction, { kind: "charge", minor, ...doer });
    if (rest > 0n) orders.book(transaction, { kind: "release", minor: rest, ...doer });
    transaction.amountMinor = minor;
    orders.move(transaction, "CHARGE", "charged");
    return transaction;
  }

  cancel(request: MethodRequest): Transaction {
    const transaction = this.find(request);
    if (transaction.status !== "AUTH") throw refusal(`the operation is ${transaction.status}`, transaction);
    const { orders } = this.#bank;
    const minor = transaction.amountMinor;
    orders.book(transaction, { kind: "release", minor, by: "till", call: request.call, externalId: null });
    orders.move(transaction, "CANCEL", "cancelled");
    return transaction;
  }

  /** Without an amount everything that is left goes back. */
  refund(request: MethodRequest): Transaction {
    const transaction = this.find(request);
    const minor = amountOf(request) ?? transaction.amountMinor;
    const externalId = request.query.get("externalID");
    this.giveBack(transaction, minor, { by: "till", call: request.call, externalId });
    return transaction;
  }

  giveBack(transaction: Transaction, minor: bigint, doer: Doer): void {
    const { status, kind, amountMinor } = transaction;
    if (kind !== "payment" || (status !== "CHARGE" && status !== "REFUND")) {
      throw refusal(`the operation is ${status}`, transaction);
    }
    if (minor < LEAST_REFUND_MINOR) throw refusal("the amount is less than 10 KZT", transaction);
    if (minor > amountMinor) throw refusal("the amount is more than what is left", transaction);
    transaction.amountMinor -= minor;
    transaction.payoutAmountMinor += minor;
    this.#bank.orders.book(transaction, { kind: "refund", minor, ...doer });
    this.#bank.orders.move(transaction, "REFUND", "given back");
  }
}

/** `amount` of the address; null without one. Throws for what is no amount. */
function amountOf(request: MethodRequest): bigint | null {
  const text = request.query.get("amount");
  if (text === null) return null;
  const minor = toMinor(text);
  if (minor === null) throw refusal("the amount is wrong");
  return minor;
}

function refusal(message: string, of?: Transaction) {
  return codeRefusal(400, of ? codes.wrongAmount : codes.invalid, message, of);
}
