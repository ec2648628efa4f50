/** What comes to the customer's display, and all that must not: of every screen of the till, and of a till that is driven. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { CustomerSnapshot } from "../../contract/customer.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { PAYMENT_STATES, REFUND_STATES } from "../../contract/states.ts";
import { customerView } from "../../main/core/customer-view.ts";
import { awaitingLink, awaitingScan, payment, snapshot, STATES, TOKEN } from "../screens/support/snapshots.ts";
import { canaryIn, CANARY, CUSTOMER_KEYS, keysOf, poisoned } from "../support/customer-canary.ts";
import { openDesk, PROFILE, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { envelope, refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, MINUTE, refundDesk, SECOND } from "./refund-helpers.ts";

const shown = (more: Partial<Snapshot>, asks = true): CustomerSnapshot => customerView(snapshot(more), asks);

describe("of every screen of the till", () => {
  it.each(Object.keys(STATES))("%s: nothing that has no name there", (name) => {
    for (const asks of [true, false]) {
      const view = customerView(poisoned(snapshot(STATES[name]?.snapshot())), asks);
      expect(canaryIn(JSON.stringify(view))).toBeNull();
      expect(keysOf(view).filter((key) => !CUSTOMER_KEYS.has(key))).toEqual([]);
    }
  });
  it("the canaries are in what the cashier sees: it is they that are kept away", () => {
    const whole = poisoned(snapshot(STATES["qr-banner"]?.snapshot()));
    expect(JSON.stringify(whole).split(CANARY).length).toBeGreaterThan(40);
    expect(canaryIn(JSON.stringify({ minor: whole.parked[0]?.minor }))).not.toBeNull();
  });
});

it("of any snapshot there comes what has a name, also of one with more in it than there is today", () => {
  const names = (type: "texts" | "more") =>
    fc.dictionary(fc.string({ maxLength: 8 }), type === "more" ? fc.anything() : fc.string(), { maxKeys: 3 });
  const anyPayment = fc
    .record({
      state: fc.constantFrom(...PAYMENT_STATES),
      method: fc.constantFrom("qr", "link", "invoice", "card", "transfer", "cardVerification", "googlePay"),
      late: fc.boolean(),
      settled: fc.boolean(),
      link: fc.option(fc.string()),
      qr: fc.option(fc.record({ payload: fc.string() })),
      paymentMethods: fc.array(fc.oneof(fc.constantFrom("Gold", "Red", "Loan"), fc.string())),
      more: names("more"),
    })
    .map(({ more, ...rest }) => payment({ ...more, ...rest }));
  const anyRefund = fc
    .record({ state: fc.constantFrom(...REFUND_STATES), more: names("more") })
    .map(({ state, more }) => {
      const refund = STATES["refund-qr"]?.snapshot().refund;
      return { ...refund, ...more, state } as never;
    });
  fc.assert(
    fc.property(
      fc.option(anyPayment),
      fc.option(anyRefund),
      names("more"),
      fc.boolean(),
      (current, refund, more, asks) => {
        const view = customerView({ ...more, ...snapshot({ current, refund }) }, asks);
        expect(keysOf(view).filter((key) => !CUSTOMER_KEYS.has(key))).toEqual([]);
        for (const method of view.sale?.paymentMethods ?? []) expect(["Gold", "Red", "Loan"]).toContain(method);
        // A code is there to be scanned, and at no other time.
        if (view.sale?.step !== "code") expect(view.sale?.code ?? null).toBeNull();
        if (view.refund?.step !== "code")
          expect([view.refund?.code ?? null, view.refund?.countdown ?? null]).toEqual([null, null]);
        if (!asks) expect(view.refund).toBeNull();
        if (current?.late) expect(view.sale).toBeNull();
      },
    ),
    { numRuns: 300 },
  );
});

describe("what does come", () => {
  it("the code of a QR and of a link, each for its own method", () => {
    expect(shown({ current: awaitingScan() }).sale).toMatchObject({ step: "code", link: false, code: TOKEN });
    expect(shown({ current: awaitingLink({ qr: { payload: "other" } }) }).sale).toMatchObject({
      link: true,
      code: awaitingLink().link,
    });
  });
  it("no state of a payment leaves the customer without a step, and doubt is told as waiting", () => {
    for (const state of PAYMENT_STATES) expect(shown({ current: payment({ state }) }).sale?.step).toBeTypeOf("string");
    for (const state of ["in_doubt", "needs_review"] as const)
      expect(shown({ current: payment({ state }) }).sale?.step).toBe("wait");
  });
});

describe("a till that is driven", () => {
  let desk: Desk | null = null;
  afterEach(() => desk?.close());
  const LOST: Fate = { fail: "closed", reach: "sent" };

  it("shows of all its sales and refunds the one on the screen, and of no person, bank or id a word", async () => {
    const secret = (name: string): string => `${CANARY} ${name}`;
    const settings = testSettings(PROFILE, {
      merchant: { name: "Дүкен №1", bin: "180340021791", address: secret("address"), supportPhone: secret("phone") },
      till: { id: "A1", name: secret("till") },
      provisionFile: secret("file"),
    });
    const people = testPeople({ "1234": { id: secret("id"), name: secret("person"), role: "owner" } });
    const open = await openDesk({ settings, people });
    desk = open;
    const seen: CustomerSnapshot[] = [];
    open.core.watch("customer", (view) => void seen.push(structuredClone(view)));
    const clerk = refundDesk(() => open);
    const { clock, bank } = open;
    const last = (): CustomerSnapshot => seen.at(-1) as CustomerSnapshot;
    const ids: string[] = [];
    const charge = async (amount: string) => {
      const made = await open.charge(amount, { saleId: `${CANARY}-${randomUUID().slice(0, 8)}` });
      ids.push(made.id);
      return made;
    };
    const dismiss = (id: string) => open.call("payments.dismiss", { id });

    // Paid, told, and gone with the cashier's screen.
    const first = await charge("1111.11");
    expect(last().sale).toMatchObject({ step: "code", minor: 111_111, code: expect.stringMatching(/^\d+$/) });
    bank.status("Wait");
    await clock.advance(5 * SECOND);
    expect(last().sale).toMatchObject({ step: "confirm", code: null, countdown: { kind: "confirm" } });
    bank.status("Processed");
    await clock.advance(5 * SECOND);
    expect(last().sale).toMatchObject({ step: "paid", number: first.number });
    await dismiss(first.id);
    expect(last()).toMatchObject({ sale: null, refund: null });

    // Refused in the bank's own words.
    bank.next("/qr/create", { answer: refusal("-1601", secret("bank's words")) });
    await charge("2222.22");
    expect(last().sale).toMatchObject({ step: "unpaid" });
    expect(JSON.stringify(open.snapshot().current)).toContain(secret("bank's words"));

    // Parked, and it succeeds late while the next customer stands there: not a word of it.
    const parked = await charge("3333.33");
    bank.status("Wait");
    await clock.advance(5 * SECOND);
    await dismiss(parked.id);
    const next = await charge("4444.44");
    const before = seen.length;
    bank.next(`/payment/status/${parked.bankId ?? ""}`, { answer: envelope('{"Status":"Processed"}') });
    await clock.advance(10 * SECOND);
    expect(JSON.stringify(open.snapshot().banners)).toContain(parked.number);
    expect(seen.length).toBeGreaterThan(before);
    for (const view of seen.slice(before)) expect(view.sale?.number).toBe(next.number);
    await open.call("payments.cancel", { id: next.id });
    await dismiss(next.id);

    // Expired on the screen, and late: the cashier is told, whoever stands at the display by then is not.
    const expired = await charge("5555.55");
    await clock.advance(181 * SECOND);
    expect(last().sale).toMatchObject({ step: "over", number: expired.number });
    bank.next(`/payment/status/${expired.bankId ?? ""}`, { answer: envelope('{"Status":"Processed"}') });
    await clock.advance(MINUTE);
    expect(open.snapshot().current).toMatchObject({ state: "paid", late: true });
    expect(last().sale).toBeNull();
    await dismiss(expired.id);

    // Silence, and a person decides with his name and his words.
    const doubtful = await charge("6666.66");
    bank.always("/payment/status", LOST);
    await clock.advance(4 * MINUTE);
    expect(open.snapshot().current).toMatchObject({ state: "in_doubt" });
    expect(last().sale).toMatchObject({ step: "wait", number: doubtful.number });
    const decision = { outcome: "treatedAsUnpaid", reason: secret("reason"), pin: "1234" } as const;
    expect(await open.call("review.resolve", { id: doubtful.id, ...decision })).toMatchObject({ ok: true });
    expect(JSON.stringify(await open.journal.payment(doubtful.id))).toContain(secret("person"));
    expect(last().sale).toBeNull();
    bank.always("/payment/status", null);

    // A refund with the customer's scan: the code and how it ended, but none of his purchases.
    const sale = await clerk.paid("5000.00");
    const refund = await clerk.begin({ provider: "kaspi" });
    expect(last().refund).toMatchObject({ step: "code", code: expect.stringMatching(/^\d+$/), minor: null });
    bank.returnStatus("CustomerIdentityObtained");
    await clock.advance(5 * SECOND);
    expect(open.snapshot().refund).toMatchObject({ state: "choosing" });
    expect(last().refund).toMatchObject({ step: "wait", code: null, minor: null });
    await clerk.select(refund.id, sale.bankId, "700.00");
    await clock.advance(5 * SECOND);
    expect(open.snapshot().refund?.operations.length).toBeLessThan(10);
    expect(last().refund).toMatchObject({ step: "done", minor: 70_000 });
    await open.call("refunds.dismiss", { id: refund.id });
    expect(last().refund).toBeNull();

    // Offline, settings, history and lists: nothing of them comes, whatever is asked for.
    bank.always("/", LOST);
    await clock.advance(10 * MINUTE);
    await open.call("history.list", {});
    await open.call("support", {});
    await open.restart();
    open.core.watch("customer", (view) => void seen.push(structuredClone(view)));
    await clock.advance(HOUR);

    expect(seen.length).toBeGreaterThan(20);
    for (const view of seen) {
      const text = JSON.stringify(view);
      expect(canaryIn(text)).toBeNull();
      expect(keysOf(view).filter((key) => !CUSTOMER_KEYS.has(key))).toEqual([]);
      for (const id of [...ids, sale.bankId, refund.id]) expect(text).not.toContain(id);
    }
  });

  it("a refund that the till makes alone is none of the display's", async () => {
    const open = await openDesk({ settings: testSettings({ ...PROFILE, scheme: "3", id: "profile-r3" }) });
    desk = open;
    const seen: CustomerSnapshot[] = [];
    open.core.watch("customer", (view) => void seen.push(view));
    const clerk = refundDesk(() => open);
    const sale = await clerk.paid("5000.00");
    const before = seen.length;
    await clerk.begin({ paymentId: sale.id, amount: "700.00" });
    await open.clock.advance(10 * SECOND);
    expect(open.snapshot().refund).not.toBeNull();
    expect(seen.slice(before).map(({ refund }) => refund)).toEqual(seen.slice(before).map(() => null));
  });
});
