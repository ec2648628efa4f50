/** What nobody knows, as a place: told at every start, never hidden, each item with its evidence and a way out of it. */
import type { Page } from "playwright/test";
import { appError } from "../../contract/errors.ts";
import { ILL_CARE, openDesk, SESSION, view } from "./support/desk.ts";
import { decided, doubt, DOUBTS, doubtful, LATE, LISTED, LOST_REFUND, REFUND, RESOLVED } from "./support/doubts.ts";
import {
  awaitingConfirmation,
  awaitingScan,
  banner,
  ended,
  HALYK,
  KASPI,
  KASPI_3,
  payment,
  refundOf,
  refundQr,
  snapshot,
} from "./support/snapshots.ts";
import { quick } from "./support/hands.ts";
import { expect, freshTest, openTill, test } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const ok = (value: unknown) => ({ ok: true, value });
const no = (error: unknown) => ({ ok: false, error });
const inputs = async (till: Till, name: string): Promise<unknown[]> =>
  (await till.calls(name)).map((call) => call.input);

/** The list as a person opens it, with these items. */
async function openList(till: Till, items: readonly unknown[] = DOUBTS, pinKnown = true): Promise<void> {
  await till.answer("review.list", ok({ items }));
  const shown = doubtful(false, items.length);
  await till.show({ ...shown, app: { ...snapshot().app, pinKnown } });
  await till.id("doubt-open").click();
  await till.id("doubt-item").first().waitFor();
}

test("every start tells what is in doubt before the first sale; a sale on the screen comes first, and a typed sum stays", async ({
  till,
  page,
}) => {
  await till.answer("review.list", LISTED["review.list"]);
  await till.show({ ...doubtful(true), current: awaitingScan() });
  expect(await till.screen()).toBe("qr");
  await till.show(doubtful(true));
  await expect(till.id("screen")).toHaveAttribute("data-screen", "in-doubt-list");
  await expect(till.id("doubt-item")).toHaveCount(DOUBTS.length);
  await till.id("doubt-seen").click();
  expect(await inputs(till, "review.seen")).toEqual([{}]);
  // The till's own word ends it, and not the tap: one that was lost on the way has told nobody.
  await expect(till.id("screen")).toHaveAttribute("data-screen", "in-doubt-list");
  await till.show(doubtful(false));
  expect(await till.screen()).toBe("idle");
  await page.keyboard.type("12");
  await till.show(doubtful(true));
  expect(await till.screen()).toBe("amount");
  await page.keyboard.press("Escape");
  await expect(till.id("screen")).toHaveAttribute("data-screen", "in-doubt-list");
  // Nobody who could decide stands before a customer's screen.
  await till.show({ ...doubtful(true), app: { ...snapshot().app, mode: "kiosk" } });
  expect(await till.screen()).toBe("idle");
  await expect(till.id("doubt-open")).toHaveCount(0);
});

test("the number in doubt is never hidden: on every screen, beside every news and every fault", async ({ till }) => {
  const others = (["late", "journal", "chain", "double-paid", "certificate", "vault"] as const).map((kind) =>
    banner(kind, { payment: kind === "late" || kind === "double-paid" ? ended("paid", { id: "p-9" }) : null }),
  );
  const inDoubt = doubtful().banners ?? [];
  const screens = [
    { banners: [] },
    { banners: inDoubt },
    { banners: [...others, ...inDoubt], offlineSince: "2026-11-22T14:31:00+05:00" },
    { banners: [banner("contradiction", { payment: ended("declined") }), ...others] },
    { current: payment({ state: "creating" }) },
    { current: awaitingScan(), banners: [...others, ...inDoubt] },
    { current: awaitingConfirmation(), banners: inDoubt },
    { current: ended("paid"), banners: others },
    { current: ended("declined") },
    { current: payment({ state: "in_doubt" }) },
    { refund: refundQr(), banners: others },
  ];
  for (const [width, height] of [
    [1024, 768],
    [800, 480],
  ] as const) {
    await till.page.setViewportSize({ width, height });
    for (const [index, more] of screens.entries()) {
      await till.show({ ...doubtful(), banners: [], ...more });
      const count = till.id("doubt-count");
      await expect(count, `screen ${String(index)} at ${String(width)}`).toHaveText("7");
      await expect(count).toBeInViewport({ ratio: 1 });
    }
  }
});

/** Called over, and nobody checks any more; its calls cannot be read. */
const OVER = doubt({ id: "p-9", cause: "money_at_bank", calls: [], outcomes: [] });

const SILENT = doubt({ id: "p-10", asksUntil: null });

/** Decided as paid; then the bank named another sum. */
const OPPOSED = doubt({
  id: "p-13",
  cause: "contradicted",
  payment: { ...ended("declined"), error: appError("amount_mismatch"), resolution: decided("treatedAsPaid") },
});

test("U22, U28: an item says what is known, what to tell, what not to do, and how it is known; the bank is asked on request", async ({
  till: touched,
}) => {
  const till = quick(touched);
  await openList(till, [doubt(), REFUND, LOST_REFUND, OVER, SILENT, OPPOSED]);
  await expect(till.id("doubt-shown")).toHaveAttribute("data-id", "p-7");
  await expect(till.id("doubt-known")).toContainText("Банк не ответил");
  await expect(till.id("doubt-tell")).toContainText("Попросите открыть историю в Kaspi.kz");
  await expect(till.id("doubt-not")).toContainText("Не создавайте новую оплату");
  await expect(till.id("doubt-call")).toHaveCount(3);
  await expect(till.id("doubt-call").first()).toHaveAttribute("data-outcome", "sent");
  // What was asked on another day says on which.
  await expect(till.id("doubt-call").last()).toContainText("23.11, 14:33:37");
  for (const text of ["14:32:01", "qr/create", "ответа нет, запрос ушёл", "0b9d6c3e-15f8-4a27-8e60-d41c79a2b583"])
    await expect(till.id("doubt-call").first()).toContainText(text);
  await expect(till.id("doubt-call").last()).toContainText("код 0");
  await expect(till.id("doubt-asked")).toContainText(
    "Спрашивали последний раз: 22.11, 14:34:52. Ответа банка не было.",
  );
  await till.id("doubt-ask").click();
  expect(await inputs(till, "payments.refresh")).toEqual([{ id: "p-7" }]);
  await expect.poll(async () => (await till.calls("review.list")).length).toBe(2);

  await till.id("doubt-item").nth(1).click();
  await expect(till.id("before")).toContainText("2\u2009500\u00a0₸");
  await expect(till.id("after")).toHaveText([/14:36:50.*2\u2009500/, /14:38:40.*1\u2009900/]);
  await till.id("doubt-ask").click();
  expect(await inputs(till, "refunds.refresh")).toEqual([{ id: "r-1" }]);

  // Nothing that cannot be asked looks as if it could be.
  await till.id("doubt-item").nth(2).click();
  await expect(till.id("doubt-ask")).toHaveCount(0);
  await expect(till.id("doubt-do")).toContainText("12800627774");
  await expect(till.id("doubt-decide")).toBeVisible();

  await till.id("doubt-item").nth(3).click();
  await expect(till.id("doubt-not")).toContainText("второй раз");
  // Calls that the journal could not give back were sent all the same.
  await expect(till.id("doubt-evidence")).toContainText("Записей о запросах к банку нет");
  await expect(till.id("doubt-decide")).toHaveCount(0);
  await expect(till.id("doubt-hinder")).toContainText("Решить можно будет позже");

  // Nobody is told that it is being checked where nobody checks, nor that the bank says otherwise without what it says.
  await till.id("doubt-item").nth(4).click();
  await expect(till.id("doubt-not")).toContainText("пока не узнали у банка");
  await till.id("doubt-item").nth(5).click();
  await expect(till.id("doubt-known")).toContainText("(Айгүл). Банк говорит другое. Банк назвал другую сумму.");
});

test("the list follows the till: what the bank has decided leaves it, and an empty one says so", async ({
  till: touched,
}) => {
  const till = quick(touched);
  await openList(till, [doubt(), REFUND]);
  await till.answer("review.list", ok({ items: [REFUND] }));
  await till.show(doubtful(false, 1));
  await expect(till.id("doubt-item")).toHaveCount(1);
  await expect(till.id("doubt-shown")).toHaveAttribute("data-id", "r-1");
  await till.answer("review.list", ok({ items: [] }));
  await till.show({ app: { ...snapshot().app, pinKnown: true } });
  await till.id("doubt-none").waitFor();
  await expect(till.id("screen")).toHaveAttribute("data-sky", "open");
  await till.id("done").click();
  expect(await till.screen()).toBe("idle");
  // A list that cannot be read says why, and is read again on request.
  await till.answer("review.list", no(appError("journal_unavailable")));
  await till.show(doubtful(true, 1));
  await expect(till.id("error")).toHaveAttribute("data-code", "journal_unavailable");
  await till.answer("review.list", ok({ items: [REFUND] }));
  await till.id("again").click();
  await expect(till.id("doubt-item")).toHaveCount(1);
  await till.leave();
  // A refund or a sale that comes onto the screen takes the list away.
  await openList(till);
  await till.show({ ...doubtful(), current: awaitingScan() });
  expect(await till.screen()).toBe("qr");
});

test("a person decides: how it counts, why, and the PIN; a wrong PIN changes nothing, and what is decided leaves", async ({
  till: touched,
  page,
}) => {
  const till = quick(touched);
  await openList(till, [doubt(), REFUND]);
  await till.id("doubt-decide").click();
  await till.id("doubt-outcome-treatedAsUnpaid").click();
  await expect(till.id("doubt-next")).toHaveAttribute("aria-disabled", "true");
  await till.id("doubt-why-unpaid").click();
  await expect(till.id("doubt-reason")).toHaveValue("У покупателя такой оплаты нет");
  await till.id("doubt-reason").fill("  a");
  await expect(till.id("doubt-next")).toHaveAttribute("aria-disabled", "true");
  await till.id("doubt-reason").fill("Звонили в банк, оплаты нет ");
  await till.id("doubt-next").click();
  await expect(till.id("pin")).toHaveAttribute("type", "password");
  await till.answer("review.resolve", no(appError("wrong_pin", { params: { left: "3" } })));
  await page.keyboard.type("1111");
  await page.keyboard.press("Enter");
  await expect(till.id("error")).toHaveAttribute("data-code", "wrong_pin");
  await expect(till.id("pin")).toHaveValue("");
  // Whoever had the only PIN may be gone since: what is said of that is true of a decision too.
  await till.answer("review.resolve", no(appError("pin_needed", { params: { limit: "0 ₸" } })));
  await page.keyboard.type("1111");
  await page.keyboard.press("Enter");
  await expect(till.id("error")).toHaveText(
    "Для этого нужен PIN Наберите PIN. Если его ни у кого нет, техник заводит человека в настройках.",
  );
  await till.answer("review.resolve", ok(null));
  await till.answer("review.list", ok({ items: [REFUND] }));
  await page.keyboard.type("7301");
  await till.id("done").click();
  await expect(till.id("doubt-decided")).toContainText("A1-000127");
  await expect(till.id("doubt-item")).toHaveCount(1);
  const decision = { id: "p-7", outcome: "treatedAsUnpaid", reason: "Звонили в банк, оплаты нет" };
  expect(await inputs(till, "review.resolve")).toEqual([
    { ...decision, pin: "1111" },
    { ...decision, pin: "1111" },
    { ...decision, pin: "7301" },
  ]);
  expect(await page.content()).not.toContain("7301");
  // Each step has its way back, and leaving sends nothing.
  await till.id("doubt-decide").click();
  await till.id("doubt-outcome-treatedAsNotRefunded").click();
  await till.id("doubt-why-noback").click();
  await till.id("doubt-next").click();
  for (const id of ["pin", "doubt-reason", "doubt-outcome-treatedAsRefunded"]) {
    await till.id(id).waitFor();
    await till.id("back").click();
  }
  await expect(till.id("doubt-decide")).toBeVisible();
  // The bank decides meanwhile: it is said, and nobody is thrown back into the decision when the item stands there again.
  await till.id("doubt-decide").click();
  await till.id("doubt-outcome-treatedAsRefunded").waitFor();
  await till.answer("review.list", ok({ items: [] }));
  await till.show({ ...doubtful(false, 0), banners: [] });
  await expect(till.id("doubt-decided")).toContainText("A1-R000001: решать больше не нужно");
  await till.answer("review.list", ok({ items: [REFUND] }));
  await till.show(doubtful(false, 1));
  await expect(till.id("doubt-item")).toHaveCount(1);
  // Where nobody has a PIN there is nobody to decide; the way to one is shown.
  await till.show({ ...doubtful(false, 1), app: { ...snapshot().app, pinKnown: false } });
  await expect(till.id("doubt-decide")).toHaveCount(0);
  await expect(till.id("doubt-hinder")).toContainText("PIN");
  expect(await till.calls("review.resolve")).toHaveLength(3);
  await till.id("open-settings").click();
  await expect(till.id("screen")).toHaveAttribute("data-screen", "unlock");
});

test("U19: a late success leads to its own sale and what can be done there; nothing is done by itself", async ({
  till: touched,
}) => {
  const till = quick(touched);
  const listed = (more: object) =>
    till.answer("history.list", ok({ items: [{ payment: { ...RESOLVED, ...more }, refunds: [] }], nextCursor: null }));
  await listed({});
  await till.show({ banners: [LATE], providers: [KASPI_3] });
  await expect(till.id("banner")).toContainText("Было решено «не оплачена»: Айгүл");
  await till.id("banner-sale").click();
  await expect(till.id("sale")).toHaveAttribute("data-id", "p-1");
  expect((await inputs(till, "history.list"))[0]).toMatchObject({ text: "A1-000123" });
  await expect(till.id("what-now")).toContainText("Товар отдан");
  await expect(till.id("resolution")).toHaveAttribute("data-outcome", "treatedAsUnpaid");
  await expect(till.id("resolution")).toContainText("Айгүл");
  expect((await till.calls()).map(({ name }) => name)).toEqual(["history.list"]);
  await till.id("late-given").click();
  expect(await inputs(till, "notices.acknowledge")).toEqual([{ id: "n-1" }]);
  await till.id("back").click();
  expect(await till.screen()).toBe("idle");

  await till.id("banner-sale").click();
  await till.id("sale-refund").click();
  await expect(till.id("screen")).toHaveAttribute("data-screen", "refund-amount");
  expect(await till.calls("refunds.create")).toEqual([]);
  await till.leave();

  // Paid late, and one too many: that the goods were given does not end it.
  await listed({});
  const twice = banner("double-paid", { id: "n-3", payment: ended("paid"), dismissible: true });
  await till.show({ banners: [LATE, twice], providers: [KASPI_3] });
  await till.id("banner-sale").first().click();
  await expect(till.id("what-now")).toContainText("Верните один из платежей");
  await expect(till.id("late-given")).not.toContainText("Товар");
  await till.id("late-given").click();
  expect((await inputs(till, "notices.acknowledge")).slice(1)).toEqual([{ id: "n-1" }, { id: "n-3" }]);
  await till.leave();
  // What was let go since is nowhere to be given back from.
  await listed({ state: "released", provider: "halykQr", method: "card", resolution: null });
  await till.show({ banners: [{ ...twice, payment: ended("released") }], providers: [HALYK] });
  await till.id("banner-sale").click();
  await till.id("sale").waitFor();
  await expect(till.id("what-now")).toHaveCount(0);
  await till.leave();

  // Where the money can only go back in the bank's own app, that is what is said.
  await listed({});
  await till.show({ banners: [LATE], providers: [KASPI] });
  await till.id("banner-sale").click();
  await expect(till.id("what-now")).toContainText("Kaspi Pay");
  await till.leave();
  const held = { state: "authorized", settled: false, provider: "halykQr", method: "card", resolution: null };
  await listed(held);
  const banners = [banner("late", { id: "n-2", payment: ended("authorized"), dismissible: true })];
  await till.show({ banners, providers: [HALYK] });
  await till.id("banner-sale").click();
  await expect(till.id("capture")).toBeVisible();
  await expect(till.id("void")).toBeVisible();

  // Beside a running sale there is no way to another one.
  await till.show({ banners: [LATE], current: awaitingScan() });
  await expect(till.id("banner-sale")).toHaveCount(0);
  await expect(till.id("acknowledge")).toBeVisible();
});

test("a decision stands in the history beside the state, and such a sale is no open one", async ({ till: touched }) => {
  const till = quick(touched);
  const by = { by: "Айгүл", reason: "Видно в кабинете банка", at: "2026-11-22T15:01:00+05:00" };
  const lost = refundOf({ state: "needs_review", settled: false, resolution: { outcome: "treatedAsRefunded", ...by } });
  const unknown = { ...RESOLVED, id: "p-2", state: "in_doubt", resolution: { outcome: "treatedAsPaid", ...by } };
  const items = [
    { payment: { ...RESOLVED, refundedAmount: "1000.00" }, refunds: [lost] },
    { payment: unknown, refunds: [] },
  ];
  await till.answer("history.list", ok({ items, nextCursor: null }));
  await till.id("open-history").click();
  await expect(till.id("sale-p-2")).toHaveText("Учтена как оплаченная");
  await expect(till.id("history-check")).toHaveCount(0);
  await till.id("sale-p-1").click();
  await expect(till.id("refund-r-1")).toContainText("Учтён как сделанный");
  await expect(till.id("refund-r-1").getByTestId("resolution")).toContainText("Видно в кабинете банка");
});

test("what the till finds out about its stores is told to the cashier, and taken away by a technician alone", async ({
  till,
}) => {
  const chain = banner("chain", {
    id: "chain-changed@12",
    params: { result: "changed", seq: "12" },
    dismissible: true,
  });
  const told: readonly (readonly [Parameters<typeof banner>[0], Record<string, string>, string])[] = [
    ["chain", { result: "cut", seq: "9" }, "Из журнала кассы пропали записи"],
    ["restored", { backupAt: "2026-11-20T03:00:00+05:00" }, "Копия от 20.11, 03:00"],
    ["restored", { why: "new" }, "Журнал кассы начат заново"],
    ["backup", {}, "Копия журнала кассы не делается"],
    ["vault", { source: "plain" }, "Ключи кассы защищены слабо"],
  ];
  for (const [kind, params, text] of told) {
    await till.show({ banners: [banner(kind, { params, dismissible: true })] });
    await expect(till.id("banner")).toContainText(text);
    await expect(till.id("acknowledge")).toHaveCount(0);
  }
  await openDesk(till, {
    view: view({ care: ILL_CARE }),
    snapshot: { banners: [chain] },
    answers: {
      "journal.verify": ok(view()),
      "journal.backup": no(appError("not_written", { params: { detail: "journal-2026-11-22.db (ENOSPC)" } })),
      "support.save": ok({ file: "/var/lib/qabyl/support/support-2026-11-22-140000.json", transitions: 412 }),
    },
  });
  await till.id("tab-care").click();
  await expect(till.id("care-journal")).toContainText("Запись 12 изменена");
  await expect(till.id("care-journal")).toContainText("из копии от 20.11, 03:00");
  await expect(till.id("care-backup")).toContainText("ENOSPC: no space left");
  await expect(till.id("care-vault")).toContainText("От любого, кто может прочесть папку данных");
  await till.id("noted-chain").click();
  expect(await inputs(till, "notices.acknowledge")).toEqual([{ id: "chain-changed@12" }]);
  await till.id("journal-backup").click();
  await expect(till.id("error")).toContainText("journal-2026-11-22.db (ENOSPC)");
  await till.id("support-save").click();
  await expect(till.id("care-support")).toContainText("Событий: 412");
  await expect(till.id("care-support")).toContainText("support-2026-11-22-140000.json");
  await till.id("journal-verify").click();
  await expect(till.id("care-journal")).toContainText("Цела");
  for (const name of ["journal.verify", "journal.backup", "support.save"])
    expect(await inputs(till, name)).toEqual([{ session: SESSION }]);
});

test("a code too long to be drawn is said to be so, and the sale can be given up", async ({ till }) => {
  await till.show({ current: awaitingScan({ qr: { payload: "9".repeat(2331) } }) });
  await expect(till.id("qr")).toBeVisible();
  await till.show({ current: awaitingScan({ qr: { payload: "ұ".repeat(1200) } }) });
  await expect(till.id("qr-long")).toBeVisible();
  await till.id("cancel").click();
  expect(await till.calls("payments.cancel")).toHaveLength(1);
});

/** What cannot be drawn is thrown by the page itself, and said on its console: not the usual till. */
async function faultyTill(page: Page, url: string): Promise<Till> {
  page.on("pageerror", () => undefined);
  return openTill(page, url);
}
const FAULTY = awaitingScan({ provider: "nobody" as "kaspi" });

freshTest(
  "a screen that cannot be drawn is no blank page: the sale's number and sum, that the till asks on, and another try",
  async ({ page, url }) => {
    const till = await faultyTill(page, url);
    await till.show({ current: FAULTY });
    expect(await till.screen()).toBe("fault");
    await expect(till.id("fault-sale")).toHaveText("2\u2009500\u00a0₸ № A1-000123", { useInnerText: false });
    await expect(till.id("screen")).toContainText("Касса работает и продолжает спрашивать банк");
    await expect(till.id("foot")).toContainText("+7 727 000 00 00");
    await till.id("again").click();
    expect(await till.screen()).toBe("fault");
    // The same state again is no reason to try; another one is.
    await till.show({ current: FAULTY });
    expect(await till.screen()).toBe("fault");
    await till.show({ current: ended("paid") });
    expect(await till.screen()).toBe("result");
    // Nor can what stands around the screens blank the page, nor what stands in for them.
    await till.show({ merchant: null as never });
    await till.show({ app: { ...snapshot().app, training: true, environment: "training" }, current: FAULTY });
    await expect(till.id("screen")).toHaveAttribute("data-screen", "fault", { timeout: 3_000 });
    await till.show({});
    await expect(till.id("screen")).toHaveAttribute("data-screen", "idle", { timeout: 3_000 });
  },
);
