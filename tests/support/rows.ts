import { minor } from "../../contract/money.ts";
import { NEW_DETAIL, type PaymentDetail, type PaymentRow } from "../../main/core/payment.ts";
import type { Created, Invoiced, Word } from "../../main/core/bank.ts";
import type { BankWord } from "../../main/core/payment.ts";

export const AT = Date.UTC(2026, 10, 22, 9, 0, 0);

export function newRow(change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow {
  return {
    seq: 1,
    id: "p1",
    version: 1,
    number: "A1-000001",
    tillId: "A1",
    saleId: "s1",
    replaces: null,
    kind: "sale",
    profileId: "profile",
    provider: "kaspi",
    environment: "test",
    method: "qr",
    minor: minor(500_000),
    currency: "KZT",
    state: "creating",
    settled: false,
    watching: false,
    parked: false,
    late: false,
    bankId: null,
    externalId: null,
    idemKey: "key",
    idemMac: "mac",
    actor: "person:cashier",
    businessDay: "2026-11-22",
    shiftId: null,
    fulfilment: null,
    resolution: null,
    error: null,
    createdAt: AT,
    updatedAt: AT,
    ...change,
    detail: {
      ...NEW_DETAIL,
      history: [{ at: AT, state: "creating", cause: "created" }],
      ...detail,
    },
  };
}

export const created: Created = {
  kind: "created",
  bankId: "9223372036854775807",
  payload: "51236903777280167836178166503744993984459",
  link: null,
  paymentMethods: ["Gold"],
  windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 },
  expiresAt: null,
};

export const invoiced: Invoiced = { kind: "invoiced", bankId: "15", lifeMs: 24 * 3_600_000 };

export function says(word: BankWord, change: Partial<Word> = {}): { kind: "word"; word: Word } {
  return { kind: "word", word: { kind: "word", word, raw: word, unsure: false, minor: null, ...change } };
}
