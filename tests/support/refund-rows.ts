import { minor } from "../../contract/money.ts";
import { NEW_REFUND_DETAIL, type RefundDetail, type RefundRow } from "../../main/core/refund.ts";
import { AT } from "./rows.ts";

export function newRefund(change: Partial<RefundRow> = {}, detail: Partial<RefundDetail> = {}): RefundRow {
  return {
    seq: 1,
    id: "r1",
    version: 1,
    number: "A1-R000001",
    tillId: "A1",
    paymentId: null,
    purchaseKey: "kaspi|test|77",
    profileId: "profile",
    provider: "kaspi",
    environment: "test",
    minor: minor(100_000),
    currency: "KZT",
    state: "creating",
    settled: false,
    watching: false,
    a0: null,
    a0At: null,
    bankId: null,
    bankReturnId: null,
    idemKey: "refund-key",
    idemMac: "mac",
    actor: "person:cashier",
    businessDay: "2026-11-22",
    shiftId: null,
    resolution: null,
    error: null,
    createdAt: AT,
    updatedAt: AT,
    ...change,
    detail: {
      ...NEW_REFUND_DETAIL,
      purchaseId: "77",
      history: [{ at: AT, state: "creating", cause: "created" }],
      ...detail,
    },
  };
}
