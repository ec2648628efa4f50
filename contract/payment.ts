import { z } from "zod";
import { AMOUNT } from "./money.ts";
import { ERROR_CODES } from "./errors.ts";
import { PAYMENT_STATES } from "./states.ts";

export const providerName = z.enum(["kaspi", "halykQr", "epay"]);
export const remedy = z.enum(["retry", "checkBank", "callSupport", "fixSettings"]);
export const currency = z.enum(["KZT", "USD"]);
export const environment = z.enum(["test", "production", "training"]);
export const paymentState = z.enum(PAYMENT_STATES);
export const paymentMethod = z.enum(["qr", "link", "invoice", "googlePay", "card", "cardVerification", "transfer"]);

/** A decimal string in major units; a JSON number is refused, so that no float can slip in. */
export const amountText = z
  .string()
  .regex(AMOUNT)
  .meta({ description: "major units, at most two decimals", examples: ["5000.00"] });
const isoTime = z.string().meta({ format: "date-time" });

export const errorObject = z.strictObject({
  code: z.enum(ERROR_CODES),
  remedy,
  params: z.record(z.string(), z.string()),
  bankCode: z.string().nullable(),
  bankMessage: z.string().nullable(),
  incident: z.string().nullable(),
});

export const historyEntry = z.strictObject({ at: isoTime, state: paymentState, cause: z.string() });

export const resolution = z.strictObject({
  outcome: z.enum(["treatedAsPaid", "treatedAsUnpaid"]),
  by: z.string(),
  reason: z.string(),
  at: isoTime,
});

/** A payment as the till API and the screen see it: contract section 3, "A payment". */
export const payment = z
  .strictObject({
    seq: z.int(),
    id: z.string(),
    number: z.string(),
    tillId: z.string(),
    saleId: z.string(),
    replaces: z.string().nullable(),
    kind: z.enum(["sale", "verification", "transfer"]),
    provider: providerName,
    environment,
    method: paymentMethod,
    amount: z.string(),
    currency,
    state: paymentState,
    settled: z.boolean(),
    late: z.boolean(),
    watching: z.boolean(),
    parked: z.boolean(),
    externalId: z.string().nullable(),
    bankId: z.string().nullable(),
    qr: z.strictObject({ payload: z.string() }).nullable(),
    link: z.string().nullable(),
    paymentMethods: z.array(z.string()),
    scanDeadline: isoTime.nullable(),
    confirmDeadline: isoTime.nullable(),
    card: z.strictObject({ id: z.string(), mask: z.string(), type: z.string() }).nullable(),
    error: errorObject.nullable(),
    resolution: resolution.nullable(),
    refundedAmount: z.string(),
    actor: z.string(),
    createdAt: isoTime,
    updatedAt: isoTime,
    history: z.array(historyEntry),
  })
  .meta({ id: "Payment" });
export type Payment = z.infer<typeof payment>;
