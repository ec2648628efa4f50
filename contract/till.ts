/** The till API as data: its routes, and the schemas of its answers. Router and OpenAPI are both made from it. */
import { z } from "zod";
import { amountText } from "./payment.ts";
import { cardList } from "./card.ts";
import type { CommandName, Health } from "./commands.ts";
import { paymentQuery, paymentRequest } from "./commands.ts";
import type { ErrorCode } from "./errors.ts";
import { ERROR_CODES } from "./errors.ts";
import { fulfilRequest } from "./fulfilment.ts";
import { errorObject, payment, remedy } from "./payment.ts";
import { refund, refundQuery, refundRequest, refundSelection } from "./refund.ts";
import type { Scope } from "./states.ts";
import { supportFile } from "./support.ts";

export const API_BASE = "/api/v1";
/** Larger bodies are refused before they are read. */
export const BODY_CAP = 64 * 1024;

export const errorBody = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      remedy,
      bankCode: z.string().nullable(),
      bankMessage: z.string().nullable(),
      incident: z.string().nullable(),
    }),
    /** What stands in the way. */
    payment: payment.nullable().optional(),
    refund: refund.nullable().optional(),
  })
  .meta({ id: "Error" });

export const paymentList = z
  .strictObject({ items: z.array(payment), nextCursor: z.string().nullable() })
  .meta({ id: "PaymentList" });

export const refundList = z
  .strictObject({ items: z.array(refund), nextCursor: z.string().nullable() })
  .meta({ id: "RefundList" });

const providerHealth = z.strictObject({
  configured: z.boolean(),
  ready: z.boolean(),
  reachable: z.boolean().nullable(),
  certificateExpires: z.string().nullable(),
  reason: errorObject.nullable(),
  events: z.enum(["off", "up", "down"]),
});

export const health = z
  .strictObject({
    status: z.enum(["ok", "degraded"]),
    version: z.string(),
    environment: z.enum(["test", "production", "training", "none"]),
    providers: z.record(z.string(), providerHealth),
    journal: z.strictObject({ ok: z.boolean(), schema: z.int(), seq: z.int(), epoch: z.string() }),
    inDoubt: z.int(),
    machine: z.enum(["off", "up", "down"]),
  })
  .meta({ id: "Health" }) satisfies z.ZodType<Health>;

/** Takes held money: all of it, or so much. */
export const captureRequest = z.strictObject({ amount: amountText.optional() });

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the base; `{id}` stands for one path segment. */
  readonly path: string;
  /** null: any valid token. */
  readonly scope: Scope | null;
  readonly command: CommandName | null;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly idempotent?: boolean;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  readonly errors: readonly number[];
}

const EVERY = [401, 403, 429] as const;
const action = (path: string, command: CommandName, summary: string): Route => ({
  method: "POST",
  path,
  command,
  summary,
  ...(path.startsWith("/refunds")
    ? { scope: "refund", answers: { 200: refund } }
    : { scope: "pay", answers: { 200: payment } }),
  errors: [400, ...EVERY, 404, 409, 413, 415, 503],
});
const page = (path: string, command: CommandName, summary: string, query: z.ZodObject, answer: z.ZodType): Route => ({
  method: "GET",
  path,
  scope: "read",
  command,
  summary,
  query,
  answers: { 200: answer },
  errors: [400, ...EVERY],
});
const one = (path: string, command: CommandName, summary: string, answer: z.ZodType): Route => ({
  method: "GET",
  path,
  scope: "read",
  command,
  summary,
  answers: { 200: answer },
  errors: [...EVERY, 404],
});

export const ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/health",
    scope: "read",
    command: "health",
    summary: "State of the till; 200 also when a bank is down",
    answers: { 200: health },
    errors: [...EVERY],
  },
  {
    method: "POST",
    path: "/payments",
    scope: "pay",
    command: "payments.create",
    summary:
      "Starts a payment. Answers when the bank has given a QR, has taken what is posted to it or has refused, or after 5 s with `creating`",
    body: paymentRequest,
    idempotent: true,
    answers: { 201: payment, 200: payment },
    errors: [400, ...EVERY, 404, 409, 413, 415, 503],
  },
  page("/payments", "payments.list", "Payments, newest first", paymentQuery, paymentList),
  one("/payments/{id}", "payments.get", "One payment", payment),
  action("/payments/{id}/cancel", "payments.cancel", "Asks to give the payment up; the bank's word still decides"),
  action("/payments/{id}/refresh", "payments.refresh", "Asks the bank now, unless asked within its interval"),
  action("/payments/{id}/dismiss", "payments.dismiss", "Takes a result from the screen, or parks what is undecided"),
  {
    ...action("/payments/{id}/capture", "payments.capture", "Takes held money: all of it, or `amount`"),
    body: captureRequest,
  },
  action("/payments/{id}/void", "payments.void", "Gives held money back"),
  action(
    "/payments/{id}/dispense",
    "payments.dispense",
    "Vending: the goods are about to be handed out; only after the 200. From then on time alone gives no money back",
  ),
  {
    ...action(
      "/payments/{id}/fulfil",
      "payments.fulfil",
      "Vending: the goods were given, or were not and why; `ok: false` starts the way the money goes back",
    ),
    body: fulfilRequest,
  },
  {
    method: "POST",
    path: "/refunds",
    scope: "refund",
    command: "refunds.create",
    summary:
      "Starts a refund. Answers when the bank has given a code to scan, has paid back or refused, or after 5 s with what is known",
    body: refundRequest,
    idempotent: true,
    answers: { 201: refund, 200: refund },
    errors: [400, ...EVERY, 404, 409, 413, 415, 503],
  },
  page("/refunds", "refunds.list", "Refunds, newest first", refundQuery, refundList),
  one("/refunds/{id}", "refunds.get", "One refund", refund),
  {
    ...action(
      "/refunds/{id}/select",
      "refunds.select",
      "Chooses the purchase and the amount, or tries again one that was not executed",
    ),
    body: refundSelection,
  },
  action("/refunds/{id}/cancel", "refunds.cancel", "Gives the refund up, while no money was sent for"),
  action("/refunds/{id}/refresh", "refunds.refresh", "Asks the bank now, unless asked within its interval"),
  {
    method: "GET",
    path: "/cards",
    scope: "cards",
    command: "cards.list",
    summary: "Saved cards by our own handle and mask",
    answers: { 200: cardList },
    errors: [...EVERY, 503],
  },
  {
    method: "DELETE",
    path: "/cards/{id}",
    scope: "cards",
    command: "cards.remove",
    summary: "Forgets a card on this till",
    answers: { 204: null },
    errors: [400, ...EVERY, 404, 503],
  },
  {
    method: "GET",
    path: "/events",
    scope: "read",
    command: "events.after",
    summary: "Server-Sent Events from the journal",
    answers: { 200: null },
    errors: [...EVERY, 503],
  },
  {
    method: "GET",
    path: "/support",
    scope: "support",
    command: "support",
    summary: "The black box: the last transitions with the bank's request ids, for the bank's support desk",
    answers: { 200: supportFile },
    errors: [...EVERY, 503],
  },
  {
    method: "GET",
    path: "/openapi.json",
    scope: null,
    command: null,
    summary: "This document",
    answers: { 200: null },
    errors: [...EVERY],
  },
];

/** Whether a request of this route says nothing without a body. */
export function needsBody({ body }: Route): boolean {
  return body !== undefined && !body.safeParse({}).success;
}

/** HTTP status of each error of the till itself; what is not here is a fault of ours or of the way to the bank. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  bad_amount: 400,
  amount_too_small: 400,
  amount_too_large: 400,
  wrong_amount: 400,
  bad_phone: 400,
  bad_card: 400,
  card_unknown: 404,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unknown_command: 404,
  purchase_not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  not_supported: 409,
  cards_off: 409,
  capture_unconfirmed: 409,
  void_unconfirmed: 409,
  till_busy: 409,
  previous_attempt_open: 409,
  not_resolvable: 409,
  key_reused: 409,
  possible_duplicate: 409,
  already_final: 409,
  use_dismiss: 409,
  not_finished: 409,
  not_paid: 409,
  goods_decided: 409,
  not_in_catalogue: 400,
  wrong_price: 400,
  refund_open: 409,
  refund_too_large: 409,
  already_refunded: 409,
  refund_elsewhere: 409,
  refund_moved: 409,
  refund_refused: 409,
  refund_unconfirmed: 409,
  partial_refund_impossible: 409,
  refund_lost: 409,
  refund_rejected: 409,
  other_trade_point: 409,
  wrong_purchase_status: 409,
  invoice_lost: 409,
  cancel_unconfirmed: 409,
  /** Too many in this minute: the error says how long to wait. */
  lookup_limit: 429,
  slow_down: 429,
  internal: 500,
};

/** The status an error code is answered with. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 503;
}
