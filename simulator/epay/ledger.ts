import { CallLedger } from "../ledger.ts";
import type { Movement, Post, SavedCard, Token, Totals, Transaction } from "./records.ts";

/** Calls that may move money. */
const posted = ["cryptopay", "confirm", "cards/auth", "charge", "cancel", "refund"];

/** Everything that happened at ePay, in order. */
export class Ledger extends CallLedger {
  /** By the bank's own id. */
  readonly transactions = new Map<string, Transaction>();
  readonly tokens: Token[] = [];
  readonly movements: Movement[] = [];
  readonly savedCards = new Map<string, SavedCard>();
  /** Tokens that calls came with, by the calls' seq. */
  readonly callTokens = new Map<number, string>();

  /** Every call that may move money as it came, or those of one invoice number. */
  posts(invoice?: string): Post[] {
    return this.calls.flatMap(({ seq, at, name, paymentId, bodyText, acted, statusCode }) =>
      name !== null && posted.includes(name) && (invoice === undefined || paymentId === invoice)
        ? [
            {
              call: seq,
              at,
              name,
              invoice: paymentId,
              bodyText,
              acted,
              decided: statusCode,
              token: this.callTokens.get(seq) ?? null,
            },
          ]
        : [],
    );
  }

  /** The newest with this number: each terminal counts for itself. */
  transaction(invoice: string): Transaction | undefined {
    return [...this.transactions.values()].findLast((one) => one.invoice === invoice);
  }

  refundsOf(invoice: string): Movement[] {
    return this.movements.filter((one) => one.kind === "refund" && one.invoice === invoice);
  }

  /** Added up from the movements themselves. */
  totals(): Totals {
    const sum = (movements: Movement[]) => movements.reduce((total, { minor }) => total + minor, 0n);
    const of = (kind: Movement["kind"]) => this.movements.filter((one) => one.kind === kind);
    const [charges, transfers, refunds] = [of("charge"), of("transfer"), of("refund")];
    const all = [...this.transactions.values()];
    const held = all.filter(({ status }) => status === "AUTH");
    const byInvoice: Totals["byInvoice"] = {};
    for (const { transactionId, invoice, minor } of [...charges, ...transfers]) {
      const own = (byInvoice[`${this.transactions.get(transactionId)?.terminalId ?? ""}/${invoice}`] ??= {
        charged: 0,
        chargedMinor: 0n,
      });
      own.charged++;
      own.chargedMinor += minor;
    }
    return {
      transactions: all.length,
      charged: charges.length,
      chargedMinor: sum(charges),
      held: held.length,
      heldMinor: held.reduce((total, { amountMinor }) => total + amountMinor, 0n),
      verified: all.filter(({ status }) => status === "VERIFIED").length,
      transferred: transfers.length,
      transferredMinor: sum(transfers),
      refunds: refunds.length,
      refundedMinor: sum(refunds),
      refundedByTillMinor: sum(refunds.filter(({ by }) => by === "till")),
      byInvoice,
    };
  }
}
