/** Sequences that a hard look at what nobody knows came up with. */
import { afterEach, expect, it } from "vitest";
import type { DoubtItem } from "../../contract/review.ts";
import { minor } from "../../contract/money.ts";
import { openCodeDesk } from "../support/code-desk.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { openBillDesk } from "./refund-bill-desk.ts";
import { refundDesk } from "./refund-helpers.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const LOST = { fail: "closed", reach: "sent" } as const;
const PEOPLE = testPeople({ "2222": { id: "s", name: "Болат", role: "senior" } });

let desk: Desk;
let after: (() => unknown) | null = null;
afterEach(async () => {
  await (after ?? desk.close)();
  after = null;
});

async function list(): Promise<readonly DoubtItem[]> {
  const result = await desk.call("review.list", {});
  if (!result.ok) throw new Error(result.error.code);
  return result.value.items;
}

/** People whose PIN is looked at until `typed`. */
function slowPeople() {
  const typed = Promise.withResolvers<void>();
  const identify = (...asked: Parameters<typeof PEOPLE.identify>) =>
    typed.promise.then(() => PEOPLE.identify(...asked));
  return { people: { ...PEOPLE, identify }, typed: typed.resolve };
}
const decide = (id: string, outcome: "treatedAsUnpaid" | "treatedAsNotRefunded") =>
  desk.call("review.resolve", { id, outcome, reason: "because", pin: "2222" });

it("a decision about silence does not close what the bank says while the PIN is looked at", async () => {
  const { people, typed } = slowPeople();
  const codes = await openCodeDesk({ people });
  desk = codes;
  const { id } = await codes.sell();
  codes.codes.always("/status", { fail: "refused", reach: "connect" });
  await desk.clock.advance(4 * MINUTE);
  const waits = decide(id, "treatedAsUnpaid");
  await desk.clock.advance(0);
  codes.codes.told = { minor: minor(400_000) };
  codes.codes.always("/status", null);
  codes.codes.bill("paid");
  await desk.clock.advance(MINUTE);
  expect(await list()).toMatchObject([{ id, cause: "review", payment: { error: { code: "amount_mismatch" } } }]);
  typed();
  expect(await waits).toMatchObject({ error: { code: "not_resolvable" } });
  expect(await list()).toMatchObject([{ id, payment: { resolution: null } }]);
});

it("nor one about a refund what its figure says meanwhile", async () => {
  const { people, typed } = slowPeople();
  desk = await openDesk({ settings: testSettings(profileOf("3")), people });
  const clerk = refundDesk(() => desk);
  const sale = await clerk.paid("5000.00");
  desk.bank.next("/payment/return", LOST);
  const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
  desk.bank.always("/payment/details", LOST);
  await desk.clock.advance(2 * MINUTE + SECOND);
  const waits = decide(id, "treatedAsNotRefunded");
  await desk.clock.advance(0);
  desk.bank.always("/payment/details", null);
  desk.bank.available(sale.bankId, 430_000);
  await desk.clock.advance(MINUTE);
  expect(await list()).toMatchObject([{ id, cause: "review" }]);
  typed();
  expect(await waits).toMatchObject({ error: { code: "not_resolvable" } });
  expect(await list()).toMatchObject([{ id, refund: { resolution: null } }]);
});

it("a figure that moves after the decision about a lost refund stops the next one, also where another refund was in it before", async () => {
  desk = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
  const clerk = refundDesk(() => desk);
  const sale = await clerk.paid("5000.00");
  // On its way for nearly three minutes; meanwhile another till gives 700 back.
  desk.bank.next("/payment/return", { fail: "closed", reach: "sent", acts: 170 * SECOND });
  const first = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
  await desk.clock.advance(15 * SECOND);
  desk.bank.available(sale.bankId, 430_000);
  await desk.clock.advance(2 * MINUTE);
  expect(await clerk.get(first.id)).toMatchObject({ state: "needs_review" });
  expect(await decide(first.id, "treatedAsNotRefunded")).toMatchObject({ ok: true });
  const next = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
  await desk.clock.advance(5 * MINUTE);
  expect(desk.bank.left(sale.bankId)).toBe(330_000);
  expect(clerk.sendings()).toBe(1);
  expect(await clerk.get(next.id)).toMatchObject({ state: "failed", error: { code: "refund_moved" } });
  // A person decides anew, with that figure before him.
  expect(await list()).toMatchObject([{ id: first.id, cause: "contradicted" }]);
  const other = { paymentId: sale.id, amount: "1000.00" };
  expect(await clerk.ask(other)).toMatchObject({ error: { code: "refund_open" } });
  expect(await decide(first.id, "treatedAsNotRefunded")).toMatchObject({ ok: true });
  const again = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
  await desk.clock.advance(5 * MINUTE);
  expect(await clerk.get(again.id)).toMatchObject({ state: "refunded" });
});

it("the bill of a refund that a person treats as not done is asked about before anything more goes back", async () => {
  const bills = await openBillDesk(PEOPLE);
  after = () => bills.close();
  bills.bank.always("/bill", LOST);
  const { id } = await bills.begin("1500.00");
  await bills.clock.advance(21 * MINUTE);
  const how = { id, outcome: "treatedAsNotRefunded", reason: "because", pin: "2222" } as const;
  expect(await bills.call("review.resolve", how)).toMatchObject({ ok: true });
  await bills.restart();
  bills.bank.always("/bill", null);
  bills.bank.say("refunded");
  const next = await bills.begin("1500.00");
  await bills.clock.advance(5 * MINUTE);
  expect(bills.sendings()).toBe(1);
  expect(await bills.get(next.id)).toMatchObject({ state: "failed", error: { code: "refund_moved" } });
  expect(await bills.get(id)).toMatchObject({ state: "refunded" });
});

it("one row that cannot be read hides no item, and a choice that cannot be read stops no start", async () => {
  const unread = () => Promise.reject(new Error("is not what was written"));
  let damaged = false;
  desk = await openDesk({
    people: PEOPLE,
    wrap: (journal) => ({
      ...journal,
      calls: (id) => (damaged ? unread() : journal.calls(id)),
      meta: (name) => (damaged && (name === "language" || name === "lastProvider") ? unread() : journal.meta(name)),
    }),
  });
  const { id } = await desk.charge();
  desk.bank.always("/payment/status", LOST);
  await desk.clock.advance(4 * MINUTE);
  damaged = true;
  await desk.restart();
  expect(await list()).toMatchObject([{ id, cause: "no_answer", calls: [] }]);
});

it("a reader who was told what a restored journal does not have is told so, once", async () => {
  desk = await openDesk({
    wrap: (journal) => ({
      ...journal,
      events: async (after, limit) => (await journal.events(after, limit)).filter(({ seq }) => seq !== 2),
    }),
  });
  const { id } = await desk.charge();
  await desk.clock.advance(4 * MINUTE);
  const reader = { kind: "api", name: "1c", scopes: ["read"] } as const;
  const after = (seq: number) => desk.core.call(reader, "events.after", { seq, limit: 50 });
  const { value } = (await after(1)) as { value: { head: number; reset: boolean } };
  expect(value).toMatchObject({ reset: false });
  expect(value.head).toBeGreaterThan(2);
  expect(await after(2)).toMatchObject({ value: { reset: true, open: [{ id }] } });
  for (const seq of [0, 1, value.head]) expect(await after(seq)).toMatchObject({ value: { reset: false } });
});
