import { randomUUID } from "node:crypto";
import { formatAmount, minor as toMinor } from "../../../contract/money.ts";
import { isOpen } from "../../../contract/states.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import { openDesk, testSettings, type Desk } from "../../support/desk.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import { seal } from "../../../main/adapters/seal.ts";
import { kaspiProfile, type Banks } from "../world/banks.ts";
import type { Till } from "./till.ts";

/** The last seconds of a code, in which the screen offers another one. */
const LOW = 30_000;

/** The product before those banks. */
export async function openOurs(banks: (clock: SimulatedClock) => Promise<Banks>): Promise<{ desk: Desk; till: Till }> {
  const { profile, secrets } = kaspiProfile(3);
  const desk = await openDesk({
    settings: testSettings(profile),
    banks: async (clock) => {
      const { http } = await banks(clock);
      return { ...http, seal, secrets: { [profile.id]: secrets } };
    },
  });
  let sentAt = desk.clock.mono();
  desk.core.watch("cashier", () => (sentAt = desk.clock.mono()));
  const actor = { kind: "person", name: "cashier" } as const;
  const rowsOf = async (saleId: string): Promise<readonly PaymentRow[]> => desk.journal.payments({ saleId, limit: 50 });

  function saysOf({ state, settled, resolution }: PaymentRow): "paid" | "not_paid" | "doubt" | "open" {
    if (state === "paid") return "paid";
    if (settled) return "not_paid";
    return state === "needs_review" || (state === "in_doubt" && resolution === null) ? "doubt" : "open";
  }

  const till: Till = {
    charge(sale, minor) {
      const { current } = desk.snapshot();
      const request = { amount: formatAmount(toMinor(minor)), provider: "kaspi", saleId: sale } as const;
      void (async () => {
        if (current && !isOpen(current)) await desk.core.call(actor, "payments.dismiss", { id: current.id });
        await desk.core.call(actor, "payments.create", { key: randomUUID(), request });
      })();
    },
    code: () => desk.snapshot().current?.qr?.payload ?? null,
    async says(sale) {
      const said = (await rowsOf(sale)).map(saysOf);
      return (["paid", "doubt", "open"] as const).find((one) => said.includes(one)) ?? "not_paid";
    },
    again() {
      const { current } = desk.snapshot();
      // The screen has the button only when the code is about to end (renderer/screens/QrScreen.tsx).
      const left = (current?.countdown?.remainingMs ?? 0) - (desk.clock.mono() - sentAt);
      if (current?.state === "awaiting_scan" && left <= LOW)
        void desk.core.call(actor, "payments.renew", { id: current.id, key: randomUUID() });
    },
    done: () => undefined,
    leave() {
      const { current, refund } = desk.snapshot();
      void (async () => {
        if (current && isOpen(current)) await desk.core.call(actor, "payments.cancel", { id: current.id });
        if (current) await desk.core.call(actor, "payments.dismiss", { id: current.id });
        if (refund) await desk.core.call(actor, "refunds.dismiss", { id: refund.id });
      })();
    },
    refund(sale, minor) {
      void (async () => {
        const paid = (await rowsOf(sale)).find(({ state }) => state === "paid");
        if (!paid) return;
        const request = { paymentId: paid.id, amount: formatAmount(toMinor(minor)) };
        await desk.core.call(actor, "refunds.create", { key: randomUUID(), request });
      })();
    },
    async openRefunds(sale) {
      const ids = new Set((await rowsOf(sale)).map(({ id }) => id));
      const refunds = await desk.journal.refunds({ limit: 500 });
      return refunds.filter(
        ({ paymentId, settled, state }) => ids.has(paymentId ?? "") && !settled && state !== "needs_review",
      ).length;
    },
    reload: () => undefined,
    async saleOf(externalId) {
      const rows = await desk.journal.payments({ limit: 500 });
      return rows.find(({ number }) => number === externalId)?.saleId ?? null;
    },
    close: () => desk.close(),
  };
  return { desk, till };
}
