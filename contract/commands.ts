import { z } from "zod";
import type { Payment } from "./payment.ts";
import { amountText, currency, paymentMethod, paymentState, providerName } from "./payment.ts";
import type { AppError } from "./errors.ts";

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
  "notices.acknowledge": { input: paymentId, screen: true, till: null },
  "bank.prepare": { input: z.strictObject({ provider: providerName }), screen: true, till: null },
  "language.set": { input: z.strictObject({ language: z.enum(["kk", "ru", "en"]) }), screen: true, till: null },
  health: { input: z.strictObject({}), screen: true, till: "read" },
  "events.after": {
    input: z.strictObject({ seq: z.int().min(0), limit: z.int().min(1).max(500) }),
    screen: false,
    till: "read",
  },
  "training.phone": {
    input: z.strictObject({ id: z.string().max(64), action: phoneAction }),
    screen: true,
    till: null,
  },
  "training.fault": { input: z.strictObject({ fault: trainingFault }), screen: true, till: null },
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<N extends CommandName> = z.infer<(typeof COMMANDS)[N]["input"]>;

export interface ProviderHealth {
  readonly configured: boolean;
  readonly ready: boolean;
  readonly reachable: boolean | null;
  readonly certificateExpires: string | null;
  readonly reason: AppError | null;
}

export interface Health {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly environment: "test" | "production" | "training" | "none";
  readonly providers: Readonly<Record<string, ProviderHealth>>;
  readonly journal: { readonly ok: boolean; readonly schema: number; readonly seq: number; readonly epoch: string };
  readonly inDoubt: number;
}

/** One line of the journal as the event stream sends it. */
export interface JournalEvent {
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
}

export interface CommandOutput {
  "payments.create": { readonly created: boolean; readonly payment: Payment };
  "payments.get": Payment;
  "payments.list": { readonly items: readonly Payment[]; readonly nextCursor: string | null };
  "payments.cancel": Payment;
  "payments.refresh": Payment;
  "payments.dismiss": Payment;
  "payments.renew": { readonly created: boolean; readonly payment: Payment };
  "notices.acknowledge": null;
  "bank.prepare": null;
  "language.set": null;
  health: Health;
  "events.after": {
    readonly reset: boolean;
    readonly head: number;
    readonly events: readonly JournalEvent[];
    readonly open: readonly Payment[];
  };
  "training.phone": null;
  "training.fault": null;
}
