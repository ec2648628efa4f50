/** What the bank says that fits nothing: claims, other amounts, words against its own final one, codes with a warning. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import { openCodeDesk, type CodeDesk } from "../support/code-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CLAIM = {
  answer: { kind: "claim", error: appError("malformed_answer", { params: { what: "JSON", raw: "PAID" } }) },
};
const FACTS = {
  reference: "ONB1",
  fee: 250,
  bonus: 10_000,
  card: { mask: "440563XXXXXX3134", type: "Visa" },
  lines: [{ label: "Loan terms", value: "2 month" }],
};

let desk: CodeDesk;
beforeEach(async () => {
  desk = await openCodeDesk();
});
afterEach(() => desk.close());

const causes = async (id: string): Promise<string[]> => (await desk.get(id)).history.map(({ cause }) => cause);
const errors = (event: string): number => desk.notes.filter((note) => note.event === event).length;

describe("a claim", () => {
  it("is silence, is kept, and a clean second answer makes it paid (Q-53)", async () => {
    const { id } = await desk.sell();
    desk.codes.next("/status", CLAIM);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    expect(desk.snapshot().current).toMatchObject({ silent: true });
    expect((await desk.row(id)).detail).toMatchObject({ claimed: true, facts: null });
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
  });
  it("through the deadline it is in doubt, whatever it claims, and never paid", async () => {
    const { id } = await desk.sell();
    desk.codes.always("/status", CLAIM);
    await desk.clock.advance(4 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", settled: false });
    expect(errors("payment.answer.unclear")).toBe(1);
  });
});

describe("after a final word", () => {
  it("another word about a declined payment changes nothing and is recorded once", async () => {
    const { id } = await desk.sell();
    desk.codes.bill("declined");
    await desk.clock.advance(3 * SECOND);
    const { updatedAt: _, ...declined } = await desk.get(id);
    for (const word of ["scanned", "scanned", "held", "scanned"] as const) {
      desk.codes.bill(word);
      await desk.clock.advance(6 * SECOND);
      await desk.call("payments.refresh", { id });
    }
    const now = await desk.get(id);
    expect(now).toMatchObject({ state: "declined", settled: true, error: declined.error });
    expect((await causes(id)).slice(-3)).toEqual([
      "bank-declined",
      "bank-contradicts:SCANNED",
      "bank-contradicts:BLOCKED",
    ]);
    expect(errors("payment.contradicted")).toBe(2);
    desk.codes.bill("paid");
    await desk.clock.advance(6 * SECOND);
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
  it("a question that overtook the success is not believed against it", async () => {
    const { id } = await desk.sell();
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
    expect(await causes(id)).not.toContain("bank-contradicts:PAID");
  });
});

describe("what the bank tells of a payment", () => {
  it("its reason for a no is shown", async () => {
    const { id } = await desk.sell();
    desk.codes.told = { message: "Недостаточно средств на карте" };
    desk.codes.bill("declined");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({
      state: "declined",
      error: { code: "declined_by_bank", bankMessage: "Недостаточно средств на карте" },
    });
  });
  it("facts of a success are kept and shown, for the slip and the books", async () => {
    const { id } = await desk.sell();
    expect(await desk.get(id)).toMatchObject({ card: null, details: null });
    desk.codes.told = { facts: FACTS, minor: minor(500_000) };
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    const shown = {
      reference: "ONB1",
      fee: "2.50",
      bonusAmount: "100.00",
      lines: [{ label: "Loan terms", value: "2 month" }],
    };
    expect(await desk.get(id)).toMatchObject({ state: "paid", card: { mask: "440563XXXXXX3134" }, details: shown });
    expect(desk.snapshot().current).toMatchObject({ card: FACTS.card, details: shown });
    expect(await desk.journal.payments({ reference: "ONB1", limit: 5 })).toMatchObject([{ id }]);
  });
  it("another amount: both sums are named, nothing is told to be paid, and nothing is asked by itself", async () => {
    const { id } = await desk.sell();
    desk.codes.told = { facts: FACTS, minor: minor(500_001) };
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({
      state: "needs_review",
      settled: false,
      details: null,
      error: {
        code: "amount_mismatch",
        params: { asked: formatMoney(minor(500_000), "KZT"), named: formatMoney(minor(500_001), "KZT") },
      },
    });
    const polls = desk.codes.asked("/status").length;
    await desk.clock.advance(HOUR);
    expect(desk.codes.asked("/status")).toHaveLength(polls);
    expect(desk.codes.asked("/refuse")).toEqual([]);
  });
});

describe("a code with a warning (Q-58)", () => {
  const warning = appError("qr_mismatch", { params: { asked: "5 000 ₸", named: "1 324 ₸", what: "amount" } });

  it("is shown with it, and the warning is over with the code", async () => {
    desk.codes.extra = { warning };
    const { id } = await desk.sell();
    expect(desk.snapshot().current).toMatchObject({ state: "awaiting_scan", qr: {}, error: { code: "qr_mismatch" } });
    desk.codes.bill("scanned");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation", error: null });
  });
  it.each<["cancelled" | "expired" | "paid"]>([["cancelled"], ["expired"], ["paid"]])(
    "is gone when it is %s",
    async (state) => {
      desk.codes.extra = { warning };
      desk.codes.refusals = "ignore";
      const { id } = await desk.sell();
      if (state === "cancelled") await desk.call("payments.cancel", { id });
      if (state === "paid") desk.codes.bill("paid");
      await desk.clock.advance(3 * MINUTE);
      expect(await desk.get(id)).toMatchObject({ state, error: null });
    },
  );
  it("one that comes after it was given up warns nobody", async () => {
    desk.codes.extra = { warning };
    desk.codes.next("/create", { slow: SECOND });
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", error: null });
  });
});

describe("a code whose end the bank does not promise (Q-60)", () => {
  it("is never called dead: asked at the bank's interval for its life, then less often, for 24 h, then by a person", async () => {
    desk.codes.refusals = "ignore";
    const { id } = await desk.sell();
    const from = desk.clock.mono();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(21 * MINUTE - SECOND);
    expect(desk.codes.asked("/status").length).toBe(419);
    await desk.clock.advance(10 * MINUTE);
    const late = desk.codes
      .asked("/status")
      .map((at) => at - from)
      .filter((at) => at >= 21 * MINUTE);
    expect(
      late
        .slice(1)
        .map((at, index) => (at - (late[index] ?? 0)) / SECOND)
        .slice(0, 3),
    ).toEqual([30, 60, 300]);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false, watching: true });
    await desk.clock.advance(23 * HOUR);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false });
    await desk.clock.advance(HOUR);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: false, error: { code: "watch_ended" } });
  });
  it("the bank's own end of it settles it", async () => {
    desk.codes.refusals = "ignore";
    const { id } = await desk.sell();
    await desk.clock.advance(20 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: false });
    desk.codes.bill("declined");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: true });
  });
});
