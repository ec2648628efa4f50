/**
 * whatever becomes of payment/return and its answer, it is sent once, and the refund ends as the bank's own list has
 * it. Schemes 2 and 3, on the whole till before the simulator.
 */
import { describe, expect } from "vitest";
import type { Refund } from "../../contract/refund.ts";
import { makeAuthorities } from "./kaspi-harness.ts";
import {
  accepted,
  becomes,
  giveBack,
  profileOf,
  refund,
  refused,
  scans,
  sendings,
  shop,
  sold,
  strike,
  wish,
  type Shop,
  type Sold,
  type Struck,
} from "./kaspi-shop.ts";
import { ask } from "./refund-books.ts";
import { SECOND } from "./scene.ts";

await makeAuthorities();

/** Minutes pass in each of these cases, and nothing in them is told apart by less than seconds. */
const SCALE = 40;
const PAID = "5000.00";
const BACK = "1234.56";
const HOLD = 190 * SECOND;
/** Two minutes of readings, a sending that may hang for half a minute, and the last look of an unmoved figure. */
const DECIDED_WITHIN = 300 * SECOND;

interface Case {
  readonly what: string;
  readonly faults: readonly Struck[];
  readonly amount?: string;
  /** The bank carried it out. */
  readonly done: boolean;
  readonly state: "refunded" | "not_executed" | "needs_review";
  readonly evidence: Refund["evidence"]["kind"];
  /** It has been here on its way. */
  readonly through?: Refund["state"];
  /** What another till gave back meanwhile, in tiyn. */
  readonly foreign?: number;
}

const acted = { state: "refunded", evidence: "balance", done: true, through: "in_doubt" } as const;
const nothing = { state: "not_executed", evidence: "none", done: false, through: "in_doubt" } as const;
const unclear = { state: "needs_review", evidence: "none", through: "in_doubt" } as const;
const OTHER = 50_000;

const MATRIX: Readonly<Record<string, readonly Case[]>> = {
  "connections that break": [
    { what: "reset when the headers are read", faults: [{ kind: "refuse" }], ...nothing },
    { what: "dropped", faults: [{ kind: "drop" }], ...nothing },
    { what: "eaten", faults: [{ kind: "eat" }], ...acted },
    { what: "eaten, the whole sum", amount: PAID, faults: [{ kind: "eat" }], ...acted },
    { what: "cut off in its answer", faults: [{ kind: "truncate" }], ...acted },
  ],
  "answers that come late or never": [
    { what: "carried out 5 s later", faults: [{ kind: "late", ms: 5 * SECOND }], ...acted },
    { what: "carried out 60 s later", faults: [{ kind: "late", ms: 60 * SECOND }], ...acted },
    {
      what: "carried out 150 s later",
      faults: [{ kind: "late", ms: 150 * SECOND }],
      ...acted,
      through: "not_executed",
    },
    { what: "hung", faults: [{ kind: "hang" }], ...nothing },
    { what: "carried out and hung", faults: [{ kind: "hang", acts: true }], ...acted },
  ],
  "answers that are none": [
    { what: "garbage", faults: [{ kind: "garbage" }], ...acted },
    { what: "garbage and nothing done", faults: [{ kind: "garbage", acts: false }], ...nothing },
    { what: "a proxy's 502", faults: [{ kind: "html", status: 502 }], ...nothing },
    { what: "a proxy's 502 after it was done", faults: [{ kind: "html", status: 502, acts: true }], ...acted },
    { what: "HTTP 429", faults: [{ kind: "http", status: 429 }], ...nothing },
    { what: "HTTP 403 after it was done", faults: [{ kind: "http", status: 403, acts: true }], ...acted },
  ],
  "codes that prove nothing (Q-02)": [
    { what: "-999", faults: [{ kind: "answer", statusCode: "-999" }], ...nothing },
    { what: "-999 after it was done", faults: [{ kind: "answer", statusCode: "-999", acts: true }], ...acted },
    { what: "-99000006", faults: [{ kind: "answer", statusCode: "-99000006" }], ...nothing },
    {
      what: "-990000006 after it was done",
      faults: [{ kind: "answer", statusCode: "-990000006", acts: true }],
      ...acted,
    },
    { what: "-77777", faults: [{ kind: "answer", statusCode: "-77777" }], ...nothing },
    { what: "-77777 after it was done", faults: [{ kind: "answer", statusCode: "-77777", acts: true }], ...acted },
    { what: "0 without an id", faults: [{ kind: "answer", extra: { ReturnOperationId: null } }], ...acted },
  ],
  "somebody else's refund in the figure": [
    {
      what: "before ours, which is answered",
      faults: [{ kind: "foreign", minor: OTHER }],
      foreign: OTHER,
      done: true,
      state: "refunded",
      evidence: "answer",
    },
    {
      what: "before ours, which is lost",
      faults: [{ kind: "foreign", minor: OTHER }, { kind: "eat" }],
      foreign: OTHER,
      done: true,
      ...unclear,
    },
    {
      what: "alone",
      faults: [{ kind: "foreign", minor: OTHER }, { kind: "drop" }],
      foreign: OTHER,
      done: false,
      ...unclear,
    },
    {
      what: "5 s after ours, which is lost",
      faults: [{ kind: "foreign", minor: OTHER, ms: 5 * SECOND }, { kind: "eat" }],
      foreign: OTHER,
      done: true,
      ...unclear,
    },
    {
      what: "20 s after ours, which was seen in the figure before",
      faults: [{ kind: "foreign", minor: OTHER, ms: 20 * SECOND }, { kind: "eat" }],
      foreign: OTHER,
      ...acted,
    },
    {
      what: "so much that ours is refused (Q-41)",
      faults: [{ kind: "foreign", minor: 400_000 }],
      foreign: 400_000,
      done: false,
      ...unclear,
    },
  ],
};

async function ends(s: Shop, sale: Sold, id: string, one: Case): Promise<void> {
  const over = await becomes(s.desk, id, [one.state], DECIDED_WITHIN);
  expect(over, one.what).toMatchObject({ evidence: { kind: one.evidence, before: PAID, purchaseId: sale.bankId } });
  const [sent] = over.history.filter(({ state }) => state === "sending");
  // "No sign of it" is not said before two minutes of readings are over.
  for (const { state, at } of over.history)
    if (state === "not_executed")
      expect(Date.parse(at) - Date.parse(sent?.at ?? ""), one.what).toBeGreaterThanOrEqual(119 * SECOND);
  expect(over.settled, one.what).toBe(one.state !== "needs_review");
  expect(over.bankId !== null, `${one.what}: only the bank's own answer names a number`).toBe(
    one.evidence === "answer",
  );
  if (one.through)
    expect(
      over.history.map(({ state }) => state),
      one.what,
    ).toContain(one.through);
  const theirs = s.bank.simulator.ledger.refundsOf(sale.bankId);
  expect(
    theirs.filter(({ by }) => by === "till").map(({ amountMinor }) => Number(amountMinor)),
    one.what,
  ).toEqual(one.done ? [Math.round(Number(one.amount ?? BACK) * 100)] : []);
  const foreign = () => s.bank.simulator.ledger.refundsOf(sale.bankId).filter(({ by }) => by === "elsewhere");
  await s.desk.until(`${one.what}: the other one`, () => foreign().length === (one.foreign === undefined ? 0 : 1));
  expect(Number(foreign()[0]?.amountMinor ?? 0), one.what).toBe(one.foreign ?? 0);
  // The bank does not know what a call was about that it reset before it had read its body.
  expect(sendings(s, sale.bankId), `${one.what}: sent once`).toHaveLength(one.faults[0]?.kind === "refuse" ? 0 : 1);
}

/** The figure was read before anything was sent, on the same connection. */
function readFirst({ bank }: Shop, bankId: string): void {
  const calls = bank.simulator.ledger.callsFor(bankId);
  const sent = calls.findIndex(({ name }) => name === "payment/return");
  expect(calls[sent - 1]).toMatchObject({ name: "payment/details", connection: calls[sent]?.connection });
}

describe.concurrent("a refund in doubt", () => {
  for (const scheme of [2, 3] as const) {
    for (const [group, cases] of Object.entries(MATRIX)) {
      shop(
        `scheme ${scheme}, Q-31, ${group}: sent once, and decided by the bank's figure`,
        async (s) => {
          const sales: Sold[] = [];
          for (const [n, one] of cases.entries()) {
            const sale = await sold(s, s.desk, PAID, `customer-${n}`);
            // What is reset before its body is read is known by nothing but its turn: it is the first to be sent.
            strike(s, "payment/return", one.faults[0]?.kind === "refuse" ? null : sale.bankId, one.faults);
            sales.push(sale);
          }
          const ids: string[] = [];
          // The customer's code wants the screen, so in scheme 2 they come one after the other.
          for (const [n, sale] of sales.entries())
            ids.push((await giveBack(s, s.desk, sale, cases[n]?.amount ?? BACK)).id);
          await Promise.all(sales.map((sale, n) => ends(s, sale, ids[n] ?? "", cases[n] as Case)));
          expect(sendings(s)).toHaveLength(sales.length);
          for (const { bankId } of sales) if (sendings(s, bankId).length > 0) readFirst(s, bankId);
        },
        { scheme, scale: SCALE },
      );
    }

    shop(
      `scheme ${scheme}, Q-31: "not refunded" is said only after the figure was read once more, whatever the spelling (Q-01)`,
      async (s) => {
        const sale = await sold(s, s.desk, PAID);
        const spellings = {
          "-990000005": "refund_too_large",
          "-990000011": "wrong_purchase_status",
          "-990000020": "partial_refund_impossible",
          "-99000020": "partial_refund_impossible",
          "-990000003": "other_trade_point",
          '"- 1601"': "purchase_not_found",
        };
        const request = { paymentId: sale.id, amount: BACK };
        const again = (id: string) =>
          ask<Refund>(s.desk, "refunds.select", { id, operationId: sale.bankId, amount: BACK });
        let id: string | null = null;
        for (const [statusCode, code] of Object.entries(spellings)) {
          strike(s, "payment/return", sale.bankId, [{ kind: "answer", statusCode, message: "Так нельзя" }]);
          if (scheme === 3 || id === null) ({ id } = accepted(await wish(s.desk, request)).refund);
          else accepted(await again(id));
          if (scheme === 2 && sendings(s).length === 0) await scans(s, s.desk, id, sale.customer);
          const refusals = Object.keys(spellings).indexOf(statusCode) + 1;
          await s.desk.until(`${statusCode} was sent`, () => sendings(s).length === refusals);
          const told = await becomes(s.desk, id, [scheme === 3 ? "failed" : "choosing"]);
          expect(told).toMatchObject({
            settled: scheme === 3,
            error: { code, bankCode: statusCode.replaceAll('"', ""), bankMessage: "Так нельзя" },
          });
          const names = s.bank.simulator.ledger.callsFor(sale.bankId).map(({ name }) => name);
          expect(names.slice(-3), statusCode).toEqual(["payment/details", "payment/return", "payment/details"]);
          expect(s.bank.simulator.refunds()).toEqual([]);
        }
        const last =
          scheme === 2 && id !== null ? accepted(await again(id)) : accepted(await wish(s.desk, request)).refund;
        expect(await becomes(s.desk, last.id, ["refunded"])).toMatchObject({
          evidence: { kind: "answer" },
          error: null,
        });
      },
      { scheme, scale: SCALE },
    );

    shop(
      `scheme ${scheme}, Q-31: tried again it is held for 190 s, looked at, and sent once more, on the same scanned code`,
      async (s) => {
        const sale = await sold(s, s.desk, PAID);
        strike(s, "payment/return", sale.bankId, [{ kind: "drop" }]);
        const { id } = await giveBack(s, s.desk, sale, BACK);
        await becomes(s.desk, id, ["not_executed"], DECIDED_WITHIN);
        const select = { id, operationId: sale.bankId, amount: BACK };
        const twice = await Promise.all([
          ask<Refund>(s.desk, "refunds.select", select),
          ask<Refund>(s.desk, "refunds.select", select),
        ]);
        expect(twice.filter(({ ok }) => ok)).toHaveLength(1);
        expect(await refund(s.desk, id)).toMatchObject({ state: "in_doubt", settled: false });
        expect(await becomes(s.desk, id, ["refunded"], DECIDED_WITHIN)).toMatchObject({ evidence: { kind: "answer" } });
        const [first, second, ...more] = sendings(s, sale.bankId);
        expect(more).toEqual([]);
        expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(HOLD - SECOND);
        expect(second?.bodyText).toBe(first?.bodyText);
        const calls = s.bank.simulator.ledger.callsFor(sale.bankId);
        expect(calls[calls.indexOf(second as never) - 1]).toMatchObject({ name: "payment/details" });
        expect(s.bank.simulator.returns()).toHaveLength(scheme === 2 ? 1 : 0);
      },
      { scheme, scale: SCALE },
    );

    shop(
      `scheme ${scheme}, Q-31: tried again while the first one arrives 150 s late: found in the figure, not sent twice`,
      async (s) => {
        const sale = await sold(s, s.desk, PAID);
        strike(s, "payment/return", sale.bankId, [{ kind: "late", ms: 150 * SECOND }]);
        const { id } = await giveBack(s, s.desk, sale, BACK);
        await becomes(s.desk, id, ["not_executed"], DECIDED_WITHIN);
        accepted(await ask<Refund>(s.desk, "refunds.select", { id, operationId: sale.bankId, amount: BACK }));
        expect(s.bank.simulator.refunds(), "not carried out yet").toEqual([]);
        expect(await becomes(s.desk, id, ["refunded"], DECIDED_WITHIN)).toMatchObject({
          evidence: { kind: "balance" },
        });
        expect(sendings(s)).toHaveLength(1);
      },
      { scheme, scale: SCALE },
    );

    shop(
      `scheme ${scheme}, Q-41: without the bank's figure nothing is sent`,
      async (s) => {
        const sale = await sold(s, s.desk, PAID);
        strike(s, "payment/details", sale.bankId, [{ kind: "html", count: "all" }]);
        const { id } = accepted(await wish(s.desk, { paymentId: sale.id, amount: BACK })).refund;
        if (scheme === 3) {
          expect(await refund(s.desk, id)).toMatchObject({ state: "failed", error: { code: "bank_unavailable" } });
        } else {
          await scans(s, s.desk, id, sale.customer);
          await becomes(s.desk, id, ["choosing"]);
          const select = { id, operationId: sale.bankId, amount: BACK };
          while ((await refund(s.desk, id)).error === null) await s.clock.sleep(SECOND);
          const no = refused(await ask<Refund>(s.desk, "refunds.select", select));
          expect(no).toMatchObject({ error: { code: "bank_unavailable" }, refund: { state: "choosing", id } });
        }
        expect(sendings(s)).toEqual([]);
        s.bank.simulator.faults.clear();
        if (scheme === 2)
          accepted(await ask<Refund>(s.desk, "refunds.select", { id, operationId: sale.bankId, amount: BACK }));
        const next = scheme === 2 ? { id } : accepted(await wish(s.desk, { paymentId: sale.id, amount: BACK })).refund;
        await becomes(s.desk, next.id, ["refunded"]);
        expect(sendings(s)).toHaveLength(1);
      },
      { scheme, scale: SCALE },
    );

    shop(
      `scheme ${scheme}, Q-31: a process that dies doubts what it may have sent, and sends nothing again`,
      async (s) => {
        const held = await sold(s, s.desk, PAID, "customer-1");
        const hung = await sold(s, s.desk, PAID, "customer-2");
        const lost = await sold(s, s.desk, PAID, "customer-3");
        strike(s, "payment/return", lost.bankId, [{ kind: "eat" }]);
        strike(s, "payment/return", hung.bankId, [{ kind: "hang", acts: true }]);
        const third = await giveBack(s, s.desk, lost, BACK);
        expect(third.state).toBe("in_doubt");
        // In scheme 2 one refund at a time has the screen, so there each of the two has a death of its own.
        const begin = async (sale: Sold): Promise<string> => {
          const { id } = accepted(await wish(s.desk, { paymentId: sale.id, amount: BACK })).refund;
          if (scheme === 2) await scans(s, s.desk, id, sale.customer);
          return id;
        };
        const second = await begin(hung);
        await s.desk.until("it is carried out", () => s.bank.simulator.ledger.refundsOf(hung.bankId).length === 1);
        expect(await refund(s.desk, second)).toMatchObject({ state: "sending" });
        if (scheme === 2) await s.desk.restart();
        const gate = s.desk.gate("payment/return");
        const first = begin(held).catch(() => null);
        await gate.reached;
        await s.desk.restart();
        gate.open();
        void first;
        const row = (await s.desk.journal.refunds({ limit: 1 }))[0];
        expect(await refund(s.desk, row?.id ?? "")).toMatchObject({ state: "in_doubt", paymentId: held.id });
        expect(await becomes(s.desk, second, ["refunded"], DECIDED_WITHIN)).toMatchObject({
          evidence: { kind: "balance" },
        });
        expect(await becomes(s.desk, third.id, ["refunded"], DECIDED_WITHIN)).toMatchObject({
          evidence: { kind: "balance" },
        });
        await becomes(s.desk, row?.id ?? "", ["not_executed"], DECIDED_WITHIN);
        expect(sendings(s, held.bankId)).toEqual([]);
        expect(sendings(s)).toHaveLength(2);
      },
      { scheme, scale: SCALE },
    );
  }

  shop(
    "scheme 2: a process that dies before anything was sent: the code is still there, the choice is gone",
    async (s) => {
      const sale = await sold(s, s.desk, PAID);
      const shown = accepted(await wish(s.desk, { paymentId: sale.id, amount: BACK })).refund;
      const { bankReturnId } = await becomes(s.desk, shown.id, ["awaiting_scan"]);
      await s.desk.restart();
      expect(await refund(s.desk, shown.id)).toMatchObject({ state: "awaiting_scan", bankReturnId });
      await scans(s, s.desk, shown.id, sale.customer);
      await becomes(s.desk, shown.id, ["refunded"]);

      const open = accepted(await wish(s.desk, { provider: "kaspi" })).refund;
      await scans(s, s.desk, open.id, sale.customer);
      expect(await becomes(s.desk, open.id, ["choosing"])).toMatchObject({ operations: [{ id: sale.bankId }] });
      await s.desk.restart();
      expect(await refund(s.desk, open.id)).toMatchObject({ state: "cancelled", settled: true, operations: [] });
      expect(sendings(s)).toHaveLength(1);
    },
    { scheme: 2, scale: SCALE },
  );

  shop(
    "scheme 3: two tills give the same purchase back at once: each knows its own, and neither guesses",
    async (s) => {
      const second = await s.open({ id: "profile-of-till-2", device: "GFC-456398" });
      const lost = await sold(s, s.desk, PAID);
      const sure = await sold(s, s.desk, PAID);
      strike(s, "payment/return", lost.bankId, [{ kind: "eat" }]);
      const mine = await giveBack(s, s.desk, lost, BACK);
      const theirs = accepted(await wish(second, { provider: "kaspi", bankId: lost.bankId, amount: "1000.00" })).refund;
      await becomes(second, theirs.id, ["refunded"]);
      const [a, b] = await Promise.all([
        wish(s.desk, { paymentId: sure.id, amount: "3000.00" }),
        wish(second, { provider: "kaspi", bankId: sure.bankId, amount: "2500.00" }),
      ]);
      const [ours, other] = [accepted(a).refund, accepted(b).refund];
      // Both cannot be: the bank carries one out, and the till it refuses does not take the other's for its own.
      const [one, two] = await Promise.all([
        becomes(s.desk, ours.id, ["refunded", "failed", "needs_review"], DECIDED_WITHIN),
        becomes(second, other.id, ["refunded", "failed", "needs_review"], DECIDED_WITHIN),
      ]);
      expect([one.state, two.state].filter((state) => state === "refunded")).toHaveLength(1);
      expect(s.bank.simulator.ledger.refundsOf(sure.bankId)).toHaveLength(1);
      // The figure fell by both sums: a person must look.
      await becomes(s.desk, mine.id, ["needs_review"], DECIDED_WITHIN);
      expect(s.bank.simulator.ledger.refundsOf(lost.bankId)).toHaveLength(2);
    },
    { scheme: 3, scale: SCALE },
  );

  shop(
    "scheme 3: a refund goes through the profile its sale was paid with, after the till was given another device",
    async (s) => {
      const sale = await sold(s, s.desk, PAID);
      await s.desk.restart(profileOf(s.bank, { id: "profile-2", device: "GFC-456398" }));
      await s.desk.until("ready", () => s.desk.snapshot().providers[0]?.ready === true);
      const other = await sold(s, s.desk, PAID);
      strike(s, "payment/return", sale.bankId, [{ kind: "eat" }]);
      const [first, second] = [await giveBack(s, s.desk, sale, BACK), await giveBack(s, s.desk, other, "10.00")];
      expect(second.state).toBe("refunded");
      await becomes(s.desk, first.id, ["refunded"], DECIDED_WITHIN);
      for (const { bankId } of [sale, other]) {
        const { deviceToken } = s.bank.simulator.payment(bankId) ?? {};
        const calls = s.bank.simulator.ledger
          .callsFor(bankId)
          .filter(({ name }) => name !== "payment/status" && name !== "qr/create");
        for (const call of calls) expect(`${call.path} ${call.bodyText}`).toContain(deviceToken);
      }
      expect(s.bank.simulator.devices()).toHaveLength(2);
    },
    { scheme: 3, scale: SCALE, others: [{ id: "profile-2", device: "GFC-456398" }] },
  );
});
