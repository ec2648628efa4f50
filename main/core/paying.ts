/** A request for a payment that this till posts itself: what belongs to its method, with what it is paid, what may be kept. */
import { maskCard } from "../../contract/card-number.ts";
import type { PaymentRequest } from "../../contract/commands.ts";
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import { isPostedMethod } from "../../contract/states.ts";
import type { Bank, CardMeans, Paying } from "./bank.ts";
import type { Cards, SavedCard } from "./cards.ts";
import type { PaymentDetail, PaymentRow } from "./payment.ts";
import type { Crypto, Profile } from "./ports.ts";

/** Fields of a request that no other payment has. */
const FIELDS = ["token", "card", "receiver", "payer", "data", "useBonus", "saveCard"] as const;
type Field = (typeof FIELDS)[number];

interface Form {
  readonly kind: PaymentRow["kind"];
  readonly needs: readonly Field[];
  readonly may: readonly Field[];
}

const FORMS: Readonly<Record<string, Form>> = {
  googlePay: { kind: "sale", needs: ["token"], may: ["payer", "data", "useBonus", "saveCard"] },
  card: { kind: "sale", needs: ["card"], may: ["payer", "data", "useBonus", "saveCard"] },
  cardVerification: { kind: "verification", needs: ["card"], may: ["payer", "data", "saveCard"] },
  transfer: { kind: "transfer", needs: ["card", "receiver"], may: ["payer", "data", "saveCard"] },
};

/** What a request for a posted payment comes to. `paying` holds card data: it goes to the sending and nowhere else. */
export interface Posting {
  readonly kind: PaymentRow["kind"];
  readonly paying: Paying;
  /** What the payment keeps of it. */
  readonly shown: Pick<PaymentDetail, "card" | "receiver" | "saveCard" | "accountId">;
}

/** Whether a card number was typed here: that needs a right of its own (`cards`) and a till where it is switched on. */
export function hasTypedCard({ card, receiver }: Pick<PaymentRequest, "card" | "receiver">): boolean {
  return (card !== undefined && !("id" in card)) || (receiver !== undefined && "number" in receiver);
}

/**
 * What a posted request is fingerprinted by, beside what every payment is: of a typed number the mask, never its expiry,
 * code or all its digits (docs/adr: PCI DSS 3.5); of a Google Pay token a keyed fingerprint. Empty for every other method.
 */
export function postedPrint(keyed: Pick<Crypto, "mac">, method: string, request: PaymentRequest): readonly unknown[] {
  if (!isPostedMethod(method)) return [];
  const { token, card, receiver, payer, data, useBonus, saveCard } = request;
  const named = (means: NonNullable<typeof card | typeof receiver>): string =>
    "id" in means ? means.id : maskCard(means.number);
  return [
    token === undefined ? null : keyed.mac("request", ordered(token)),
    card === undefined ? null : named(card),
    receiver === undefined ? null : named(receiver),
    ordered(payer ?? null),
    ordered(data ?? null),
    useBonus ?? false,
    saveCard ?? false,
  ];
}

/** The same text for the same body, in whatever order its keys came (contract section 3: equality after parsing). */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Why a bank's contract does not take a request; null where it does. Whose fields do not belong to it is `bad_request`. */
export function whyNotTaken(bank: Bank, profile: Profile, method: string, request: PaymentRequest): AppError | null {
  const methods = bank.methods(profile);
  const typed = isPostedMethod(method) && hasTypedCard(request);
  if (typed && profile.options["cards"] !== "true" && methods.some(isPostedMethod)) return appError("cards_off");
  if (!methods.includes(method)) return appError("not_supported");
  const form = FORMS[method];
  const foreign = FIELDS.find(
    (field) => request[field] !== undefined && !form?.needs.includes(field) && !form?.may.includes(field),
  );
  if (foreign !== undefined) return unfit(foreign, `does not belong to ${method}`);
  const missing = form?.needs.find((field) => request[field] === undefined);
  if (missing !== undefined) return unfit(missing, "is missing");
  return currencyOf(method) === (request.currency ?? "KZT") ? null : unfitCurrency(method);
}

/** A card is checked with nothing to pay, in dollars; all else is in tenge. */
export const currencyOf = (method: string): PaymentRow["currency"] => (method === "cardVerification" ? "USD" : "KZT");

/**
 * Makes what is sent of a posted request that the bank's contract takes. Refuses what its method cannot do, and a saved
 * card that is not there, or is another customer's (`card_unknown`).
 */
export async function makePosting(
  cards: Pick<Cards, "find">,
  profile: Profile,
  method: string,
  request: PaymentRequest,
): Promise<Result<Posting>> {
  const { token, card, receiver, payer = {}, data, useBonus = false, saveCard = false } = request;
  const refuse = (error: AppError): Result<never> => ({ ok: false, error });
  const saved = card !== undefined && "id" in card;
  if (method === "cardVerification" && saved) return refuse(unfit("card", "must be typed"));
  if (saveCard && saved) return refuse(unfit("saveCard", "is saved already"));
  if (saveCard && payer.accountId === undefined) return refuse(unfit("payer.accountId", "is missing"));
  const paid = await means(card);
  const received = await means(receiver);
  if (paid === null || received === null) return refuse(appError("card_unknown"));
  // A saved card is its customer's alone.
  const owner = paid?.saved?.accountId ?? null;
  if (owner !== null && payer.accountId !== undefined && payer.accountId !== owner)
    return refuse(appError("card_unknown"));
  const typed = card !== undefined && "cvc" in card ? { typed: card } : null;
  return {
    ok: true,
    value: {
      kind: FORMS[method]?.kind ?? "sale",
      paying: {
        token: token ?? null,
        card: typed ?? bankCard(paid),
        receiver: receiver !== undefined && "number" in receiver ? { number: receiver.number } : bankCard(received),
        payer: owner === null ? payer : { ...payer, accountId: owner },
        data: data === undefined ? null : JSON.stringify(data),
        useBonus,
      },
      shown: {
        card: paid === undefined ? null : { id: paid.saved?.id ?? null, mask: paid.mask, type: paid.saved?.type ?? "" },
        receiver: received?.mask ?? null,
        saveCard,
        accountId: saveCard ? (payer.accountId ?? null) : null,
      },
    },
  };

  /** undefined: none was asked for; null: there is none of that handle. */
  async function means(
    asked: PaymentRequest["card"] | PaymentRequest["receiver"],
  ): Promise<{ readonly mask: string; readonly saved: SavedCard | null } | null | undefined> {
    if (asked === undefined) return undefined;
    if (!("id" in asked)) return { mask: maskCard(asked.number), saved: null };
    const found = await cards.find(asked.id, profile);
    return found && { mask: found.mask, saved: found };
  }
}

function bankCard(
  means: { readonly saved: SavedCard | null } | undefined,
): Extract<CardMeans, { bankCardId: string }> | null {
  return means?.saved ? { bankCardId: means.saved.bankCardId } : null;
}

const unfit = (field: string, problem: string): AppError => appError("bad_request", { params: { field, problem } });

const unfitCurrency = (method: string): AppError =>
  FORMS[method] ? unfit("currency", `must be ${currencyOf(method)}`) : appError("not_supported");
