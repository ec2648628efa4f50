/** A till without a cashier: every state at every size, and design U30 to U33, U35 to U37; features, row 33. */
import type { Page } from "playwright/test";
import { appError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { kioskKk } from "../../renderer/messages/kiosk.kk.ts";
import { kk } from "../../renderer/messages/kk.ts";
import { SESSION, view } from "./support/desk.ts";
import { drawSmall, openEyes, THEMES } from "./support/eyes.ts";
import { drawn, kiosk, KIOSK_STATES, lookAtKiosk, PRODUCTS, reachKiosk, SALE } from "./support/kiosk.ts";
import {
  awaitingConfirmation,
  awaitingScan,
  banner,
  ended,
  HALYK,
  KASPI,
  payment,
  refundQr,
  RETURN_TOKEN,
  snapshot,
  TOKEN,
} from "./support/snapshots.ts";
import { expect, freshTest, test } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const THIN = "\u2009";
const KEYS = Object.keys({ ...kk, ...kioskKk })
  .filter((key) => key.includes("."))
  .map((key) => key.replaceAll(".", "\\."))
  .join("|");

const pictures = (page: Page): Promise<unknown> =>
  page.route("**/pictures/*", (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: drawn(new URL(route.request().url()).pathname) }),
  );
/** A kiosk's screens come in a part of their own, fetched when the first snapshot of one is there. */
async function begin(till: Till, page: Page): Promise<void> {
  await till.show(kiosk());
  await page.locator("main[data-scene=attract]").waitFor();
}
/** The same on a page whose clock is the test's. */
async function beginTimed(till: Till, page: Page): Promise<void> {
  await page.clock.install();
  await pictures(page);
  await page.reload();
  await begin(till, page);
}
test.beforeEach(async ({ till, page }) => {
  // Not after each test: pictures that are still on their way would be refused, and that is an error on the page.
  await page.unrouteAll();
  await pictures(page);
  await begin(till, page);
});

const scene = (page: Page): Promise<string | null> => page.getByTestId("screen").getAttribute("data-scene");
const state = (name: string) => {
  const found = KIOSK_STATES[name];
  if (!found) throw new Error(`no state ${name}`);
  return found;
};

// ---------- every state ----------

/** Each size in another theme, as in the walk of the cashier's screens. */
const WALKS = [
  { width: 1080, height: 1920, theme: "light" },
  { width: 1024, height: 768, theme: "dark" },
  { width: 800, height: 480, theme: "contrast" },
] as const;

for (const [walk, { width, height, theme }] of WALKS.entries())
  freshTest(
    `U33, U34, U38, U39, U42: nothing is wrong with any unattended state at ${width}x${height}, ${theme}`,
    async ({ till, page }) => {
      const resize = await drawSmall(page);
      await resize({ width, height });
      await page.emulateMedia({ ...THEMES[theme], reducedMotion: "reduce" });
      await openEyes(page);
      const faults: string[] = [];
      for (const [index, [name, one]] of Object.entries(KIOSK_STATES).entries()) {
        const shown = await reachKiosk(till, one);
        const axeIn = (["kk", "ru", "en"] as const)[(index + walk) % 3] ?? null;
        for (const fault of await lookAtKiosk(page, { shown, axeIn, keys: KEYS, reach: height > width }))
          faults.push(`${name}, ${fault}`);
      }
      expect(faults).toEqual([]);
    },
  );

// ---------- U30 ----------

test("U30: price or Pay, and three languages without a menu; the first touch is answered within 100 ms", async ({
  till,
  page,
}) => {
  await page.setViewportSize({ width: 1080, height: 1920 });
  await reachKiosk(till, state("attract"));
  expect(await till.screen()).toBe("attract");
  for (const [language, pay] of [
    ["kk", "Төлеу"],
    ["ru", "Оплатить"],
    ["en", "Pay"],
  ] as const) {
    await expect(till.id(`language-${language}`)).toBeInViewport();
    await expect(till.id(`language-${language}`)).toContainText(pay);
  }
  await reachKiosk(till, state("attract-one"));
  await expect(till.id("amount")).toHaveText("450\u00a0₸", { useInnerText: false });
  await expect(page.getByText("Вода питьевая, 0,5 л")).toBeVisible();

  const waits: number[] = [];
  for (const language of ["kk", "en", "ru"]) {
    await reachKiosk(till, state("attract"));
    await page.evaluate(() => {
      const answered = new Promise<number>((resolve) => {
        addEventListener(
          "pointerdown",
          ({ timeStamp }) => {
            const screen = document.querySelector("#root") ?? document.body;
            const seen = new MutationObserver(() => {
              if (!document.querySelector("[data-screen=catalogue]")) return;
              seen.disconnect();
              // The frame after the one in which it is drawn: by then it has been on the glass.
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - timeStamp)));
            });
            seen.observe(screen, { subtree: true, childList: true, attributes: true });
          },
          { capture: true, once: true },
        );
      });
      Object.assign(window, { answered });
    });
    await till.id(`language-${language}`).click();
    waits.push(await page.evaluate(() => (window as unknown as { answered: Promise<number> }).answered));
  }
  // One slow frame of a busy machine is not the page's.
  expect(Math.min(...waits)).toBeLessThanOrEqual(100);
  expect(waits.toSorted((a, b) => a - b)[1]).toBeLessThanOrEqual(100);
});

// ---------- buying ----------

const BUYER = { catalogue: PRODUCTS.slice(0, 4) };

test("U34: a product in a few touches; what is sent is its number, and the sum is the same on confirm, code and result", async ({
  till,
  page,
}) => {
  await till.show(kiosk({}, BUYER));
  await till.answer("payments.create", "never");
  await till.id("language-ru").click();
  await till.id("product-2").click();
  await till.id("more").click();
  await till.id("more").click();
  await till.id("less").click();
  await expect(till.id("quantity")).toHaveText("2");
  const sum = `1${THIN}800\u00a0₸`;
  await expect(till.id("amount")).toHaveText(sum, { useInnerText: false });
  await till.id("pay-halykQr").click();
  await till.id("screen").and(page.locator("[data-screen=creating]")).waitFor();
  await expect(till.id("amount")).toHaveText(sum, { useInnerText: false });
  expect((await till.calls("payments.create")).map(({ input }) => input["request"])).toEqual([
    { amount: "1800.00", provider: "halykQr", items: [{ id: "2", quantity: 2 }] },
  ]);
  const { id, name, minor } = PRODUCTS[1] ?? { id: "", name: { kk: "", ru: "", en: "" }, minor: 0 };
  const sale = { items: [{ id, name, minor, quantity: 2 }], minor: minor * 2, provider: "halykQr" as const };
  for (const current of [awaitingScan(sale), awaitingConfirmation(sale), ended("paid", sale)]) {
    await till.show(kiosk({ current }, BUYER));
    await expect(till.id("amount")).toHaveText(sum, { useInnerText: false });
    await expect(page.getByText("Кофе с молоком × 2")).toBeVisible();
  }
});

test("one bank needs no choice, a bank that cannot take the sum says so, and nothing can be typed anywhere", async ({
  till,
  page,
}) => {
  await till.show(kiosk({ providers: [KASPI] }, { catalogue: PRODUCTS.slice(0, 1) }));
  await till.id("language-ru").click();
  await expect(till.id("pay-kaspi")).toHaveText(/Оплатить 450/);
  await page.keyboard.press("Enter");
  expect((await till.calls("payments.create"))[0]?.input["request"]).toEqual({
    amount: "450.00",
    provider: "kaspi",
    items: [{ id: "1", quantity: 1 }],
  });
  await till.show(kiosk({ current: payment() }));
  const epay = { ...KASPI, name: "epay" as const, methods: ["card", "googlePay"] };
  const poor = { ...HALYK, maxMinor: 50_000 };
  await till.show(kiosk({ providers: [KASPI, poor, epay] }, { catalogue: PRODUCTS.slice(0, 1) }));
  await till.id("language-ru").click();
  await expect(till.id("pay-epay")).toHaveCount(0);
  await expect(till.id("pay-halykQr")).not.toHaveAttribute("aria-disabled", "true");
  await till.id("more").click();
  await expect(till.id("pay-halykQr")).toHaveAttribute("aria-disabled", "true");
  await expect(till.id("pay-halykQr")).toContainText("слишком много");
  // No more of it than somebody can still take, and nine of the cheapest.
  for (let taps = 0; taps < 12; taps += 1) await till.id("more").click({ force: true });
  await expect(till.id("quantity")).toHaveText("9");
  for (const name of Object.keys(KIOSK_STATES)) {
    await reachKiosk(till, state(name));
    expect(await page.locator("input, textarea, [contenteditable], [data-testid^=key-]").count(), name).toBe(0);
  }
});

test("a machine hands out one piece: there is no quantity, and a program's own sale is not asked for anew here", async ({
  till,
}) => {
  await till.show(kiosk({}, { catalogue: PRODUCTS.slice(0, 1) }, "vending"));
  await till.id("language-ru").click();
  await expect(till.id("quantity")).toHaveCount(0);
  for (const [actor, count] of [
    ["till:machine", 0],
    ["person:screen", 1],
  ] as const) {
    await till.show(kiosk({ current: ended("declined", { ...SALE, actor }) }));
    await expect(till.id("renew")).toHaveCount(count);
  }
});

test("a sale whose bank the customer did not choose says whose app its code is for", async ({ till }) => {
  for (const [actor, said] of [
    ["till:machine", "Этот код для приложения Halyk"],
    ["person:screen", "Ждём сканирования"],
  ] as const) {
    await till.show(kiosk({ current: awaitingScan({ ...SALE, provider: "halykQr", actor }) }));
    await expect(till.page.locator(".said")).toHaveText(said);
  }
});

test("the product's name and the sum keep their place from the choice to the code, and under a notice", async ({
  till,
  page,
}) => {
  const [name, sum] = [page.getByText("Вода питьевая, 0,5 л"), till.id("amount")];
  const bottom = async (): Promise<number | undefined> => {
    await expect(name).toBeVisible();
    return sum.evaluate((element) => element.getBoundingClientRect().bottom);
  };
  for (const size of [
    { width: 1080, height: 1920 },
    { width: 1024, height: 768 },
    { width: 800, height: 480 },
  ]) {
    await page.setViewportSize(size);
    await reachKiosk(till, { snapshot: () => kiosk(), press: ["language-ru", "product-1"], scene: "product" });
    const chosen = await bottom();
    await till.answer("payments.create", "lost");
    await till.id("pay-kaspi").click();
    await expect(till.id("notice")).toBeVisible();
    expect(await bottom(), "under a notice").toBe(chosen);
    await till.answer("payments.create", "never");
    await till.id("pay-kaspi").click();
    await page.locator("main[data-scene=creating]").waitFor();
    expect(Math.abs(((await bottom()) ?? 0) - (chosen ?? 0)), "while the code is made").toBeLessThanOrEqual(8);
  }
});

test("a price that has changed and a product that is gone are said kindly, and the new catalogue is there", async ({
  till,
}) => {
  const [water, ...others] = PRODUCTS.slice(0, 4);
  if (!water) throw new Error("no product");
  await reachKiosk(till, state("refused-price"));
  await expect(till.id("result")).toContainText("Цена изменилась");
  await till.show(kiosk({}, { catalogue: [{ ...water, minor: 50_000 }, ...others] }));
  await till.id("renew").click();
  await expect(till.id("amount")).toHaveText("500\u00a0₸", { useInnerText: false });

  await reachKiosk(till, {
    ...state("refused-price"),
    answers: { "payments.create": { ok: false, error: appError("not_in_catalogue") } },
  });
  await till.id("renew").click();
  expect(await till.screen()).toBe("catalogue");
  // Gone from under the finger.
  await till.id("product-1").click();
  await till.show(kiosk({}, { catalogue: others }));
  expect(await till.screen()).toBe("catalogue");
  await expect(till.id("gone")).toContainText("больше не продаётся");
});

test("a start whose answer was lost keeps its key for this customer, and never for the next", async ({ till }) => {
  const keys = async (): Promise<unknown[]> => (await till.calls("payments.create")).map(({ input }) => input["key"]);
  const buy = async (): Promise<void> => till.id("pay-kaspi").click();
  await till.show(kiosk({}, { catalogue: PRODUCTS.slice(0, 1) }));
  await till.answer("payments.create", "lost");
  await till.id("language-ru").click();
  await buy();
  await till.id("notice-close").click();
  await buy();
  const [first, second] = await keys();
  expect(second).toBe(first);
  await till.id("notice-close").click();
  await till.id("back").click();
  expect(await till.screen()).toBe("attract");
  await till.id("language-ru").click();
  await buy();
  expect((await keys())[2]).not.toBe(first);
});

test("the whole way by a number pad: language, product, quantity, bank, and back", async ({ till, page }) => {
  await till.show(kiosk({}, BUYER));
  for (const key of ["Numpad3", "Numpad2", "NumpadAdd", "NumpadAdd", "NumpadSubtract", "Numpad2"])
    await page.keyboard.press(key);
  expect((await till.calls("payments.create")).map(({ input }) => input["request"])).toEqual([
    { amount: "1800.00", provider: "halykQr", items: [{ id: "2", quantity: 2 }] },
  ]);
  await till.show(kiosk({ current: awaitingScan() }, BUYER));
  await page.keyboard.press("Backspace");
  expect(await till.calls("payments.cancel")).toHaveLength(1);
  await till.show(kiosk({ current: ended("cancelled") }, BUYER));
  await page.keyboard.press("Escape");
  expect(await till.calls("payments.dismiss")).toHaveLength(1);
  await till.show(kiosk({}, BUYER));
  await page.keyboard.press("2");
  await page.keyboard.press("Escape");
  expect(await till.screen()).toBe("attract");
});

test("the second tap of a double tap chooses nothing on the next screen", async ({ till, page }) => {
  await page.setViewportSize({ width: 1080, height: 1920 });
  await till.show(kiosk());
  await till.id("language-kk").dblclick({ position: { x: 60, y: 60 } });
  expect(await till.screen()).toBe("catalogue");
});

// ---------- U31 ----------

freshTest("U31: twenty seconds to say that one is here; then the screen rests", async ({ till, page }) => {
  await beginTimed(till, page);
  await till.id("language-en").click();
  await page.clock.runFor(39_000);
  await expect(till.id("idle")).toHaveCount(0);
  await page.clock.runFor(1_500);
  await expect(till.id("idle")).toBeVisible();
  await expect(till.id("countdown")).toHaveAttribute("data-seconds", /^(19|20)$/);
  await page.clock.runFor(17_000);
  await till.id("idle-here").click();
  await expect(till.id("idle")).toHaveCount(0);
  expect(await till.screen()).toBe("catalogue");
  // A touch anywhere begins anew as well, and one beside the button is an answer too.
  await page.clock.runFor(30_000);
  await page.mouse.click(500, 300);
  await page.clock.runFor(30_000);
  await expect(till.id("idle")).toHaveCount(0);
  await page.clock.runFor(11_000);
  await page.mouse.click(20, 20);
  await expect(till.id("idle")).toHaveCount(0);
  const rests = (await till.calls("kiosk.rest")).length;
  await page.clock.runFor(61_000);
  expect(await till.screen()).toBe("attract");
  expect((await till.calls("kiosk.rest")).length).toBe(rests + 1);
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
});

freshTest("U31: however short the settings want it, the warning lasts twenty seconds", async ({ till, page }) => {
  await beginTimed(till, page);
  await till.show(kiosk({ screen: { autoReturnSeconds: 5, idleSeconds: 10 } }));
  await till.id("language-ru").click();
  await page.clock.runFor(5_500);
  await expect(till.id("idle")).toBeVisible();
  await page.clock.runFor(18_500);
  await expect(till.id("idle")).toBeVisible();
  await page.clock.runFor(2_000);
  expect(await till.screen()).toBe("attract");
});

freshTest("U31: it never asks while money or goods may still move", async ({ till, page }) => {
  await beginTimed(till, page);
  const undecided = [
    "creating",
    "qr",
    "confirming",
    "confirming-leave",
    "in-doubt",
    "goods-waiting",
    "goods-dispensing",
    "money-going",
    "refund-code",
    "refund-code-alone",
  ];
  for (const name of undecided) {
    await till.show(kiosk({ current: payment({ id: "p-leave", state: "creating" }) }));
    await till.show(kiosk());
    await till.id("language-ru").click();
    await till.show(state(name).snapshot());
    for (const press of state(name).press ?? []) await till.id(press).click();
    expect(await scene(page), name).toBe(state(name).scene);
    // Between the end of the quiet time and the end of the question, and long after both.
    for (const ms of [50_000, 550_000]) {
      await page.clock.runFor(ms);
      await expect(till.id("idle"), name).toHaveCount(0);
    }
    expect(await scene(page), name).toBe(state(name).scene);
  }
});

// ---------- results ----------

freshTest("a result leaves by itself, a touch keeps it, and then it is asked about", async ({ till, page }) => {
  await beginTimed(till, page);
  await till.show(kiosk({ current: ended("paid", SALE) }));
  await page.clock.runFor(4_500);
  expect(await till.calls("payments.dismiss")).toEqual([]);
  await page.clock.runFor(1_000);
  expect((await till.calls("payments.dismiss")).map(({ input }) => input)).toEqual([{ id: "p-1" }]);

  await till.show(kiosk({ current: ended("declined", { ...SALE, id: "p-2" }) }));
  await page.clock.runFor(10_000);
  await page.mouse.click(500, 400);
  await page.clock.runFor(38_000);
  await expect(till.id("idle")).toHaveCount(0);
  await page.clock.runFor(3_000);
  await expect(till.id("idle")).toBeVisible();
  await page.clock.runFor(20_000);
  expect((await till.calls("payments.dismiss")).at(-1)?.input).toEqual({ id: "p-2" });
});

freshTest("U36: what a customer needs for his money stands there for a minute", async ({ till, page }) => {
  await beginTimed(till, page);
  await till.show(state("money-going").snapshot());
  await expect(till.id("result")).toHaveAttribute("data-fulfilment", "not_given");
  await expect(till.id("result")).toContainText("Товар не выдан. Возвращаем деньги");
  for (const name of ["money-owed", "money-back", "goods-unknown"]) {
    await till.show(state(name).snapshot());
    const dismissed = (await till.calls("payments.dismiss")).length;
    await expect(till.id("support-phone"), name).toHaveText("+7 727 000 00 00");
    await expect(till.id("receipt-number"), name).toContainText("A1-000123");
    await page.clock.runFor(59_000);
    expect((await till.calls("payments.dismiss")).length, name).toBe(dismissed);
    await page.clock.runFor(1_500);
    expect((await till.calls("payments.dismiss")).length, name).toBe(dismissed + 1);
  }
  await till.show(state("refund-code").snapshot());
  await expect(till.id("qr")).toHaveAttribute("data-payload", RETURN_TOKEN);
  await expect(till.id("screen")).toHaveAttribute("data-sky", "refund");
  expect(await till.screen()).toBe("refund-qr");
});

test("vending: where the goods stand is told, and the last word is thanks", async ({ till }) => {
  for (const [name, fulfilment, text] of [
    ["goods-waiting", "waiting", "Сейчас выдадим товар"],
    ["goods-dispensing", "dispensing", "Заберите товар"],
    ["goods-given", "given", "Спасибо за покупку"],
    ["goods-unknown", "unknown", "позвоните в поддержку"],
    ["money-back", "not_given", "Деньги возвращены"],
  ] as const) {
    await reachKiosk(till, state(name));
    await expect(till.id("result")).toHaveAttribute("data-state", "paid");
    await expect(till.id("result")).toHaveAttribute("data-fulfilment", fulfilment);
    await expect(till.id("result")).toContainText(text);
  }
});

test("U21: money is called not taken only where that is certain, and only there it can be tried again", async ({
  till,
}) => {
  for (const [name, certain] of [
    ["declined", true],
    ["expired", true],
    ["cancelled", true],
    ["failed", true],
    ["expired-watched", false],
    ["cancelled-watched", false],
  ] as const) {
    await reachKiosk(till, state(name));
    await expect(till.id("result").getByText("Деньги не списаны"), name).toHaveCount(certain ? 1 : 0);
    await expect(till.id("renew"), name).toHaveCount(certain ? 1 : 0);
  }
  await reachKiosk(till, state("in-doubt"));
  await expect(till.id("doubt-me")).toContainText("Откройте историю в Kaspi.kz");
  await expect(till.id("doubt-not")).toContainText("Не платите ещё раз");
});

test("a touch that keeps a result moves nothing under the finger that made it", async ({ till, page }) => {
  for (const [width, height] of [
    [1080, 1920],
    [1024, 768],
    [800, 480],
  ] as const) {
    await page.setViewportSize({ width, height });
    await reachKiosk(till, state("declined"));
    const before = (await till.calls("payments.renew")).length;
    await till.answer("payments.renew", "never");
    await till.id("renew").click();
    expect((await till.calls("payments.renew")).length, `${width}x${height}`).toBe(before + 1);
  }
});

// ---------- U32 and row 33 ----------

test("U32: the language and the words of a sum are the customer's, and the till's own come back after him", async ({
  till,
  page,
}) => {
  const html = page.locator("html");
  await till.show(kiosk());
  await till.id("language-en").click();
  await expect(html).toHaveAttribute("lang", "en");
  expect((await till.calls("language.set")).map(({ input }) => input)).toEqual([{ language: "en" }]);
  await till.id("language-kk").click();
  await till.id("product-1").click();
  await expect(page.getByText("Ауызсу, 0,5 л")).toBeVisible();
  await till.show(kiosk({ current: ended("paid", SALE) }));
  await expect(page.getByText("Ауызсу, 0,5 л × 2")).toBeVisible();
  await till.id("done").click();
  await till.show(kiosk());
  await expect(html).toHaveAttribute("lang", "ru");
  expect((await till.calls("kiosk.rest")).length).toBeGreaterThan(0);
});

test("row 33: nothing of one customer is left for the next: page, title, storage, history, focus", async ({
  till,
  page,
}) => {
  const { name, minor } = PRODUCTS[3] ?? { name: { kk: "", ru: "", en: "" }, minor: 0 };
  const his = {
    id: "pay-of-the-first",
    number: "A1-000777",
    saleId: "sale-of-the-first",
    minor: minor * 3,
    items: [{ id: "4", name, minor, quantity: 3 }],
    bankId: "9007199254740993",
  };
  const lang = { app: { ...snapshot().app, language: "en" as const } };
  const endings: (() => Snapshot)[] = [
    () => kiosk({ ...lang, current: ended("paid", his) }),
    () =>
      kiosk({
        ...lang,
        current: ended("declined", { ...his, error: appError("declined_by_bank", { incident: "ZZ77" }) }),
      }),
    () => kiosk({ ...lang, current: ended("expired", his) }),
    () => kiosk({ ...lang, current: payment({ ...his, state: "cancelled", scanned: true }) }),
    () => kiosk({ ...lang, current: payment({ ...his, state: "in_doubt" }) }),
    () =>
      kiosk(
        {
          ...lang,
          current: ended("paid", {
            ...his,
            fulfilment: {
              state: "not_given",
              reason: "jam",
              moneyBack: "support",
              refundNumber: null,
              remainingMs: null,
            },
          }),
        },
        {},
        "vending",
      ),
    () =>
      kiosk(
        { ...lang, refund: refundQr({ actor: "till:goods", id: "back-of-the-first", number: "A1-R000777" }) },
        {},
        "vending",
      ),
    // He only looked, and went.
    () => kiosk(lang),
  ];
  await till.show(kiosk());
  for (const end of endings) {
    await till.id("language-en").click();
    await till.id("page-on").click();
    await till.id("page-back").click();
    await till.id("product-4").click();
    await till.id("more").click();
    await till.show(kiosk({ ...lang, current: awaitingScan(his) }));
    await till.show(kiosk({ ...lang, current: awaitingConfirmation(his) }));
    await till.show(end());
    // He touched it, too.
    await page.mouse.click(400, 300);
    if (end === endings.at(-1)) {
      // Out of the product and the catalogue, by the button.
      for (let steps = 0; steps < 2; steps += 1) await till.id("back").click();
    } else await till.show(kiosk());
    expect(await till.screen()).toBe("attract");
    const left = await page.evaluate(() => ({
      html: document.documentElement.outerHTML,
      title: document.title,
      storage: JSON.stringify([sessionStorage, localStorage].map((kept) => Object.entries(kept))),
      cookie: document.cookie,
      history: JSON.stringify(history.state),
      address: location.href,
      focus: document.activeElement?.tagName,
      announced: document.querySelector("[data-testid=announcer]")?.textContent,
    }));
    const trace =
      /000777|of-the-first|9007199254740993|ZZ77|37.?500|12.?500|baursak|баурсак|бауырсақ|lang="en" data-theme|51984113796152384051260094321675840297713/i;
    for (const [where, text] of Object.entries(left)) expect(text ?? "", where).not.toMatch(trace);
    expect(left.title).toBe("Қабыл");
    expect(left.history).toBe("null");
    expect(left.announced).toBe("");
    expect(["BODY", "H1"]).toContain(left.focus);
    // The next one begins at the beginning.
    await till.id("language-ru").click();
    expect(await till.screen()).toBe("catalogue");
    await expect(till.id("page")).toHaveText(/^1 \/ /);
    await till.id("product-1").click();
    await expect(till.id("quantity")).toHaveText("1");
    await till.id("back").click();
    await till.id("back").click();
  }
  expect(TOKEN).toBe("51984113796152384051260094321675840297713");
});

// ---------- U35 ----------

const corner = async (page: Page, taps = 5, pause = 0): Promise<void> => {
  const { width } = page.viewportSize() ?? { width: 0 };
  for (let tap = 0; tap < taps; tap += 1) {
    await page.mouse.click(width - 20, 20);
    if (pause > 0) await page.clock.runFor(pause);
  }
};

freshTest(
  "U35: five taps in the corner within three seconds, and nothing else, lead to the PIN",
  async ({ till, page }) => {
    await beginTimed(till, page);
    await corner(page, 4);
    expect(await till.screen()).toBe("attract");
    await page.clock.runFor(3_500);
    await corner(page, 5, 900);
    expect(await till.screen()).toBe("attract");
    await page.clock.runFor(3_500);
    for (let tap = 0; tap < 6; tap += 1) await page.mouse.click(20, 20);
    await corner(page, 4);
    await page.mouse.click(500, 120);
    await corner(page, 1);
    expect(await till.screen()).toBe("attract");
    // Not over a code that can be paid.
    await till.show(kiosk({ current: awaitingScan() }));
    await corner(page);
    expect(await till.screen()).toBe("qr");
    await till.show(kiosk());
    await page.clock.runFor(3_500);
    await corner(page);
    await till.id("screen").and(page.locator("[data-screen=unlock]")).waitFor();

    // Whoever found it and has no PIN: wrong ones are the desk's to count, and the screen goes back to the customers.
    await till.answer("desk.unlock", { ok: false, error: appError("wrong_pin", { params: { left: "2" } }) });
    await page.keyboard.type("123456");
    await page.keyboard.press("Enter");
    await expect(till.id("error")).toContainText("Попыток до паузы: 2");
    await page.clock.runFor(61_000);
    expect(await till.screen()).toBe("attract");
  },
);

const unlocked = (more: Partial<Snapshot> = {}): Snapshot =>
  kiosk({ ...more, app: { ...snapshot().app, locked: false }, inDoubt: { count: 2, since: null, announce: false } });

async function enter(till: Till, page: Page): Promise<void> {
  await till.answer("desk.unlock", { ok: true, value: { session: SESSION, view: view() } });
  await till.answer("settings.get", { ok: true, value: view() });
  await corner(page);
  await till.id("pin").fill("730155");
  await page.keyboard.press("Enter");
  await till.show(unlocked({ banners: [banner("late", { payment: ended("paid") })] }));
  await till.id("screen").and(page.locator("[data-screen=technician]")).waitFor();
}

freshTest("U35: behind the PIN are the technician's places, and the idle time locks them", async ({ till, page }) => {
  await beginTimed(till, page);
  await till.answer("review.list", { ok: true, value: { items: [] } });
  await enter(till, page);
  await expect(till.id("open-doubt")).toContainText("2");
  for (const [place, screen] of [
    ["open-history", "history"],
    ["open-refund", "refund-start"],
    ["open-settings", "settings"],
    ["open-doubt", "in-doubt-list"],
  ] as const) {
    await till.id(place).click();
    await till
      .id("screen")
      .and(page.locator(`[data-screen=${screen}]`))
      .waitFor();
    await till.id("back").click();
    await till.id("screen").and(page.locator("[data-screen=technician]")).waitFor();
  }
  expect(await till.calls("desk.lock")).toEqual([]);

  await till.id("leave-program").click();
  await till.id("ask-no").click();
  expect(await till.calls("kiosk.leave")).toEqual([]);
  await till.id("leave-program").click();
  await till.id("ask-yes").click();
  expect((await till.calls("kiosk.leave")).map(({ input }) => input)).toEqual([{ session: SESSION }]);

  await till.id("lock").click();
  expect(await till.screen()).toBe("attract");
  expect((await till.calls("desk.lock")).map(({ input }) => input)).toEqual([{ session: SESSION }]);
  await till.show(kiosk());

  await enter(till, page);
  await till.id("open-history").click();
  await page.clock.runFor(601_000);
  expect(await till.screen()).toBe("attract");
  expect(await till.calls("desk.lock")).toHaveLength(2);
});

test("U35: a page that is loaded anew while a technician's session is open draws the customers' screen", async ({
  till,
}) => {
  await till.show(
    unlocked({ refund: refundQr(), parked: [payment()], banners: [banner("late", { payment: ended("paid") })] }),
  );
  expect(await till.screen()).toBe("attract");
  await expect(till.id("banner")).toHaveCount(0);
});

// ---------- U37 ----------

test("U37: out of service says where else to pay, and in small type why and since when; it comes back by itself", async ({
  till,
  page,
}) => {
  await reachKiosk(till, state("catalogue"));
  await till.show(state("out-of-service").snapshot());
  expect(await till.screen()).toBe("out-of-service");
  for (const text of ["№ 2 касса, кіреберіс жанында", "касса № 2, у входа", "till 2, at the entrance"])
    await expect(page.getByText(text)).toBeVisible();
  const facts = till.id("out-facts");
  await expect(facts).toHaveAttribute("data-code", "machine_down");
  for (const text of ["Автомат не отвечает", "machine_down", "K7QX", "22.11, 14:31", "+7 727 000 00 00"])
    await expect(facts).toContainText(text);
  const size = (of: typeof facts): Promise<number> =>
    of.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  expect(await size(facts)).toBeLessThan(await size(page.locator(".each .lead").first()));
  await till.show(kiosk());
  expect(await till.screen()).toBe("attract");
  // A running sale is never covered.
  await till.show(
    kiosk(
      { current: awaitingScan() },
      { outOfService: { since: "2026-11-22T14:31:00+05:00", reason: appError("offline") } },
    ),
  );
  expect(await till.screen()).toBe("qr");
});
