import { z } from "zod";
import { isCardNumber } from "./card-number.ts";

/** Spaces between the digits are allowed. */
const number = z
  .string()
  .max(32)
  .transform((text) => text.replaceAll(" ", ""))
  .refine(isCardNumber, "is no card number");
/** The name on the card, as the bank takes it: Latin letters. */
const holder = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z .'-]{1,59}$/, "must be the name on the card, in Latin letters");

/** A card as it is typed. Never journaled, logged, shown again, or sent to anybody but the bank. */
export const typedCard = z.strictObject({
  number,
  expiry: z.string().regex(/^(0[1-9]|1[0-2])\/\d{2}$/, "must be MM/YY"),
  cvc: z.string().regex(/^\d{3,4}$/, "must be 3 or 4 digits"),
  name: holder,
});
export type TypedCard = z.infer<typeof typedCard>;

/** Our handle of a saved card. */
export const cardId = z.string().regex(/^card_[a-z0-9]{8,64}$/);
export const savedCard = z.strictObject({ id: cardId });

export const payCard = z.union([typedCard, savedCard]);
/** Whom a transfer goes to. */
export const receiver = z.union([z.strictObject({ number }), savedCard]);

const text = (most: number) => z.string().trim().min(1).max(most);

/** Who pays, as far as the bank asks. Sent once and kept nowhere, but for `accountId`, which a saved card belongs to. */
export const payer = z.strictObject({
  name: text(120).optional(),
  email: z.string().trim().email().max(120).optional(),
  phone: z
    .string()
    .regex(/^\+?[0-9][0-9 ()-]{8,22}$/, "must be a telephone number")
    .optional(),
  /** The shop's own id of the customer. */
  accountId: z
    .string()
    .regex(/^[A-Za-z0-9_.@:-]{1,64}$/, "must be 1 to 64 Latin letters, digits and _ . @ : -")
    .optional(),
});
export type Payer = z.infer<typeof payer>;

const TOKEN_CAP = 32 * 1024;

/**
 * The Google Pay object as whoever obtained it received it (PAYMENT_GATEWAY). It goes on as it came: only its form is
 * looked at, since a changed character breaks Google's signature.
 */
export const googlePayToken = z.custom<Readonly<Record<string, unknown>>>(isGooglePay, "is no Google Pay object").meta({
  type: "object",
  description: "the Google Pay object as received; goes to the bank unchanged",
});

function isGooglePay(value: unknown): boolean {
  if (!isObject(value) || JSON.stringify(value).length > TOKEN_CAP) return false;
  const { apiVersion, apiVersionMinor, paymentMethodData: method } = value;
  if (typeof apiVersion !== "number" || typeof apiVersionMinor !== "number" || !isObject(method)) return false;
  const { type, tokenizationData: tokenization } = method;
  if (type !== "CARD" || !isObject(tokenization) || tokenization["type"] !== "PAYMENT_GATEWAY") return false;
  return typeof tokenization["token"] === "string" && tokenization["token"] !== "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A saved card as people and programs see it. */
export const cardObject = z
  .strictObject({
    id: z.string(),
    mask: z.string(),
    type: z.string(),
    accountId: z.string().nullable(),
    environment: z.enum(["test", "production", "training"]),
    savedAt: z.string(),
  })
  .meta({ id: "Card" });
export type Card = z.infer<typeof cardObject>;
export const cardList = z.strictObject({ items: z.array(cardObject) }).meta({ id: "CardList" });
