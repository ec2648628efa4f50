/** The statements of the design's list for the screen, by number: U1 to U25 (but U20), U43. */
import { appError, ERROR_CODES } from "../../contract/errors.ts";
import type { Locator } from "playwright/test";
import { decodeQr } from "./support/qr.ts";
import {
  awaitingConfirmation,
  awaitingScan,
  banner,
  confirm,
  EMV,
  ended,
  EPAY,
  HALYK,
  halyk,
  halykPaid,
  halykScan,
  KASPI,
  payment,
  scan,
  snapshot,
  TOKEN,
  WARNED,
} from "./support/snapshots.ts";
import { expect, freshTest, openTill, test } from "./support/till.ts";

const THIN = "\u2009";
const SUM = `2${THIN}500\u00a0₸`;

const boxOf = async (locator: Locator) => {
  const box = await locator.boundingBox();
  if (!box) throw new Error("not on the screen");
  return box;
};

test("U1: 500 ₸ to a QR takes four touches", async ({ till }) => {
  for (const key of ["key-5", "key-0", "key-0", "pay-kaspi"]) await till.id(key).click();
  const [call] = await till.calls("payments.create");
  expect(call?.input).toMatchObject({ request: { amount: "500.00", provider: "kaspi" } });
  await till.show({ current: awaitingScan({ minor: 50_000 }) });
  await expect(till.id("qr")).toBeVisible();
});

test("U1: or 5 0 0 Enter, on the keyboard or the numpad, also after touches", async ({ till, page }) => {
  await till.id("key-5").click();
  await page.keyboard.press("Numpad0");
  await page.keyboard.press("0");
  await page.keyboard.press("NumpadEnter");
  expect((await till.calls("payments.create")).map((call) => call.input["request"])).toEqual([
    { amount: "500.00", provider: "kaspi" },
  ]);
});

test("U1: comma, dot, Backspace, Delete and Escape do what their faces say", async ({ till, page }) => {
  const typed = async (...keys: string[]): Promise<string | null> => {
    for (const key of keys) await page.keyboard.press(key);
    return till.id("amount").textContent();
  };
  expect(await typed("1", "2", ",", "5")).toBe("12,5\u00a0₸");
  expect(await typed("0", "7")).toBe("12,50\u00a0₸");
  expect(await typed("Backspace", "Backspace", "Backspace")).toBe("12\u00a0₸");
  expect(await typed(".", "0", "5")).toBe("12,05\u00a0₸");
  expect(await typed("Delete")).toBe("0\u00a0₸");
  expect(await typed("7", "Escape")).toBe("0\u00a0₸");
  for (const key of ["key-1", "key-00", "key-dot", "key-5"]) await till.id(key).click();
  expect(await till.id("amount").textContent()).toBe("100,5\u00a0₸");
  await till.id("key-back").click();
  await till.id("key-clear").click();
  expect(await till.screen()).toBe("idle");
});

test("U2: thousands apart by a thin space, the sign after the number, one line, smaller when long", async ({
  till,
  page,
}) => {
  await page.keyboard.type("1000000");
  await expect(till.id("amount")).toHaveText(`1${THIN}000${THIN}000\u00a0₸`, { useInnerText: false });
  const long = await till.id("amount").evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  await page.keyboard.press("Escape");
  await page.keyboard.type("2500");
  const short = await till.id("amount").evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(long).toBeLessThan(short);
  expect((await boxOf(till.id("amount"))).height).toBeLessThan(short);
});

test("U2: digits beyond one more than the greatest sum has change nothing", async ({ till, page }) => {
  await page.keyboard.type("123456789123456789");
  await expect(till.id("amount")).toContainText("12\u2009345\u2009678");
  await page.keyboard.press("Enter");
  expect(await till.calls("payments.create")).toEqual([]);
});

test("U3: the pay button shows amount and provider, or why it cannot be used", async ({ till, page }) => {
  await page.keyboard.type("2500");
  await expect(till.id("pay-kaspi")).toContainText("Kaspi QR");
  await expect(till.id("pay-kaspi")).toContainText(SUM);
  await till.show({ providers: [{ ...KASPI, ready: false, reason: appError("not_registered") }, HALYK] });
  await expect(till.id("pay-kaspi")).toHaveAttribute("aria-disabled", "true");
  await expect(till.id("pay-kaspi")).toContainText("Касса ещё не зарегистрирована в банке");
  await till.id("pay-kaspi").click({ force: true });
  expect(await till.calls("payments.create")).toEqual([]);
});

test("U3: each bank says what it accepts; what stops one does not stop the other, and Enter never changes the bank", async ({
  till,
  page,
}) => {
  await till.show({ providers: [KASPI, HALYK], lastProvider: "kaspi" });
  await expect(till.id("pay-kaspi")).toContainText("Gold, Red, кредит, рассрочка");
  await expect(till.id("pay-halykQr")).toContainText("карты, бонусы, кредит, рассрочка");
  // Five tenge is too little for the one only.
  await page.keyboard.type("5");
  await expect(till.id("pay-kaspi")).toContainText("Наименьшая сумма: 10\u00a0₸", { useInnerText: false });
  await expect(page.locator("h1.who")).toHaveText("Сумма к оплате");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1.who")).toHaveText("Kaspi QR. Наименьшая сумма: 10\u00a0₸", { useInnerText: false });
  await page.keyboard.type("000");
  await till.show({
    providers: [{ ...KASPI, ready: false, reason: appError("certificate_refused") }, HALYK],
    lastProvider: "kaspi",
  });
  await expect(page.locator("h1.who")).toHaveText("Сумма к оплате");
  await page.keyboard.press("Enter");
  await expect(page.locator("h1.who")).toHaveText("Kaspi QR. Банк не принял сертификат кассы");
  expect(await till.calls("payments.create")).toEqual([]);
  await till.id("pay-halykQr").click();
  expect((await till.calls("payments.create"))[0]?.input["request"]).toEqual({
    amount: "5000.00",
    provider: "halykQr",
  });
});

test("U4: zero, too little and too much say the limit in the same place", async ({ till, page }) => {
  const place = page.locator("h1.who");
  await page.keyboard.press("Enter");
  await expect(place).toHaveText("Наименьшая сумма: 10\u00a0₸", { useInnerText: false });
  await page.keyboard.type("5");
  await expect(place).toHaveText("Наименьшая сумма: 10\u00a0₸", { useInnerText: false });
  await page.keyboard.type("000000");
  await expect(place).toHaveText(`Наибольшая сумма: 1${THIN}000${THIN}000\u00a0₸`, { useInnerText: false });
  await page.keyboard.press("Enter");
  expect(await till.calls("payments.create")).toEqual([]);
});

test("U5: a second Enter or tap while starting does nothing, and the busy screen is there at once", async ({
  till,
  page,
}) => {
  await till.answer("payments.create", "never");
  await page.keyboard.type("2500");
  await page.evaluate(() => {
    for (let times = 0; times < 20; times++)
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
  expect(await till.screen()).toBe("creating");
  await page.keyboard.press("Enter");
  await page.mouse.dblclick(200, 400);
  expect(await till.calls("payments.create")).toHaveLength(1);
});

test("U5: a tap storm on the button is one payment", async ({ till, page }) => {
  await till.answer("payments.create", "never");
  await page.keyboard.type("2500");
  await page.evaluate(() => {
    const button = document.querySelector<HTMLElement>("[data-testid=pay-kaspi]");
    for (let times = 0; times < 1000; times++) button?.click();
  });
  expect(await till.calls("payments.create")).toHaveLength(1);
});

test("U5: the second tap of a double tap does not cancel the QR that came between", async ({ till }) => {
  await till.show({ current: awaitingScan() });
  await till
    .id("cancel")
    .evaluate((button) => button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 2 })));
  expect(await till.calls("payments.cancel")).toEqual([]);
  await till.id("cancel").click();
  expect(await till.calls("payments.cancel")).toHaveLength(1);
});

test("U5: an Enter that bounced presses nothing on the next screen", async ({ till, page }) => {
  await page.keyboard.type("2500");
  await page.keyboard.press("Enter");
  await till.show({ current: awaitingScan({ countdown: scan(20_000) }) });
  await page.keyboard.press("Enter");
  await till.show({ current: awaitingConfirmation() });
  await page.keyboard.press("Enter");
  expect((await till.calls()).map((call) => call.name)).toEqual(["bank.prepare", "payments.create"]);
});

test("U5: one intent keeps one key until it is answered", async ({ till, page }) => {
  await till.answer("payments.create", "lost");
  await page.keyboard.type("2500");
  await page.keyboard.press("Enter");
  await expect(till.id("notice")).toBeVisible();
  await expect(till.id("amount")).toContainText("500");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await till.calls("payments.create")).length).toBe(2);
  await till.answer("payments.create", { ok: true, value: null });
  await page.keyboard.press("Escape");
  await page.keyboard.type("700");
  await page.keyboard.press("Enter");
  const keys = (await till.calls("payments.create")).map((call) => call.input["key"]);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
});

for (const [width, height] of [
  [1024, 768],
  [1080, 1920],
  [800, 480],
] as const) {
  test(`U6: the QR is black on white with its quiet zone, >= 55 % of the short side, and reads as the token, ${width}x${height}`, async ({
    till,
    page,
  }) => {
    await page.setViewportSize({ width, height });
    for (const payload of [
      TOKEN,
      "https://pay.kaspi.kz/pay/8fk2m0xa",
      "1234567890",
      EMV,
      `https://qr.example.kz/${"a1B2".repeat(30)}`,
    ]) {
      for (const training of [false, true]) {
        await till.show({ current: awaitingScan({ qr: { payload } }), app: { ...snapshot().app, training } });
        await expect(till.id("qr")).toHaveAttribute("data-payload", payload);
        const { code, modules, pixels } = await decodeQr(page, till.id("qr"));
        expect(code).toBe(payload);
        expect(pixels, "whole pixels a module").toBe(Math.round(pixels));
        expect((modules * pixels) / Math.min(width, height)).toBeGreaterThanOrEqual(0.55);
      }
    }
  });
}

for (const theme of ["dark", "contrast"] as const) {
  test(`U6: the QR stays black on white in the ${theme} theme`, async ({ till, page }) => {
    await page.emulateMedia(theme === "dark" ? { colorScheme: "dark" } : { contrast: "more" });
    await till.show({ current: awaitingScan() });
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    expect((await decodeQr(page, till.id("qr"))).code).toBe(TOKEN);
  });
}

test("U7: beside the QR stand the sum, the shop, what to open, and the ways to pay by their customers' names", async ({
  till,
  page,
}) => {
  await till.show({ current: awaitingScan({ paymentMethods: ["Red", "Gold", "Loan", "Teleport"] }) });
  await expect(till.id("amount")).toHaveText(SUM, { useInnerText: false });
  await expect(page.locator(".who")).toContainText("Дүкен №1");
  await expect(page.locator(".steps")).toContainText("Откройте Kaspi.kz");
  await expect(page.locator(".steps")).toContainText("Kaspi QR");
  await expect(till.id("payment-methods").locator("b")).toHaveText(["Kaspi Red", "Kaspi Gold", "Кредит"]);
  await till.show({ current: awaitingScan({ paymentMethods: [] }) });
  await expect(till.id("payment-methods")).toHaveCount(0);
});

test("U7: a code of Halyk names its own app, and one that does not fit its sale is shown with its warning until it is paid", async ({
  till,
  page,
}) => {
  await till.show({ current: halykScan({ link: "https://homebank.example.kz/1" }) });
  await expect(page.locator(".steps")).toHaveText(/Откройте Halyk.*Выберите оплату по QR/);
  await expect(till.id("link")).toHaveCount(0);
  await expect(till.id("copy")).toHaveCount(0);
  expect(await till.cues()).toEqual([]);
  await till.show({ current: halykScan({ id: "p-2", ...WARNED }) });
  await expect(till.id("qr")).toHaveAttribute("data-payload", EMV);
  await expect(till.id("error")).toHaveAttribute("data-code", "qr_mismatch");
  await expect(till.id("error")).toContainText("Код банка не подходит к этой продаже");
  await expect(till.id("error")).toContainText(`должно стоять ${SUM}`, { useInnerText: false });
  expect(await till.cues()).toEqual([247, 247]);
  await till.show({
    current: awaitingConfirmation({ ...halyk({ id: "p-2" }), state: "awaiting_confirmation", ...WARNED }),
  });
  await expect(till.id("error")).toContainText("Если там другое, отмените");
  await till.show({ current: awaitingConfirmation({ ...halyk({ id: "p-3" }), state: "awaiting_confirmation" }) });
  await expect(till.id("error")).toHaveCount(0);
  await expect(till.id("screen")).toContainText("Не отдавайте товар, пока не появится «Оплата принята»");
});

freshTest(
  "U8: ring and digits count the bank's seconds, change shape under 30 s, and are announced at 60, 30 and 10 s only",
  async ({ page, url }) => {
    await page.clock.install();
    const till = await openTill(page, url);
    await page.clock.pauseAt(Date.now() + 3_600_000);
    await till.page.evaluate(
      (value) => window.fakeTill.push(value),
      snapshot({ current: awaitingScan({ countdown: scan(65_000) }) }),
    );
    const dial = till.id("countdown");
    await expect(dial).toHaveAttribute("data-seconds", "65");
    const said: string[] = [];
    for (let second = 64; second >= 0; second--) {
      await page.clock.runFor(1000);
      await expect(dial).toHaveAttribute("data-seconds", String(second));
      const text = (await till.id("announcer").textContent()) ?? "";
      if (text !== "" && said.at(-1) !== text) said.push(text);
      if (second === 31) {
        await expect(dial).not.toHaveAttribute("data-low");
        await expect(till.id("renew")).toHaveCount(0);
      }
      if (second === 29) {
        await expect(dial).toHaveAttribute("data-low");
        await expect(dial.locator(".rim")).toBeHidden();
        await expect(page.locator(".said")).toHaveText("Мало времени");
        await expect(till.id("renew")).toBeVisible();
      }
    }
    expect(said).toEqual(["Осталось 60 секунд", "Осталось 30 секунд", "Осталось 10 секунд"]);
    await expect(till.id("qr"), "a code that is too old is not shown").toHaveCount(0);
  },
);

test("U8: the page's wall clock plays no part", async ({ till, page }) => {
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 12 * 3_600_000;
  });
  await till.show({ current: awaitingScan({ countdown: scan(100_000) }) });
  await expect(till.id("countdown")).toHaveAttribute("data-seconds", /^(100|99)$/);
});

test("U9: the ring moves by stroke-dashoffset only, slower than 3 Hz, and stands still for who asked for it", async ({
  till,
  page,
}) => {
  await till.show({ current: awaitingScan() });
  const moves = (): Promise<string> =>
    page
      .locator(".sweep")
      .evaluate(
        (element) => `${getComputedStyle(element).transitionProperty} ${getComputedStyle(element).transitionDuration}`,
      );
  expect(await moves()).toMatch(/^stroke-dashoffset (1|0\.[2-9]\d*)s$/);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await moves()).toBe("none 0s");
});

test("U10: New QR renews the same payment, once, and shows at once that it is on its way", async ({ till }) => {
  await till.answer("payments.renew", "never");
  await till.show({ current: awaitingScan({ countdown: scan(20_000) }) });
  await till.id("renew").click();
  expect(await till.screen()).toBe("creating");
  await till.show({ current: payment({ state: "cancelled", settled: false }) });
  expect(await till.screen(), "the old attempt ends behind the scene").toBe("creating");
  await till.show({ current: payment({ id: "p-2", state: "creating" }) });
  await till.show({ current: awaitingScan({ id: "p-2", qr: { payload: "998877" } }) });
  await expect(till.id("qr")).toHaveAttribute("data-payload", "998877");
  const calls = await till.calls("payments.renew");
  expect(calls).toHaveLength(1);
  expect(calls[0]?.input).toMatchObject({ id: "p-1", key: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test("U12, U13: after the scan the QR is gone, the screen says so with its own countdown, one knock is heard once", async ({
  till,
}) => {
  await till.show({ current: awaitingScan() });
  await till.show({ current: awaitingConfirmation({ countdown: confirm(65_000) }) });
  await expect(till.id("qr")).toHaveCount(0);
  expect(await till.screen()).toBe("confirming");
  await expect(till.id("screen")).toContainText("Отсканировано");
  await expect(till.id("screen")).toContainText("Ждём подтверждения покупателя");
  await expect(till.id("countdown")).toHaveAttribute("data-seconds", "65");
  await till.show({ current: awaitingConfirmation({ countdown: confirm(60_000) }) });
  expect(await till.cues()).toEqual([190]);
});

test("U14: after the scan leaving takes two steps, and the answer is never a settled cancel", async ({ till }) => {
  await till.show({ current: awaitingConfirmation() });
  await till.id("cancel").click();
  expect(await till.calls("payments.cancel")).toEqual([]);
  await expect(till.id("screen")).toContainText("Покупатель уже подтверждает");
  await expect(till.id("screen")).toContainText("Если уйти, деньги всё равно могут списаться");
  await expect(till.id("countdown"), "the countdown goes on beside the question").toBeVisible();
  await till.id("stay").click();
  await till.id("cancel").click();
  await till.id("cancel-confirm").click();
  expect((await till.calls("payments.cancel")).map((call) => call.input)).toEqual([{ id: "p-1" }]);
  await till.show({ current: payment({ state: "cancelled", scanned: true }) });
  await expect(till.id("result")).toHaveAttribute("data-state", "cancelled");
  await expect(till.id("screen")).toContainText("Ещё проверяем");
  await expect(till.id("screen")).not.toContainText("Деньги не списаны");
});

test("U15: a parked sale is in the top strip, with its list behind it", async ({ till, page }) => {
  await till.show({ current: awaitingConfirmation() });
  await till.id("park").click();
  expect((await till.calls("payments.dismiss")).map((call) => call.input)).toEqual([{ id: "p-1" }]);
  await till.show({
    parked: [
      awaitingConfirmation({ parked: true }),
      payment({ id: "p-2", state: "in_doubt", parked: true, minor: 100_000_000 }),
    ],
    watched: 2,
  });
  await expect(till.id("parked")).toHaveCount(2);
  await expect(till.id("parked").first()).toHaveAttribute("data-id", "p-1");
  await expect(till.id("parked").first()).toHaveAttribute("data-state", "awaiting_confirmation");
  await expect(till.id("parked").first()).toContainText(SUM);
  await till.id("parked").first().click();
  await expect(till.id("parked-list")).toBeVisible();
  await page.keyboard.type("77");
  await page.keyboard.press("Escape");
  await expect(till.id("parked-list")).toBeHidden();
  expect(await till.screen(), "keys pressed over the list typed nothing").toBe("idle");
});

test("U16: success fills the screen with shape, word, a sum of at least 72 px, method, number and time", async ({
  till,
  page,
}) => {
  await till.show({ current: ended("paid") });
  await expect(till.id("screen")).toHaveAttribute("data-screen", "result");
  await expect(till.id("result")).toHaveAttribute("data-state", "paid");
  expect(
    await till.id("amount").evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize)),
  ).toBeGreaterThanOrEqual(72);
  await expect(page.locator("svg.sun")).toBeVisible();
  await expect(page.locator("h1")).toHaveText("Оплата принята");
  await expect(page.locator(".facts")).toContainText("Kaspi QR");
  await expect(page.locator(".facts")).toContainText("A1-000123");
  await expect(page.locator(".facts")).toContainText("14:33:07");
  await till.show({ current: ended("paid", { minor: 100_000_000 }) });
  expect(
    await till.id("amount").evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize)),
  ).toBeGreaterThanOrEqual(72);
});

test("U16: what the bank says for the slip is a touch away, ten long lines too, and nobody is led away from reading it", async ({
  till,
  page,
}) => {
  await till.show({ current: ended("paid") });
  await expect(till.id("details")).toHaveCount(0);
  await till.show({ current: halykPaid({ id: "p-2" }) });
  await expect(page.locator(".facts")).toContainText("Visa\u00a0••••\u00a03134", { useInnerText: false });
  await expect(till.id("done")).toContainText("через");
  await till.id("details").focus();
  await page.keyboard.press("Enter");
  for (const text of [
    "ONB111111223301",
    "482913070000123",
    "440563XXXXXX3134",
    "Loan terms2 month",
    "150\u00a0₸",
    "12,50\u00a0₸",
  ])
    await expect(till.id("details-list")).toContainText(text, { useInnerText: false });
  await expect(till.id("screen"), "the countdown to the next sale has stopped").toHaveAttribute("data-line", "thick");
  await page.keyboard.press("Escape");
  await expect(till.id("details-list")).toBeHidden();
  expect(await till.calls("payments.dismiss")).toEqual([]);
});

freshTest("U17: paid is heard within 150 ms, once, and not again after a reload", async ({ till, page }) => {
  await till.show({ current: awaitingConfirmation() });
  const delay = await page.evaluate(
    (value) => {
      const pushed = performance.now();
      window.fakeTill.push(value);
      return new Promise<number>((resolve) =>
        setTimeout(() => resolve((window.cues.at(-1)?.at ?? Infinity) - pushed), 200),
      );
    },
    snapshot({ current: ended("paid") }),
  );
  expect(delay).toBeLessThan(150);
  await till.show({ current: ended("paid") });
  expect(await till.cues()).toEqual([190, 784, 1175]);
  await page.addInitScript(
    (value) => queueMicrotask(() => window.fakeTill.push(value)),
    snapshot({ current: ended("paid") }),
  );
  await page.reload();
  await expect(till.id("result")).toHaveAttribute("data-state", "paid");
  expect(await till.cues()).toEqual([]);
});

freshTest(
  "U18: back to the start after the set seconds, visibly; a touch, a key or Stay stops it",
  async ({ page, url }) => {
    await page.clock.install();
    const till = await openTill(page, url);
    await page.clock.pauseAt(Date.now() + 3_600_000);
    const paid = (id: string) =>
      page.evaluate((value) => window.fakeTill.push(value), snapshot({ current: ended("paid", { id }) }));
    await paid("p-1");
    await expect(till.id("screen")).toHaveAttribute("data-line", "drain");
    await expect(till.id("done")).toHaveText("Новая продажа через 5 с");
    await page.clock.runFor(2000);
    await expect(till.id("done")).toHaveText("Новая продажа через 3 с");
    await page.clock.runFor(4000);
    expect((await till.calls("payments.dismiss")).map((call) => call.input)).toEqual([{ id: "p-1" }]);

    for (const [id, stop] of [
      ["p-2", () => page.mouse.click(600, 600)],
      ["p-3", () => page.keyboard.press("Shift")],
      ["p-4", () => till.id("stay").click()],
    ] as const) {
      await paid(id);
      await expect(till.id("stay")).toBeVisible();
      await stop();
      await expect(till.id("screen")).toHaveAttribute("data-line", "thick");
      await page.clock.runFor(20_000);
      expect(await till.calls("payments.dismiss")).toHaveLength(1);
    }
    await till.id("done").click();
    expect(await till.calls("payments.dismiss")).toHaveLength(2);
  },
);

test("U19: another sale's late success is a strip and a sound, never a full screen", async ({ till, page }) => {
  await page.keyboard.type("1200");
  const other = ended("paid", { id: "p-9", late: true, number: "A1-000119" });
  await till.show({ banners: [banner("late", { id: "n-1", payment: other, dismissible: true })] });
  expect(await till.screen()).toBe("amount");
  await expect(till.id("amount")).toHaveText(`1${THIN}200\u00a0₸`, { useInnerText: false });
  await expect(till.id("banner")).toHaveAttribute("data-kind", "late");
  await expect(till.id("banner")).toHaveAttribute("data-id", "p-9");
  await expect(till.id("banner")).toHaveAttribute("data-state", "paid");
  await expect(till.id("banner")).toContainText(SUM);
  expect(await till.cues()).toEqual([784, 1175]);
  await till.show({
    current: awaitingScan(),
    banners: [banner("late", { id: "n-1", payment: other, dismissible: true })],
  });
  expect(await till.screen()).toBe("qr");
  await expect(till.id("banner")).toContainText("Не та, что на экране");
  await till.id("acknowledge").click();
  expect((await till.calls("notices.acknowledge")).map((call) => call.input)).toEqual([{ id: "n-1" }]);
  expect(await till.cues()).toEqual([784, 1175]);
});

test("U21: no money was taken is said only where it is certain", async ({ till }) => {
  const certain = "Деньги не списаны. Можно повторить.";
  for (const view of [ended("declined"), ended("failed"), ended("expired"), ended("cancelled")]) {
    await till.show({ current: view });
    await expect(till.id("result")).toHaveAttribute("data-state", view.state);
    await expect(till.id("result")).toContainText(certain);
  }
  for (const state of ["expired", "cancelled", "in_doubt", "needs_review"] as const) {
    for (const scanned of [true, false]) {
      await till.show({ current: payment({ state, scanned }) });
      await expect(till.id("result")).toHaveAttribute("data-state", state);
      await expect(till.id("result")).not.toContainText("не списаны");
    }
  }
  await till.show({ current: payment({ state: "expired", scanned: true }) });
  await expect(till.id("result")).toContainText(
    "Покупатель не подтвердил вовремя. Банк отменит покупку сам; если деньги списались, они вернутся. Мы проверяем.",
  );
});

test("U22: in doubt and needs_review say what we know, what to tell the customer and what not to do; nothing is called Cancel", async ({
  till,
}) => {
  for (const view of [
    payment({ state: "in_doubt", error: appError("bank_timeout") }),
    payment({ state: "needs_review", error: appError("amount_mismatch") }),
  ]) {
    await till.show({ current: view });
    expect(await till.screen()).toBe(view.state === "in_doubt" ? "in-doubt" : "result");
    await expect(till.id("amount")).toHaveText(SUM, { useInnerText: false });
    await expect(till.id("doubt-known")).toContainText(
      view.state === "in_doubt" ? "Банк не ответил" : "Банк назвал другую сумму",
    );
    await expect(till.id("doubt-tell")).toContainText("Попросите открыть историю в Kaspi.kz");
    await expect(till.id("doubt-not")).toContainText("Не создавайте новую оплату");
    for (const text of await till.page.locator("button").allTextContents()) expect(text).not.toMatch(/отмен|cancel/i);
    await till.id("check-again").click();
  }
  expect(await till.calls("payments.refresh")).toHaveLength(2);
  await till.show({ current: payment({ id: "p-5", state: "in_doubt" }) });
  await till.id("park").click();
  expect((await till.calls("payments.dismiss")).map((call) => call.input)).toEqual([{ id: "p-5" }]);
});

test("U22: another sum than asked is shown beside the one that was asked", async ({ till }) => {
  const params = { asked: SUM, named: `2${THIN}000\u00a0₸` };
  await till.show({ current: halyk({ state: "needs_review", error: appError("amount_mismatch", { params }) }) });
  await expect(till.id("sums")).toHaveText(`В этой продаже${SUM}В ответе банка2${THIN}000\u00a0₸`, {
    useInnerText: false,
  });
  await expect(till.id("doubt-tell")).toContainText("какая сумма там оплачена");
  // One from before the sums were kept: nothing is said of them.
  await till.show({ current: halyk({ id: "p-2", state: "needs_review", error: appError("amount_mismatch") }) });
  await expect(till.id("sums")).toHaveCount(0);
});

test("U23: each code has its own sentence and next step in every language", async ({ till }) => {
  for (const language of ["kk", "ru", "en"] as const) {
    const shown = ERROR_CODES.map((code) =>
      snapshot({
        current: ended("failed", { error: appError(code, { params: { limit: "10 ₸", number: "A1-1" } }) }),
        app: { ...snapshot().app, language },
      }),
    );
    // In the page itself: asking for each from outside costs more than drawing all of them.
    const drawn = await till.page.evaluate(async (all) => {
      const found: { code: string | undefined; text: string }[] = [];
      for (const next of all) {
        window.fakeTill.push(next);
        await new Promise((resolve) => setTimeout(resolve));
        const error = document.querySelector<HTMLElement>("[data-testid=error]");
        found.push({ code: error?.dataset["code"], text: error?.innerText.trim() ?? "" });
      }
      return found;
    }, shown);
    expect(drawn.map(({ code }) => code)).toEqual(ERROR_CODES);
    for (const { text } of drawn) expect(text).not.toMatch(/[{}]|undefined|_/);
    const seen = new Set(drawn.map(({ text }) => text));
    expect(seen.size, language).toBe(ERROR_CODES.length);
  }
});

test("U24: every error shows till, short code, time and support phone; the bank's words only as a marked quotation", async ({
  till,
}) => {
  const english = "Insufficient funds 0x51";
  for (const state of ["failed", "declined", "needs_review", "in_doubt", "expired"] as const) {
    const error = appError(state === "declined" ? "declined_by_bank" : "malformed_answer", {
      bankMessage: english,
      incident: "K7QX",
    });
    await till.show({ current: ended(state, { error }) });
    for (const text of ["Касса 04", "A1", "K7QX", "14:33:07", "+7 727 000 00 00"])
      await expect(till.id("foot")).toContainText(text);
    if (state === "declined") await expect(till.id("bank-message")).toHaveText(`Ответ банка: «${english}»`);
    else await expect(till.id("screen")).not.toContainText(english);
  }
});

test("U24: what the till refuses to start is a failed result with its code; nothing typed is lost, and the same key is used again", async ({
  till,
  page,
}) => {
  await till.answer("payments.create", { ok: false, error: appError("bank_unreachable", { incident: "Z9" }) });
  await page.keyboard.type("2500");
  await page.keyboard.press("Enter");
  await expect(till.id("result")).toHaveAttribute("data-state", "failed");
  await expect(till.id("error")).toContainText("Нет связи с банком");
  await expect(till.id("foot")).toContainText("Z9");
  await till.id("renew").click();
  await expect.poll(async () => (await till.calls("payments.create")).length).toBe(2);
  const [first, second] = await till.calls("payments.create");
  expect(second?.input["key"]).toBe(first?.input["key"]);
  await expect(till.id("result")).toBeVisible();
  await till.id("done").click();
  expect(await till.screen()).toBe("amount");
  await expect(till.id("amount")).toHaveText(SUM, { useInnerText: false });
});

test("U25: offline says what still works and what not to do, and no payment can be started", async ({ till, page }) => {
  await till.show({ offlineSince: "2026-11-22T14:31:00+05:00", banners: [banner("offline")], watched: 1 });
  expect(await till.screen()).toBe("offline");
  await expect(till.id("banner")).toContainText("Нет интернета с 14:31");
  await expect(till.id("banner")).toContainText("Сумму вводить можно");
  await expect(till.id("banner")).toContainText("Не выключайте кассу");
  await page.keyboard.type("2500");
  await expect(till.id("amount")).toHaveText(SUM, { useInnerText: false });
  await expect(till.id("pay-kaspi")).toContainText("нужен интернет");
  await page.keyboard.press("Enter");
  expect(await till.calls("payments.create")).toEqual([]);
  expect(await till.cues()).toEqual([247, 247]);
  await till.id("banner-check").click();
  expect((await till.calls("bank.prepare")).length).toBeGreaterThan(0);
});

test("U43: the sum is the same from the keypad to the result", async ({ till, page }) => {
  await page.keyboard.type("123456,78");
  const shown = async (): Promise<string | null> => till.id("amount").textContent();
  const typed = await shown();
  await expect(till.id("pay-kaspi")).toContainText(typed ?? "?");
  await page.keyboard.press("Enter");
  expect(await shown()).toBe(typed);
  const minor = 12_345_678;
  for (const view of [
    awaitingScan({ minor }),
    awaitingConfirmation({ minor }),
    ended("paid", { minor }),
    ended("declined", { minor }),
    payment({ minor, state: "in_doubt" }),
  ]) {
    await till.show({ current: view });
    expect(await shown()).toBe(typed);
  }
  expect((await till.calls("payments.create"))[0]?.input["request"]).toMatchObject({ amount: "123456.78" });
});

test("Enter pays with the provider used last, else the first; the first digit warms the way to that bank once", async ({
  till,
  page,
}) => {
  await till.show({ providers: [KASPI, HALYK, EPAY], lastProvider: "halykQr" });
  await page.keyboard.type("25");
  await page.keyboard.press("Escape");
  await page.keyboard.type("25");
  await page.keyboard.press("Enter");
  expect(
    (await till.calls()).map((call) => [
      call.name,
      call.input["provider"] ?? (call.input["request"] as { provider: string }).provider,
    ]),
  ).toEqual([
    ["bank.prepare", "halykQr"],
    ["payments.create", "halykQr"],
  ]);
});

test("another way puts the attempt away and keeps the sum and the sale", async ({ till, page }) => {
  await till.show({ current: payment({ state: "expired" }), providers: [KASPI, HALYK] });
  await till.id("other").click();
  await till.show({ providers: [KASPI, HALYK] });
  await expect(till.id("amount")).toHaveText(SUM, { useInnerText: false });
  await till.id("pay-halykQr").click();
  expect((await till.calls("payments.create"))[0]?.input["request"]).toEqual({
    amount: "2500.00",
    provider: "halykQr",
    saleId: "s-1",
    replaces: "p-1",
  });
  await expect(page.getByTestId("screen")).toHaveAttribute("data-screen", "creating");
});
