import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Scheduled } from "../clock.ts";
import type { EpayBank } from "./bank.ts";
import { codes } from "./codes.ts";
import type { Challenge, Movement, Outcome, Status, Token, Transaction } from "./records.ts";
import { codeRefusal, type Refused } from "./refusal.ts";
import type { MethodRequest } from "./request.ts";

/** What is ordered, checked; the rest of a transaction is the bank's own. */
export type Order = Pick<
  Transaction,
  | "kind" | "means" | "invoice" | "terminalId" | "call" | "currency" | "accountId" | "description" | "email"
  | "phone" | "name" | "data" | "cardSave" | "cardMask" | "cardType" | "cardId" | "receiver" | "senderTransferType"
> & { amountMinor: bigint; outcome: Outcome }; // prettier-ignore

const digits = (count: number) => String(randomInt(10 ** (count - 1), 10 ** count));
const hex = (bytes: number) => randomBytes(bytes).toString("hex").toUpperCase();

/** base64 with the letters in it that a form must encode. */
function proofText(): string {
  const text = randomBytes(180).toString("base64");
  return text.includes("+") && text.includes("/") ? text : proofText();
}

/** The life of an operation at the bank. */
export class Orders {
  #bank: EpayBank;
  #due = new Map<string, Scheduled>();

  constructor(bank: EpayBank) {
    this.#bank = bank;
  }

  /** Uses the token up, and takes the order. Throws 400 for a number that may not be used. */
  take(request: MethodRequest, token: Token, order: Order): Transaction {
    const { clock, config, ledger } = this.#bank;
    token.usedFor = order.invoice;
    this.#checkInvoice(request, order);
    const { amountMinor, outcome, ...rest } = order;
    const transaction: Transaction = {
      id: randomUUID(),
      ...rest,
      token: token.token,
      status: "NEW",
      code: 0,
      outcome,
      due: null,
      orgAmountMinor: amountMinor,
      amountMinor,
      payoutAmountMinor: 0n,
      reference: digits(12),
      intReference: hex(8),
      approvalCode: digits(6),
      challenge: null,
      createdAt: clock.now(),
      history: [],
    };
    ledger.transactions.set(transaction.id, transaction);
    this.move(transaction, "NEW", "ordered");
    const wanted = transaction.kind !== "transfer" && (transaction.means !== "savedCard" || config.saved3ds);
    if (wanted && outcome.threeDs) this.#challenge(transaction);
    else this.#goOn(transaction);
    return transaction;
  }

  /** The payer is proved, or is not: the code the bank refuses with, 0 for none. */
  prove(transaction: Transaction, challenge: Challenge, paRes: string): number {
    challenge.open = false;
    if (paRes !== challenge.paRes.confirm) {
      transaction.code = codes.unproven;
      this.move(transaction, "FAILED", paRes === challenge.paRes.decline ? "declined on the page" : "no proof");
      return codes.unproven;
    }
    this.move(transaction, "NEW", "proved");
    this.#goOn(transaction);
    return transaction.outcome.code;
  }

  /** The bank's or its people's own act. Amounts that are not given stay. */
  set(
    transaction: Transaction,
    status: Status,
    amounts: Partial<Pick<Transaction, "orgAmountMinor" | "amountMinor" | "payoutAmountMinor">>,
  ): void {
    Object.assign(transaction, amounts);
    if (transaction.challenge) transaction.challenge.open = false;
    this.move(transaction, status, "set");
  }

  /** Books the step; what was to happen by itself does not any more. */
  move(transaction: Transaction, status: Status, cause: string, at = this.#bank.clock.now()): void {
    this.#due.get(transaction.id)?.cancel();
    transaction.due = null;
    transaction.status = status;
    transaction.history.push({ at, status, cause });
    this.#bank.changed();
  }

  book(transaction: Transaction, movement: Pick<Movement, "kind" | "minor" | "by" | "call" | "externalId">): void {
    const { id: transactionId, invoice, currency } = transaction;
    this.#bank.ledger.movements.push({
      at: this.#bank.clock.now(),
      transactionId,
      invoice,
      currency,
      ...movement,
    });
  }

  /** Sets what happens by itself. */
  watch(transaction: Transaction): void {
    const { due } = transaction;
    if (!due) return;
    const scheduled = this.#bank.clock.at(due.at, (at) => {
      if (due.act === "decide") this.#decide(transaction, at);
      else this.#giveUp(transaction, at);
    });
    this.#due.set(transaction.id, scheduled);
  }

  #checkInvoice(request: MethodRequest, order: Order): void {
    const { invoice, terminalId } = order;
    if (!/^\d{6,15}$/.test(invoice)) throw this.#refusal("the order number has 6 to 15 digits", order);
    const others = [...this.#bank.ledger.transactions.values()].filter((one) => one.terminalId === terminalId);
    if (others.some((one) => one.invoice === invoice)) {
      request.complain("posted-twice", `order ${invoice} came again`);
      throw this.#refusal("the order number is used", order);
    }
    if (this.#bank.config.lastSix && others.some((one) => one.invoice.slice(-6) === invoice.slice(-6))) {
      throw this.#refusal("the last 6 digits of the order number are used", order);
    }
  }

  #refusal(message: string, of: Refused) {
    return codeRefusal(400, codes.invalid, message, of);
  }

  #challenge(transaction: Transaction): void {
    const { clock, config } = this.#bank;
    transaction.challenge = {
      id: randomBytes(10).toString("base64url"),
      md: `${digits(9)}-${hex(8)}`,
      paReq: proofText(),
      paRes: { confirm: proofText(), decline: proofText() },
      open: true,
    };
    this.move(transaction, config.challengeStatus, "sent to the page");
    transaction.due = { at: clock.now() + config.challengeSeconds * 1000, act: "give-up" };
    this.watch(transaction);
    this.#bank.changed();
  }

  #giveUp(transaction: Transaction, at: number): void {
    if (transaction.challenge) transaction.challenge.open = false;
    transaction.code = codes.unproven;
    this.move(transaction, "FAILED", "nobody came back from the page", at);
  }

  /** Refused with a code or taken, at once or after a while. */
  #goOn(transaction: Transaction): void {
    const { clock, config } = this.#bank;
    const { outcome } = transaction;
    transaction.code = outcome.code;
    if (outcome.code !== 0 && outcome.ends === "open") return;
    if (config.decideMs === 0) return this.#decide(transaction, clock.now());
    transaction.due = { at: clock.now() + config.decideMs, act: "decide" };
    this.watch(transaction);
    this.#bank.changed();
  }

  #decide(transaction: Transaction, at: number): void {
    const { kind, outcome, orgAmountMinor: minor, call } = transaction;
    if (outcome.code !== 0 && outcome.ends === "declined") {
      this.move(transaction, outcome.code === codes.unproven ? "FAILED" : "REJECT", "refused", at);
      return;
    }
    transaction.code = 0;
    this.#saveCard(transaction);
    if (kind === "verification") return this.move(transaction, "VERIFIED", "verified", at);
    const hold = kind === "payment" && this.#bank.config.scheme === "dms";
    const what = kind === "transfer" ? "transfer" : hold ? "hold" : "charge";
    this.book(transaction, { kind: what, minor, by: "till", call, externalId: null });
    this.move(transaction, hold ? "AUTH" : "CHARGE", hold ? "held" : "charged", at);
  }

  #saveCard(transaction: Transaction): void {
    const { cardSave, means, accountId, cardMask: mask, cardType: type, outcome } = transaction;
    if (!cardSave || means !== "card") return;
    transaction.cardId = randomUUID();
    this.#bank.ledger.savedCards.set(transaction.cardId, {
      id: transaction.cardId,
      accountId,
      mask,
      type,
      outcome,
    });
  }
}
