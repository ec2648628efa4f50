import { z } from "zod";
import { AMOUNT } from "./money.ts";
import { ERROR_CODES } from "./errors.ts";
import { OUTCOMES, PAYMENT_STATES } from "./states.ts";
import { FULFILMENT_STATES, MONEY_BACK } from "./fulfilment.ts";

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
  outcome: z.enum(OUTCOMES),
  by: z.string(),
  reason: z.string(),
  at: isoTime,
});

/** What the bank says of a payment that went through: for the slip and the books. Amounts in major units. */
export const paymentDetails = z.strictObject({
  /** The bank's own number of the transaction (Halyk `reference`). */
  reference: z.string().nullable(),
  /** Commission, and the part paid in bonuses, where the bank names them. */
  fee: z.string().nullable(),
  bonusAmount: z.string().nullable(),
  /** To be printed on the slip, in the bank's own words (loan terms and the like). */
  lines: z.array(z.strictObject({ label: z.string(), value: z.string() })),
});
export type PaymentDetails = z.infer<typeof paymentDetails>;

/** What was bought, where the till or its caller said so. Names as they were then, in each language. */
export const paymentItem = z.strictObject({
  id: z.string(),
  name: z.strictObject({ kk: z.string(), ru: z.string(), en: z.string() }),
  price: z.string(),
  quantity: z.int(),
});
export type PaymentItem = z.infer<typeof paymentItem>;

/** Vending: how the goods of this sale stand, and what becomes of the money when they were not given. */
export const fulfilment = z.strictObject({
  state: z.enum(FULFILMENT_STATES),
  /** Since it stands so; null: not paid yet. */
  at: isoTime.nullable(),
  /** `waiting` and `dispensing`: until when somebody has to say more. */
  dueAt: isoTime.nullable(),
  reason: z.string().nullable(),
  by: z.string().nullable(),
  moneyBack: z.enum(MONEY_BACK),
  /** The last refund that was made for it. */
  refundId: z.string().nullable(),
});
export type Fulfilment = z.infer<typeof fulfilment>;

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
    /** Our own number of it at the bank, where the bank asks for one (Halyk `invoiceId`). */
    invoiceId: z.string().nullable(),
    qr: z.strictObject({ payload: z.string() }).nullable(),
    link: z.string().nullable(),
    paymentMethods: z.array(z.string()),
    scanDeadline: isoTime.nullable(),
    confirmDeadline: isoTime.nullable(),
    /** `id` is our handle of a saved card; null for one that was only used. */
    card: z.strictObject({ id: z.string().nullable(), mask: z.string(), type: z.string() }).nullable(),
    details: paymentDetails.nullable(),
    error: errorObject.nullable(),
    resolution: resolution.nullable(),
    refundedAmount: z.string(),
    items: z.array(paymentItem),
    /** null: nothing has to be handed out (every mode but `vending`). */
    fulfilment: fulfilment.nullable(),
    actor: z.string(),
    createdAt: isoTime,
    updatedAt: isoTime,
    history: z.array(historyEntry),
  })
  .meta({ id: "Payment" });
export type Payment = z.infer<typeof payment>;
