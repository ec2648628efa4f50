/** The black box: what a bank's support desk needs to follow a payment, and nothing secret. */
import { z } from "zod";
import { PAYMENT_STATES, REFUND_STATES } from "./states.ts";

/** So many of the last transitions are in it. */
export const TRANSITIONS = 500;

const time = z.string();
const call = z.strictObject({
  requestId: z.string(),
  name: z.string(),
  danger: z.enum(["safe", "harmless", "resolvable", "dangerous"]),
  sentAt: time,
  answeredAt: time.nullable(),
  outcome: z.enum(["answered", "connect", "sent", "body"]).nullable(),
  bankCode: z.string().nullable(),
});

const transition = z.strictObject({
  seq: z.int(),
  at: time,
  kind: z.enum(["payment", "refund"]),
  id: z.string(),
  number: z.string(),
  provider: z.string(),
  environment: z.string(),
  method: z.string().nullable(),
  amount: z.string().nullable(),
  currency: z.string(),
  state: z.enum([...new Set([...PAYMENT_STATES, ...REFUND_STATES])]),
  settled: z.boolean(),
  late: z.boolean(),
  cause: z.string().nullable(),
  bankId: z.string().nullable(),
  errorCode: z.string().nullable(),
  bankCode: z.string().nullable(),
});

export const supportFile = z
  .strictObject({
    purpose: z.literal("qabyl-support"),
    version: z.literal(1),
    madeAt: time,
    program: z.string(),
    till: z.strictObject({ id: z.string(), name: z.string() }),
    merchant: z.strictObject({ name: z.string(), bin: z.string().nullable() }),
    /** Which ways to a bank the transitions went. */
    profiles: z.array(
      z.strictObject({
        provider: z.string(),
        environment: z.string(),
        scheme: z.string().nullable(),
        host: z.string(),
        tradePoint: z.string().nullable(),
        device: z.string().nullable(),
      }),
    ),
    journal: z.strictObject({ schema: z.int(), epoch: z.string(), head: z.int(), mac: z.string() }),
    /** Oldest first. */
    transitions: z.array(transition).max(TRANSITIONS),
    /** The calls of the payments and refunds above, oldest first. */
    calls: z.array(call.extend({ ref: z.string() })),
  })
  .meta({ id: "Support" });
export type SupportFile = z.infer<typeof supportFile>;
