import type { Provider } from "../contract/states.ts";
import type { Words } from "./messages/index.ts";

/** How the banks, their apps and their ways to pay are called in every language. */
export const BANK_NAME = { kaspi: "Kaspi", halykQr: "Halyk", epay: "Halyk ePay" } as const;
export const APP_NAME = { kaspi: "Kaspi.kz", halykQr: "Halyk", epay: "Halyk" } as const;
export const WAY_NAME = { kaspi: "Kaspi QR", halykQr: "Halyk QR", epay: "Halyk ePay" } as const;

/** What a payment was made by, for a person. */
export const wayName = ({ provider, method }: { readonly provider: Provider; readonly method: string }): string =>
  method === "googlePay" ? "Google Pay" : WAY_NAME[provider];

/** What is told of one bank and would be wrong of another. A sentence that holds for each of them is not here. */
interface BankWords {
  /** What the customer does in the open app. */
  readonly tap: (words: Words) => string;
  /** The code has been scanned. */
  readonly confirming: (words: Words) => string;
  /** It was scanned, the time is over, and the bank has not ended it. */
  readonly unconfirmed: "over.doubt" | "over.open";
  /** The bank has given the money back. */
  readonly refunded: "back.to" | "back.to.bank";
  /** Where its number of a purchase is read, and what the bank is asked before money goes back of one. */
  readonly number: "num.t" | "num.t.bill";
  readonly blind: "back.blind" | "back.blind.ours";
  /** A purchase can also be named by its transaction number (Halyk rrn). */
  readonly rrn: boolean;
}

const HALYK: BankWords = {
  // No document names the button of the customer's app.
  tap: (words) => words("qr.choose"),
  // BLOCKED and AUTH may still be rejected: the goods wait for "paid".
  confirming: (words) => words("conf.hint.held"),
  unconfirmed: "over.open",
  refunded: "back.to.bank",
  number: "num.t.bill",
  blind: "back.blind.ours",
  rrn: true,
};

export const BANK_WORDS: Readonly<Record<Provider, BankWords>> = {
  kaspi: {
    tap: (words) => words("qr.tap", { name: WAY_NAME.kaspi }),
    confirming: (words) => words("conf.hint", { app: APP_NAME.kaspi }),
    // Kaspi alone promises that a purchase not confirmed in time is cancelled by itself, with the money.
    unconfirmed: "over.doubt",
    refunded: "back.to",
    number: "num.t",
    blind: "back.blind",
    rrn: false,
  },
  halykQr: HALYK,
  epay: HALYK,
};
