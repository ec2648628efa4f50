import type { Body } from "../answer.ts";
import { kazakhstanOffsetHours } from "../dates.ts";
import { NumberText, RawJson, type Writable } from "../json.ts";
import { fromMinor } from "../money.ts";
import type { Config } from "./config.ts";
import type { Bill, Status } from "./records.ts";

/** The samples' own, which no reader of JSON takes (Q-53). */
const BROKEN_DETAILS = '[{"label":"Loan terms"","value":"2 month"},{"label":"Effective rate","value":"5%"}]';

/** Where the samples have null for what the table calls mandatory. */
const unknownYet: readonly Status[] = ["NEW", "SCANNED", "BLOCKED"];
/** Where the samples have no `channel`, which the table calls mandatory. */
const withoutChannel: readonly Status[] = ["SCANNED", "BLOCKED"];

/** An amount as the samples write it: "250", and two places where there are any. */
export function decimal(minor: bigint): string {
  return fromMinor(minor).replace(/\.00$/, "");
}

/** A date without a zone. */
function localDate(at: number, zone: Config["dates"]): string {
  const hours = zone === "utc" ? 0 : kazakhstanOffsetHours(at);
  return new Date(at + hours * 3_600_000).toISOString().slice(0, 19);
}

/** "Get QR status": the keys of each status are those of its sample; AUTH, which has none, is told as PAID is. */
export function statusBody(bill: Bill, config: Config): Body {
  const { status, card } = bill;
  const yet = unknownYet.includes(status);
  const told = yet ? null : card;
  const amount = (minor: bigint): Writable => {
    if (yet) return null;
    return config.amounts === "number" ? new NumberText(decimal(minor)) : decimal(minor);
  };
  return {
    qrcode: bill.qrcode,
    status,
    reference: told?.reference ?? null,
    cardId: told?.cardId ?? null,
    cardType: told ? "Visa" : null,
    trType: "LOCALQR",
    secure3D: false,
    openwayId: told?.openwayId ?? null,
    issuer: yet ? null : "HSBKKZKX",
    issuerBankCountry: yet ? null : "KZ",
    fee: amount(bill.feeMinor),
    amount: amount(bill.amountMinor + bill.feeMinor),
    bonusAmount: amount(bill.bonusMinor),
    currency: yet ? null : "398",
    ...(withoutChannel.includes(status) ? {} : { channel: bill.channel }),
    paymentChannel: "EPAY",
    errDescription: bill.errDescription,
    retCode: status === "SCANNED" ? null : "0",
    cardMask: status === "SCANNED" ? null : (card?.mask ?? "440563XXXXXX3134"),
    terminal: bill.terminal,
    invoiceId: bill.invoiceId,
    createdDate: localDate(bill.createdAt, config.dates),
    // Already there in NEW.
    paymentDate: localDate(bill.history.at(-1)?.at ?? bill.createdAt, config.dates),
    details: config.malformed ? new RawJson(BROKEN_DETAILS) : (bill.details as Writable),
    isSkipFin: bill.isSkipFin,
  };
}

/** "Getting QR status via Kafka topic": the same with the bill's number, which the table calls a string. */
export function eventBody(bill: Bill, config: Config): Body {
  return { billId: BigInt(bill.billNumber), ...statusBody(bill, config) };
}
