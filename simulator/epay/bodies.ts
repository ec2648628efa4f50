import { createHash } from "node:crypto";
import type { Body } from "../answer.ts";
import { kazakhstanOffsetHours } from "../dates.ts";
import { NumberText } from "../json.ts";
import { fromMinor } from "../money.ts";
import { codes, wordsOf } from "./codes.ts";
import type { Config } from "./config.ts";
import { codeRefusal, type Refusal } from "./refusal.ts";
import type { Status, Token, Transaction } from "./records.ts";

/** As the samples write an amount: 10, 12.22. */
function decimal(minor: bigint): NumberText {
  return new NumberText(fromMinor(minor).replace(/\.?0+$/, ""));
}

/** A word's or a terminal's id, the same whenever it is asked. */
function idOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** "98120001": the terminal's number at the bank, beside its UUID. */
function terminalNumber(terminalId: string): string {
  const hash = createHash("sha256").update(terminalId).digest();
  return `98${String(hash.readUInt32BE() % 1_000_000).padStart(6, "0")}`;
}

/** `2022-11-15T03:52:17.289853+06:00`. */
function dateOf(at: number): string {
  const hours = kazakhstanOffsetHours(at);
  return `${new Date(at + hours * 3_600_000).toISOString().slice(0, 23)}000+0${hours}:00`;
}

/** The samples of a transfer's token have `refresh_token`, the others have not. */
export function tokenBody(token: Token, config: Config): Body {
  const life = config.tokenSeconds;
  return {
    access_token: token.token,
    expires_in: config.expiresIn === "number" ? life : String(life),
    ...(token.scope.split(" ").includes("transfer") ? { refresh_token: "" } : {}),
    scope: token.scope,
    token_type: "Bearer",
  };
}

const place = {
  qrReference: "",
  ip: "",
  ipCity: "",
  ipCountry: "",
  ipDistrict: "",
  ipLatitude: 0,
  ipLongitude: 0,
  ipRegion: "",
  issuerBankCountry: "KAZ",
};

/** "The result of a successful payment operation without 3D Secure", and of its confirmation. */
export function takenBody(transaction: Transaction): Body {
  const { id, accountId: accountID, currency, description, email, invoice: invoiceID, phone } = transaction;
  const { reference, intReference, cardId: cardID, status, challenge, orgAmountMinor } = transaction;
  return {
    id,
    accountID,
    amount: decimal(orgAmountMinor),
    amountBonus: 0,
    currency,
    description,
    email,
    invoiceID,
    language: "RUS",
    phone,
    reference,
    intReference,
    secure3D: null,
    cardID,
    fee: 0,
    code: 0,
    status,
    secureDetails: challenge ? "F" : "",
    ...place,
  };
}

/** "The result of the payment operation with 3D Secure": accountId is written in another way there. */
export function challengedBody(transaction: Transaction, action: string): Body {
  const { id, accountId, currency, description, email, invoice: invoiceID, phone, orgAmountMinor } = transaction;
  const { paReq = "", md = "" } = transaction.challenge ?? {};
  return {
    id,
    accountId,
    amount: decimal(orgAmountMinor),
    amountBonus: 0,
    currency,
    description,
    email,
    invoiceID,
    language: "RUS",
    phone,
    reference: "",
    intReference: "",
    secure3D: { paReq, md, action },
    cardID: "",
  };
}

/** "Response in an event of success" of a transfer. */
export function transferBody(transaction: Transaction): Body {
  const { id, orgAmountMinor, accountId: accountID, currency, email, description, reference } = transaction;
  const { invoice: orderID, intReference, terminalId: terminalID, status, receiver } = transaction;
  return {
    id,
    amount: decimal(orgAmountMinor),
    fee: 95,
    accountID,
    currency,
    email,
    description,
    reference,
    orderID,
    senderCardID: transaction.cardId,
    senderCardPAN: transaction.cardMask,
    senderCardType: transaction.cardType,
    senderTransferType: transaction.senderTransferType,
    receiverCardID: receiver?.cardId ?? "",
    receiverCardPAN: receiver?.mask ?? "",
    receiverCardType: receiver?.type ?? "",
    receiverTransferType: receiver?.transferType ?? "",
    intReference,
    terminalID,
    status,
  };
}

/** The bank's no to an order it has understood. */
export function declined({ errorStatus }: Config, transaction: Transaction, code: number): Refusal {
  return codeRefusal(errorStatus, code, wordsOf(code), transaction);
}

const resultMessages = {
  "100": "SUCCESS",
  "101": "reject",
  "102": "invoice not found, try again later or check transaction type (payment/p2p)",
  "103": "try again or contact support",
  "104": "field terminal absent in token",
  "106": "error, incorrect terminalID",
  "107": "IN PROGRESS",
  "109": "terminal does not belong to client",
} as const;

export function resultBody(resultCode: keyof typeof resultMessages, transaction: Transaction | null = null): Body {
  return {
    resultCode,
    resultMessage: resultMessages[resultCode],
    transaction: transaction && transactionBody(transaction),
  };
}

const refused: readonly Status[] = ["REJECT", "FAILED"];

function transactionBody(transaction: Transaction): Body {
  const { id, status, code, invoice: invoiceID, currency, terminalId: terminalID, description } = transaction;
  const { amountMinor, payoutAmountMinor, orgAmountMinor, approvalCode, data, cardMask, cardType } = transaction;
  const { reference, intReference, challenge, name, email, phone, cardId: cardID, createdAt } = transaction;
  const no = refused.includes(status);
  return {
    id,
    createdDate: dateOf(createdAt),
    invoiceID,
    amount: decimal(amountMinor),
    amountBonus: 0,
    payoutAmount: decimal(payoutAmountMinor),
    orgAmount: decimal(orgAmountMinor),
    approvalCode: no ? "" : approvalCode,
    data,
    currency,
    terminal: terminalNumber(terminalID),
    terminalID,
    accountID: transaction.accountId,
    description,
    language: "RU",
    cardMask,
    cardType,
    issuer: "Simulated bank",
    reference,
    reason: no ? wordsOf(code) : "Successfully",
    reasonCode: no ? String(code || codes.invalid) : "00",
    intReference,
    secure: challenge !== null,
    statusID: idOf(status),
    statusName: status,
    name,
    email,
    phone,
    cardID,
    xlsRRN: "",
    ip: "127.0.0.1",
    ipCountry: "Kazakhstan",
    ipCity: "",
    ipRegion: "",
    ipDistrict: "",
    ipLatitude: 0,
    ipLongitude: 0,
  };
}
