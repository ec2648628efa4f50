/**
 * Halyk ePay ("PAYMENT_GATEWAY", card verification, P2P transfers): requests as data, which the runner sends. The names in
 * brackets are those of docs/epay.md.
 */
import { minor as toMinor } from "../../../contract/money.ts";
import type { Bank, BankCall, BankContext, CreateAnswer, Paying } from "../../core/bank.ts";
import type { PaymentRow } from "../../core/payment.ts";
import { everyField } from "../exact.ts";
import { amountText, call, optionOf, partOf, percent } from "./request.ts";
import { cryptogramBody, googlePayBody, savedCardBody, transferBody, type Order } from "./body.ts";
import { readKey, readOperation, readRefund } from "./read-operation.ts";
import { readConfirmed, readPosted, type Asked } from "./read-post.ts";
import { readAlive, readPurchase, readStatus } from "./read-status.ts";
import { boundGrant, operationName, purposeOf, serviceGrant, terminalOf } from "./token.ts";

/** A post moves money, and may wait for the card's own bank (state machines 3.8). */
const POST_TIMEOUT = 60_000;
const OPERATE_TIMEOUT = 30_000;

const CRYPTOPAY = "/payment/cryptopay";
const CARDS_AUTH = "/payments/cards/auth";

/** Six digits, as every number has, and in no till's range. */
const NEVER = "000000";

/** Our own number at the bank, drawn and journaled before anything is sent. */
function numberOf({ detail: { invoiceId } }: PaymentRow): string {
  if (invoiceId === null || !/^\d{6,15}$/.test(invoiceId)) throw new Error("a payment without its own number");
  return invoiceId;
}

/** The bank's words go into the journal: not where they repeat what was typed (PCI DSS 3.3.1). */
function withoutTyped(answer: CreateAnswer, { card, receiver, payer }: Paying): CreateAnswer {
  if (answer.kind !== "declined" && answer.kind !== "unclear") return answer;
  const told = answer.error.bankMessage?.toLowerCase() ?? "";
  const typed = card !== null && "typed" in card ? Object.values(card.typed) : [];
  const number = receiver !== null && "number" in receiver ? [receiver.number] : [];
  const secret = [...typed, ...number, ...Object.values(payer)].some((text) => told.includes(text.toLowerCase()));
  return secret ? { ...answer, error: { ...answer.error, bankMessage: null } } : answer;
}

function post(order: Order, path: string, body: Readonly<Record<string, unknown>>): BankCall<CreateAnswer> {
  const { context, payment, invoiceId } = order;
  const asked: Asked = { payment, profile: context.profile, invoiceId };
  const terminalId = terminalOf(context.profile, purposeOf(payment.method));
  const { method, currency, minor } = payment;
  return call(context, {
    name: path.slice(1),
    danger: "dangerous",
    path,
    body,
    timeoutMs: POST_TIMEOUT,
    told: { method, amount: amountText(minor), currency, invoiceId, terminalId },
    grant: boundGrant(context, payment, invoiceId),
    read: (answer) => withoutTyped(readPosted(answer, asked), order.paying),
  });
}

/** A transfer is not among the payments: asked there it is "not found" (Q-92). */
const statusPath = (purpose: ReturnType<typeof purposeOf>, invoiceId: string): string =>
  `/check-status/${purpose === "transfer" ? "p2p" : "payment"}/transaction/${partOf(invoiceId)}`;

/** An operation on what was taken: by the bank's own number of it, with a token of its own. */
function operate<Event>(
  context: BankContext,
  draft: { name: string; id: string | null; query: Readonly<Record<string, string>>; read: BankCall<Event>["read"] },
): BankCall<Event> {
  const { name, id, query, read } = draft;
  const given = Object.entries(query).map(([key, value]) => `${key}=${percent(value)}`);
  return call(context, {
    name: `operation/${name}`,
    danger: "dangerous",
    path: `/operation/${partOf(id)}/${name}${given.length === 0 ? "" : `?${given.join("&")}`}`,
    post: true,
    timeoutMs: OPERATE_TIMEOUT,
    grant: serviceGrant(context, "payment", false),
    read,
  });
}

export const epay: Bank = {
  name: "epay",

  methods: ({ options: { cards, transfers } }) => [
    "googlePay",
    ...(cards === "true" ? ["card", "cardVerification"] : []),
    ...(transfers === "true" ? ["transfer"] : []),
  ],

  refunds: ({ options }) => (options["operations"] === "true" ? "till" : "elsewhere"),

  /** 10 KZT (Q-95). */
  leastRefund: () => toMinor(1_000),

  terminalOf: (profile, method) => terminalOf(profile, purposeOf(method)),

  /** A transfer sends its number as it is: the document has no cryptogram there (Q-89). */
  seals: ({ method }, { paying }) =>
    (method === "card" || method === "cardVerification") && paying?.card != null && "typed" in paying.card,

  /** The public key [E7]. */
  key: (context) => {
    const { profile } = context;
    const asked = call(context, { name: "public.rsa", danger: "safe", path: "", read: readKey });
    return {
      ...asked,
      url: optionOf(profile, "keyUrl"),
      headers: { Accept: "*/*" },
      canonical: `GET ${optionOf(profile, "keyUrl")}`,
    };
  },

  /** Google Pay [E2], card check [E3], payment by a typed or saved card, transfer [E6]: each with a token of its own [E1]. */
  create(context, payment, { paying }) {
    if (paying === null) throw new Error("a posted payment without means");
    const order: Order = { context, payment, paying, invoiceId: numberOf(payment) };
    switch (payment.method) {
      case "googlePay":
        return post(order, CRYPTOPAY, googlePayBody(order));
      case "cardVerification":
        return post(order, CRYPTOPAY, cryptogramBody(order));
      case "card":
        return paying.card !== null && "bankCardId" in paying.card
          ? post(order, CARDS_AUTH, savedCardBody(order))
          : post(order, CRYPTOPAY, cryptogramBody(order));
      case "transfer":
        return post(order, CARDS_AUTH, transferBody(order));
      default:
        throw new Error(`ePay has no ${payment.method}`);
    }
  },

  /** Check-status [E5] and that of transfers, with a service token [E1s]. */
  status(context, payment) {
    const { profile } = context;
    const purpose = purposeOf(payment.method);
    const invoiceId = numberOf(payment);
    return call(context, {
      name: "check-status",
      danger: "safe",
      path: statusPath(purpose, invoiceId),
      grant: serviceGrant(context, purpose),
      read: (answer) => readStatus(answer, { payment, profile, invoiceId }),
    });
  },

  /** The documents have no such method: a payment that never is is asked about [E5], which takes a service token [E1s]. */
  ping: (context) =>
    call(context, {
      name: "check-status",
      danger: "safe",
      path: statusPath("payment", NEVER),
      grant: serviceGrant(context, "payment"),
      read: readAlive,
    }),

  /**
   * Confirmation [E4]. The token of the operation stands in the address, so the address is made last and told nobody. MD
   * must be the one that was given out, PaRes must be there (Q-79): else nothing is confirmed, and the status decides.
   */
  confirm(context, payment, { operationId, mark, fields }) {
    const marks = everyField(fields, "MD");
    const [proof, ...more] = everyField(fields, "PaRes");
    if (operationId === null || marks.length === 0 || marks.some((one) => one !== mark)) return null;
    if (typeof proof !== "string" || proof.trim() === "" || more.length > 0) return null;
    const invoiceId = numberOf(payment);
    const path = optionOf(context.profile, "confirmPath");
    const asked: Asked = { payment, profile: context.profile, invoiceId };
    const draft = call(context, {
      name: "payments/confirm",
      danger: "dangerous",
      path,
      body: { ID: operationId, PaRes: proof, MD: mark },
      timeoutMs: POST_TIMEOUT,
      told: { ID: operationId, invoiceId },
      read: (answer) => readConfirmed(answer, asked, operationId),
    });
    return {
      ...draft,
      grant: {
        keep: operationName(invoiceId),
        ask: null,
        with: (token) => ({ url: `${draft.url}?Access=${percent(token)}`, headers: {} }),
      },
    };
  },

  operations: ({ options }) => options["operations"] === "true",

  /** Charge: the amount always, since without one all of it is taken. */
  capture: (context, payment, minor) =>
    operate(context, {
      name: "charge",
      id: payment.detail.operationId,
      query: { amount: amountText(minor) },
      read: readOperation,
    }),

  /** Cancel. */
  release: (context, payment) =>
    operate(context, { name: "cancel", id: payment.detail.operationId, query: {}, read: readOperation }),

  /** Check-status [E5] of a sale: what it was made for, what is left of it, and under which number it is given back. */
  details: (context, purchaseId) =>
    call(context, {
      name: "check-status",
      danger: "safe",
      path: statusPath("payment", purchaseId),
      grant: serviceGrant(context, "payment"),
      read: (answer) => readPurchase(answer, context.profile, purchaseId),
    }),

  /** Refund: the amount always, since without one all of it goes back (Q-95). */
  refund(context, { minor, number, detail: { operationId } }) {
    if (minor === null || operationId === null) throw new Error("a refund without amount or operation");
    return operate(context, {
      name: "refund",
      id: operationId,
      query: { amount: amountText(minor), externalID: number },
      read: (answer) => readRefund(answer, operationId),
    });
  },
};
