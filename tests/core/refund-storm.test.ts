import { expect, it } from "vitest";
import { formatAmount, minor, parseAmount } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, refundDesk, SECOND, type RefundDesk } from "./refund-helpers.ts";
import { seeded } from "../support/random.ts";

const RUNS = Number(process.env["REFUND_STORMS"] ?? 12);
const STEPS = 50;
const PEOPLE = testPeople({ "2222": { id: "s", name: "Болат", role: "senior" } });
const TOTAL = 500_000;
/** No sum of foreign refunds makes one of ours: an equal one cannot be told apart (docs/reliability.md). */
const FOREIGN = 777;

const DECIDES = ["decide", "decide", "decide"];

const fates = (chance: () => number): Fate[] => [
  { fail: "closed", reach: "sent" },
  { fail: "closed", reach: "body", acts: true },
  { fail: "closed", reach: "sent", acts: Math.round(chance() * 180) * SECOND },
  { fail: "refused", reach: "connect" },
  { answer: refusal("-999"), acts: true },
  { answer: refusal("-990000006") },
  { answer: refusal("-990000020") },
  { answer: "<html>", status: 502, acts: Math.round(chance() * 60) * SECOND },
  "hang",
];

async function storm(seed: number, desk: Desk, clerk: RefundDesk): Promise<void> {
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const sale = await clerk.paid(formatAmount(minor(TOTAL)));
  const all = async (): Promise<readonly Refund[]> => {
    const listed = await desk.call("refunds.list", { limit: 200 });
    return listed.ok ? listed.value.items : [];
  };
  let foreign = 0;
  const steps: Record<string, () => Promise<unknown> | void> = {
    // Nobody waits for anybody: two clerks, and a till program.
    create: () => void clerk.ask({ paymentId: sale.id, amount: pick(["100.00", "250.00", "1000.00"]) }),
    program: () => void clerk.askAsProgram({ paymentId: sale.id, amount: pick(["100.00", "1000.00"]) }),
    again: async () => {
      const refund = (await all()).find(({ state }) => state === "not_executed");
      if (refund) void clerk.select(refund.id, sale.bankId, refund.amount ?? "");
    },
    touch: async () => {
      const refund = pick(await all());
      const command = pick(["refunds.cancel", "refunds.dismiss", "refunds.refresh"] as const);
      if (refund) void desk.call(command, { id: refund.id });
    },
    fault: () => desk.bank.next("/payment/return", pick(fates(chance))),
    blind: () =>
      desk.bank.next("/payment/details", pick(fates(chance).filter((fate) => fate === "hang" || !("acts" in fate)))),
    foreign: () => {
      const left = desk.bank.left(sale.bankId) ?? 0;
      if (left < FOREIGN) return;
      foreign += FOREIGN;
      desk.bank.available(sale.bankId, left - FOREIGN);
    },
    // A senior decides what nobody knows, right or wrong.
    decide: async () => {
      const doubted = await desk.call("review.list", {});
      const item = doubted.ok ? doubted.value.items.find(({ outcomes }) => outcomes.length > 0) : undefined;
      if (!item) return;
      const input = { id: item.id, outcome: pick(item.outcomes), reason: "по выписке", pin: "2222" };
      void desk.call("review.resolve", input);
    },
    restart: () => desk.restart(),
    wait: () => desk.clock.advance(Math.round(chance() * 90) * SECOND),
  };
  const order =
    "create program again again again again touch fault fault fault fault blind wait wait wait wait wait wait wait restart";
  const names = [...order.split(" "), ...(seed % 3 === 0 ? ["foreign"] : []), ...(seed % 2 === 0 ? DECIDES : [])];
  for (let n = 0; n < STEPS; n += 1) {
    await steps[pick(names)]?.();
    await desk.clock.advance(0);
  }
  await desk.clock.advance(HOUR);

  const refunds = await all();
  const sum = (...states: string[]): number =>
    refunds
      .filter(({ state }) => states.includes(state))
      .reduce((total, { amount }) => total + (parseAmount(amount ?? "0") ?? 0), 0);
  const told = refunds.map(({ number, state, amount, history }) => [
    number,
    state,
    amount,
    history.map(({ cause }) => cause).join(" "),
  ]);
  const what = `seed ${seed}: ${JSON.stringify(told, null, 1)}`;
  const gone = TOTAL - (desk.bank.left(sale.bankId) ?? 0) - foreign;
  expect(
    refunds.every(({ state }) => !["creating", "sending", "in_doubt"].includes(state)),
    what,
  ).toBe(true);
  // Nothing doubled: no more went back than was meant; nothing lost: what went back is told, or waits for a person.
  expect(gone, what).toBeLessThanOrEqual(sum("refunded", "needs_review"));
  expect(gone, what).toBeGreaterThanOrEqual(sum("refunded"));
  const counted = refunds
    .filter(({ state, resolution }) => state === "refunded" || resolution?.outcome === "treatedAsRefunded")
    .reduce((total, { amount }) => total + (parseAmount(amount ?? "0") ?? 0), 0);
  expect((await clerk.payment(sale.id)).refundedAmount, what).toBe(formatAmount(minor(counted)));
  expect(counted, what).toBeLessThanOrEqual(TOTAL);
  // Where the bank says the opposite of a person, it is on the list, whatever happened meanwhile.
  const listed = await desk.call("review.list", {});
  const ids = listed.ok ? listed.value.items.map(({ id }) => id) : [];
  for (const { id, state, resolution } of refunds) {
    const isOpposite =
      (state === "refunded" && resolution?.outcome === "treatedAsNotRefunded") ||
      (state === "not_executed" && resolution?.outcome === "treatedAsRefunded");
    const isOpen = state === "needs_review" && resolution === null;
    if (isOpen) expect(ids, what).toContain(id);
    const again = refunds
      .find((refund) => refund.id === id)
      ?.history.filter(({ cause }) => cause.startsWith("treated-as"));
    if (isOpposite && again?.length === 1) expect(ids, what).toContain(id);
  }
  for (const refund of refunds.filter(({ state }) => state === "refunded"))
    expect(["answer", "balance"], what).toContain(refund.evidence.kind);
}

it(`storms of refunds (clerks, lost and late answers, foreign refunds, restarts) end decided, the bank's ledger as meant`, async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const desk = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
    try {
      await storm(
        seed,
        desk,
        refundDesk(() => desk),
      );
    } finally {
      await desk.close();
    }
  }
}, 600_000);
