/** Access, words and sounds: design U38, U39, U42. */
import { appError } from "../../contract/errors.ts";
import { backEn } from "../../renderer/messages/back.en.ts";
import { backKk } from "../../renderer/messages/back.kk.ts";
import { backRu } from "../../renderer/messages/back.ru.ts";
import { cardEn } from "../../renderer/messages/card.en.ts";
import { doubtEn } from "../../renderer/messages/doubt.en.ts";
import { en } from "../../renderer/messages/en.ts";
import { cardKk } from "../../renderer/messages/card.kk.ts";
import { doubtKk } from "../../renderer/messages/doubt.kk.ts";
import { kk } from "../../renderer/messages/kk.ts";
import { cardRu } from "../../renderer/messages/card.ru.ts";
import { doubtRu } from "../../renderer/messages/doubt.ru.ts";
import { ru } from "../../renderer/messages/ru.ts";
import { THEMES } from "./support/eyes.ts";
import {
  awaitingConfirmation,
  awaitingScan,
  banner,
  ended,
  HALYK,
  halyk,
  halykPaid,
  halykRefund,
  halykScan,
  KASPI,
  payment,
  refundLost,
  scan,
  snapshot,
  STATES,
  TRAINING,
  WARNED,
} from "./support/snapshots.ts";
import { expect, test } from "./support/till.ts";

const KK: Readonly<Record<string, string>> = { ...kk, ...backKk, ...cardKk, ...doubtKk };
const RU: Readonly<Record<string, string>> = { ...ru, ...backRu, ...cardRu, ...doubtRu };
const EN: Readonly<Record<string, string>> = { ...en, ...backEn, ...cardEn, ...doubtEn };

test("U39: a sale, its cancellation and its result are doable by keyboard alone, with a visible focus", async ({
  till,
  page,
}) => {
  const press = async (testid: string): Promise<void> => {
    for (let steps = 0; steps < 40; steps++) {
      await page.keyboard.press("Tab");
      const on = await page.evaluate(() =>
        document.activeElement instanceof HTMLElement ? document.activeElement.dataset["testid"] : null,
      );
      if (on !== testid) continue;
      const ring = await page.evaluate(() =>
        document.activeElement ? getComputedStyle(document.activeElement).outline : "",
      );
      expect(ring).toContain("solid 4px");
      await page.keyboard.press("Enter");
      return;
    }
    throw new Error(`${testid} cannot be reached with Tab`);
  };
  await till.show({ providers: [KASPI, HALYK] });
  await page.keyboard.type("2500");
  await press("pay-halykQr");
  expect((await till.calls("payments.create"))[0]?.input["request"]).toMatchObject({ provider: "halykQr" });
  await till.show({ current: awaitingScan({ countdown: scan(20_000) }) });
  await press("renew");
  await till.show({ current: awaitingConfirmation({ id: "p-2" }) });
  await press("cancel");
  await press("cancel-confirm");
  await till.show({ current: payment({ id: "p-2", state: "in_doubt" }) });
  await press("check-again");
  await press("park");
  await till.show({ current: ended("paid", { id: "p-3" }) });
  await page.keyboard.press("Enter");
  await press("language-en");
  const names = (await till.calls()).map((call) => call.name);
  expect(names).toEqual([
    "bank.prepare",
    "payments.create",
    "payments.renew",
    "payments.cancel",
    "payments.refresh",
    "payments.dismiss",
    "payments.dismiss",
    "language.set",
  ]);
});

test("a screen reader is led to the heading of each new screen, and nowhere while a sum is typed", async ({
  till,
  page,
}) => {
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.tagName ?? "");
  await page.keyboard.type("12");
  expect(await focused()).toBe("BODY");
  for (const current of [
    payment({ state: "creating" }),
    awaitingScan(),
    awaitingConfirmation(),
    ended("paid"),
    ended("declined", { id: "p-2" }),
  ]) {
    await till.show({ current });
    expect(await focused()).toBe("H1");
  }
});

test("U42: every key is translated", () => {
  const keys = Object.keys(KK);
  const tables = [kk, backKk, cardKk, doubtKk];
  expect(keys, "no key stands in two of them").toHaveLength(tables.flatMap(Object.keys).length);
  expect(Object.keys(RU)).toEqual(keys);
  expect(Object.keys(EN)).toEqual(keys);
});

test("U42: Kazakh words are Kazakh, Russian ones Russian, and a Kazakh number takes no suffix", () => {
  const names = /^(app\.name|qr\.loan|code|card\.(email|phone))$/;
  for (const [key, text] of Object.entries(KK)) {
    if (!names.test(key)) expect(text, key).not.toBe(RU[key]);
    expect(text, key).not.toMatch(
      /\}\}\s?-?[а-яәіңғүұқөһ]*(ға|ге|қа|ке|да|де|та|те|нан|нен|дан|ден|тан|тен|ның|нің|дың|дің|тың|тің)\b/i,
    );
  }
});

test("what is said of a payment or a refund at Halyk never names Kaspi, in any language", async ({ till, page }) => {
  const params = { asked: "1", named: "2" };
  const payments = [
    halykScan(),
    halykScan(WARNED),
    awaitingConfirmation({ provider: "halykQr" }),
    halykPaid(),
    ...(["expired", "cancelled", "in_doubt", "needs_review"] as const).map((state) => halyk({ state, scanned: true })),
    halyk({ state: "needs_review", error: appError("amount_mismatch", { params }) }),
    halyk({ state: "creating" }),
  ];
  const refunds = [
    ...(["pending", "refunded", "recorded", "in_doubt", "not_executed"] as const).map((state) =>
      halykRefund({ state }),
    ),
    refundLost(),
    halykRefund({ state: "failed", error: appError("refund_elsewhere") }),
  ];
  const shown = [
    ...payments.map((current, index) => ({ current: { ...current, id: `p-${String(index)}` } })),
    ...refunds.map((refund, index) => ({ refund: { ...refund, id: `r-${String(index)}` } })),
  ];
  for (const language of ["kk", "ru", "en"] as const) {
    await till.show({ app: { ...snapshot().app, language }, providers: [HALYK] });
    for (const one of shown) {
      await till.show({ ...one, app: { ...snapshot().app, language }, providers: [HALYK] });
      expect(await page.locator("body").innerText(), JSON.stringify(one).slice(0, 200)).not.toMatch(/kaspi/i);
    }
  }
});

test("the language switches at once, and the till is told", async ({ till, page }) => {
  for (const language of ["kk", "en", "ru"]) {
    await till.id(`language-${language}`).click();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
  }
  expect((await till.calls("language.set")).map((call) => call.input["language"])).toEqual(["kk", "en", "ru"]);
  // A snapshot that was on its way keeps the choice; one that brings another language takes it back.
  await till.id("language-en").click();
  await till.show({});
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await till.show({ app: { ...snapshot().app, language: "kk" } });
  await expect(page.locator("html")).toHaveAttribute("lang", "kk");
});

test("the theme follows the system, live", async ({ page, till }) => {
  await till.show({});
  for (const [theme, media] of Object.entries(THEMES)) {
    await page.emulateMedia(media);
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
  }
});

test("each news has its sound, once, and the sale on the screen goes first", async ({ till, page }) => {
  const heard = async (more: Parameters<typeof till.show>[0]): Promise<readonly number[]> => {
    await page.evaluate(() => (window.cues.length = 0));
    await till.show(more);
    await till.show({ ...more });
    return till.cues();
  };
  const no = [392, 294];
  const attention = [247, 247];
  expect(await heard({ current: awaitingScan() })).toEqual([]);
  expect(await heard({ current: ended("declined") })).toEqual(no);
  expect(await heard({ current: ended("expired", { id: "p-2" }) })).toEqual(no);
  expect(await heard({ current: payment({ id: "p-3", state: "cancelled" }) })).toEqual([]);
  expect(await heard({ current: payment({ id: "p-4", state: "in_doubt" }) })).toEqual(attention);
  expect(
    await heard({ banners: [banner("in-doubt", { payment: payment({ id: "p-4", state: "in_doubt" }) })] }),
    "heard already",
  ).toEqual([]);
  expect(await heard({ current: awaitingScan({ id: "p-5" }), banners: [banner("journal")] })).toEqual(attention);
  expect(await heard({ current: ended("paid", { id: "p-5" }), banners: [banner("offline")] })).toEqual([784, 1175]);
  expect(
    await heard({ ...snapshot({ current: ended("failed", { id: "p-6" }) }), boot: "boot-2" }),
    "another process: nothing is news",
  ).toEqual([]);
});

test("one snapshot is one change of the page", async ({ till, page }) => {
  await till.show({ current: awaitingScan() });
  const commits = await page.evaluate(
    async (value) => {
      const main = document.querySelector("#root");
      let batches = 0;
      const observer = new MutationObserver(() => batches++);
      if (main) observer.observe(main, { subtree: true, childList: true, characterData: true });
      window.fakeTill.push(value);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return batches;
    },
    snapshot({ current: awaitingConfirmation() }),
  );
  expect(commits).toBe(1);
});

test("a snapshot older than the one shown is not drawn; one of another process is, whatever its number", async ({
  till,
}) => {
  const old = snapshot({ current: ended("paid") });
  await till.show({ current: awaitingScan() });
  await till.show(old);
  expect(await till.screen()).toBe("qr");
  await till.show({ ...old, boot: "boot-2" });
  expect(await till.screen()).toBe("result");
});

test("training is stamped and gives the customer's phone at every size; test is stamped; production is not", async ({
  till,
  page,
}) => {
  for (const [width, height] of [
    [1024, 768],
    [800, 480],
    [1080, 1920],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height });
    await till.reach(TRAINING["training-qr"] ?? STATES["qr"]!);
    await expect(till.id("training-stamp")).toBeVisible();
    await expect(till.id("test-stamp")).toHaveCount(0);
    await till.id("phone-scan").click();
    await expect(till.id("phone-confirm")).toHaveAttribute("aria-disabled", "true");
    await till.reach(TRAINING["training-confirming"] ?? STATES["confirming"]!);
    await till.id("phone-confirm").click();
    await till.id("phone-decline").click();
    if (width < 1380) await till.id("training-fault").click();
    await till.id("training-fault-silent").click();
  }
  expect((await till.calls("training.phone")).slice(0, 3).map((call) => call.input)).toEqual(
    ["scan", "confirm", "decline"].map((action) => ({ id: "p-1", action })),
  );
  expect((await till.calls("training.fault")).map((call) => call.input)).toEqual(
    Array.from({ length: 4 }, () => ({ fault: "silent" })),
  );
  await till.show({ app: { ...snapshot().app, environment: "test" } });
  await expect(till.id("test-stamp")).toBeVisible();
  await expect(till.id("training-stamp")).toHaveCount(0);
  await till.show({});
  await expect(till.id("test-stamp")).toHaveCount(0);
});

test("several banners: the most pressing is the strip, the others are signs that come forward at a touch", async ({
  till,
}) => {
  await till.show({
    banners: [
      banner("certificate", { params: { days: "12" } }),
      banner("offline"),
      banner("late", { payment: ended("paid", { id: "p-9" }), dismissible: true }),
    ],
  });
  const kinds = () =>
    till.id("banner").evaluateAll((all) => all.map((one) => `${one.tagName} ${one.getAttribute("data-kind") ?? ""}`));
  expect((await kinds()).toSorted()).toEqual(["BUTTON certificate", "BUTTON offline", "DIV late"]);
  await till.page.locator("button[data-kind=certificate]").click();
  expect((await kinds()).toSorted()).toEqual(["BUTTON late", "BUTTON offline", "DIV certificate"]);
  await expect(till.page.locator("div[data-kind=certificate]")).toContainText("Осталось дней: 12");
});
