import { expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { parseAmount } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import { MINUTE, openBillDesk, SECOND, TOTAL, type BillDesk, type Fate } from "./refund-bill-desk.ts";
import { testPeople } from "../support/desk.ts";
import { seeded } from "../support/random.ts";

const RUNS = Number(process.env["REFUND_STORMS"] ?? 8);
const STEPS = 60;
const PEOPLE = testPeople({ "2222": { id: "s", name: "Болат", role: "senior" } });
const error = appError("malformed_answer");

const FATES: readonly Fate[] = [
  { fail: "closed", reach: "sent", acts: true },
  { fail: "closed", reach: "body" },
  { fail: "refused", reach: "connect" },
  { answer: { kind: "unclear", error }, acts: true },
  { answer: { kind: "refused", error } },
  { answer: { kind: "pending", bankId: "77" }, acts: true },
  "hang",
];

async function storm(seed: number, desk: BillDesk): Promise<void> {
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  // More sales than one, so that a doubt about the first does not end the story.
  const sales = ["p1", "p2", "p3"];
  for (const id of ["78", "79"]) {
    await desk.sell({ bankId: id });
    desk.bank.purchase(id, TOTAL);
  }
  const all = async (): Promise<readonly Refund[]> => {
    const listed = await desk.call("refunds.list", { limit: 200 });
    return listed.ok ? listed.value.items : [];
  };
  const steps: Record<string, () => Promise<unknown> | void> = {
    // Nobody waits for anybody: two clerks, and a till program.
    create: () => void desk.ask({ paymentId: pick(sales), amount: pick(["700.00", "2500.00", "5000.00"]) }),
    program: () => void desk.askAsProgram({ provider: "halykQr", bankId: pick(["77", "78"]), amount: "1300.00" }),
    record: () => void desk.ask({ paymentId: pick(sales), amount: "300.00", recorded: true, reason: "в приложении" }),
    touch: async () => {
      const refund = pick(await all());
      const command = pick(["refunds.cancel", "refunds.dismiss", "refunds.refresh"] as const);
      if (refund) void desk.call(command, { id: refund.id });
    },
    fault: () => desk.bank.next("/refund", pick(FATES)),
    blind: () =>
      desk.bank.next(pick(["/bill", "/purchase"]), pick(FATES.filter((fate) => fate === "hang" || !fate.acts))),
    // Bills are decided by the bank alone, once.
    decide: () => {
      const open = [...desk.bank.bills.values()].filter(({ word }) => word === "pending");
      const bill = pick(open);
      if (bill) bill.word = pick(["refunded", "refunded", "rejected"]);
    },
    // A senior decides by the customer's statement, which is the bank's own ledger; what he cannot see there waits.
    person: async () => {
      const listed = await desk.call("review.list", {});
      const item = pick(listed.ok ? listed.value.items.filter(({ outcomes }) => outcomes.length > 0) : []);
      const row = item && (await all()).find(({ id }) => id === item.id);
      if (!row) return;
      const known = new Set((await all()).map(({ bankId }) => bankId));
      const unknown = [...desk.bank.bills].filter(
        ([id, { of, minor, word }]) =>
          !known.has(id) &&
          of === row.evidence.purchaseId &&
          minor === parseAmount(row.amount ?? "") &&
          word !== "rejected",
      );
      const bill = row.bankId === null ? undefined : desk.bank.bills.get(row.bankId);
      if (bill?.word === "pending") return;
      const gone = bill ? bill.word === "refunded" : unknown.length > 0;
      const outcome = gone ? "treatedAsRefunded" : "treatedAsNotRefunded";
      void desk.call("review.resolve", { id: row.id, outcome, reason: "по выписке", pin: "2222" });
    },
    restart: () => desk.restart(),
    disk: async () => {
      desk.disk(true);
      await desk.clock.advance(Math.round(chance() * 8) * SECOND);
      desk.disk(false);
    },
    wake: () => desk.core.wake("network"),
    wait: () => desk.clock.advance(Math.round(chance() * 90) * SECOND),
  };
  const names =
    "create create create program record touch touch fault blind decide decide decide wait wait wait restart disk wake".split(
      " ",
    );
  if (seed % 2 === 0) names.push("person", "person", "person");
  for (let n = 0; n < STEPS; n += 1) {
    await steps[pick(names)]?.();
    await desk.clock.advance(0);
  }
  await desk.clock.advance(30 * MINUTE);
  for (const refund of await all())
    if (refund.state === "needs_review") await desk.call("refunds.refresh", { id: refund.id });

  const refunds = await all();
  const told = refunds.map(({ number, state, amount, bankId, history }) => [
    number,
    state,
    amount,
    bankId,
    history.map(({ cause }) => cause).join(" "),
  ]);
  const what = `seed ${seed}: ${JSON.stringify(told, null, 1)}`;
  const open = ["creating", "sending", "pending", "in_doubt", "not_executed"];
  expect(
    refunds.every(({ state }) => !open.includes(state)),
    what,
  ).toBe(true);
  for (const [index, purchase] of ["77", "78", "79"].entries()) {
    const own = refunds.filter(({ evidence }) => evidence.purchaseId === purchase);
    const sum = (...states: string[]): number =>
      own
        .filter(({ state }) => states.includes(state))
        .reduce((total, { amount }) => total + (parseAmount(amount ?? "0") ?? 0), 0);
    const bills = [...desk.bank.bills.values()].filter(({ of }) => of === purchase);
    const gone = bills.filter(({ word }) => word === "refunded").reduce((total, bill) => total + bill.minor, 0);
    const may = bills.filter(({ word }) => word !== "rejected").reduce((total, bill) => total + bill.minor, 0);
    // Never more than was paid, even if everything undecided should go through as well.
    expect(may + sum("recorded"), what).toBeLessThanOrEqual(TOTAL);
    // Nothing lost: what went back is told, or waits for a person; nothing told that did not go back.
    expect(gone, what).toBeLessThanOrEqual(sum("refunded", "needs_review"));
    expect(gone, what).toBeGreaterThanOrEqual(sum("refunded"));
    const sale = await desk.call("payments.get", { id: sales[index] as string });
    expect(sale.ok && parseAmount(sale.value.refundedAmount), what).toBe(
      own
        .filter(
          ({ state, resolution }) =>
            ["refunded", "recorded"].includes(state) || resolution?.outcome === "treatedAsRefunded",
        )
        .reduce((total, { amount }) => total + (parseAmount(amount ?? "0") ?? 0), 0),
    );
  }
  for (const { state, bankId } of refunds) {
    if (state === "refunded") expect(desk.bank.bills.get(bankId ?? "")?.word, what).toBe("refunded");
    if (state === "failed" && bankId !== null) expect(desk.bank.bills.get(bankId)?.word, what).toBe("rejected");
  }
}

it("storms of refunds that the bank does in its own time (clerks, lost answers, restarts, a full disk) end as the bank's bills say", async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const desk = await openBillDesk(PEOPLE);
    try {
      await storm(seed, desk);
    } finally {
      await desk.close();
    }
  }
}, 600_000);
