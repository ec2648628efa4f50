/** A till of Halyk, a sale and a refund of it, and the document's samples. */
import { readdirSync, readFileSync } from "node:fs";
import { minor } from "../../contract/money.ts";
import { crc16 } from "../../main/banks/halyk-qr/emv.ts";
import type { BankContext } from "../../main/core/bank.ts";
import type { PaymentDetail, PaymentRow } from "../../main/core/payment.ts";
import type { HttpAnswer, Profile } from "../../main/core/ports.ts";
import type { RefundDetail, RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { newRow } from "../support/rows.ts";

const FOLDER = new URL("../fixtures/documents/halyk/", import.meta.url);

export interface Sample {
  readonly source: { readonly section: string };
  readonly request?: { readonly method: string; readonly path: string; readonly bodyText: string | null };
  readonly response?: { readonly bodyText: string } | null;
  readonly event?: { readonly bodyText: string };
}

export interface Tables {
  readonly tables: Readonly<Record<string, readonly { readonly name: string; readonly mandatory: boolean }[]>>;
  readonly skeletons: Readonly<Record<string, string>>;
  readonly policy: readonly string[];
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
export const sampleNames = readdirSync(FOLDER)
  .map((file) => file.replace(".json", ""))
  .filter((name) => name !== "tables");
export const sample = (name: string): Sample => read(name) as Sample;
export const tables = read("tables") as Tables;
/** The body of a sample's answer, or of an event. */
export const sampleText = (name: string): string => {
  const { response, event } = sample(name);
  return (response ?? event)?.bodyText ?? "";
};
/** The same with its doubled quotation mark mended by hand. */
export const mendedText = (name: string): string => sampleText(name).replaceAll('""', '"');

export const SALE_BILL = "2532191";
export const REFUND_BILL = "6076034";
export const INVOICE = "1000001";

export function contextOf(options: Readonly<Record<string, string>> = {}, profile: Partial<Profile> = {}): BankContext {
  return {
    profile: {
      id: "h",
      provider: "halykQr",
      environment: "test",
      scheme: null,
      url: "https://bank.test/internal/qr-service/internal",
      bin: null,
      tradePoint: null,
      device: "92059431",
      options: {
        pointOfSale: "THE KITCHEN",
        channel: "SMART_POS",
        scanSeconds: "180",
        pollSeconds: "3",
        emvMismatch: "warn",
        skipFin: "N",
        amountAsString: "false",
        ...options,
      },
      ...profile,
    },
    secrets: { username: "till", password: "made-up:Пароль" },
    requestId: "da169655f65740d991b1bbfcd9802b28",
  };
}

/** The sale of the samples: 250 tenge. */
export function saleRow(change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow {
  return newRow(
    { provider: "halykQr", minor: minor(25_000), bankId: SALE_BILL, ...change },
    { invoiceId: INVOICE, ...detail },
  );
}

export function refundRow(change: Partial<RefundRow> = {}, detail: Partial<RefundDetail> = {}): RefundRow {
  return newRefund(
    { provider: "halykQr", minor: minor(25_000), purchaseKey: `halykQr|test|${SALE_BILL}`, ...change },
    { purchaseId: SALE_BILL, ...detail },
  );
}

export const answer = (text: string, status = 200): HttpAnswer => ({ status, headers: {}, text });
export const json = (fields: object, status = 200): HttpAnswer => answer(JSON.stringify(fields), status);

/** A payload that fits, made from parts so that each can be made wrong. */
export function payloadOf(
  parts: Readonly<{ amount?: string; bill?: string; currency?: string; name?: string }> = {},
): string {
  const { amount = "250.00", bill = SALE_BILL, currency = "398", name = "АЛМАТЫ" } = parts;
  const tag = (id: string, value: string): string =>
    `${id}${String(Array.from(value).length).padStart(2, "0")}${value}`;
  const open = [
    tag("00", "01"),
    tag("01", "12"),
    tag("26", tag("00", "HSBKKZKX")),
    tag("52", "4591"),
    ...(currency === "" ? [] : [tag("53", currency)]),
    ...(amount === "" ? [] : [tag("54", amount)]),
    tag("58", "KZ"),
    tag("59", name),
    ...(bill === "" ? [] : [tag("62", tag("01", bill))]),
    "6304",
  ].join("");
  return open + crc16(open);
}

/** A whole answer of status, about the sale of the samples. */
export function statusBody(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    qrcode: payloadOf(),
    status: "PAID",
    reference: "ONB111111223301",
    cardType: "Visa",
    fee: "0",
    amount: "250",
    bonusAmount: "0",
    currency: "398",
    errDescription: null,
    retCode: "0",
    cardMask: "440563XXXXXX3134",
    terminal: "92059431",
    invoiceId: INVOICE,
    createdDate: "2026-11-22T14:00:05",
    paymentDate: "2026-11-22T14:00:40",
    details: [{ label: "Loan terms", value: "2 month" }],
    isSkipFin: "N",
    ...change,
  };
}
