/** A payment as it is first written down: what was asked for, before anything has happened. Pure. */
import type { PaymentRequest } from "../../contract/commands.ts";
import type { Minor } from "../../contract/money.ts";
import { maskPhone } from "./invoice.ts";
import { currencyOf, type Posting } from "./paying.ts";
import { NEW_DETAIL, type BoughtItem, type Goods, type PaymentRow } from "./payment.ts";
import type { Profile } from "./ports.ts";

/** What was asked for, and by whom. */
export interface Intent {
  readonly actor: string;
  readonly key: string;
  readonly mac: string;
  readonly minor: Minor;
  readonly method: string;
  readonly saleId: string | null;
  readonly request: PaymentRequest;
  /** Whole, in the bank's form: for the creation alone. */
  readonly phone: string | null;
  readonly phoneMac: string | null;
  readonly posting: Posting | null;
  readonly items: readonly BoughtItem[];
  /** Vending: how its goods stand before anything has happened; null elsewhere. */
  readonly goods: Goods | null;
}

/** Takes an intent and what the till gives it (`at` in epoch milliseconds); returns the row of its first commit. */
export function newPayment(
  intent: Intent & {
    readonly id: string;
    readonly at: number;
    readonly tillId: string;
    readonly number: string;
    readonly businessDay: string;
    readonly invoiceId: string | null;
    readonly bank: { readonly profile: Profile };
  },
): PaymentRow {
  const { id, at, request, phone, posting, method } = intent;
  const { profile } = intent.bank;
  return {
    seq: 0,
    id,
    version: 1,
    number: intent.number,
    tillId: intent.tillId,
    saleId: intent.saleId ?? id,
    replaces: request.replaces ?? null,
    kind: posting?.kind ?? "sale",
    profileId: profile.id,
    provider: request.provider,
    environment: profile.environment,
    method,
    minor: intent.minor,
    currency: currencyOf(method),
    state: "creating",
    settled: false,
    watching: false,
    parked: false,
    late: false,
    bankId: null,
    externalId: request.externalId ?? null,
    idemKey: intent.key,
    idemMac: intent.mac,
    actor: intent.actor,
    businessDay: intent.businessDay,
    shiftId: null,
    fulfilment: intent.goods !== null && (posting?.kind ?? "sale") === "sale" ? intent.goods : null,
    resolution: null,
    error: null,
    createdAt: at,
    updatedAt: at,
    detail: {
      ...NEW_DETAIL,
      description: request.description ?? null,
      phoneMask: phone === null ? null : maskPhone(phone),
      phoneMac: intent.phoneMac,
      invoiceId: intent.invoiceId,
      comment: request.comment ?? null,
      items: intent.items,
      ...posting?.shown,
      history: [{ at, state: "creating", cause: "created" }],
    },
  };
}
