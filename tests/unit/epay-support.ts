/** A till of ePay, its payments and refunds, and the documents' samples with everything secret made up here. */
import { readdirSync, readFileSync } from "node:fs";
import { passesLuhn } from "../../contract/card-number.ts";
import type { TypedCard } from "../../contract/card.ts";
import { minor } from "../../contract/money.ts";
import { epay } from "../../main/banks/epay/index.ts";
import type { BankContext, Paying } from "../../main/core/bank.ts";
import type { PaymentDetail, PaymentRow } from "../../main/core/payment.ts";
import type { HttpAnswer, Profile } from "../../main/core/ports.ts";
import type { RefundDetail, RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { newRow } from "../support/rows.ts";

const FOLDER = new URL("../fixtures/documents/epay/", import.meta.url);

/** A card number that nobody has: digits ending in the one that fits. */
export function panOf(start: string, length = 16): string {
  const body = start.padEnd(length - 1, "0");
  for (let last = 0; last < 10; last += 1) if (passesLuhn(`${body}${last}`)) return `${body}${last}`;
  throw new Error("no last digit fits");
}

const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 7 + seed * 13 + 3) % 256));

export const PAN = panOf("400000123456789");
export const CVC = "000";
export const CARD_ID = "00000000-1111-4222-8333-444444444444";
export const RECEIVER_ID = "00000000-5555-4666-8777-888888888888";
/** Of the forms that break things: + / = in base64, \u003d inside JSON inside JSON. */
export const PA_REQ = `${bytes(60, 1).toString("base64")}+/==`;
export const PA_RES = `${bytes(90, 2).toString("base64")}+/==`;
export const CRYPTOGRAM = bytes(512, 3).toString("base64");
export const ACCESS = "MADE_UP-access.token~1";
export const SECRET = "made#up$1&2%3+4 =пароль!";
export const GOOGLE_TOKEN = `{"signature":"${bytes(20, 4).toString("base64").replaceAll("=", "\\u003d")}\\u003d\\u003d","intermediateSigningKey":{"signedKey":"{\\"keyValue\\":\\"MFk\\\\u003d\\\\u003d\\"}"},"protocolVersion":"ECv2","signedMessage":"{\\"tag\\":\\"a+/b\\\\u003d\\"}"}`;

const MADE_UP: Readonly<Record<string, string>> = {
  accessToken: ACCESS,
  clientId: "made-up-client",
  clientSecret: SECRET,
  cryptogram: CRYPTOGRAM,
  googlePayToken: JSON.stringify(GOOGLE_TOKEN).slice(1, -1),
  paReq: PA_REQ,
  paRes: PA_RES,
  pan: PAN,
  cvc: CVC,
  cardId: CARD_ID,
  receiverCardId: RECEIVER_ID,
};

export interface Sample {
  readonly request?: {
    readonly path?: string;
    readonly bodyText?: string;
    readonly form?: Readonly<Record<string, string>>;
  };
  readonly response?: { readonly status: number; readonly bodyText: string };
  readonly form?: Readonly<Record<string, string>>;
  readonly structure?: string;
  readonly sample?: string;
}

export interface Tables {
  readonly addresses: readonly string[];
  readonly tables: Readonly<Record<string, readonly { readonly name: string; readonly mandatory?: boolean }[]>>;
}

const filled = (value: unknown): unknown => {
  if (typeof value === "string") return value.replaceAll(/@(\w+)@/g, (whole, name: string) => MADE_UP[name] ?? whole);
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
};
const read = (name: string): unknown => filled(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")));

export const sampleNames = readdirSync(FOLDER)
  .map((file) => file.replace(".json", ""))
  .filter((name) => name !== "tables");
export const sample = (name: string): Sample => read(name) as Sample;
export const tables = read("tables") as Tables;

/** The documents' slips mended by hand: a comma that is missing, one too many (Q-76). */
export const mended = (text = ""): string => text.replaceAll(/"(?= "phone")/g, '",').replaceAll(/,(?=\s*\})/g, "");
/** A sample's answer as it should have been printed. */
export const sampleText = (name: string): string => mended(sample(name).response?.bodyText);
export const sampleRequest = (name: string): Record<string, unknown> =>
  JSON.parse(mended(sample(name).request?.bodyText)) as Record<string, unknown>;

export const PAYMENT_TERMINAL = "67e34d63-102f-4bd1-898e-370781d0074d";
export const VERIFICATION_TERMINAL = "d9d7978c-d6ee-4ec0-8cda-165251a4bf16";
export const TRANSFER_TERMINAL = "40a348cb-68a3-45d5-9002-a4836d79c3b5";
export const BASE = "https://bank.test/api";
export const INVOICE = "205218074";
export const OPERATION = "af2089fe-43b1-47eb-a61f-c78dd196e18d";

export function contextOf(
  options: Readonly<Record<string, string>> = {},
  profile: Partial<Profile> = {},
): BankContext & { readonly sealed: string[] } {
  const sealed: string[] = [];
  return {
    sealed,
    profile: {
      id: "e",
      provider: "epay",
      environment: "test",
      scheme: null,
      url: BASE,
      bin: "123456789012",
      tradePoint: null,
      device: PAYMENT_TERMINAL,
      options: {
        oauthUrl: "https://oauth.test/epay2/oauth2/token",
        verificationTerminal: VERIFICATION_TERMINAL,
        transferTerminal: TRANSFER_TERMINAL,
        confirmPath: "/payments/confirm",
        keyUrl: `${BASE}/public.rsa`,
        cyrillicCryptogram: "false",
        cards: "true",
        transfers: "true",
        operations: "true",
        merchant: "Bakery",
        ...options,
      },
      ...profile,
    },
    secrets: {
      paymentClient: "made-up-client",
      paymentSecret: SECRET,
      verificationClient: "check-client",
      verificationSecret: `check-${SECRET}`,
      transferClient: "transfer-client",
      transferSecret: `transfer-${SECRET}`,
    },
    requestId: "da169655f65740d991b1bbfcd9802b28",
    seal: (text) => {
      sealed.push(text);
      return CRYPTOGRAM;
    },
  };
}

/** A payment of 22.22 tenge with Google Pay, unless it is said otherwise. */
export function paymentRow(change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow {
  return newRow(
    { provider: "epay", method: "googlePay", minor: minor(2_222), bankId: INVOICE, ...change },
    { invoiceId: INVOICE, ...detail },
  );
}
export const checkRow = (change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow =>
  paymentRow({ method: "cardVerification", kind: "verification", minor: minor(0), currency: "USD", ...change }, detail);
export const transferRow = (change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow =>
  paymentRow({ method: "transfer", kind: "transfer", ...change }, detail);

export function refundRow(change: Partial<RefundRow> = {}, detail: Partial<RefundDetail> = {}): RefundRow {
  return newRefund(
    { provider: "epay", minor: minor(1_000), purchaseKey: `epay|test|${INVOICE}`, ...change },
    { purchaseId: INVOICE, operationId: OPERATION, ...detail },
  );
}

export const typedCard: TypedCard = { number: PAN, expiry: "10/22", cvc: CVC, name: "JON JONSON" };

export function payingOf(change: Partial<Paying> = {}): Paying {
  return { token: null, card: null, receiver: null, payer: {}, data: null, useBonus: false, ...change };
}

export const answer = (text: string, status = 200): HttpAnswer => ({ status, headers: {}, text });
export const json = (fields: object, status = 200): HttpAnswer => answer(JSON.stringify(fields), status);

/** A transaction of check-status that fits `paymentRow()`. */
export function transactionOf(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: OPERATION,
    createdDate: "2026-11-22T14:00:05.289853+05:00",
    invoiceID: INVOICE,
    amount: 22.22,
    amountBonus: 0,
    payoutAmount: 0,
    orgAmount: 22.22,
    approvalCode: "170243",
    currency: "KZT",
    terminal: "98120001",
    terminalID: PAYMENT_TERMINAL,
    cardMask: "400303...9821",
    cardType: "VISA",
    reference: "231951411351",
    reason: "Successfully",
    reasonCode: "00",
    statusName: "CHARGE",
    cardID: CARD_ID,
    ...change,
  };
}
export const checkTransaction = (change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  transactionOf({ amount: 0, orgAmount: 0, currency: "USD", terminalID: VERIFICATION_TERMINAL, ...change });

export const statusBody = (transaction: unknown, resultCode: unknown = "100"): Record<string, unknown> => ({
  resultCode,
  resultMessage: "SUCCESS",
  transaction,
});

/** Reads an answer to the question about a payment. */
export const readStatus = (given: HttpAnswer, payment = paymentRow()): ReturnType<Reader> =>
  epay.status(contextOf(), payment).read(given);
type Reader = ReturnType<typeof epay.status>["read"];
