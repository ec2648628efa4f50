import { randomInt } from "node:crypto";
import type { Scheduled } from "../clock.ts";
import type { HalykBank } from "./bank.ts";
import { documentCode, rightCode } from "./emv.ts";
import type { Bill, Card, Detail, Status } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { decimal } from "./status-body.ts";

/** "QR status change policy". */
const policy: Readonly<Record<Status, readonly Status[]>> = {
  NEW: ["SCANNED"],
  SCANNED: ["BLOCKED", "REJECTED"],
  BLOCKED: ["AUTH", "PAID", "REJECTED"],
  AUTH: ["PAID", "REJECTED"],
  PAID: [],
  REJECTED: [],
};
const finished: readonly Status[] = ["PAID", "REJECTED"];
const NO_MONEY = "Недостаточно средств на карте";
const TIME_IS_UP = "Истекло время ожидания оплаты";

/** What a creation asks for, checked. */
export interface NewBill {
  call: number;
  terminal: string;
  invoiceId: string;
  pointOfSale: string;
  channel: string;
  isSkipFin: "Y" | "N";
  amountMinor: bigint;
}

/** How the customer pays. */
export interface Paying {
  /** Part of the amount that is paid in bonuses. */
  bonusMinor?: number;
  /** Commission, which the named amount has in it. */
  feeMinor?: number;
  details?: Detail[];
  /** The card's mask. */
  card?: string;
  reference?: string;
}

/** The life of a payment at the bank. */
export class Bills {
  #bank: HalykBank;
  #ends = new Map<string, Scheduled>();

  constructor(bank: HalykBank) {
    this.#bank = bank;
  }

  create(order: NewBill): Bill {
    const { clock, config } = this.#bank;
    const used = this.byInvoice(order.terminal, order.invoiceId);
    if (used && config.usedInvoice === "refuse") throw new Refusal(409, "invoiceId is already used with this terminal");
    if (used && config.usedInvoice === "same") return used;
    const billNumber = this.#bank.nextBillNumber();
    const { terminal, pointOfSale: merchant, amountMinor } = order;
    const code = { billNumber, terminal, merchant, amount: decimal(amountMinor) };
    return this.#bank.add({
      billNumber,
      kind: "payment",
      of: null,
      by: "till",
      ...order,
      feeMinor: 0n,
      bonusMinor: 0n,
      qrcode: config.qr === "right" ? rightCode(code) : documentCode(code),
      status: "NEW",
      errDescription: null,
      card: null,
      details: null,
      captured: false,
      refundedMinor: 0n,
      createdAt: clock.now(),
      history: [],
    });
  }

  /** The newest of them, where a number was let be used twice. */
  byInvoice(terminal: string, invoiceId: string): Bill | undefined {
    return this.#bank.ledger.payments().findLast((bill) => bill.terminal === terminal && bill.invoiceId === invoiceId);
  }

  /** A bill that is no refund. Throws 404. */
  find(billNumber: string): Bill {
    const bill = this.#bank.ledger.bills.get(billNumber);
    if (bill?.kind !== "payment") throw new Refusal(404, "QR is not found");
    return bill;
  }

  scan(billNumber: string): Bill {
    return this.#step(billNumber, "SCANNED", "scanned");
  }

  /** The money is held on the card. */
  block(billNumber: string): Bill {
    return this.#step(billNumber, "BLOCKED", "blocked");
  }

  auth(billNumber: string): Bill {
    return this.#step(billNumber, "AUTH", "authorised");
  }

  /** The whole way of a customer who pays, from wherever the bill stands. Ends with AUTH where Q-56 ends it. */
  pay(billNumber: string, paying: Paying = {}): Bill {
    const bill = this.find(billNumber);
    if (finished.includes(bill.status)) throw new Refusal(409, `the bill is ${bill.status}`);
    if (bill.status === "NEW") this.scan(billNumber);
    if (bill.status === "SCANNED") this.block(billNumber);
    const { bonusMinor = 0, feeMinor = 0, details, card, reference } = paying;
    bill.bonusMinor = BigInt(bonusMinor);
    bill.feeMinor = BigInt(feeMinor);
    if (details) bill.details = details;
    if (bill.card && card !== undefined) bill.card.mask = card;
    if (bill.card && reference !== undefined) bill.card.reference = reference;
    if (bill.isSkipFin === "Y" && !this.#bank.config.finDocuments) {
      return bill.status === "AUTH" ? bill : this.auth(billNumber);
    }
    return this.#step(billNumber, "PAID", "paid", () => (bill.captured = true));
  }

  /** The payment fails with the customer, who has scanned for it. */
  reject(billNumber: string, errDescription = NO_MONEY): Bill {
    const bill = this.find(billNumber);
    if (bill.status === "NEW") this.scan(billNumber);
    return this.#step(billNumber, "REJECTED", "failed", () => (bill.errDescription = errDescription));
  }

  /** "Changing QR status": whatever was posted, as far as the policy lets it. Nobody's money moves by it. */
  post(billNumber: string, status: Status, details: Detail[] | null): Bill {
    const bill = this.find(billNumber);
    const loose = this.#bank.config.policy === "loose" && bill.status === "NEW" && status === "REJECTED";
    if (!loose && !policy[bill.status].includes(status)) {
      throw new Refusal(400, `status ${bill.status} cannot be changed to ${status}`);
    }
    if (details) bill.details = details;
    this.#move(bill, this.#bank.clock.now(), status, "posted");
    return bill;
  }

  /** Sets the bank's own end of a payment that is not finished. */
  watch(bill: Bill): void {
    this.#ends.get(bill.billNumber)?.cancel();
    this.#ends.delete(bill.billNumber);
    const { clock, config } = this.#bank;
    if (config.rejectSeconds === null || finished.includes(bill.status)) return;
    const end = clock.at(bill.createdAt + config.rejectSeconds * 1000, (at) => {
      bill.errDescription = TIME_IS_UP;
      this.#move(bill, at, "REJECTED", "time is up");
    });
    this.#ends.set(bill.billNumber, end);
  }

  #step(billNumber: string, status: Status, cause: string, before: () => void = () => {}): Bill {
    const bill = this.find(billNumber);
    if (!policy[bill.status].includes(status)) throw new Refusal(409, `the bill is ${bill.status}`);
    before();
    this.#move(bill, this.#bank.clock.now(), status, cause);
    return bill;
  }

  #move(bill: Bill, at: number, status: Status, cause: string): void {
    if (status === "BLOCKED" && cause === "blocked") bill.card ??= newCard();
    this.#bank.move(bill, at, status, cause);
    this.watch(bill);
  }
}

const digits = (count: number) => String(randomInt(10 ** (count - 1), 10 ** count));

export function newCard(): Card {
  return {
    reference: `ONB${digits(12)}`,
    cardId: digits(8),
    openwayId: digits(8),
    mask: "440563XXXXXX3134",
  };
}
