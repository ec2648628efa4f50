/** Kaspi refunds, from the wish to the bank's own number: scheme 2 with the customer's scan, scheme 3 by the till alone. */
import { describe, expect } from "vitest";
import type { Refund } from "../../contract/refund.ts";
import { makeAuthorities } from "./kaspi-harness.ts";
import {
  accepted,
  becomes,
  giveBack,
  refund,
  refused,
  scans,
  sendings,
  shop,
  sold,
  strike,
  wish,
  type Shop,
} from "./kaspi-shop.ts";
import { ask } from "./refund-books.ts";
import { SECOND } from "./scene.ts";

await makeAuthorities();

const returnCalls = ({ bank }: Shop) =>
  bank.simulator.ledger.calls.filter(({ name }) => name?.startsWith("return/") || name === "payment/return");

describe.concurrent("refunds", () => {
  for (const scheme of [2, 3] as const) {
    shop(
      `scheme ${scheme}: a part, another part and the rest go back, each by the bank's own number, and then nothing is left`,
      async (s) => {
        const sale = await sold(s, s.desk, "5000.00");
        for (const [amount, before] of [
          ["1234.56", "5000.00"],
          ["0.44", "3765.44"],
          ["3765.00", "3765.00"],
        ] as const) {
          const done = await giveBack(s, s.desk, sale, amount);
          const theirs = s.bank.simulator.refunds().at(-1);
          expect(done).toMatchObject({
            state: "refunded",
            settled: true,
            amount,
            bankId: theirs?.id,
            error: null,
            evidence: { kind: "answer", purchaseId: sale.bankId, before },
          });
          expect(sendings(s).at(-1)?.bodyText).toContain(`"Amount":${amount}`);
        }
        expect(await s.desk.get(sale.id)).toMatchObject({ state: "paid", refundedAmount: "5000.00" });
        const made = accepted(await wish(s.desk, { paymentId: sale.id, amount: "1.00" })).refund;
        if (scheme === 2) {
          await scans(s, s.desk, made.id, sale.customer);
          await becomes(s.desk, made.id, ["choosing"]);
          while ((await refund(s.desk, made.id)).error === null) await s.clock.sleep(SECOND);
        }
        expect(await refund(s.desk, made.id)).toMatchObject({
          state: scheme === 2 ? "choosing" : "failed",
          error: { code: "already_refunded" },
        });
        expect(sendings(s)).toHaveLength(3);
        if (scheme === 2) await s.desk.call("refunds.cancel", { id: made.id });
      },
      { scheme },
    );

    shop(
      `scheme ${scheme}, Q-41: given back elsewhere between the look and the sending: the bank's figure is read again`,
      async (s) => {
        const sale = await sold(s, s.desk, "5000.00");
        const look = () => s.desk.call("refunds.look", { paymentId: sale.id });
        expect(accepted(await look())).toMatchObject({ total: "5000.00", refunded: "0.00", available: "5000.00" });
        s.bank.simulator.refundElsewhere(sale.bankId, 300_000);
        const { id } = accepted(await wish(s.desk, { paymentId: sale.id, amount: "4000.00" })).refund;
        if (scheme === 2) {
          await scans(s, s.desk, id, sale.customer);
          await becomes(s.desk, id, ["choosing"]);
          while ((await refund(s.desk, id)).error === null) await s.clock.sleep(SECOND);
        }
        const told = await refund(s.desk, id);
        expect(told.error?.code).toBe("refund_too_large");
        expect(told.error?.params["available"]?.replaceAll(/\D/g, "")).toMatch(/^2000/);
        expect(sendings(s)).toEqual([]);
        expect(accepted(await look())).toMatchObject({ refunded: "3000.00", available: "2000.00" });
        const again =
          scheme === 2
            ? accepted(await ask<Refund>(s.desk, "refunds.select", { id, operationId: sale.bankId, amount: "2000.00" }))
            : accepted(await wish(s.desk, { paymentId: sale.id, amount: "2000.00" })).refund;
        expect(await becomes(s.desk, again.id, ["refunded"])).toMatchObject({ evidence: { before: "2000.00" } });
      },
      { scheme },
    );

    shop(
      `scheme ${scheme}, Q-23: dates of a purchase in any form, and none at all, stop no refund`,
      async (s) => {
        for (const [n, style] of (["word", "null", "no-zone", "unpadded-day"] as const).entries()) {
          await s.bank.simulator.configure({ transactionDateStyle: style, operationDateStyle: style });
          const sale = await sold(s, s.desk, "500.00");
          const done = await giveBack(s, s.desk, sale, `${n + 1}.00`);
          expect(done.state, style).toBe("refunded");
        }
      },
      { scheme },
    );

    shop(
      `scheme ${scheme}: the same wish under the same key is one refund, two wishes at once are not two`,
      async (s) => {
        const sale = await sold(s, s.desk, "500.00");
        const request = { paymentId: sale.id, amount: "100.00" };
        const same = await Promise.all(
          ["k", "k", "k"].map((key) => ask<{ refund: Refund }>(s.desk, "refunds.create", { key, request })),
        );
        const ids = new Set(same.map((result) => accepted(result).refund.id));
        expect(ids.size).toBe(1);
        const [id = ""] = ids;
        if (scheme === 2) {
          expect(refused(await wish(s.desk, request)).error.code).toBe("refund_open");
          await scans(s, s.desk, id, sale.customer);
        }
        await becomes(s.desk, id, ["refunded"]);
        expect(sendings(s)).toHaveLength(1);
      },
      { scheme },
    );
  }

  shop(
    "scheme 2, Q-13: the refund code has names of its own for its times, and no second window",
    async (s) => {
      const { id } = accepted(await wish(s.desk, { provider: "kaspi" })).refund;
      const { bankReturnId } = await becomes(s.desk, id, ["awaiting_scan"]);
      const code = s.bank.simulator.return(bankReturnId ?? "");
      expect(await refund(s.desk, id)).toMatchObject({ qr: { payload: code?.token } });
      const answer = s.bank.simulator.ledger.callsNamed("return/create")[0]?.answer?.bodyText ?? "";
      expect(answer).toContain('"QrCodeScanEventPollingInterval":7,"QrCodeScanWaitTimeout":60}');
      const over = await becomes(s.desk, id, ["expired"], 90 * SECOND);
      expect(over).toMatchObject({ settled: true, qr: null, amount: null });
      const asked = s.bank.simulator.ledger.callsNamed("return/status").map(({ at }) => at - (code?.createdAt ?? 0));
      expect(asked.length).toBeGreaterThanOrEqual(8);
      expect(asked.length).toBeLessThanOrEqual(9);
      expect(Math.abs((asked[0] ?? 0) - 7 * SECOND)).toBeLessThan(SECOND);
      expect(asked.at(-1)).toBeGreaterThan(55 * SECOND);
    },
    { scheme: 2, simulator: { pollSeconds: 7, scanSeconds: 60, unscanned: "stays" } },
  );

  shop(
    "scheme 2, Q-39: the scan is called final and moves nothing: only ReturnOperationId is the bank's yes",
    async (s) => {
      const sale = await sold(s, s.desk, "700.00");
      const { id } = accepted(await wish(s.desk, { provider: "kaspi" })).refund;
      await scans(s, s.desk, id, sale.customer);
      const choosing = await becomes(s.desk, id, ["choosing"]);
      expect(choosing).toMatchObject({
        settled: false,
        bankId: null,
        operations: [{ id: sale.bankId, paymentId: sale.id }],
      });
      await s.clock.sleep(20 * SECOND);
      expect(returnCalls(s).map(({ name }) => name)).not.toContain("payment/return");
      expect(s.bank.simulator.refunds()).toEqual([]);
      const select = { id, operationId: sale.bankId, amount: "700.00" };
      accepted(await ask<Refund>(s.desk, "refunds.select", select));
      const done = await becomes(s.desk, id, ["refunded"]);
      expect(done.bankId).toBe(s.bank.simulator.refunds()[0]?.id);
      expect(
        returnCalls(s)
          .map(({ name }) => name)
          .filter((name) => name !== "return/status"),
      ).toEqual(["return/create", "return/operations", "payment/return"]);
      expect(sendings(s)[0]?.bodyText).toContain(`"QrReturnId":${choosing.bankReturnId},`);
    },
    { scheme: 2 },
  );

  shop(
    "scheme 2, Q-11: a customer who has bought nothing: an empty list, and nothing to send",
    async (s) => {
      const { id } = accepted(await wish(s.desk, { provider: "kaspi" })).refund;
      await scans(s, s.desk, id, "a stranger");
      expect(await becomes(s.desk, id, ["choosing"])).toMatchObject({ operations: [], error: null });
      expect(s.bank.simulator.ledger.callsNamed("return/operations")[0]?.answer?.bodyText).toContain('"Data":[]');
      accepted(await ask<Refund>(s.desk, "refunds.cancel", { id }));
      expect(await refund(s.desk, id)).toMatchObject({ state: "cancelled" });
    },
    { scheme: 2 },
  );

  shop(
    "scheme 2, Q-40: ten purchases in any order, other shops' among them: ours are known by the bank's id alone",
    async (s) => {
      const elsewhere = await s.open({ id: "profile-of-shop-1", tradePoint: "1", device: "GFC-456398" });
      const first = await sold(s, s.desk, "900.00");
      const ours = [];
      for (let n = 0; n < 10; n += 1) ours.push(await sold(s, s.desk, "900.00"));
      const theirs = await sold(s, elsewhere, "900.00");

      const { id } = accepted(await wish(s.desk, { provider: "kaspi" })).refund;
      await scans(s, s.desk, id, "customer");
      const { operations } = await becomes(s.desk, id, ["choosing"]);
      expect(operations).toHaveLength(10);
      expect(operations.map(({ id: one }) => one)).not.toEqual([...ours, theirs].map(({ bankId }) => bankId));
      for (const { id: one, paymentId } of operations)
        expect(paymentId, one).toBe(ours.find(({ bankId }) => bankId === one)?.id ?? null);
      expect(s.bank.simulator.ledger.callsNamed("return/operations")[0]?.bodyText).toContain('"MaxResult":10');

      // Another shop's is the bank's to refuse, and the customer is back at his purchases.
      const foreign = await ask<Refund>(s.desk, "refunds.select", { id, operationId: theirs.bankId, amount: "900.00" });
      expect(foreign).toMatchObject({
        ok: false,
        error: { code: "purchase_not_found" },
        refund: { state: "choosing" },
      });
      expect(sendings(s)).toEqual([]);
      // The first is older than the ten, and ours all the same.
      expect(operations.map(({ id: one }) => one)).not.toContain(first.bankId);
      accepted(await ask<Refund>(s.desk, "refunds.select", { id, operationId: first.bankId, amount: "900.00" }));
      await becomes(s.desk, id, ["refunded"]);
      expect((await s.desk.get(first.id)).refundedAmount).toBe("900.00");
      expect(s.bank.simulator.refunds().map(({ purchaseId }) => purchaseId)).toEqual([first.bankId]);
    },
    { scheme: 2, simulator: { operationsOrder: "shuffled", operationsScope: "organization" } },
  );

  shop(
    "scheme 2, Q-31: another customer than the one who bought cannot take the money, and the sale stays free",
    async (s) => {
      const sale = await sold(s, s.desk, "900.00", "who bought");
      const { id } = accepted(await wish(s.desk, { paymentId: sale.id, amount: "900.00" })).refund;
      await scans(s, s.desk, id, "who came");
      expect(await becomes(s.desk, id, ["choosing"])).toMatchObject({ operations: [] });
      accepted(await ask<Refund>(s.desk, "refunds.select", { id, operationId: sale.bankId, amount: "900.00" }));
      await s.desk.until("it is sent", () => sendings(s).length === 1);
      expect(await becomes(s.desk, id, ["choosing"])).toMatchObject({ error: { code: "purchase_not_found" } });
      expect(s.bank.simulator.refunds()).toEqual([]);
      accepted(await ask<Refund>(s.desk, "refunds.cancel", { id }));
      expect(await giveBack(s, s.desk, sale, "900.00")).toMatchObject({ state: "refunded" });
    },
    { scheme: 2 },
  );

  shop(
    "scheme 2, Q-30: a refund code whose answer was lost is made once more, silently; twice lost it failed",
    async (s) => {
      const sale = await sold(s, s.desk, "900.00");
      strike(s, "return/create", null, [{ kind: "eat" }]);
      expect(await giveBack(s, s.desk, sale, "10.00")).toMatchObject({ state: "refunded" });
      expect(s.bank.simulator.returns()).toHaveLength(2);
      strike(s, "return/create", null, [{ kind: "eat", count: 2 }]);
      const { id } = accepted(await wish(s.desk, { paymentId: sale.id, amount: "20.00" })).refund;
      expect(await becomes(s.desk, id, ["failed"])).toMatchObject({ settled: true, qr: null });
      expect(s.bank.simulator.returns()).toHaveLength(4);
      expect(sendings(s)).toHaveLength(1);
    },
    { scheme: 2 },
  );

  shop(
    "scheme 1, Q-42: the bank is not asked: the app's way is named, and what was done there is recorded",
    async (s) => {
      const sale = await sold(s, s.desk, "900.00");
      const before = s.bank.simulator.ledger.calls.length;
      const request = { paymentId: sale.id, amount: "300.00" } as const;
      expect(refused(await wish(s.desk, request))).toMatchObject({ error: { code: "refund_elsewhere" } });
      expect(refused(await s.desk.call("refunds.look", { paymentId: sale.id }))).toMatchObject({
        error: { code: "refund_elsewhere" },
      });
      const record = { ...request, recorded: true, reason: "Возврат в Kaspi Pay", by: "Асель" } as const;
      expect(accepted(await wish(s.desk, record)).refund).toMatchObject({
        state: "recorded",
        settled: true,
        evidence: { kind: "person", by: "Асель", reason: "Возврат в Kaspi Pay" },
      });
      expect((await s.desk.get(sale.id)).refundedAmount).toBe("300.00");
      expect(refused(await wish(s.desk, { ...record, amount: "600.01" })).error.code).toBe("refund_too_large");
      const names = s.bank.simulator.ledger.calls.slice(before).map(({ name }) => name);
      expect(names.filter((name) => name !== "health/ping")).toEqual([]);
    },
    { scheme: 1 },
  );
});
