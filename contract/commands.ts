import { z } from "zod";
import { cardId, googlePayToken, payCard, payer, receiver, type Card } from "./card.ts";
import { DESK_COMMANDS, session, type DeskOutput } from "./desk.ts";
import type { Payment } from "./payment.ts";
import { amountText, currency, paymentMethod, paymentState, providerName } from "./payment.ts";
import type { AppError } from "./errors.ts";
import { fulfilRequest } from "./fulfilment.ts";
import { itemId } from "./kiosk.ts";
import { resolveInput, type DoubtItem } from "./review.ts";
import type { SupportFile } from "./support.ts";
import { refundQuery, refundRequest, refundSelection, type Refund } from "./refund.ts";

export const idempotencyKey = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);
const paymentId = z.strictObject({ id: z.string().min(1).max(64) });

/** Body of `POST /payments`, and the screen's charge. */
export const paymentRequest = z.strictObject({
  amount: amountText,
  provider: providerName,
  method: paymentMethod.optional(),
  currency: currency.optional(),
  saleId: z.string().min(1).max(64).optional(),
  replaces: z.string().min(1).max(64).optional(),
  externalId: z.string().min(1).max(64).optional(),
  description: z.string().max(250).optional(),
  /** Invoice: the customer's telephone, in any usual way of writing, and a line for him. */
  phone: z.string().min(10).max(24).optional(),
  comment: z.string().max(250).optional(),
  /** Invoice: a second one for the same telephone and amount is meant; names the one whose answer was lost. */
  confirmDuplicateOf: z.string().min(1).max(64).optional(),
  /** `googlePay`: the object as received. `card`, `cardVerification`, `transfer`: typed here, or saved before. */
  token: googlePayToken.optional(),
  card: payCard.optional(),
  /** `transfer`: whom it goes to. */
  receiver: receiver.optional(),
  payer: payer.optional(),
  /** Goes into the bank's report, as it is. */
  data: z.record(z.string().max(64), z.unknown()).optional(),
  useBonus: z.boolean().optional(),
  /** The bank keeps the card for later; needs `payer.accountId`. */
  saveCard: z.boolean().optional(),
  /** What is bought, by the catalogue of the settings. From an unattended screen it is required, and the amount is its price. */
  items: z
    .array(z.strictObject({ id: itemId, quantity: z.int().min(1).max(99) }))
    .min(1)
    .max(20)
    .optional(),
});
export type PaymentRequest = z.infer<typeof paymentRequest>;

export const paymentQuery = z.strictObject({
  state: paymentState.optional(),
  from: z.string().datetime({ offset: true }).optional(),
  to: z.string().datetime({ offset: true }).optional(),
  externalId: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().max(64).optional(),
});
export type PaymentQuery = z.infer<typeof paymentQuery>;

export const historyQuery = z.strictObject({
  text: z.string().trim().max(100).optional(),
  /** The shop's dates, YYYY-MM-DD, both included. */
  fromDay: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
  toDay: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .optional(),
  /** `open`: what is not decided yet; `refunded`: sales of which something went back. */
  show: z.enum(["all", "paid", "open", "refunded"]).optional(),
  limit: z.int().min(1).max(50).optional(),
  cursor: z.string().max(64).optional(),
});
export type HistoryQuery = z.infer<typeof historyQuery>;

/** What the training telephone can do: the bank's documented emulation methods (Kaspi 5.2 to 5.5), and the bank's faults. */
export const phoneAction = z.enum(["scan", "confirm", "decline"]);
export const trainingFault = z.enum(["none", "silent", "offline", "late"]);

/**
 * Every command, once: its input and who may send it. `screen` is a person at the till, `till` a program with the
 * named scope. IPC, browser host and till API all check against this table.
 */
export const COMMANDS = {
  "payments.create": {
    input: z.strictObject({ key: idempotencyKey, request: paymentRequest }),
    screen: true,
    till: "pay",
  },
  "payments.get": { input: paymentId, screen: true, till: "read" },
  "payments.list": { input: paymentQuery, screen: true, till: "read" },
  "payments.cancel": { input: paymentId, screen: true, till: "pay" },
  "payments.refresh": { input: paymentId, screen: true, till: "pay" },
  "payments.dismiss": { input: paymentId, screen: true, till: "pay" },
  "payments.renew": {
    input: z.strictObject({ id: z.string().max(64), key: idempotencyKey }),
    screen: true,
    till: null,
  },
  /** The name behind a telephone number, masked (Kaspi 4.1.1): at most 50 a minute a device. */
  "payments.lookUp": {
    input: z.strictObject({ provider: providerName, phone: z.string().min(10).max(24) }),
    screen: true,
    till: null,
  },
  /** Takes held money: all of it, or less. */
  "payments.capture": { input: paymentId.extend({ amount: amountText.optional() }), screen: true, till: "pay" },
  /** Gives held money back. */
  "payments.void": { input: paymentId, screen: true, till: "pay" },
  /** Vending: somebody is about to hand the goods out. From the yes on, time alone gives no money back. */
  "payments.dispense": { input: paymentId, screen: false, till: "pay" },
  /** Vending: how it ended. `ok: false` starts the way the money goes back. */
  "payments.fulfil": { input: paymentId.extend(fulfilRequest.shape), screen: false, till: "pay" },
  /** What became of the bank's page that the screen opened; `open` also asks a host with windows of its own to open it. */
  "payments.bankPage": {
    input: paymentId.extend({ did: z.enum(["open", "closed"]) }),
    screen: true,
    till: null,
  },
  "cards.list": { input: z.strictObject({}), screen: true, till: "cards" },
  "cards.remove": { input: z.strictObject({ id: cardId }), screen: true, till: "cards" },
  "refunds.create": {
    input: z.strictObject({ key: idempotencyKey, request: refundRequest }),
    screen: true,
    till: "refund",
  },
  "refunds.get": { input: paymentId, screen: true, till: "read" },
  "refunds.list": { input: refundQuery, screen: true, till: "read" },
  "refunds.select": { input: refundSelection.extend({ id: paymentId.shape.id }), screen: true, till: "refund" },
  "refunds.cancel": { input: paymentId, screen: true, till: "refund" },
  "refunds.refresh": { input: paymentId, screen: true, till: "refund" },
  /** A result leaves the screen; one in doubt is checked on, and shown in the strip. */
  "refunds.dismiss": { input: paymentId, screen: true, till: null },
  /** What the bank would give back of a purchase right now: of a payment of ours, or of one the customer's scan has shown. */
  "refunds.look": {
    input: z.union([
      z.strictObject({ paymentId: z.string().min(1).max(64) }),
      z.strictObject({ refundId: z.string().min(1).max(64), operationId: z.string().regex(/^[1-9]\d{0,18}$/) }),
    ]),
    screen: true,
    till: null,
  },
  /** The shop's own list. `text`: a receipt number or its end, a bank's or a till program's id, an amount, a scanned slip. */
  "history.list": { input: historyQuery, screen: true, till: null },
  "notices.acknowledge": { input: paymentId, screen: true, till: null },
  /** What nobody knows yet, oldest first, each with its evidence. */
  "review.list": { input: z.strictObject({}), screen: true, till: null },
  /** A named person closes an item; the state stays, and the bank's later word still counts. */
  "review.resolve": { input: resolveInput, screen: true, till: null },
  /** What was in doubt when the program started has been looked at. */
  "review.seen": { input: z.strictObject({}), screen: true, till: null },
  /** The black box, for the bank's support desk. */
  support: { input: z.strictObject({}), screen: false, till: "support" },
  "bank.prepare": { input: z.strictObject({ provider: providerName }), screen: true, till: null },
  "language.set": { input: z.strictObject({ language: z.enum(["kk", "ru", "en"]) }), screen: true, till: null },
  /** Unattended: the customer has gone. What he chose is forgotten, and a result leaves the screen. */
  "kiosk.rest": { input: z.strictObject({}), screen: true, till: null },
  health: { input: z.strictObject({}), screen: true, till: "read" },
  "events.after": {
    input: z.strictObject({ seq: z.int().min(0), limit: z.int().min(1).max(500) }),
    screen: false,
    till: "read",
  },
  /** The customer's telephone played: in training, and with a technician's session for a test payment on the bank's test host. */
  "training.phone": {
    input: z.strictObject({ id: z.string().max(64), action: phoneAction, session: session.optional() }),
    screen: true,
    till: null,
  },
  "training.fault": { input: z.strictObject({ fault: trainingFault }), screen: true, till: null },
  ...DESK_COMMANDS,
} as const;

/**
 * What a screen may send that a customer stands alone at; everything else waits until a technician has unlocked it. The desk's
 * own commands carry his session.
 */
export const PUBLIC_COMMANDS = [
  "payments.create",
  "payments.cancel",
  "payments.refresh",
  "payments.dismiss",
  "payments.renew",
  "refunds.cancel",
  "refunds.refresh",
  "refunds.dismiss",
  "bank.prepare",
  "language.set",
  "kiosk.rest",
  "health",
  "training.phone",
  "training.fault",
] as const satisfies readonly (keyof typeof COMMANDS)[];

export type CommandName = keyof typeof COMMANDS;
/** What the core itself does; the rest is the technician's desk. */
export type CoreCommandName = Exclude<CommandName, keyof typeof DESK_COMMANDS>;
export type CommandInput<N extends CommandName> = z.infer<(typeof COMMANDS)[N]["input"]>;

export interface ProviderHealth {
  readonly configured: boolean;
  readonly ready: boolean;
  readonly reachable: boolean | null;
  readonly certificateExpires: string | null;
  readonly reason: AppError | null;
  /** The bank's event stream, which only hurries the questions; `off` where none is set up. */
  readonly events: "off" | "up" | "down";
}

export interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly environment: "test" | "production" | "training" | "none";
  readonly providers: Readonly<Record<string, ProviderHealth>>;
  readonly journal: { readonly ok: boolean; readonly schema: number; readonly seq: number; readonly epoch: string };
  readonly inDoubt: number;
  /** The line to the machine that hands goods out; `off` where none is set up. */
  readonly machine: "off" | "up" | "down";
}

/** One line of the journal as the event stream sends it. */
export interface JournalEvent {
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
}

/** A sale and what went back of it, newest refund first. */
export interface HistoryItem {
  readonly payment: Payment;
  readonly refunds: readonly Refund[];
}

/** A bank's own figures for a purchase, read just now. Amounts are decimal strings in major units. */
export interface PurchaseLook {
  readonly purchaseId: string;
  readonly paymentId: string | null;
  readonly total: string;
  /** total - available: what went back, here or (where the bank says it) elsewhere. */
  readonly refunded: string;
  readonly available: string;
  /** The bank has no such figure: the total less what this till knows of. */
  readonly isOurs: boolean;
  readonly at: string;
}

export interface CommandOutput extends DeskOutput {
  "payments.create": { readonly created: boolean; readonly payment: Payment };
  "payments.get": Payment;
  "payments.list": { readonly items: readonly Payment[]; readonly nextCursor: string | null };
  "payments.cancel": Payment;
  "payments.refresh": Payment;
  "payments.dismiss": Payment;
  "payments.renew": { readonly created: boolean; readonly payment: Payment };
  "payments.lookUp": { readonly name: string; readonly phone: string; readonly left: number };
  "payments.capture": Payment;
  "payments.void": Payment;
  "payments.dispense": Payment;
  "payments.fulfil": Payment;
  "payments.bankPage": null;
  "cards.list": { readonly items: readonly Card[] };
  "cards.remove": null;
  "refunds.create": { readonly created: boolean; readonly refund: Refund };
  "refunds.get": Refund;
  "refunds.list": { readonly items: readonly Refund[]; readonly nextCursor: string | null };
  "refunds.select": Refund;
  "refunds.cancel": Refund;
  "refunds.refresh": Refund;
  "refunds.dismiss": Refund;
  "refunds.look": PurchaseLook;
  "history.list": { readonly items: readonly HistoryItem[]; readonly nextCursor: string | null };
  "notices.acknowledge": null;
  "review.list": { readonly items: readonly DoubtItem[] };
  "review.resolve": null;
  "review.seen": null;
  support: SupportFile;
  "bank.prepare": null;
  "language.set": null;
  "kiosk.rest": null;
  health: Health;
  "events.after": {
    readonly reset: boolean;
    readonly head: number;
    readonly events: readonly JournalEvent[];
    readonly open: readonly Payment[];
    readonly openRefunds: readonly Refund[];
  };
  "training.phone": null;
  "training.fault": null;
}
