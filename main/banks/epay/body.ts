/** The bodies that move money, in the documents' own order and letter case (Q-73). Nothing of them is kept anywhere. */
import { isCardNumber } from "../../../contract/card-number.ts";
import type { BankContext, CardMeans, Paying } from "../../core/bank.ts";
import type { PaymentRow } from "../../core/payment.ts";
import { purposeOf, terminalOf } from "./token.ts";
import { amountToken } from "./request.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Order {
  readonly context: BankContext;
  readonly payment: PaymentRow;
  readonly paying: Paying;
  readonly invoiceId: string;
}

/** The letter of the key's first sign in the bank's own library: Cyrillic. */
const CYRILLIC_KEY = "\u0441ryptogram";
/** The table wants a name always; who only has a token or a saved card need not know it. */
const NAMELESS = "CARDHOLDER";
/** What the bank calls a saved card. */
const CARD_ID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** Whether a text is the bank's number of a saved card. */
export const isCardId = (text: string): boolean => CARD_ID.test(text);

/** Google Pay [E2]. The object goes on as it came: its inner text is signed, down to the last `\u003d`. */
export function googlePayBody(order: Order): Fields {
  const { context, payment, paying, invoiceId } = order;
  if (paying.token === null) throw new Error("a Google Pay payment without its token");
  return {
    amount: amountToken(payment.minor),
    currency: payment.currency,
    name: paying.payer.name ?? NAMELESS,
    terminalId: terminalOf(context.profile, "payment"),
    invoiceId,
    description: descriptionOf(order),
    ...payerOf(paying),
    ...links(order, "backLink", "failureBackLink", "postLink", "failurePostLink"),
    cardSave: payment.detail.saveCard,
    useBonus: paying.useBonus,
    paymentType: "googlePay",
    ...dataOf(paying),
    googlePay: paying.token,
  };
}

/** A typed card, as a cryptogram: the card check [E3], and a payment by card, which has no `paymentType`. */
export function cryptogramBody(order: Order): Fields {
  const { context, payment, paying, invoiceId } = order;
  const card = typed(paying.card);
  const purpose = purposeOf(payment.method);
  if (!context.seal) throw new Error("a typed card without the bank's key");
  // In this order, written compactly: outside-facts 4.1, Q-75.
  const [month, year] = partsOf(card.expiry);
  const cryptogram = context.seal(
    JSON.stringify({
      hpan: card.number,
      expDate: `${month}${year}`,
      cvc: card.cvc,
      terminalId: terminalOf(context.profile, purpose),
    }),
  );
  return {
    amount: amountToken(payment.minor),
    currency: payment.currency,
    name: card.name,
    [context.profile.options["cyrillicCryptogram"] === "true" ? CYRILLIC_KEY : "cryptogram"]: cryptogram,
    invoiceId,
    description: descriptionOf(order),
    ...payerOf(paying),
    cardSave: payment.detail.saveCard,
    ...(paying.useBonus ? { useBonus: true } : {}),
    ...(purpose === "verification" ? { paymentType: "cardVerification" } : {}),
    ...dataOf(paying),
    ...links(order, "postLink", "failurePostLink"),
  };
}

/** A payment by a saved card: outside the documents (outside-facts 4.2). */
export function savedCardBody(order: Order): Fields {
  const { context, payment, paying, invoiceId } = order;
  return {
    amount: amountToken(payment.minor),
    currency: payment.currency,
    name: paying.payer.name ?? NAMELESS,
    terminalId: terminalOf(context.profile, "payment"),
    invoiceId,
    description: descriptionOf(order),
    ...payerOf(paying),
    ...links(order, "backLink", "failureBackLink", "postLink", "failurePostLink"),
    ...(paying.useBonus ? { useBonus: true } : {}),
    paymentType: "cardId",
    ...dataOf(paying),
    cardId: { id: savedIdOf(paying.card) },
  };
}

/**
 * A transfer from card to card [E6]. Its terminal is that of the token, unlike in the sample. A typed sender has
 * code and expiry, as the sample has and the table denies; a saved one has neither.
 */
export function transferBody(order: Order): Fields {
  const { context, payment, paying, invoiceId } = order;
  const { payer, receiver } = paying;
  if (receiver === null) throw new Error("a transfer to nobody");
  return {
    order: {
      amount: amountToken(payment.minor),
      currency: payment.currency,
      description: descriptionOf(order),
      id: invoiceId,
      ...(payer.accountId === undefined ? {} : { accountID: payer.accountId }),
      ...(payer.email === undefined ? {} : { senderEmail: payer.email }),
      terminalId: terminalOf(context.profile, "transfer"),
      ...links(order, "backLink", "failureBackLink", "postLink", "failurePostLink"),
    },
    card: { sender: senderOf(order), receiver: receiverOf(receiver) },
  };
}

function senderOf({ payment, paying: { card } }: Order): Fields {
  if (card !== null && "bankCardId" in card)
    return { save: false, transferType: "TYPECARDID", cardCred: savedIdOf(card) };
  const { number, expiry, cvc, name } = typed(card);
  const [month, year] = partsOf(expiry);
  return {
    save: payment.detail.saveCard,
    transferType: "TYPEPAN",
    cvc,
    expire: { month, year },
    name,
    cardCred: numberOf(number),
  };
}

function receiverOf(receiver: NonNullable<Paying["receiver"]>): Fields {
  return "bankCardId" in receiver
    ? { cardCred: savedIdOf(receiver), transferType: "TYPECARDID" }
    : { cardCred: numberOf(receiver.number), transferType: "TYPEPAN" };
}

// Who asks has been told already what is wrong with a card: these stop a mistake of ours before a byte has left.

function typed(card: CardMeans | null): Extract<CardMeans, { typed: unknown }>["typed"] {
  if (card === null || !("typed" in card)) throw new Error("no typed card");
  return card.typed;
}

function savedIdOf(card: CardMeans | Paying["receiver"]): string {
  if (card === null || !("bankCardId" in card) || !isCardId(card.bankCardId)) throw new Error("no saved card");
  return card.bankCardId;
}

/** 16 to 19 digits; one of the document's own test cards has 15. */
function numberOf(number: string): string {
  if (!isCardNumber(number)) throw new Error("no card number");
  return number;
}

function partsOf(expiry: string): readonly [month: string, year: string] {
  const [month = "", year = ""] = expiry.split("/");
  if (!/^(0[1-9]|1[0-2])$/.test(month) || !/^\d{2}$/.test(year)) throw new Error("no expiry");
  return [month, year];
}

/** Required in every document; where the till was given none, the shop's name and the receipt number. */
function descriptionOf({ context, payment }: Order): string {
  return payment.detail.description ?? `${context.profile.options["merchant"] ?? ""} ${payment.number}`.trim();
}

function payerOf({ payer }: Paying): Fields {
  return {
    // Empty where there is none, as the sample has it.
    accountId: payer.accountId ?? "",
    ...(payer.email === undefined ? {} : { email: payer.email }),
    ...(payer.phone === undefined ? {} : { phone: payer.phone.replaceAll(/[^+\d]/g, "") }),
  };
}

const dataOf = ({ data }: Paying): Fields => (data === null ? {} : { data });

/** Only where the shop has a server the bank can reach: a till behind a router has none. */
function links({ context }: Order, ...names: readonly string[]): Fields {
  const { options } = context.profile;
  return Object.fromEntries(names.flatMap((name) => (options[name] ? [[name, options[name]]] : [])));
}
