import { z } from "zod";
import { amountText, currency, environment, errorObject, providerName, resolution } from "./payment.ts";
import { REFUND_STATES } from "./states.ts";

export const refundState = z.enum(REFUND_STATES);
const isoTime = z.string().meta({ format: "date-time" });
const bankNumber = z.string().regex(/^[1-9]\d{0,18}$/);

/** A purchase that the bank lists for the customer who scanned. */
export const refundOperation = z.strictObject({
  id: bankNumber,
  amount: z.string(),
  at: isoTime.nullable(),
  /** Our payment, where the purchase is ours. */
  paymentId: z.string().nullable(),
});

/** How it was decided whether the money went back: what the bank said, or its available figure before and after. */
export const refundEvidence = z.strictObject({
  /** `answer`: the bank confirmed it; `balance`: its figure fell by exactly the amount; `person`: done elsewhere. */
  kind: z.enum(["none", "answer", "balance", "person"]),
  /** The purchase at the bank. */
  purchaseId: z.string().nullable(),
  /** The bank's number of the transaction, where the purchase is known by that alone. */
  rrn: z.string().nullable(),
  before: z.string().nullable(),
  beforeAt: isoTime.nullable(),
  readings: z.array(z.strictObject({ at: isoTime, available: z.string() })),
  by: z.string().nullable(),
  reason: z.string().nullable(),
});

/** A refund as the till API and the screen see it: contract section 3, "A refund". */
export const refund = z
  .strictObject({
    seq: z.int(),
    id: z.string(),
    number: z.string(),
    tillId: z.string(),
    paymentId: z.string().nullable(),
    provider: providerName,
    environment,
    /** null until it is chosen. */
    amount: z.string().nullable(),
    currency,
    state: refundState,
    settled: z.boolean(),
    available: z.string().nullable(),
    availableAt: isoTime.nullable(),
    availableIsOurs: z.boolean(),
    operations: z.array(refundOperation),
    qr: z.strictObject({ payload: z.string() }).nullable(),
    /** The bank's id of the scanned refund code (Kaspi QrReturnId). */
    bankReturnId: z.string().nullable(),
    /** The bank's id of the refund itself (Kaspi ReturnOperationId, the billNumber of a Halyk refund). */
    bankId: z.string().nullable(),
    evidence: refundEvidence,
    error: errorObject.nullable(),
    resolution: resolution.nullable(),
    actor: z.string(),
    createdAt: isoTime,
    updatedAt: isoTime,
    history: z.array(z.strictObject({ at: isoTime, state: refundState, cause: z.string() })),
  })
  .meta({ id: "Refund" });
export type Refund = z.infer<typeof refund>;

const ourId = z.string().min(1).max(64);
const pin = z.string().regex(/^\d{4,12}$/);

/**
 * Body of `POST /refunds`, and the screen's. One of: a payment of ours and an amount; a bank alone (scheme 2: the customer
 * scans first); a purchase of another till; one that was made elsewhere and is only recorded.
 * `pin` is a person's at the screen, for amounts above the limit and for what is only recorded.
 */
export const refundRequest = z.union([
  z.strictObject({ paymentId: ourId, amount: amountText, pin: pin.optional() }),
  z.strictObject({
    paymentId: ourId,
    amount: amountText,
    recorded: z.literal(true),
    reason: z.string().trim().min(3).max(250),
    by: z.string().trim().min(1).max(80).optional(),
    pin: pin.optional(),
  }),
  z.strictObject({ provider: providerName, bankId: bankNumber, amount: amountText, pin: pin.optional() }),
  z.strictObject({ provider: providerName, rrn: z.string().min(1).max(64), amount: amountText, pin: pin.optional() }),
  z.strictObject({ provider: providerName }),
]);
export type RefundRequest = z.infer<typeof refundRequest>;

/** Body of `POST /refunds/{id}/select`. On a refund that was `not_executed` the same words try it again. */
export const refundSelection = z.strictObject({ operationId: bankNumber, amount: amountText, pin: pin.optional() });

export const refundQuery = z.strictObject({
  state: refundState.optional(),
  paymentId: ourId.optional(),
  from: z.string().datetime({ offset: true }).optional(),
  to: z.string().datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
  cursor: z.string().max(64).optional(),
});
export type RefundQuery = z.infer<typeof refundQuery>;
