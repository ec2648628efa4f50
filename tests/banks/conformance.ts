/**
 * What every bank must do at this till, whatever it is called: the whole core with real stores, before the bank's
 * simulator over real TLS, in time that runs faster. Each case ends with the till's books against the bank's.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatAmount } from "../../contract/money.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { openRealDesk, type Sent } from "../support/real-desk.ts";
import { scaledClock } from "../support/scaled-clock.ts";
import { compareBooks } from "./books.ts";
import type { BankHarness, Fate } from "./harness.ts";
import { REAL_LIMIT, SCALE, scenes, SECOND, type Sale, type Scene } from "./scene.ts";
import { shapeOf } from "./shape.ts";

const BROKEN: readonly Fate[] = [
  { kind: "dropped" },
  { kind: "eaten" },
  { kind: "truncated" },
  { kind: "garbage" },
  { kind: "html" },
  { kind: "html-acted" },
  { kind: "empty" },
  { kind: "no-sign" },
  { kind: "hung" },
  { kind: "hung-acted" },
  { kind: "http", status: 503 },
  { kind: "http", status: 302 },
];

/** Those of them under which the bank carries the call out all the same. */
const ACTED: ReadonlySet<Fate["kind"]> = new Set([
  "eaten",
  "truncated",
  "garbage",
  "html-acted",
  "empty",
  "no-sign",
  "hung-acted",
]);

/** Puts a bank through the suite. To be called once in a test file of its own. */
export function describeBank(harness: BankHarness): void {
  const { scene, sell, sellScanned, asked, quiet } = scenes(harness.start, harness.windows.pollMs);
  const { words, windows, can } = harness;
  const { pollMs, scanMs, confirmMs } = windows;
  const deadMs = scanMs + confirmMs + 30 * SECOND;
  const deadAt = can.deadToken ? "the token is dead" : "the bank says no";

  describe.concurrent(harness.name, () => {
    describe("creation", () => {
      scene("shows the bank’s token exactly as it came, with the bank’s own times", async (s) => {
        const sale = await sell(s, "5000.00");
        const [made] = s.bank.payments();
        expect(made).toMatchObject({ bankId: sale.bankId, minor: 500_000, number: s.bank.numberOf(sale) });
        expect(s.desk.snapshot().current).toMatchObject({
          qr: { payload: made?.token },
          countdown: { kind: "scan", totalMs: scanMs },
        });
        expect(sale.detail.windows).toEqual({ pollMs, scanMs, confirmMs });
        expect(await s.desk.journal.calls(sale.id)).toMatchObject([
          { outcome: "answered", danger: can.lookUp ? "resolvable" : "harmless" },
        ]);
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ settled: true, late: false });
      });

      for (const { spelling, code } of harness.refusals) {
        scene(`refused with ${spelling}: failed as ${code}, with the bank’s words, and not repeated`, async (s) => {
          s.bank.strike("create", { kind: "refused", spelling, message: "Так нельзя" }, { count: "all" });
          const { id } = await s.desk.charge();
          const raw = spelling.replaceAll('"', "");
          expect(await s.desk.reaches(id, "failed")).toMatchObject({
            settled: true,
            error: { code, bankCode: raw, bankMessage: "Так нельзя" },
          });
          expect(await s.desk.get(id)).toMatchObject({
            qr: null,
            error: { code, bankCode: raw, bankMessage: "Так нельзя" },
          });
          expect(s.bank.creations()).toHaveLength(1);
          expect(s.bank.payments()).toEqual([]);
        });
      }

      scene("with the bank down: failed, nothing at the bank, not repeated when it is back", async (s) => {
        await s.bank.down();
        const { id } = await s.desk.charge();
        expect(await s.desk.reaches(id, "failed")).toMatchObject({
          settled: true,
          error: { code: "bank_unreachable" },
        });
        expect(await s.desk.journal.calls(id)).toMatchObject([{ outcome: "connect" }]);
        await s.bank.up();
        await s.desk.until("the till is ready again", () => s.desk.snapshot().providers[0]?.ready === true);
        await s.desk.clock.sleep(10 * SECOND);
        expect(s.bank.creations()).toEqual([]);
      });

      for (const fate of BROKEN) {
        // Where it can be looked up, what stands there is adopted, and it is never made twice.
        const adopted = can.lookUp && ACTED.has(fate.kind);
        const how = adopted ? "looked up and adopted" : "created once more";
        scene(`an answer that is ${told(fate)}: ${how}, silently, and one token is shown`, async (s) => {
          s.bank.strike("create", fate);
          const { id } = await s.desk.charge();
          const sale = await s.desk.reaches(id, "awaiting_scan");
          const calls = await s.desk.journal.calls(id);
          expect(calls).toHaveLength(adopted ? 1 : 2);
          expect(calls[0]?.outcome).not.toBe("connect");
          if (!adopted) expect(calls[1]).toMatchObject({ outcome: "answered", danger: calls[0]?.danger });
          expect(new Set(s.bank.creations().map((creation) => creation.requestId)).size).toBe(calls.length);
          expect(s.bank.payments()).toHaveLength(can.lookUp || !ACTED.has(fate.kind) ? 1 : 2);
          expect(s.desk.snapshot().current).toMatchObject({ id, state: "awaiting_scan", error: null });
          s.bank.scan(sale.bankId ?? "");
          s.bank.confirm(sale.bankId ?? "");
          await s.desk.reaches(id, "paid");
        });
      }

      scene("carried out long after the connection died: the token nobody saw changes nothing", async (s) => {
        s.bank.strike("create", { kind: "late", ms: 12 * SECOND });
        const { id } = await s.desk.charge();
        const sale = await s.desk.reaches(id, "awaiting_scan");
        await s.desk.until("the late creation", () => s.bank.creations().every(({ heard }) => heard));
        expect(s.bank.payments()).toHaveLength(can.lookUp ? 1 : 2);
        s.bank.scan(sale.bankId ?? "");
        s.bank.confirm(sale.bankId ?? "");
        await s.desk.reaches(id, "paid");
        expect(s.bank.payments().filter((payment) => payment.captured)).toHaveLength(1);
      });

      for (const fate of [{ kind: "eaten" }, { kind: "hung-acted" }, { kind: "empty" }] as const) {
        scene(`${told(fate)} again and again: failed as lost, no third time, no token shown`, async (s) => {
          s.bank.strike("create", fate, { count: "all" });
          if (can.lookUp) s.bank.strike("lookUp", fate, { count: "all" });
          const { id } = await s.desk.charge();
          expect(await s.desk.reaches(id, "failed", true, 150 * SECOND)).toMatchObject({ bankId: null });
          await s.desk.clock.sleep(5 * SECOND);
          expect(s.bank.creations()).toHaveLength(can.lookUp ? 1 : 2);
          expect(s.desk.shown.size).toBe(0);
        });
      }

      scene("an answer without a token is no answer", async (s) => {
        s.bank.strike("create", { kind: "no-token" });
        const { id } = await s.desk.charge();
        await s.desk.reaches(id, "awaiting_scan");
        expect(s.bank.creations()).toHaveLength(can.lookUp ? 1 : 2);
        await s.desk.call("payments.cancel", { id });
        s.bank.decline(s.desk.row(id).bankId ?? "");
        await s.desk.reaches(id, "cancelled", true);
      });

      scene("an answer that dribbles in within the time limit is an answer", async (s) => {
        s.bank.strike("create", { kind: "slow", ms: 8 * SECOND });
        const { id } = await s.desk.charge();
        const sale = await s.desk.reaches(id, "awaiting_scan");
        expect(s.bank.creations()).toHaveLength(1);
        s.bank.decline(sale.bankId ?? "");
        await s.desk.reaches(id, "declined");
      });

      scene(
        "the largest id survives to the digit: journal, object, next request",
        async (s) => {
          const sale = await sell(s);
          expect(sale.bankId).toBe(harness.largestId);
          expect((await s.desk.journal.payment(sale.id))?.bankId).toBe(harness.largestId);
          expect((await s.desk.get(sale.id)).bankId).toBe(harness.largestId);
          expect(JSON.stringify(await s.desk.journal.events(0, 100))).toContain(harness.largestId);
          s.bank.scan(sale.bankId);
          s.bank.confirm(sale.bankId);
          await s.desk.reaches(sale.id, "paid");
          expect(s.bank.questions(harness.largestId)[0]?.path).toContain(harness.largestId);
        },
        { side: { firstId: harness.largestId } },
      );

      scene(
        "amounts leave as exact decimal text",
        async (s) => {
          for (const amount of ["200.00", "0.01", "19.99", "1000000.00", "0.30", "4.35", "999999.99"]) {
            const sale = await sell(s, amount);
            expect(s.bank.creations().at(-1)?.body).toContain(amount);
            expect(s.bank.payments().at(-1)?.minor).toBe(sale.minor);
            expect(formatAmount(sale.minor)).toBe(amount);
            s.bank.decline(sale.bankId);
            await s.desk.reaches(sale.id, "declined");
          }
        },
        { desk: { min: 1 } },
      );

      scene("one key is one creation, however often it is sent", async (s) => {
        const key = randomUUID();
        const request = { amount: "100.00", provider: s.bank.profile.provider } as const;
        const all = await Promise.all(
          Array.from({ length: 10 }, () => s.desk.call("payments.create", { key, request })),
        );
        expect(new Set(all.map((result) => (result.ok ? result.value.payment.id : result.error.code))).size).toBe(1);
        expect(s.bank.creations()).toHaveLength(1);
        const [row] = s.desk.rows();
        s.bank.decline(row?.bankId ?? "");
        await s.desk.reaches(row?.id ?? "", "declined");
      });
    });

    describe("the bank’s words", () => {
      scene("created, scanned, paid: each is followed, and nothing is asked after the end", async (s) => {
        const sale = await sell(s);
        await asked(s, sale.bankId, 2);
        expect(s.desk.row(sale.id).state).toBe("awaiting_scan");
        s.bank.scan(sale.bankId);
        await s.desk.reaches(sale.id, "awaiting_confirmation", false);
        expect(s.desk.snapshot().current).toMatchObject({
          qr: null,
          countdown: { kind: "confirm", totalMs: confirmMs },
        });
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ settled: true, late: false, error: null });
        await quiet(s, sale.bankId);
      });

      scene("declined before the scan", async (s) => {
        const sale = await sell(s);
        s.bank.decline(sale.bankId);
        expect(await s.desk.reaches(sale.id, "declined")).toMatchObject({
          settled: true,
          error: { code: "declined_by_bank" },
        });
        await quiet(s, sale.bankId);
      });

      scene("declined after the scan", async (s) => {
        const sale = await sellScanned(s);
        s.bank.decline(sale.bankId);
        expect(await s.desk.reaches(sale.id, "declined")).toMatchObject({ settled: true });
      });

      scene("straight to success, without a scan that was seen", async (s) => {
        const sale = await sell(s);
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        const row = await s.desk.reaches(sale.id, "paid");
        expect(row.detail.history.map((step) => step.state)).toEqual(["creating", "awaiting_scan", "paid"]);
      });

      scene("a word that goes back from scanned to created is not followed", async (s) => {
        const sale = await sellScanned(s);
        s.bank.strike("status", { kind: "word", raw: words.created ?? "" }, { count: 2 });
        await asked(s, sale.bankId, 2);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_confirmation", detail: { lastWord: "scanned" } });
        s.bank.confirm(sale.bankId);
        await s.desk.reaches(sale.id, "paid");
      });

      scene("unknown words end nothing", async (s) => {
        const sale = await sell(s);
        for (const [index, raw] of harness.unknownWords.entries())
          s.bank.strike("status", { kind: "word", raw }, { nth: index + 1 });
        await asked(s, sale.bankId, harness.unknownWords.length);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        await s.desk.reaches(sale.id, "paid");
      });

      scene("nothing but the exact word is success", async (s) => {
        const sale = await sell(s);
        for (const [index, raw] of harness.nearlyPaid.entries())
          s.bank.strike("status", { kind: "word", raw }, { nth: index + 1 });
        await asked(s, sale.bankId, harness.nearlyPaid.length);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "declined");
      });

      scene("the success word without the bank’s sign of success is no success", async (s) => {
        const sale = await sellScanned(s);
        s.bank.confirm(sale.bankId);
        s.bank.strike("status", { kind: "no-sign" }, { count: 3 });
        await asked(s, sale.bankId, 3);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
        await s.desk.reaches(sale.id, "paid");
      });

      for (const raw of harness.unsureNo) {
        scene(`${raw} is a “no” only when it is heard again`, async (s) => {
          const once = await sell(s);
          s.bank.strike("status", { kind: "word", raw });
          await asked(s, once.bankId, 2);
          expect(s.desk.row(once.id).state).toBe("awaiting_scan");
          s.bank.strike("status", { kind: "word", raw }, { count: 2 });
          await asked(s, once.bankId, 1);
          expect(s.desk.row(once.id).state).toBe("awaiting_scan");
          s.bank.decline(once.bankId);
          await s.desk.reaches(once.id, "declined");
        });
      }

      scene("an unknown payment on the first polls is lag: then it is found", async (s) => {
        s.bank.strike("status", { kind: "unknown-payment" }, { count: 4 });
        const sale = await sell(s);
        await asked(s, sale.bankId, 4);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        await s.desk.reaches(sale.id, "paid");
      });

      const temporary: readonly Fate[] = [
        ...BROKEN,
        { kind: "busy" },
        { kind: "unknown-payment" },
        ...[429, 500, 401, 403, 404].map((status): Fate => ({ kind: "http", status })),
      ];
      for (const fate of temporary) {
        scene(`a status that is ${told(fate)} ends nothing, and the interval is kept`, async (s) => {
          const sale = await sell(s);
          s.bank.strike("status", fate, { count: 3 });
          await asked(s, sale.bankId, 3);
          expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
          // "I know no such payment" is an answer: the way to the bank is fine, so no banner speaks of it.
          const isUnknown =
            fate.kind === "unknown-payment" || (fate.kind === "http" && fate.status === harness.unknownStatus);
          expect(s.desk.snapshot().current).toMatchObject({ silent: !isUnknown });
          s.bank.scan(sale.bankId);
          s.bank.confirm(sale.bankId);
          await s.desk.reaches(sale.id, "paid");
          expect(s.desk.snapshot().current).toMatchObject({ silent: false });
        });
      }

      scene("a bank that is down for a while is asked again, and the sale goes on", async (s) => {
        const sale = await sell(s);
        await s.bank.down();
        await s.desk.until("the till sees that it is offline", () => s.desk.snapshot().offlineSince !== null);
        expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        await s.bank.up();
        await s.desk.reaches(sale.id, "paid");
        expect(s.desk.snapshot().offlineSince).toBeNull();
      });

      if (can.namesAmount) {
        scene("an amount named with the success that is ours is success", async (s) => {
          const sale = await sell(s, "200.00");
          s.bank.strike("status", { kind: "names-amount", amount: "200.0" }, { count: "all" });
          s.bank.scan(sale.bankId);
          s.bank.confirm(sale.bankId);
          await s.desk.reaches(sale.id, "paid");
        });
        scene(
          "another amount than was asked is never paid: it is for a person to look at, and asked again at the next start",
          async (s) => {
            const sale = await sell(s, "200.00");
            s.bank.strike("status", { kind: "names-amount", amount: "200.01" }, { count: "all" });
            s.bank.scan(sale.bankId);
            s.bank.confirm(sale.bankId);
            expect(await s.desk.reaches(sale.id, "needs_review", false)).toMatchObject({
              watching: false,
              error: { code: "amount_mismatch" },
            });
            await quiet(s, sale.bankId);
            await s.desk.restart();
            await asked(s, sale.bankId, 1);
            expect(s.desk.row(sale.id)).toMatchObject({ state: "needs_review", settled: false });
            return { unsettled: 1 };
          },
        );
      }
    });

    describe("deadlines", () => {
      scene(
        "nobody scans and the bank says no, a moment before our deadline: declined",
        async (s) => {
          const sale = await sell(s);
          const row = await s.desk.reaches(sale.id, "declined", true, scanMs + 30 * SECOND);
          expect(row.updatedAt - (row.detail.tokenAt ?? 0)).toBeGreaterThanOrEqual(scanMs - pollMs);
          await quiet(s, sale.bankId);
        },
        { side: { realScanMs: scanMs - SECOND } },
      );

      scene(
        `nobody scans and the bank keeps saying “created”: expired after an answer, and settled once ${deadAt}`,
        async (s) => {
          const sale = await sell(s);
          const expired = await s.desk.reaches(sale.id, "expired", undefined, scanMs + 30 * SECOND);
          expect(expired).toMatchObject({ settled: false, watching: true });
          expect(expired.updatedAt).toBeGreaterThanOrEqual(sale.detail.scanDeadline ?? Number.POSITIVE_INFINITY);
          expect(await dies(s, sale, "expired")).toMatchObject({ watching: false, late: false });
          await quiet(s, sale.bankId);
          await s.desk.restart();
          // A death that only we have reckoned is looked at once more; the bank's own no is not.
          if (can.deadToken) await asked(s, sale.bankId, 1);
          else await quiet(s, sale.bankId);
          expect(s.desk.row(sale.id)).toMatchObject({ state: "expired", settled: true });
        },
        { side: { unscanned: "stays", heedless: true } },
      );

      scene("nobody confirms and the bank says no: declined", async (s) => {
        const sale = await sellScanned(s);
        await s.desk.reaches(sale.id, "declined", true, confirmMs + 30 * SECOND);
      });

      scene(
        "nobody confirms and the bank goes on waiting: expired and watched; the bank’s no then settles it",
        async (s) => {
          const sale = await sellScanned(s);
          const row = await s.desk.reaches(sale.id, "expired", false, confirmMs + 30 * SECOND);
          expect(row.updatedAt).toBeGreaterThanOrEqual(
            s.desk.row(sale.id).detail.confirmDeadline ?? Number.POSITIVE_INFINITY,
          );
          expect(row).toMatchObject({ watching: true });
          s.bank.decline(sale.bankId);
          await s.desk.reaches(sale.id, "expired", true);
          await quiet(s, sale.bankId);
        },
        { side: { realConfirmMs: 600 * SECOND, heedless: true } },
      );

      scene(
        "paid after we gave up: paid, late, told over the next sale without taking its screen",
        async (s) => {
          const first = await sell(s, "100.00");
          await s.desk.reaches(first.id, "expired", false, scanMs + 30 * SECOND);
          const second = await sell(s, "200.00");
          s.bank.scan(first.bankId);
          s.bank.confirm(first.bankId);
          expect(await s.desk.reaches(first.id, "paid")).toMatchObject({ settled: true, late: true });
          expect(s.desk.snapshot().current).toMatchObject({ id: second.id, state: "awaiting_scan" });
          expect(s.desk.snapshot().banners).toMatchObject([{ kind: "late", payment: { id: first.id } }]);
          s.bank.scan(second.bankId);
          s.bank.confirm(second.bankId);
          expect(await s.desk.reaches(second.id, "paid")).toMatchObject({ late: false });
        },
        { side: { realScanMs: 900 * SECOND, unscanned: "stays", heedless: true } },
      );

      scene(
        "scanned just after our deadline: the customer was in time and may still confirm",
        async (s) => {
          const sale = await sell(s);
          const gate = await beforeExtraQuestion(s, sale);
          s.bank.scan(sale.bankId);
          gate.open();
          await s.desk.reaches(sale.id, "awaiting_confirmation");
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: false });
        },
        { side: { realScanMs: 900 * SECOND, heedless: true } },
      );

      const silence: readonly Fate[] = [
        { kind: "hung" },
        { kind: "busy" },
        { kind: "word", raw: harness.unknownWords[0] ?? "?" },
      ];
      for (const fate of silence) {
        scene(
          `nothing but ${told(fate)} past the deadline is in doubt, and then paid as the bank says`,
          async (s) => {
            const sale = await sell(s);
            s.bank.strike("status", fate, { count: "all" });
            const row = await s.desk.reaches(sale.id, "in_doubt", false, scanMs + 120 * SECOND);
            expect(row).toMatchObject({ watching: true });
            const deadline = row.detail.scanDeadline ?? Number.POSITIVE_INFINITY;
            const late = s.desk.sent.filter(
              (one) => isQuestion(one, sale.bankId) && (one.endedAt ?? 0) >= deadline && one.at <= row.updatedAt,
            );
            expect(late, "one extra question, and the next two").toHaveLength(3);
            s.bank.scan(sale.bankId);
            s.bank.confirm(sale.bankId);
            s.bank.calm();
            expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ settled: true, late: false });
          },
          { side: { realScanMs: 900 * SECOND, heedless: true } },
        );
      }

      scene("in doubt, then the bank says no: declined", async (s) => {
        const sale = await sellScanned(s);
        await s.bank.down();
        await s.desk.reaches(sale.id, "in_doubt", false, confirmMs + 90 * SECOND);
        await s.bank.up();
        await s.desk.reaches(sale.id, "declined", true);
      });

      scene(
        "in doubt, then the bank still says “created”: expired",
        async (s) => {
          const sale = await sell(s);
          s.bank.strike("status", { kind: "html" }, { count: "all" });
          await s.desk.reaches(sale.id, "in_doubt", false, scanMs + 120 * SECOND);
          s.bank.calm();
          await s.desk.reaches(sale.id, "expired", false);
          await dies(s, sale, "expired");
        },
        { side: { unscanned: "stays", heedless: true } },
      );

      scene(
        "in doubt, then the bank still says “scanned”: expired, and paid late when it is paid",
        async (s) => {
          const sale = await sellScanned(s);
          s.bank.strike("status", { kind: "dropped" }, { count: "all" });
          await s.desk.reaches(sale.id, "in_doubt", false, confirmMs + 90 * SECOND);
          s.bank.calm();
          await s.desk.reaches(sale.id, "expired", false);
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true });
        },
        { side: { realConfirmMs: 900 * SECOND, heedless: true } },
      );
    });

    describe("a sale that is given up", () => {
      scene("before the scan, then nobody comes: the bank’s no settles it", async (s) => {
        const sale = await sell(s);
        expect(await s.desk.call("payments.cancel", { id: sale.id })).toMatchObject({
          ok: true,
          value: { state: "cancelled", watching: true, qr: null },
        });
        expect(s.desk.snapshot().current).toMatchObject({ state: "cancelled", qr: null });
        await s.desk.reaches(sale.id, "cancelled", true, scanMs + 30 * SECOND);
        await quiet(s, sale.bankId);
      });

      scene(
        `before the scan, and the bank goes on saying “created”: settled once ${deadAt}`,
        async (s) => {
          const sale = await sell(s);
          await s.desk.call("payments.cancel", { id: sale.id });
          await dies(s, sale, "cancelled");
        },
        { side: { unscanned: "stays", heedless: true } },
      );

      scene(
        "before the scan, and paid all the same: paid, late",
        async (s) => {
          const sale = await sell(s);
          await s.desk.call("payments.cancel", { id: sale.id });
          await asked(s, sale.bankId, 1);
          s.bank.scan(sale.bankId);
          await asked(s, sale.bankId, 1);
          expect(s.desk.row(sale.id)).toMatchObject({ state: "cancelled", settled: false });
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ settled: true, late: true });
        },
        { side: { heedless: true } },
      );

      scene(
        "after the scan, and paid all the same: paid, late",
        async (s) => {
          const sale = await sellScanned(s);
          await s.desk.call("payments.cancel", { id: sale.id });
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true });
        },
        { side: { heedless: true } },
      );

      scene("after the scan, and declined: it stays cancelled, settled", async (s) => {
        const sale = await sellScanned(s);
        await s.desk.call("payments.cancel", { id: sale.id });
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "cancelled", true);
      });

      scene(
        "while it is created: the token that still comes is never shown, and is watched",
        async (s) => {
          s.bank.strike("create", { kind: "slow", ms: 10 * SECOND });
          const { id, state } = await s.desk.charge();
          expect(state).toBe("creating");
          expect(await s.desk.call("payments.cancel", { id })).toMatchObject({
            ok: true,
            value: { state: "cancelled" },
          });
          await s.desk.until("the token came", () => s.desk.row(id).bankId !== null);
          expect(s.desk.row(id)).toMatchObject({ state: "cancelled", settled: false, detail: { payload: null } });
          expect(s.desk.shown.size).toBe(0);
          await asked(s, s.desk.row(id).bankId ?? "", 1);
          s.bank.decline(s.desk.row(id).bankId ?? "");
          await s.desk.reaches(id, "cancelled", true);
        },
        { side: { heedless: true } },
      );

      scene("while its creation is lost: settled, not created again", async (s) => {
        s.bank.strike("create", { kind: "hung-acted" }, { count: "all" });
        const { id } = await s.desk.charge();
        await s.desk.call("payments.cancel", { id });
        const row = await s.desk.reaches(id, "cancelled", true, 90 * SECOND);
        // Found by our own number, it is watched like any other until the bank says no.
        expect(row.bankId !== null).toBe(can.lookUp);
        expect(s.bank.creations()).toHaveLength(1);
        expect(s.desk.shown.size).toBe(0);
      });

      scene("parked while it is confirmed: the till is free, the answer still comes", async (s) => {
        const first = await sellScanned(s);
        expect(await s.desk.call("payments.dismiss", { id: first.id })).toMatchObject({
          ok: true,
          value: { parked: true },
        });
        const second = await sell(s);
        s.bank.confirm(first.bankId);
        expect(await s.desk.reaches(first.id, "paid")).toMatchObject({ late: true });
        s.bank.decline(second.bankId);
        await s.desk.reaches(second.id, "declined");
      });
    });

    describe("the process dies and comes back", () => {
      /** Dies now. What is watched must be asked about at once, in the second life, without waiting for an interval. */
      async function killed(s: Scene, bankId: string | null): Promise<void> {
        const died = s.desk.now();
        await s.desk.restart();
        if (bankId === null) return;
        const first = (): number | undefined =>
          s.desk.sent.find((one) => one.at >= died && one.life === lives(s) && isQuestion(one, bankId))?.at;
        await s.desk.until("asked again", () => first() !== undefined, pollMs);
        expect((first() ?? Number.POSITIVE_INFINITY) - died, "asked at once").toBeLessThan(pollMs / 2);
      }

      scene("while creating, before anything was sent: failed, and the bank never hears of it", async (s) => {
        const gate = s.desk.gate(s.bank.profile.url + harness.createPath);
        void s.desk.core.call({ kind: "person", name: "c" }, "payments.create", {
          key: "k",
          request: { amount: "1.00", provider: s.bank.profile.provider },
        });
        await gate.reached;
        const [row] = s.desk.rows();
        expect(row).toMatchObject({ state: "creating" });
        await killed(s, null);
        gate.open();
        await s.desk.reaches(row?.id ?? "", "failed", true);
        expect(s.desk.snapshot().current).toMatchObject({
          id: row?.id,
          state: "failed",
          error: { code: "answer_lost" },
        });
        await s.desk.clock.sleep(10 * SECOND);
        expect(s.bank.creations()).toEqual([]);
      });

      for (const fate of [{ kind: "hung" }, { kind: "hung-acted" }, { kind: "late", ms: 20 * SECOND }] as const) {
        const adopted = can.lookUp && fate.kind !== "hung";
        const end = adopted ? "looked up and shown" : "failed, never shown";
        scene(`while creating, after it was sent (${told(fate)}): ${end}, not created again`, async (s) => {
          s.bank.strike("create", fate.kind === "late" ? { kind: "slow", ms: fate.ms } : fate);
          const { id } = await s.desk.charge();
          await killed(s, null);
          if (can.lookUp) await s.desk.reaches(id, adopted ? "awaiting_scan" : "failed");
          else expect(s.desk.row(id)).toMatchObject({ state: "failed", settled: true });
          await s.desk.clock.sleep(25 * SECOND);
          expect(s.bank.creations()).toHaveLength(1);
          expect(s.desk.shown.size).toBe(adopted ? 1 : 0);
          if (!adopted) return;
          s.bank.decline(s.desk.row(id).bankId ?? "");
          await s.desk.reaches(id, "declined");
        });
      }

      scene("with a token on the screen: the same token, less time, and paid as the bank says", async (s) => {
        const sale = await sell(s);
        const payload = s.desk.snapshot().current?.qr?.payload;
        await asked(s, sale.bankId, 2);
        await killed(s, sale.bankId);
        expect(s.desk.snapshot().current).toMatchObject({ id: sale.id, state: "awaiting_scan", qr: { payload } });
        expect(s.desk.snapshot().current?.countdown?.remainingMs).toBeLessThanOrEqual(scanMs - 2 * pollMs);
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: false });
      });

      scene("and the customer pays while it is down", async (s) => {
        const sale = await sell(s);
        s.bank.strike("status", { kind: "hung" });
        await s.desk.until("a question that hangs", () => s.bank.questions(sale.bankId).length === 1);
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        await killed(s, sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid", true, 2 * pollMs)).toMatchObject({ late: false });
      });

      scene("while the customer confirms", async (s) => {
        const sale = await sellScanned(s);
        await killed(s, sale.bankId);
        expect(s.desk.snapshot().current).toMatchObject({
          id: sale.id,
          state: "awaiting_confirmation",
          qr: null,
          countdown: { kind: "confirm" },
        });
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: false });
      });

      scene(
        "with an expired sale that is watched",
        async (s) => {
          const sale = await sell(s);
          await s.desk.reaches(sale.id, "expired", false, scanMs + 30 * SECOND);
          s.bank.scan(sale.bankId);
          await killed(s, sale.bankId);
          expect(s.desk.row(sale.id)).toMatchObject({ state: "expired", settled: false });
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true });
        },
        { side: { realScanMs: 900 * SECOND, heedless: true } },
      );

      scene("with a cancelled sale that is watched", async (s) => {
        const sale = await sell(s);
        await s.desk.call("payments.cancel", { id: sale.id });
        await killed(s, sale.bankId);
        expect(s.desk.snapshot().current).toMatchObject({ id: sale.id, state: "cancelled", qr: null });
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "cancelled", true);
      });

      scene("with a sale cancelled while it was created", async (s) => {
        s.bank.strike("create", { kind: "hung" });
        const { id } = await s.desk.charge();
        await s.desk.call("payments.cancel", { id });
        await killed(s, null);
        await s.desk.reaches(id, "cancelled", true);
        expect(s.bank.creations()).toHaveLength(1);
      });

      scene("with a sale in doubt: still in doubt, until the bank speaks", async (s) => {
        const sale = await sellScanned(s);
        s.bank.strike("status", { kind: "busy" }, { count: "all" });
        s.bank.confirm(sale.bankId);
        await s.desk.reaches(sale.id, "in_doubt", false, confirmMs + 60 * SECOND);
        await killed(s, sale.bankId);
        expect(s.desk.snapshot().current).toMatchObject({ id: sale.id, state: "in_doubt" });
        s.bank.calm();
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: false });
      });

      scene("with a parked sale: still parked, and paid late", async (s) => {
        const sale = await sellScanned(s);
        await s.desk.call("payments.dismiss", { id: sale.id });
        await killed(s, sale.bankId);
        expect(s.desk.snapshot()).toMatchObject({ current: null, parked: [{ id: sale.id }] });
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true, parked: true });
      });

      scene("with a paid sale on the screen: it is still there, and the bank is not asked", async (s) => {
        const sale = await sell(s);
        s.bank.scan(sale.bankId);
        s.bank.confirm(sale.bankId);
        await s.desk.reaches(sale.id, "paid");
        const before = s.bank.questions(sale.bankId).length;
        await s.desk.restart();
        expect(s.desk.snapshot().current).toMatchObject({ id: sale.id, state: "paid" });
        await s.desk.clock.sleep(2 * pollMs);
        expect(s.bank.questions(sale.bankId)).toHaveLength(before);
        await s.desk.call("payments.dismiss", { id: sale.id });
        await s.desk.restart();
        expect(s.desk.snapshot().current).toBeNull();
      });

      scene("again and again: every sale is finished and receipt numbers go on", async (s) => {
        const numbers = new Set<string>();
        for (let n = 1; n <= 5; n += 1) {
          const sale = await sell(s);
          numbers.add(sale.number);
          await s.desk.restart();
          s.bank.scan(sale.bankId);
          s.bank.confirm(sale.bankId);
          await s.desk.reaches(sale.id, "paid");
          await s.desk.restart();
        }
        expect(numbers.size).toBe(5);
      });

      it.concurrent(
        "under another profile: the old sale is asked about at its own address, with its own certificate",
        async () => {
          const clock = scaledClock(SCALE);
          const old = await harness.start({ clock, profileId: "profile-old", heedless: true });
          const next = await harness.start({
            clock,
            profileId: "profile-new",
            firstId: "7000000001",
            foreignAuthority: true,
          });
          const desk = await openRealDesk({ clock, bank: old, others: [next] });
          try {
            const first = await sell({ desk, bank: old }, "100.00");
            await desk.call("payments.cancel", { id: first.id });
            await desk.restart(next);
            await desk.until(
              "the till is ready under its new profile",
              () => desk.snapshot().providers[0]?.ready === true,
            );
            const second = await sell({ desk, bank: next }, "200.00");
            expect(second.profileId).toBe("profile-new");
            old.scan(first.bankId);
            old.confirm(first.bankId);
            next.scan(second.bankId);
            next.confirm(second.bankId);
            expect(await desk.reaches(first.id, "paid")).toMatchObject({ late: true, profileId: "profile-old" });
            expect(await desk.reaches(second.id, "paid")).toMatchObject({ late: false });
            expect(new Set(old.questions(first.bankId).map((question) => question.client))).toEqual(
              new Set([old.client]),
            );
            expect(new Set(next.questions(second.bankId).map((question) => question.client))).toEqual(
              new Set([next.client]),
            );
            expect(old.client).not.toBe(next.client);
            expect(
              desk.sent
                .filter((one) => one.request.url.includes(`/${first.bankId}`))
                .every((one) => one.request.url.startsWith(old.profile.url)),
            ).toBe(true);
            expect(old.creations()).toHaveLength(1);
            expect(next.creations()).toHaveLength(1);
            await compareBooks(desk, [old, next]);
          } finally {
            clock.stop();
            await Promise.all([desk.close(), old.stop(), next.stop()]);
          }
        },
        REAL_LIMIT,
      );
    });

    describe("manners", () => {
      scene("a whole sale is asked about on the bank’s grid: no more often, and not much less", async (s) => {
        const sale = await sell(s);
        await s.desk.clock.sleep(12 * pollMs);
        const questions = s.bank.questions(sale.bankId);
        expect(questions.length).toBeLessThanOrEqual(12);
        expect(questions.length).toBeGreaterThanOrEqual(10);
        expect(
          (questions[0]?.at ?? 0) - (sale.detail.tokenAt ?? 0),
          "the first goes after one interval",
        ).toBeGreaterThanOrEqual(pollMs - SECOND);
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "declined");
      });

      scene("a question that hangs delays the next, it does not meet it, not even when a person asks", async (s) => {
        const sale = await sell(s);
        s.bank.strike("status", { kind: "hung" }, { count: 2 });
        const third = asked(s, sale.bankId, 3);
        for (let n = 0; n < 10; n += 1) {
          void s.desk.call("payments.refresh", { id: sale.id });
          await s.desk.clock.sleep(2 * SECOND);
        }
        await third;
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "declined");
      });

      scene("however often a person asks, the bank is asked once an interval", async (s) => {
        const sale = await sell(s);
        for (let n = 0; n < 20; n += 1) {
          void s.desk.call("payments.refresh", { id: sale.id });
          await s.desk.clock.sleep(SECOND);
        }
        expect(s.bank.questions(sale.bankId).length).toBeLessThanOrEqual(5);
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "declined");
      });

      scene("every request is the document’s own, field by field", async (s) => {
        const sale = await sell(s, harness.sampleAmount);
        await asked(s, sale.bankId, 1);
        const { create, status, statusId } = harness.samples;
        const [created] = s.bank.creations();
        const [question] = s.bank.questions(sale.bankId);
        if (!created || !question) throw new Error("nothing was sent");
        expect({ method: created.method, path: created.path }).toEqual({ method: create.method, path: create.path });
        expect(shapeOf(created.body)).toEqual(shapeOf(create.body ?? ""));
        expect({ method: question.method, path: question.path }).toEqual({
          method: status.method,
          path: status.path.replace(statusId, sale.bankId),
        });
        expect(question.body).toBe(status.body ?? "");
        for (const [call, sample] of [
          [created, create],
          [question, status],
        ] as const) {
          for (const [name, value] of Object.entries(sample.headers))
            expect(call.headers[name.toLowerCase()], name).toBe(value);
          if (can.requestIds) expect(call.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
        }
        expect(created.client).toBe(s.bank.client);
        expect(question.client).toBe(s.bank.client);
        s.bank.decline(sale.bankId);
        await s.desk.reaches(sale.id, "declined");
      });
    });
  });

  /** Settles what was given up: by the token's death where the bank promises one, else only by the bank's own no. */
  async function dies({ desk, bank }: Scene, sale: Sale, state: "expired" | "cancelled"): Promise<PaymentRow> {
    if (can.deadToken) {
      const row = await desk.reaches(sale.id, state, true, state === "expired" ? deadMs : deadMs + 30 * SECOND);
      expect(row.updatedAt - (row.detail.tokenAt ?? 0)).toBeGreaterThanOrEqual(deadMs);
      return row;
    }
    await asked({ desk, bank }, sale.bankId, 3);
    expect(desk.row(sale.id)).toMatchObject({ state, settled: false, watching: true });
    bank.decline(sale.bankId);
    return desk.reaches(sale.id, state, true);
  }

  /** Holds back the first question that is asked after the scan deadline. */
  async function beforeExtraQuestion({ desk }: Scene, sale: PaymentRow): Promise<{ open(): void }> {
    await desk.until(
      "the last regular question",
      () => desk.now() >= (sale.detail.scanDeadline ?? 0) - pollMs / 2,
      scanMs + pollMs,
    );
    const gate = desk.gate(sale.bankId ?? "");
    await gate.reached;
    await desk.until("the deadline", () => desk.now() > (sale.detail.scanDeadline ?? 0));
    return gate;
  }
}

/** What the till sent to ask how the payment stands. */
function isQuestion({ request }: Sent, bankId: string | null): boolean {
  return request.method === "GET" && request.url.endsWith(`/${bankId}`);
}

/** The number of the life that is lived now. */
function lives({ desk }: Scene): number {
  return Math.max(...desk.sent.map((one) => one.life));
}

function told(fate: Fate): string {
  switch (fate.kind) {
    case "http":
      return `HTTP ${fate.status}`;
    case "refused":
      return `refused with ${fate.spelling}`;
    case "word":
      return `the word “${fate.raw}”`;
    default:
      return fate.kind.replaceAll("-", " ");
  }
}
