/** The refund desk, the history and the invoice: the statements U26 to U29 of the design's list, and what the bank's rules ask of a screen. */
import { appError } from "../../contract/errors.ts";
import { inWords } from "../../renderer/refund/in-words.ts";
import { decodeQr } from "./support/qr.ts";
import {
  awaitingLink,
  awaitingScan,
  banner,
  choosing,
  HALYK,
  HALYK_HISTORY,
  halykRefund,
  HISTORY,
  invoiceSent,
  KASPI_2,
  KASPI_3,
  LINK,
  LOOK,
  payment,
  refundDoubt,
  refundLost,
  refundQr,
  refundView,
  RETURN_TOKEN,
  sale,
  snapshot,
} from "./support/snapshots.ts";
import { expect, freshTest, openTill, test } from "./support/till.ts";

const THIN = "\u2009";
const money = (text: string): string => `${text.replaceAll(" ", THIN)}\u00a0₸`;
const KEY = expect.stringMatching(/^[0-9a-f-]{36}$/);
const OPERATION = "operation-12800627774";
const PEOPLE = { app: { ...snapshot().app, pinKnown: true } };

test("U26: paid, already refunded and available stand there, fresh from the bank with its time, before an amount can be sent", async ({
  till,
}) => {
  await till.answer("refunds.look", "never");
  await till.show({ refund: choosing() });
  await till.id(OPERATION).click();
  await till.id("key-5").click();
  await expect(till.id("refund-send"), "nothing can be sent before the bank's figures").toHaveAttribute(
    "aria-disabled",
    "true",
  );
  expect((await till.calls("refunds.look")).map((call) => call.input)).toEqual([
    { refundId: "r-1", operationId: "12800627774" },
  ]);
  await till.id("back").click();
  await till.answer("refunds.look", { ok: true, value: LOOK });
  await till.id(OPERATION).click();
  await expect(till.id("ledger")).toContainText(`Оплачено${money("3 500")}`, { useInnerText: false });
  await expect(till.id("ledger")).toContainText(`Уже возвращено${money("1 000")}`, { useInnerText: false });
  await expect(till.id("ledger")).toContainText(`Доступно сейчас${money("2 500")}`, { useInnerText: false });
  await expect(till.id("screen")).toContainText("Ответ банка: 14:36:02");
  for (const key of ["2", "5", "0", "1"]) await till.id(`key-${key}`).click();
  await expect(till.id("screen")).toContainText("Можно вернуть не больше");
  await till.id("refund-send").click({ force: true });
  expect(await till.calls("refunds.select")).toEqual([]);
});

test("U27: the sum is repeated in words, and above the limit a PIN is asked for; a wrong one sends nothing twice", async ({
  till,
  page,
}) => {
  await till.show({ refund: choosing(), ...PEOPLE, refundPinAboveMinor: 100_000 });
  await till.id(OPERATION).click();
  await page.keyboard.type("1000");
  await expect(till.id("refund-amount")).toHaveText(money("1 000"), { useInnerText: false });
  await expect(till.id("in-words")).toHaveText("одна тысяча тенге");
  await page.keyboard.press("Enter");
  expect(await till.calls("refunds.select"), "Enter never sends money back").toEqual([]);
  await till.id("key-back").click();
  await page.keyboard.type("1,5");
  await expect(till.id("in-words")).toHaveText("одна тысяча один тенге пятьдесят тиынов");
  await page.keyboard.press("Escape");
  await page.keyboard.type("1200");
  await till.id("language-kk").click();
  await expect(till.id("in-words")).toHaveText("бір мың екі жүз теңге");
  await till.id("language-ru").click();

  await till.id("refund-send").click();
  expect(await till.calls("refunds.select"), "above the limit the PIN comes first").toEqual([]);
  await expect(till.id("pin")).toBeFocused();
  await expect(till.id("in-words"), "the words stay beside the PIN").toHaveText("одна тысяча двести тенге");
  await till.answer("refunds.select", { ok: false, error: appError("wrong_pin", { params: { left: "4" } }) });
  await page.keyboard.type("1111");
  await expect(till.id("pin")).toHaveAttribute("type", "password");
  await page.keyboard.press("Enter");
  await expect(till.id("error")).toHaveAttribute("data-code", "wrong_pin");
  await expect(till.id("pin")).toHaveValue("");
  await till.answer("refunds.select", { ok: false, error: appError("pin_wait", { params: { seconds: "60" } }) });
  for (const digit of "2580") await till.id(`key-${digit}`).click();
  await till.id("done").click();
  await expect(till.id("done")).toHaveAttribute("aria-disabled", "true");
  const select = { id: "r-1", operationId: "12800627774", amount: "1200.00" };
  expect((await till.calls("refunds.select")).map((call) => call.input)).toEqual([
    { ...select, pin: "1111" },
    { ...select, pin: "2580" },
  ]);

  // At the limit none is needed, and one tap is one refund.
  await till.show({ refund: choosing({ id: "r-9" }), ...PEOPLE, refundPinAboveMinor: 100_000 });
  await till.id(OPERATION).click();
  await page.keyboard.type("1000");
  await till.answer("refunds.select", "never");
  await till.id("refund-send").click();
  expect(await till.screen()).toBe("refund-sending");
  expect((await till.calls("refunds.select")).at(-1)?.input).toEqual({ ...select, id: "r-9", amount: "1000.00" });
});

test("U27: sums in words", () => {
  const cases: readonly (readonly [tiyn: number, kk: string, ru: string, en: string])[] = [
    [100, "бір теңге", "один тенге", "one tenge"],
    [1_100, "он бір теңге", "одиннадцать тенге", "eleven tenge"],
    [200_000, "екі мың теңге", "две тысячи тенге", "two thousand tenge"],
    [
      2_102_103,
      "жиырма бір мың жиырма бір теңге үш тиын",
      "двадцать одна тысяча двадцать один тенге три тиына",
      "twenty-one thousand twenty-one tenge three tiyn",
    ],
    [1_150_000, "он бір мың бес жүз теңге", "одиннадцать тысяч пятьсот тенге", "eleven thousand five hundred tenge"],
    [100_000_000, "бір миллион теңге", "один миллион тенге", "one million tenge"],
    [
      99_999_911,
      "тоғыз жүз тоқсан тоғыз мың тоғыз жүз тоқсан тоғыз теңге он бір тиын",
      "девятьсот девяносто девять тысяч девятьсот девяносто девять тенге одиннадцать тиынов",
      "nine hundred ninety-nine thousand nine hundred ninety-nine tenge eleven tiyn",
    ],
    [500_000_000_001, "бес миллиард теңге бір тиын", "пять миллиардов тенге один тиын", "five billion tenge one tiyn"],
  ];
  for (const [tiyn, ...texts] of cases)
    expect((["kk", "ru", "en"] as const).map((language) => inWords(tiyn, language))).toEqual(texts);
  for (const language of ["kk", "ru", "en"] as const) {
    const all = Array.from({ length: 2000 }, (_, tenge) => inWords(tenge * 100, language));
    expect(new Set(all).size, language).toBe(2000);
    expect(all.join("\n"), language).not.toMatch(/_| {2}|undefined/);
  }
});

test("U28: after a lost answer the refund is checked with the figures before and after, nothing can be sent, and it may be left", async ({
  till,
}) => {
  await till.show({ refund: refundView({ state: "sending", settled: false }) });
  await expect(till.id("screen")).toHaveAttribute("data-screen", "refund-sending");
  await till.show({ refund: refundDoubt() });
  expect(await till.screen()).toBe("refund-result");
  await expect(till.id("result")).toHaveAttribute("data-state", "in_doubt");
  await expect(till.id("screen")).toContainText("Проверяем возврат");
  await expect(till.id("before")).toContainText(money("2 500"), { useInnerText: false });
  await expect(till.id("after")).toContainText(money("2 500"), { useInnerText: false });
  await expect(till.id("countdown")).toHaveAttribute("data-seconds", /^8[23]$/);
  await expect(till.id("doubt-not")).toContainText("Не делайте второй возврат");
  await expect(till.id("refund-send")).toHaveAttribute("aria-disabled", "true");
  await till.id("refund-send").click({ force: true });
  for (const text of await till.page.locator("button").allTextContents()) expect(text).not.toMatch(/отмен|cancel/i);
  await till.id("check-again").click();
  await till.id("park").click();
  expect((await till.calls()).map((call) => call.name)).toEqual(["refunds.refresh", "refunds.dismiss"]);
  expect(await till.cues()).toEqual([247, 247]);
  await till.show({ banners: [banner("in-doubt", { refund: refundDoubt() })] });
  await expect(till.id("banner")).toHaveAttribute("data-id", "r-1");
  await expect(till.id("banner")).toContainText("не возвращайте второй раз");
  expect(await till.cues(), "heard already").toEqual([247, 247]);
  await till.id("banner-check").click();
  expect((await till.calls("refunds.refresh")).map((call) => call.input)).toEqual([{ id: "r-1" }, { id: "r-1" }]);

  // Decided: its balance says yes; another one shows no sign, and is tried again under the same refund.
  await till.show({ refund: refundView({ readings: [{ at: "2026-11-22T14:36:50+05:00", minor: 130_000 }] }) });
  await expect(till.id("screen")).toContainText("Доступная сумма уменьшилась ровно");
  expect((await till.cues()).slice(-2)).toEqual([784, 1175]);
  await till.show({ refund: refundDoubt({ id: "r-2", state: "not_executed", settled: true, countdown: null }) });
  await expect(till.id("screen")).toContainText("касса выждет безопасное время");
  await till.answer("refunds.select", "never");
  await till.id("refund-send").click();
  await expect(till.id("refund-send")).toHaveText("Ждём, пока станет безопасно");
  await till.id("refund-send").click({ force: true });
  expect((await till.calls("refunds.select")).map((call) => call.input)).toEqual([
    { id: "r-2", operationId: "12800627774", amount: "1200.00" },
  ]);
});

test("a refund that the bank makes in its own time may be put away; it goes on by itself, and is not refunded twice", async ({
  till,
}) => {
  const pending = halykRefund({ state: "pending", settled: false });
  await till.show({ providers: [HALYK], refund: pending });
  await expect(till.id("result")).toHaveAttribute("data-state", "pending");
  await expect(till.id("screen")).toContainText("Банк выполняет возврат");
  await expect(till.id("screen")).toContainText("Не делайте второй возврат");
  await expect(till.id("countdown")).toHaveCount(0);
  await till.id("park").click();
  expect((await till.calls("refunds.dismiss")).map((call) => call.input)).toEqual([{ id: "r-1" }]);
  await till.show({ providers: [HALYK], banners: [banner("in-doubt", { refund: pending })] });
  await expect(till.id("banner")).toContainText("банк выполняет");
  await till.id("banner-check").click();
  expect((await till.calls("refunds.refresh")).map((call) => call.input)).toEqual([{ id: "r-1" }]);
  await till.show({ providers: [HALYK], refund: halykRefund() });
  await expect(till.id("result")).toContainText("Банк подтвердил: деньги возвращены покупателю");
  await expect(till.id("result"), "our own sum proves nothing").not.toContainText("доступно");
  const bankMessage = "Возврат по данной операции невозможен";
  const error = appError("refund_rejected", { bankMessage });
  await till.show({ providers: [HALYK], refund: halykRefund({ id: "r-2", state: "failed", error }) });
  await expect(till.id("bank-message")).toHaveText(`Ответ банка: «${bankMessage}»`);
});

test("a refund whose answer is lost for good waits for a person: nothing to wait for, nothing to ask, the sum held", async ({
  till,
}) => {
  await till.show({ providers: [HALYK], refund: refundLost() });
  await expect(till.id("result")).toHaveAttribute("data-state", "needs_review");
  await expect(till.id("doubt-not")).toContainText("эта сумма занята");
  await expect(till.id("doubt-do")).toContainText("12800627774");
  for (const id of ["countdown", "check-again", "refund-send", "before"]) await expect(till.id(id)).toHaveCount(0);
  await expect(till.id("screen")).not.toContainText(/провер/i);
  await till.show({ providers: [HALYK], refund: refundLost({ sale: null, rrn: "OBLQR123502391607" }) });
  await expect(till.id("doubt-do")).toContainText("RRN OBLQR123502391607");
  await till.id("done").click();
  await till.show({ providers: [HALYK], banners: [banner("in-doubt", { refund: refundLost() })] });
  await expect(till.id("banner")).toContainText("сверьте с банком");
  await expect(till.id("banner-check")).toHaveCount(0);
  // With its number it can still be asked about.
  await till.show({ providers: [HALYK], refund: refundLost({ id: "r-2", bankId: "9007199254740997" }) });
  await till.id("check-again").click();
  expect((await till.calls()).map((call) => call.name)).toEqual(["refunds.dismiss", "refunds.refresh"]);

  await till.answer("history.list", { ok: true, value: { items: HALYK_HISTORY, nextCursor: null } });
  await till.show({ providers: [HALYK] });
  await till.id("open-history").click();
  const lost = till.page.locator(".sales li", { hasText: "Сверить с банком" });
  await expect(lost.getByTestId("history-check")).toHaveCount(0);
  await till.id("sale-p-needs_review").click();
  await expect(till.id("sale")).toContainText("Сверьте возврат с банком");
  await expect(till.id("check-again")).toHaveCount(0);
  await till.id("back").click();
  await till.id("sale-p-pending").click();
  for (const text of ["HBLQR118907055931675", "9007199254740993", "482913070000123"])
    await expect(till.id("sale").locator(".facts")).toContainText(text);
  await expect(till.id("sale-refund"), "one refund at a time").toHaveAttribute("aria-disabled", "true");
  await till.id("check-again").click();
  expect((await till.calls("refunds.refresh")).at(-1)?.input).toEqual({ id: "r-1" });
});

test("with two banks money goes back by the customer's scan at the one, and by the bank's number or the slip's at the other", async ({
  till,
  page,
}) => {
  await till.show({ providers: [KASPI_2, HALYK], lastProvider: "halykQr" });
  await till.id("open-refund").click();
  await till.id("refund-scan").click();
  await till.id("refund-number-halykQr").click();
  await page.keyboard.type("0253219a1");
  await expect(till.id("bank-number")).toHaveText("2532191");
  await page.keyboard.press("Enter");
  await page.keyboard.type("700");
  await expect(till.id("screen")).toContainText("касса спросит у банка сумму покупки");
  await till.id("refund-send").click();
  await till.id("back").click();
  await till.id("number-rrn").click();
  await till.id("rrn").fill("oblqr 123502391607");
  await till.id("rrn").press("Enter");
  await expect(till.id("screen")).toContainText("RRN OBLQR123502391607");
  await expect(till.id("screen")).toContainText("Сверьте сумму с чеком покупателя");
  await page.keyboard.type("500");
  await till.id("refund-send").click();
  expect((await till.calls("refunds.create")).map((call) => call.input["request"])).toEqual([
    { provider: "kaspi" },
    { provider: "halykQr", bankId: "2532191", amount: "700.00" },
    { provider: "halykQr", rrn: "OBLQR123502391607", amount: "500.00" },
  ]);

  // The bank names no balance: the figures are said to be the till's own.
  await till.answer("refunds.look", { ok: true, value: { ...LOOK, isOurs: true } });
  await till.answer("history.list", { ok: true, value: { items: HALYK_HISTORY, nextCursor: null } });
  await till.id("back").click();
  await till.id("back").click();
  await till.id("refund-history").click();
  await till.id("sale-p-31").click();
  await till.id("sale-refund").click();
  await expect(till.id("ledger")).toContainText("по данным кассы");
  await expect(till.id("refund-source")).toContainText("Банк остаток не называет");
});

freshTest(
  "U29: the customer's purchases hide after 60 s without a touch, on exit, and stand nowhere afterwards",
  async ({ page, url }) => {
    await page.clock.install();
    const till = await openTill(page, url);
    const push = (refund: ReturnType<typeof choosing> | null) =>
      page.evaluate((value) => window.fakeTill.push(value), snapshot({ refund }));
    await push(choosing());
    await expect(till.id("screen")).toHaveAttribute("data-screen", "refund-choose");
    await expect(till.id(OPERATION)).toHaveAttribute("data-ours", "");
    await expect(till.id(OPERATION)).toContainText("Эта касса");
    await expect(till.id("operation-12799914430")).toContainText("Другая касса");
    await page.clock.pauseAt(Date.now() + 5_000);
    await page.keyboard.press("Shift");
    await page.clock.runFor(40_000);
    await expect(till.id("hides")).toHaveAttribute("data-seconds", "20");
    // A touch begins anew, also on the amount.
    await till.id(OPERATION).click();
    await page.clock.runFor(49_000);
    await expect(till.id("hides")).toHaveAttribute("data-seconds", "11");
    expect(await till.calls("refunds.cancel")).toEqual([]);
    await page.clock.runFor(2_000);
    await expect(till.id("announcer")).toHaveText("Список скроется, осталось секунд: 10");
    await page.clock.runFor(10_000);
    expect((await till.calls("refunds.cancel")).map((call) => call.input)).toEqual([{ id: "r-1" }]);
    await push(choosing({ state: "cancelled", settled: true, operations: [] }));
    await expect(till.id("screen"), "given up is no result").toHaveAttribute("data-screen", "idle");
    await expect(page.locator("body")).not.toContainText("14\u2009750");

    await push(choosing({ id: "r-2", operations: [] }));
    await expect(till.id("no-operations")).toBeVisible();
    await till.id("back").click();
    expect((await till.calls("refunds.cancel")).at(-1)?.input).toEqual({ id: "r-2" });
  },
);

test("the refund code has its own sky, says that it takes no money, and reads as the token", async ({ till, page }) => {
  await till.show({ providers: [KASPI_2] });
  await till.id("open-refund").click();
  await till.answer("refunds.create", "lost");
  await till.id("refund-scan").click();
  await expect(till.id("notice")).toBeVisible();
  await till.answer("refunds.create", { ok: true, value: null });
  await till.id("refund-scan").click();
  const calls = await till.calls("refunds.create");
  expect(calls.map((call) => call.input["request"])).toEqual([{ provider: "kaspi" }, { provider: "kaspi" }]);
  expect(calls[0]?.input["key"], "one intent keeps its key until it is answered").toBe(calls[1]?.input["key"]);
  for (const [width, height] of [
    [1024, 768],
    [1080, 1920],
    [800, 480],
  ] as const) {
    await page.setViewportSize({ width, height });
    await till.show({ refund: refundQr() });
    await expect(till.id("screen")).toHaveAttribute("data-sky", "refund");
    await expect(till.id("screen")).toContainText("Этот код не списывает деньги");
    const { code, modules, pixels } = await decodeQr(page, till.id("qr"));
    expect(code).toBe(RETURN_TOKEN);
    expect((modules * pixels) / Math.min(width, height)).toBeGreaterThanOrEqual(0.55);
  }
  await expect(till.id("countdown")).toHaveAttribute("data-seconds", /^17[01]$/);
});

test("the results of a refund: what happened, what to do, and never more than is certain", async ({ till }) => {
  const shows = async (view: Parameters<typeof refundView>[0], ...texts: string[]): Promise<void> => {
    await till.show({ refund: refundView(view) });
    for (const text of texts) await expect(till.id("result")).toContainText(text);
  };
  await shows({ id: "r-1" }, "Возвращено", "Kaspi Gold", "A1-R000001", "14:36:40");
  await expect(till.id("result")).toContainText(`Осталось доступно${money("1 300")}`, { useInnerText: false });
  await till.id("done").click();
  await shows({ id: "r-2", state: "recorded", by: "Айгүл", reason: "Ошибка" }, "Записано", "Айгүл", "не переводила");
  await expect(till.id("screen")).toHaveAttribute("data-line", "dashed");
  await shows({ id: "r-3", state: "failed", error: appError("refund_moved") }, "Этим возвратом деньги не ушли");
  await expect(till.id("error")).toHaveAttribute("data-code", "refund_moved");
  await shows({ id: "r-4", state: "expired", minor: null, paymentId: null }, "Деньги не двигались");
  await till.id("renew").click();
  await shows({ id: "r-5", state: "needs_review", settled: false }, "Не делайте второй возврат", "нужно сверить");
  await expect(till.id("result")).not.toContainText("не ушли");
  await till.id("check-again").click();
  expect((await till.calls()).map((call) => call.name)).toEqual([
    "refunds.dismiss",
    "refunds.create",
    "refunds.refresh",
  ]);
});

test("a sale of the history goes back by the till, by the bank's number, or is recorded where the bank's app has done it", async ({
  till,
  page,
}) => {
  await till.show({ providers: [KASPI_3] });
  await till.id("open-history").click();
  await till.id("sale-p-1").click();
  await till.id("sale-refund").click();
  await expect(till.id("ledger")).toBeVisible();
  expect((await till.calls("refunds.look")).map((call) => call.input)).toEqual([{ paymentId: "p-1" }]);
  await till.id("refund-all").click();
  await till.answer("refunds.create", {
    ok: false,
    error: appError("refund_too_large", { params: { available: "1200.00" } }),
  });
  await till.id("refund-send").click();
  await expect(till.id("error")).toHaveAttribute("data-code", "refund_too_large");
  expect(await till.calls("refunds.look"), "the figures are read anew").toHaveLength(2);

  await till.id("back").click();
  await till.id("back").click();
  await till.id("open-refund").click();
  await till.id("refund-number").click();
  await page.keyboard.type("0128006277740");
  await page.keyboard.press("Enter");
  await page.keyboard.type("700");
  await till.id("refund-send").click();

  await till.show({ ...PEOPLE });
  await till.id("back").click();
  await till.id("back").click();
  await expect(till.id("refund-elsewhere")).toContainText("Kaspi Pay");
  await till.id("refund-history").click();
  await till.id("sale-p-1").click();
  await till.id("sale-refund").click();
  await expect(till.id("ledger")).toContainText(`Ещё не записано${money("2 500")}`, { useInnerText: false });
  await page.keyboard.type("500");
  await till.id("refund-send").click();
  await expect(till.id("done")).toHaveAttribute("aria-disabled", "true");
  await page.getByText("Вернули товар").click();
  await till.id("done").click();
  await till.answer("refunds.create", { ok: true, value: null });
  await page.keyboard.type("4321\n");
  expect((await till.calls("refunds.create")).map((call) => call.input)).toEqual([
    { key: KEY, request: { paymentId: "p-1", amount: "2500.00" } },
    { key: KEY, request: { provider: "kaspi", bankId: "128006277740", amount: "700.00" } },
    {
      key: KEY,
      request: { paymentId: "p-1", amount: "500.00", recorded: true, reason: "Вернули товар", pin: "4321" },
    },
  ]);
});

test("the history finds what a scanner or a person types, filters, pages, and asks the bank about what is open", async ({
  till,
  page,
}) => {
  await till.answer("history.list", { ok: true, value: { items: HISTORY, nextCursor: "c-1" } });
  await till.show({ providers: [KASPI_3] });
  await till.id("open-history").click();
  const rows = page.locator(".sales li");
  await expect(rows).toHaveCount(HISTORY.length);
  await expect(rows.first(), "what is not decided stands first").toHaveAttribute("data-state", "in_doubt");
  await expect(rows.nth(1)).toContainText("Оплачено");
  await expect(rows.nth(1)).toContainText(`− ${money("1 000")}`, { useInnerText: false });
  await till.id("history-check").click();
  expect((await till.calls("payments.refresh")).map((call) => call.input)).toEqual([{ id: "p-20" }]);
  await till.id("sale-p-20").focus();
  await page.keyboard.press("ArrowDown");
  await expect(till.id("sale-p-1")).toBeFocused();

  await till.answer("history.list", { ok: true, value: { items: HISTORY.slice(1, 2), nextCursor: null } });
  await till.id("history-more").click();
  await till.id("show-refunded").click();
  await till.id("history-days").selectOption("one");
  await till.id("history-date").fill("2026-11-20");
  const last = async () => (await till.calls("history.list")).at(-1)?.input;
  await expect.poll(last).toEqual({ show: "refunded", fromDay: "2026-11-20", toDay: "2026-11-20", limit: 30 });
  expect((await till.calls("history.list")).some((call) => call.input["cursor"] === "c-1")).toBe(true);

  await till.id("screen").locator("h1").focus();
  await page.keyboard.type("A1-000122\n");
  await expect.poll(last).toMatchObject({ text: "A1-000122" });
  await expect(till.id("sale"), "a scanned slip is one sale").toHaveAttribute("data-id", "p-22");

  // A payment from the till API leaves the history; what was typed before is kept.
  await till.show({ current: awaitingScan({ id: "p-77" }) });
  expect(await till.screen()).toBe("qr");
  await till.show({});
  expect(await till.screen()).toBe("idle");
});

test("the places: history, refund and settings open over the typed sum, and a device problem leads to the desk", async ({
  till,
  page,
}) => {
  await page.keyboard.type("1200");
  for (const [open, name] of [
    ["open-history", "history"],
    ["open-refund", "refund-start"],
  ] as const) {
    await till.id(open).click();
    await expect(till.id("screen")).toHaveAttribute("data-screen", name);
    await till.id("back").click();
    await expect(till.id("amount")).toHaveText(money("1 200"), { useInnerText: false });
  }
  await till.show({ providers: [{ ...KASPI_3, ready: false, reason: appError("device_inactive") }] });
  await expect(till.id("pay-kaspi-link")).toHaveCount(0);
  await till.id("fix-kaspi").click();
  await expect(till.id("screen")).toHaveAttribute("data-screen", /^(unlock|settings)$/);
  await till.show({ app: { ...snapshot().app, mode: "refund" }, current: payment({ state: "creating" }) });
  await till.show({ app: { ...snapshot().app, mode: "refund" }, providers: [KASPI_2] });
  expect(await till.screen(), "the refund desk is at home here").toBe("refund-start");
  await expect(till.id("back")).toHaveCount(0);
  await till.show({ app: { ...snapshot().app, mode: "kiosk" }, providers: [KASPI_3] });
  await expect(till.id("pay-kaspi-link"), "not for a customer").toHaveCount(0);
  await expect(till.id("open-settings")).toHaveCount(0);
});

test("a link: one touch beside the tile, a code and a text of the same link, and its copy", async ({ till, page }) => {
  await till.show({ providers: [KASPI_3] });
  await page.keyboard.type("2500");
  await till.id("pay-kaspi-link").click();
  expect((await till.calls("payments.create"))[0]?.input["request"]).toEqual({
    amount: "2500.00",
    provider: "kaspi",
    method: "link",
  });
  await till.show({ current: awaitingLink() });
  expect(await till.screen()).toBe("qr");
  await expect(till.id("link")).toHaveText(LINK);
  expect((await decodeQr(page, till.id("qr"))).code).toBe(LINK);
  expect(await till.id("link").evaluate((element) => getComputedStyle(element).userSelect)).toBe("text");
  await till.id("copy").click();
  await expect(till.id("copy")).toHaveText("Скопировано");
});

test("an invoice: the number is checked, the name comes masked, one is sent, and a second only in two deliberate steps", async ({
  till,
  page,
}) => {
  await till.show({ providers: [KASPI_3] });
  await page.keyboard.type("2500");
  await till.id("pay-kaspi-invoice").click();
  await page.keyboard.type("8 (707) 123-45-77");
  await expect(till.id("phone")).toHaveText("+7 707 123 45 77");
  await till.answer("payments.lookUp", {
    ok: false,
    error: appError("lookup_limit", { params: { seconds: "41" } }),
  });
  await page.keyboard.press("Enter");
  await expect(till.id("invoice-check")).toHaveText("Проверка через 41 с");
  await till.answer("payments.lookUp", { ok: true, value: { name: "Айгуль С.", phone: "+7 707 ••• 45 78", left: 48 } });
  await till.id("key-back").click();
  await till.id("key-8").click();
  await expect(till.id("invoice-check"), "the bank's minute goes on").toHaveAttribute("aria-disabled", "true");
  await till.id("back").click();
  await till.id("pay-kaspi-invoice").click();
  await page.keyboard.type("77071234578");
  await till.id("invoice-check").click();
  await expect(till.id("invoice-name")).toHaveText("Айгуль С.");
  await page.keyboard.press("Enter");
  expect(await till.calls("payments.create"), "Enter never sends it").toEqual([]);
  await till.id("comment").fill("Заказ 7");
  await till.answer("payments.create", {
    ok: false,
    error: appError("possible_duplicate", { params: { number: "A1-000119" } }),
    payment: sale({ id: "p-0", number: "A1-000119", method: "invoice", amount: "2500.00" }),
  });
  await till.id("invoice-send").click();
  await expect(till.id("earlier")).toContainText("A1-000119");
  await till.id("duplicate").click();
  expect(await till.calls("payments.create")).toHaveLength(1);
  await till.answer("payments.create", { ok: true, value: null });
  await till.id("duplicate-confirm").click();
  const request = {
    amount: "2500.00",
    provider: "kaspi",
    method: "invoice",
    phone: "+77071234578",
    comment: "Заказ 7",
  };
  const calls = await till.calls("payments.create");
  expect(calls.map((call) => call.input["request"])).toEqual([request, { ...request, confirmDuplicateOf: "p-0" }]);
  expect(calls[0]?.input["key"]).not.toBe(calls[1]?.input["key"]);

  await till.show({ current: invoiceSent() });
  expect(await till.screen()).toBe("invoice");
  for (const text of ["Айгуль С., +7 707 ••• 77 77", "23.11, 14:32", "«Платежи»"])
    await expect(till.id("result")).toContainText(text);
  await expect(page.locator("body"), "the whole number is nowhere").not.toContainText(/707.?123/);
  await till.id("check-again").click();
  await expect(till.id("check-again"), "the bank is not to be asked in a row").toHaveText(/Снова через [45] с/);
  await till.id("cancel").click();
  expect(await till.calls("payments.cancel")).toEqual([]);
  await till.id("cancel-confirm").click();
  await till.id("done").click();
  expect((await till.calls()).slice(-3).map((call) => call.name)).toEqual([
    "payments.refresh",
    "payments.cancel",
    "payments.dismiss",
  ]);
  await till.show({
    current: invoiceSent({ id: "p-3", state: "needs_review", error: appError("invoice_lost") }),
  });
  await expect(till.id("doubt-not")).toContainText("Не отправляйте второй счёт");
  await expect(till.id("doubt-tell")).toContainText("пришёл ли счёт");
});
