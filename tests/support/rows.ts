import { minor } from "../../contract/money.ts";
import { NEW_DETAIL, type PaymentDetail, type PaymentRow } from "../../main/core/payment.ts";
import type { Challenged, Created, Invoiced, Posted, Word } from "../../main/core/bank.ts";
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

/** What a bank makes of a post: taken, or the payer has to prove himself first. `bankId` is our own number. */
export const posted: Posted = {
  kind: "posted",
  bankId: "000000000123456",
  windows: { pollMs: 2_000, scanMs: 0, confirmMs: 1_200_000 },
  operationId: "0d8f7a52-1111-4222-8333-944455556666",
};

export const challenged: Challenged = {
  ...posted,
  kind: "challenged",
  windows: { ...posted.windows, confirmMs: 600_000 },
  page: { action: "https://acs.test/page", fields: { PaReq: "request", MD: "mark" } },
  mark: "mark",
};
