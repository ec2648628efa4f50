/** What the bank's document gets wrong or leaves open (docs/halyk-qr.md), from the till to the bank's books and back. */
import { describe, expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { halykHarness, startHalykSide, type HalykSide } from "./halyk-harness.ts";
import { scenes, SECOND, type Scene } from "./scene.ts";

type Halyk = Scene<HalykSide>;

const { pollMs, scanMs } = halykHarness.windows;
const { scene, sell, sellScanned, asked, quiet } = scenes(startHalykSide, pollMs);

/** Everything the till posted about this bill. */
function refusals({ bank }: Halyk, row: Pick<PaymentRow, "bankId">) {
  return bank.simulator.ledger.callsNamed("status/change").filter((call) => call.paymentId === row.bankId);
}

function strike({ bank }: Halyk, fault: Parameters<HalykSide["simulator"]["faults"]["add"]>[0]): void {
  bank.simulator.faults.add(fault);
}

describe.concurrent("answers that are no JSON (Q-53)", () => {
  scene(
    "are followed, but nobody is called paid by one, and who may have paid is not refused",
    async (s) => {
      const sale = await sell(s);
      s.bank.scan(sale.bankId);
      await s.desk.reaches(sale.id, "awaiting_confirmation");
      s.bank.confirm(sale.bankId);
      await asked(s, sale.bankId, 2);
      expect(s.desk.row(sale.id)).toMatchObject({ settled: false, detail: { claimed: true } });
      await s.desk.reaches(sale.id, "in_doubt", false, scanMs + 60 * SECOND);
      await asked(s, sale.bankId, 2);
      expect(refusals(s, sale)).toEqual([]);
      await s.bank.simulator.configure({ malformed: false });
      expect(await s.desk.reaches(sale.id, "paid", true)).toMatchObject({ late: false });
    },
    { side: { simulator: { malformed: true } } },
  );
});

describe.concurrent("amounts (Q-55)", () => {
  for (const amounts of ["string", "number"] as const)
    scene(
      `as a ${amounts}, with a commission on top and a part in bonuses: paid, and told on the result`,
      async (s) => {
        const sale = await sell(s, "199.99");
        const details = [{ label: "Loan terms", value: "2 month" }];
        s.bank.simulator.pay(sale.bankId, { feeMinor: 150, bonusMinor: 1_000, details, reference: "ONB1" });
        await s.desk.reaches(sale.id, "paid");
        expect(await s.desk.get(sale.id)).toMatchObject({
          amount: "199.99",
          card: { id: null, mask: "440563XXXXXX3134", type: "Visa" },
          details: { reference: "ONB1", fee: "1.50", bonusAmount: "10.00", lines: details },
        });
      },
      { side: { simulator: { amounts } } },
    );

  for (const amount of [null, "two hundred", "-5000", "5e3", ""])
    scene(`${JSON.stringify(amount)} with PAID proves nothing: asked again, and not refused meanwhile`, async (s) => {
      const sale = await sell(s);
      strike(s, { kind: "answer", method: "status", count: "all", extra: { amount } });
      s.bank.confirm(sale.bankId);
      await asked(s, sale.bankId, 3);
      expect(s.desk.row(sale.id)).toMatchObject({ settled: false, detail: { claimed: true } });
      expect(refusals(s, sale)).toEqual([]);
      s.bank.calm();
      await s.desk.reaches(sale.id, "paid");
    });
});

describe.concurrent("a code that does not fit its sale (Q-58)", () => {
  const document = { simulator: { qr: "document" } } as const;
  scene(
    "is not shown where it blocks, and nobody can pay it",
    async (s) => {
      const { id } = await s.desk.charge();
      expect(await s.desk.reaches(id, "failed", true)).toMatchObject({ error: { code: "qr_mismatch" } });
      expect(s.desk.shown.size).toBe(0);
      expect(s.bank.creations()).toHaveLength(1);
    },
    { side: document },
  );

  scene(
    "is shown with a warning where it warns, exactly as it came",
    async (s) => {
      const sale = await sell(s);
      const shown = s.desk.snapshot().current;
      expect(shown).toMatchObject({ qr: { payload: s.bank.payments()[0]?.token }, error: { code: "qr_mismatch" } });
      s.bank.confirm(sale.bankId);
      expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ error: null });
    },
    { side: { ...document, options: { emvMismatch: "warn" } } },
  );
});

describe.concurrent("refusing to wait (Q-60, Q-61)", () => {
  const REJECTED = (row: Pick<PaymentRow, "bankId">) => `{"billId":"${row.bankId}","status":"REJECTED"}`;

  scene(
    "at the deadline the bank is asked first, then told once; its own no settles it",
    async (s) => {
      const sale = await sell(s);
      await s.desk.reaches(sale.id, "expired", true, scanMs + 30 * SECOND);
      const told = refusals(s, sale);
      expect(told.map(({ bodyText }) => bodyText)).toEqual([REJECTED(sale)]);
      expect(s.bank.simulator.bill(sale.bankId)?.history.at(-1)).toMatchObject({ cause: "posted" });
      const before = s.bank.questions(sale.bankId).filter(({ at }) => at <= (told[0]?.at ?? 0));
      expect((told[0]?.at ?? 0) - (before.at(-1)?.at ?? 0)).toBeLessThan(pollMs);
      await quiet(s, sale.bankId);
    },
    { side: { unscanned: "stays" } },
  );

  scene("given up: told at once, and settled by the bank’s no", async (s) => {
    const sale = await sell(s);
    const at = s.bank.now();
    await s.desk.call("payments.cancel", { id: sale.id });
    await s.desk.reaches(sale.id, "cancelled", true, 20 * SECOND);
    expect(refusals(s, sale).map(({ bodyText }) => bodyText)).toEqual([REJECTED(sale)]);
    expect((refusals(s, sale)[0]?.at ?? 0) - at).toBeLessThan(2 * SECOND);
  });

  scene(
    "a bank that keeps to its policy does not take it from NEW: watched on, and paid late",
    async (s) => {
      const sale = await sell(s);
      await s.desk.call("payments.cancel", { id: sale.id });
      await asked(s, sale.bankId, 3);
      expect(refusals(s, sale)).toMatchObject([{ statusCode: "400" }]);
      expect(s.desk.row(sale.id)).toMatchObject({ state: "cancelled", settled: false, watching: true });
      s.bank.confirm(sale.bankId);
      expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true });
    },
    { side: { simulator: { policy: "strict" }, unscanned: "stays" } },
  );

  scene(
    "unheard, it is said again with the polls, and five times at most",
    async (s) => {
      const sale = await sell(s);
      strike(s, { kind: "http", method: "status/change", status: 502, count: "all" });
      await s.desk.call("payments.cancel", { id: sale.id });
      await asked(s, sale.bankId, 8);
      expect(refusals(s, sale)).toHaveLength(5);
      expect(s.desk.row(sale.id)).toMatchObject({ state: "cancelled", settled: false });
      s.bank.decline(sale.bankId);
      await s.desk.reaches(sale.id, "cancelled", true);
    },
    { side: { unscanned: "stays" } },
  );

  scene("a dead process goes on saying it", async (s) => {
    const sale = await sell(s);
    strike(s, { kind: "drop", method: "status/change" });
    await s.desk.call("payments.cancel", { id: sale.id });
    await s.desk.until("the first try", () => refusals(s, sale).length === 1);
    await s.desk.restart();
    await s.desk.reaches(sale.id, "cancelled", true);
    expect(refusals(s, sale)).toHaveLength(2);
  });

  scene("a customer who has scanned is served to the end, and nobody is told anything", async (s) => {
    const sale = await sellScanned(s);
    await asked(s, sale.bankId, 2);
    s.bank.confirm(sale.bankId);
    await s.desk.reaches(sale.id, "paid");
    expect(s.bank.simulator.ledger.callsNamed("status/change")).toEqual([]);
  });
});

describe.concurrent("BLOCKED and AUTH (Q-62)", () => {
  scene("are no success: the bank may still say no", async (s) => {
    const sale = await sellScanned(s);
    s.bank.simulator.block(sale.bankId);
    await asked(s, sale.bankId, 1);
    s.bank.simulator.auth(sale.bankId);
    await asked(s, sale.bankId, 2);
    expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
    s.bank.simulator.reject(sale.bankId, "Карта заблокирована");
    expect(await s.desk.reaches(sale.id, "declined")).toMatchObject({ error: { bankMessage: "Карта заблокирована" } });
  });
});

describe.concurrent("a lost creation (Q-65)", () => {
  scene("that never arrives: sent once more under the same number, then failed", async (s) => {
    strike(s, { kind: "drop", method: "generate/code", count: "all" });
    const { id } = await s.desk.charge();
    await s.desk.reaches(id, "failed", true, 120 * SECOND);
    const numbers = s.bank.creations().map(({ ownNumber }) => ownNumber);
    expect(numbers).toEqual([s.desk.row(id).detail.invoiceId, s.desk.row(id).detail.invoiceId]);
    expect(s.bank.payments()).toEqual([]);
  });

  for (const usedInvoice of ["refuse", "same", "second"] as const)
    scene(
      `whose first copy comes late, at a bank that answers a used number with “${usedInvoice}”: one code, one payment`,
      async (s) => {
        strike(s, { kind: "late", method: "generate/code", ms: 12 * SECOND });
        const { id } = await s.desk.charge();
        const sale = await s.desk.reaches(id, "awaiting_scan");
        await s.desk.until("the late copy", () => s.bank.creations().every(({ heard }) => heard));
        expect(s.bank.payments()).toHaveLength(usedInvoice === "second" ? 2 : 1);
        s.bank.confirm(sale.bankId ?? "");
        await s.desk.reaches(id, "paid");
      },
      { side: { simulator: { usedInvoice } } },
    );

  scene("refused the second time, since the first has arrived: looked up before it is believed", async (s) => {
    strike(s, { kind: "late", method: "generate/code", ms: 3 * SECOND });
    strike(s, { kind: "answer", method: "status/invoice", httpStatus: 404, body: '{"message":"not yet"}' });
    strike(s, { kind: "delay", method: "generate/code", nth: 2, ms: 6 * SECOND, acts: "last" });
    const { id } = await s.desk.charge();
    const sale = await s.desk.reaches(id, "awaiting_scan");
    expect(s.bank.creations().map(({ acted }) => acted)).toEqual([true, false]);
    expect(s.bank.payments()).toHaveLength(1);
    s.bank.confirm(sale.bankId ?? "");
    await s.desk.reaches(id, "paid");
  });

  scene("under whose number stands what was made long ago: never adopted, a person must look", async (s) => {
    strike(s, { kind: "drop", method: "generate/code" });
    strike(s, {
      kind: "answer",
      method: "status/invoice",
      count: "all",
      extra: { createdDate: "2021-07-09T11:14:40" },
    });
    strike(s, { kind: "eat", method: "generate/code", count: "all" });
    const { id } = await s.desk.charge();
    expect(await s.desk.reaches(id, "needs_review", undefined, 60 * SECOND)).toMatchObject({
      error: { code: "foreign_answer" },
      watching: false,
    });
    expect(s.desk.shown.size).toBe(0);
    return { unsettled: 1 };
  });
});

describe.concurrent("our own numbers", () => {
  scene("never come twice, over many deaths", async (s) => {
    const numbers = new Set<string>();
    for (let n = 0; n < 4; n += 1) {
      const sale = await sell(s);
      numbers.add(sale.detail.invoiceId ?? "");
      s.bank.confirm(sale.bankId);
      await s.desk.reaches(sale.id, "paid");
      await s.desk.restart();
    }
    expect(numbers.size).toBe(4);
    for (const number of numbers) expect(number).toMatch(/^[1-9]\d{13}$/);
  });
});

describe.concurrent("the login (Q-67)", () => {
  scene("refused: the till says so, and is ready again when it is right", async (s) => {
    const { password } = s.bank.simulator;
    await s.bank.simulator.configure({ password: "another" });
    const { id } = await s.desk.charge();
    expect(await s.desk.reaches(id, "failed", true)).toMatchObject({ error: { code: "login_refused" } });
    await s.bank.simulator.configure({ password });
    await s.desk.until("the till is ready again", () => s.desk.snapshot().providers[0]?.ready === true, 120 * SECOND);
    const sale = await sell(s);
    s.bank.confirm(sale.bankId);
    await s.desk.reaches(sale.id, "paid");
    const secret = [password, Buffer.from(`${s.bank.simulator.username}:${password}`).toString("base64")];
    const told = JSON.stringify([s.desk.logged, await s.desk.journal.events(0, 500), s.desk.rows()]);
    for (const text of secret) expect(told).not.toContain(text);
  });
});
