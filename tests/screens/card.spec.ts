/** Cards on the screen: what is typed goes to the till once and stays nowhere, and what is no sale is never shown as one. */
import type { Page } from "playwright/test";
import { appError } from "../../contract/errors.ts";
import { openEyes } from "./support/eyes.ts";
import { quick } from "./support/hands.ts";
import {
  banner,
  CHECK,
  deciding,
  EPAY,
  EPAY_HISTORY,
  HALYK,
  KASPI,
  payment,
  posted,
  SAVED,
  snapshot,
  threeds,
  TRANSFER,
} from "./support/snapshots.ts";
import { expect, freshTest, openTill, test as usual } from "./support/till.ts";
import type { Till } from "./support/till.ts";

// That a finger reaches the buttons is looked at where each state is; here it matters what comes of them.
const test = usual.extend({ till: async ({ till }, use) => use(quick(till)) });

const NUMBER = "4400001234567895";
const CARD = { number: "4400 0012 3456 7895", expiry: "09/28", cvc: "7351", name: "AIGUL SERIKKYZY" };
const RECEIVER = "5169490000003409";

/** Types a card, from its number on; Enter leads from one field to the next. */
async function typeCard(page: Page): Promise<void> {
  await expect(page.getByTestId("card-number")).toBeFocused();
  await page.keyboard.insertText(NUMBER);
  await page.keyboard.insertText("928");
  await page.keyboard.insertText(CARD.cvc);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("Aigul Serikkyzy");
}

async function openForm(till: Till, page: Page, sum = "2500"): Promise<void> {
  await till.show({ providers: [EPAY] });
  await page.keyboard.type(sum);
  await page.keyboard.press("Enter");
  await expect(till.id("card-number")).toBeFocused();
}

/** What was sent until now is done with; the page stays. */
const begin = (page: Page): Promise<void> => page.evaluate(() => void (window.fakeTill.calls.length = 0));

/** So many seconds pass on the page's monotonic clock, and nobody waits for them. */
const pass = (page: Page, seconds: number): Promise<void> =>
  page.evaluate((ms) => {
    const now = performance.now.bind(performance);
    performance.now = () => now() + ms;
  }, seconds * 1000);

const requests = async (till: Till): Promise<unknown[]> =>
  (await till.calls("payments.create")).map((call) => call.input["request"]);

const typedIn = (page: Page): Promise<string> =>
  page.locator("input[type=text]").evaluateAll((all) => all.map((input) => (input as HTMLInputElement).value).join(""));

interface Heap {
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
  readonly snapshot: { readonly meta: { readonly node_fields: string[]; readonly node_types: [string[]] } };
}

/** Every text that lives in the memory of the page, after its rubbish is taken out. */
async function memoryOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const parts: string[] = [];
  session.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => parts.push(chunk));
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await session.detach();
  const { nodes, strings, snapshot: told } = JSON.parse(parts.join("")) as Heap;
  const { node_fields: fields, node_types: types } = told.meta;
  const [type, name] = [fields.indexOf("type"), fields.indexOf("name")];
  const texts: string[] = [];
  for (let node = 0; node < nodes.length; node += fields.length)
    if (types[0][nodes[node + type] ?? 0]?.includes("string")) texts.push(strings[nodes[node + name] ?? 0] ?? "");
  return JSON.stringify(texts);
}

freshTest("a card goes to the till once, and then is nowhere in the page's memory", async ({ page, url }) => {
  const till = await openTill(page, url, snapshot({ providers: [EPAY] }));
  await openForm(till, page);
  await typeCard(page);
  await till.id("card-save").check();
  await till.id("card-account").fill("client-42");
  await till.id("card-send").click();
  expect(await requests(till)).toEqual([
    {
      amount: "2500.00",
      provider: "epay",
      method: "card",
      card: CARD,
      payer: { accountId: "client-42" },
      saveCard: true,
    },
  ]);
  await till.show({ current: posted({ state: "creating" }), providers: [EPAY] });
  await till.show({ current: deciding(), providers: [EPAY] });
  // The test's own record of it was the only one; what it puts there instead must be seen.
  await page.evaluate((text) => Object.assign(window.fakeTill, { calls: [text] }), `planted ${RECEIVER}`);
  const memory = await memoryOf(page);
  const secrets = [NUMBER, CARD.number, CARD.name, `"${CARD.cvc}"`, RECEIVER];
  expect(secrets.filter((secret) => memory.includes(secret))).toEqual([RECEIVER]);
  const kept = await page.evaluate(() =>
    JSON.stringify([
      location.href,
      history.state,
      Object.entries(sessionStorage),
      Object.entries(localStorage),
      document.title,
    ]),
  );
  expect(kept).not.toMatch(/4003|7351|AIGUL/);
});

test("what is typed goes with the form: back, another language, nobody there, a payment from elsewhere", async ({
  till,
  page,
}) => {
  const leaving: Record<string, () => Promise<unknown>> = {
    back: () => till.id("back").click(),
    language: () => till.id("language-kk").click(),
    idle: () => pass(page, snapshot().screen.idleSeconds),
    payment: async () => {
      await till.show({ current: payment({ id: "p-api", state: "creating", minor: 100 }) });
      await till.show({ providers: [EPAY] });
    },
  };
  for (const [name, leave] of Object.entries(leaving)) {
    await till.leave();
    await openForm(till, page);
    await page.keyboard.insertText(NUMBER);
    await leave();
    await expect.poll(() => typedIn(page), { message: name }).toBe("");
    if (name !== "language") await expect(till.id("screen"), name).toHaveAttribute("data-screen", "amount");
  }
  expect(await requests(till)).toEqual([]);
});

test("nothing of a card can be copied or filled in; the first wrong field is named and led to; the pads type where the focus is", async ({
  till,
  page,
}) => {
  await openForm(till, page);
  const guarded = await page.locator(".carding input[type=text]").evaluateAll((all) =>
    all.map((one) => {
      const input = one as HTMLInputElement;
      const refused = ["copy", "cut", "dragstart"].every(
        (name) => !input.dispatchEvent(new Event(name, { bubbles: true, cancelable: true })),
      );
      return refused && input.autocomplete === "off" && !input.spellcheck && input.form === null && input.name === "";
    }),
  );
  expect(guarded.length).toBeGreaterThanOrEqual(6);
  expect(guarded).not.toContain(false);
  const disc = (): string =>
    getComputedStyle(document.querySelector("[data-testid=card-cvc]")!).getPropertyValue("-webkit-text-security");
  expect(await page.evaluate(disc)).toBe("disc");
  await page.keyboard.press("Enter");
  expect(await requests(till), "Enter goes on, and never sends").toEqual([]);
  await till.id("card-number").focus();
  const wrong = async (field: string, words: string): Promise<void> => {
    await till.id("card-send").click();
    await expect(till.id("screen").getByRole("alert")).toContainText(words);
    await expect(till.id(field)).toBeFocused();
    await expect(till.id(field)).toHaveAttribute("aria-invalid", "true");
  };
  await page.keyboard.type("4400001234567896");
  await wrong("card-number", "Проверьте номер карты");
  for (const key of ["key-back", "key-5"]) await till.id(key).click();
  await expect(till.id("card-expiry"), "a whole number leads on").toBeFocused();
  await page.keyboard.type("1328");
  await wrong("card-expiry", "месяц и год");
  await till.id("card-expiry").fill("928");
  await expect(till.id("card-expiry")).toHaveValue("09/28");
  await wrong("card-cvc", "3 или 4 цифры");
  await page.keyboard.type("12a3\n");
  for (const letter of ["A", "B", "space", "C", "back", "D"]) await till.id(`letter-${letter}`).click();
  await expect(till.id("card-name")).toHaveValue("AB D");
  await till.id("card-save").check();
  await wrong("card-account", "номер покупателя");
  await page.keyboard.type("42");
  await till.id("payer-email").fill("nobody");
  await wrong("payer-email", "e-mail");
  await page.keyboard.type("@example.kz");
  await till.id("card-send").click();
  expect(await requests(till)).toMatchObject([
    { card: { number: CARD.number, cvc: "123", name: "AB D" }, payer: { email: "nobody@example.kz", accountId: "42" } },
  ]);
});

test("what the till refuses is typed again, into an empty form and under another key", async ({ till, page }) => {
  await till.answer("payments.create", { ok: false, error: appError("cards_off", { incident: "K7QX" }) });
  await openForm(till, page);
  await typeCard(page);
  await till.id("card-send").click();
  await expect(till.id("result")).toHaveAttribute("data-state", "failed");
  await till.id("renew").click();
  await expect(till.id("card-number")).toHaveValue("");
  await typeCard(page);
  await till.answer("payments.create", "lost");
  await till.id("card-send").click();
  await expect(till.id("notice")).toBeVisible();
  await expect(till.id("card-number")).toHaveValue("");
  await till.answer("payments.create", "never");
  await typeCard(page);
  await till.id("card-send").click();
  const [refused, lost, again] = (await till.calls("payments.create")).map((call) => call.input["key"]);
  expect(lost).not.toBe(refused);
  expect(again, "a lost one may have arrived: the same intent has the same key").toBe(lost);
});

test("a saved card is a handle and a mask; two touches forget it", async ({ till, page }) => {
  await till.answer("cards.list", { ok: true, value: { items: SAVED } });
  await openForm(till, page);
  await till.id("saved-open").click();
  await expect(till.id("saved-list")).toContainText("VISA\u00a0••••\u00a03134");
  await till.id("card-forget-card_22222222").click();
  expect(await till.calls("cards.remove")).toEqual([]);
  await till.id("card-forget-confirm-card_22222222").click();
  await expect(till.id("card-saved-card_22222222")).toHaveCount(0);
  await till.id("card-saved-card_11111111").click();
  await expect(till.id("card-chosen")).toContainText("client-42");
  await expect(till.id("card-number")).toHaveCount(0);
  await till.id("card-send").click();
  expect(await requests(till)).toMatchObject([{ method: "card", card: { id: "card_11111111" } }]);
  expect((await till.calls("cards.remove")).map((call) => call.input)).toEqual([{ id: "card_22222222" }]);
});

test("a check takes nothing, a transfer its own sum within the limits, and Google Pay has no button", async ({
  till,
  page,
}) => {
  await till.show({ providers: [EPAY] });
  await till.id("open-verification").click();
  await typeCard(page);
  await till.id("card-send").click();
  await till.show({ current: posted({ ...CHECK, state: "creating" }) });
  await expect(till.id("amount")).toHaveText("0\u00a0$", { useInnerText: false });
  await till.show({ providers: [EPAY] });
  await till.id("open-transfer").click();
  await expect(till.id("transfer-amount")).toBeFocused();
  await page.keyboard.type("5\n");
  await typeCard(page);
  await page.keyboard.type("\n");
  await page.keyboard.type(RECEIVER);
  await till.id("card-send").click();
  await expect(till.id("screen").getByRole("alert")).toContainText("Наименьшая сумма: 10");
  await page.keyboard.type("000,50");
  await expect(till.id("transfer-amount")).toHaveValue("5\u2009000,50");
  await till.id("card-send").click();
  expect(await requests(till)).toEqual([
    { amount: "0.00", currency: "USD", provider: "epay", method: "cardVerification", card: CARD },
    {
      amount: "5000.50",
      provider: "epay",
      method: "transfer",
      card: CARD,
      receiver: { number: "5169 4900 0000 3409" },
    },
  ]);
  // Google Pay alone gives no button: its token comes from a program.
  await till.leave();
  await begin(page);
  await till.show({ providers: [{ ...EPAY, methods: ["googlePay"] }, HALYK], lastProvider: "epay" });
  await page.keyboard.type("2500");
  await expect(till.id("pay-epay")).toHaveCount(0);
  await expect(till.id("open-transfer")).toHaveCount(0);
  await page.keyboard.press("Enter");
  expect(await requests(till)).toEqual([{ amount: "2500.00", provider: "halykQr" }]);
});

test("the bank's page has a window of its own, seen to close, closed when the payment goes on, and left in two steps", async ({
  till,
  page,
}) => {
  await page.evaluate(() => {
    const opened: { asked: unknown[]; closed: boolean; closes: number }[] = [];
    Object.assign(window, {
      opened,
      open: (...asked: unknown[]) => {
        const one = {
          asked,
          closed: false,
          closes: 0,
          focus() {},
          close() {
            one.closes++;
            // The third is at the bank, where it is not ours to close.
            if (opened.length < 3) one.closed = true;
          },
        };
        opened.push(one);
        return one;
      },
    });
  });
  const opened = () =>
    page.evaluate(() => (window as unknown as { opened: { asked: string[]; closes: number }[] }).opened);
  await till.show({ current: threeds("waiting") });
  await expect(till.id("screen")).toHaveAttribute("data-screen", "threeds");
  await till.id("bank-page").click();
  const [first] = await opened();
  expect(first?.asked.slice(0, 2)).toEqual(["/bank/0f1e2d", "qabyl-bank-page"]);
  expect(first?.asked[2]).toMatch(/^popup,/);
  expect(first?.asked[2], "without the handle nobody would see it closed").not.toMatch(/noopener|noreferrer/);
  await till.show({ current: threeds("open") });
  await page.evaluate(() => ((window as unknown as { opened: { closed: boolean }[] }).opened[0]!.closed = true));
  await expect
    .poll(async () => (await till.calls("payments.bankPage")).map((call) => call.input["did"]))
    .toEqual(["open", "closed"]);
  await till.show({ current: threeds("closed") });
  await expect(till.id("page-closed")).toBeVisible();
  await till.id("bank-page").click();
  await till.show({ current: deciding() });
  expect((await opened())[1]?.closes).toBe(1);
  await expect(till.id("screen")).toContainText("Решает банк");
  await expect(till.id("cancel"), "only the bank's word ends it now").toHaveCount(0);
  await till.show({ current: threeds("closed", null, { id: "p-2" }) });
  await till.id("bank-page").click();
  expect(await opened(), "a host with windows opens it by itself").toHaveLength(2);
  // The bank's own page cannot be closed by the till: somebody is asked to, until it is done.
  await till.show({ current: threeds("waiting", "/bank/3c4b5a", { id: "p-3" }) });
  await till.id("bank-page").click();
  await till.show({ current: deciding({ id: "p-3" }) });
  await pass(page, 2);
  await expect(till.id("window-left")).toContainText("Закройте окно банка");
  await page.evaluate(() => ((window as unknown as { opened: { closed: boolean }[] }).opened[2]!.closed = true));
  await expect(till.id("window-left")).toHaveCount(0);

  // Leaving takes two steps, and what the browser does not open is said.
  await begin(page);
  await page.evaluate(() => Object.assign(window, { open: () => null }));
  await till.show({ current: threeds("waiting") });
  await till.id("bank-page").click();
  await expect(till.id("page-blocked")).toBeVisible();
  expect(await till.calls("payments.bankPage")).toEqual([]);
  await till.id("cancel").click();
  await expect(till.id("screen")).toContainText("Покупатель не подтвердил карту: деньги не спишутся");
  expect(await till.calls("payments.cancel")).toEqual([]);
  await till.id("cancel-confirm").click();
  expect((await till.calls("payments.cancel")).map((call) => call.input)).toEqual([{ id: "p-1" }]);
  await till.show({ current: threeds("open", null, { bankPage: null }) });
  await expect(till.id("cancel"), "it is over, and the bank is asked").toHaveCount(0);
});

test("green and the two rising notes are for a shop that was paid; held money is taken or released by hand", async ({
  till,
  page,
}) => {
  const ends = [
    [posted({ state: "paid", settled: true }), "yes", [784, 1175]],
    [posted({ ...CHECK, state: "verified", settled: true }), "open", [190]],
    [posted({ ...TRANSFER, state: "paid", settled: true }), "open", [190]],
    [posted({ state: "released", settled: true }), "over", []],
    [posted({ state: "authorized" }), "open", [247, 247]],
  ] as const;
  for (const [index, [current, sky, cues]] of ends.entries()) {
    await till.show({ current: deciding({ id: `p-${String(index)}` }) });
    await page.evaluate(() => (window.cues.length = 0));
    await till.show({ current: { ...current, id: `p-${String(index)}` } });
    await expect(till.id("screen")).toHaveAttribute("data-sky", sky);
    expect(await till.cues(), current.state).toEqual(cues);
  }
  // Late money that has paid for nothing says what it is and what to do, and is no joy either.
  const late = [
    [posted({ id: "p-9", state: "authorized", operations: true }), "Удержано на карте: 2\u2009500"],
    [posted({ id: "p-9", state: "authorized" }), "в кабинете Halyk ePay"],
    [posted({ id: "p-9", state: "released", settled: true }), "Удержание снято"],
    [posted({ id: "p-9", state: "failed", settled: true, error: appError("money_at_bank") }), "второй раз не берите"],
  ] as const;
  for (const [payment, words] of late) {
    await till.show({});
    await page.evaluate(() => (window.cues.length = 0));
    await till.show({ banners: [banner("late", { payment, dismissible: true })] });
    await expect(till.id("banner")).toContainText(words);
    await expect(till.id("banner")).not.toContainText("прошла");
    expect(await till.cues()).toEqual([247, 247]);
  }
  await till.show({ banners: [banner("double-paid", { payment: late[0][0], dismissible: true })] });
  await expect(till.id("banner")).toContainText("снимите удержание");
  // Held money is taken with one touch and released with two; where the till may not, it says where.
  await till.show({ current: posted({ state: "authorized" }) });
  await expect(till.id("capture")).toHaveCount(0);
  await expect(till.id("screen")).toContainText("в кабинете Halyk ePay");
  await till.show({ current: posted({ state: "authorized", operations: true }) });
  await till.id("capture").click();
  await till.id("void").click();
  expect(await till.calls("payments.void")).toEqual([]);
  await till.id("void-confirm").click();
  const done = (await till.calls()).filter(({ name }) => name === "payments.capture" || name === "payments.void");
  expect(done.map(({ name, input }) => [name, input])).toEqual([
    ["payments.capture", { id: "p-1" }],
    ["payments.void", { id: "p-1" }],
  ]);
  const error = appError("capture_unconfirmed");
  await till.show({ current: posted({ state: "authorized", operations: true, error }) });
  await expect(till.id("capture"), "what is not answered is asked about, never sent again").toHaveCount(0);
  await till.id("check-again").click();
  expect(await till.calls("payments.refresh")).toHaveLength(1);
});

test("a card that is refused is typed again for the same sale, and in doubt nobody is told to scan", async ({
  till,
  page,
}) => {
  const providers = [KASPI, EPAY];
  const error = appError("insufficient_funds", { bankCode: "484" });
  await till.show({ current: posted({ state: "declined", settled: true, error }), providers });
  await expect(till.id("error")).toContainText("На карте не хватает денег");
  await expect(till.id("foot")).toContainText("484");
  await till.id("renew").click();
  await till.show({ providers });
  await typeCard(page);
  await till.id("card-send").click();
  expect(await requests(till)).toMatchObject([{ amount: "2500.00", method: "card", saleId: "s-1", replaces: "p-1" }]);
  for (const method of ["card", "googlePay", "cardVerification", "transfer"] as const) {
    const of = method === "transfer" ? TRANSFER : method === "cardVerification" ? CHECK : { method };
    for (const state of [
      "awaiting_confirmation",
      "in_doubt",
      "needs_review",
      "cancelled",
      "expired",
      "declined",
    ] as const) {
      await till.show({ current: posted({ ...of, id: `${method} ${state}`, state }), providers: [EPAY] });
      const said = await page.locator("body").innerText();
      expect(said, `${method} ${state}`).not.toMatch(/QR|скан|Kaspi/i);
      expect(said, `${method} ${state}: only the bank can say that`).not.toMatch(/Деньги не списаны\. Можно/);
      await expect(till.id("renew"), `${method} ${state}`).toHaveCount(0);
    }
  }
});

test("a payment that was over and whose money the bank has is not called unpaid, and not begun again", async ({
  till,
}) => {
  for (const state of ["declined", "failed", "expired", "cancelled"] as const) {
    const current = posted({ id: state, state, settled: true, error: appError("money_at_bank") });
    await till.show({ current, providers: [KASPI, EPAY] });
    await expect(till.id("screen")).toHaveAttribute("data-sky", "doubt");
    await expect(till.id("result")).toContainText("Второй раз не берите");
    await expect(till.id("result")).not.toContainText("Деньги не списаны");
    await expect(till.id("renew")).toHaveCount(0);
    await expect(till.id("other")).toHaveCount(0);
  }
});

test("in the history a check and a transfer are told apart and are no money of the shop", async ({ till, page }) => {
  await till.answer("history.list", { ok: true, value: { items: EPAY_HISTORY, nextCursor: null } });
  await till.show({ providers: [EPAY] });
  await till.id("open-history").click();
  const rows = page.locator(".sales .item");
  await expect(rows).toHaveCount(5);
  await expect(page.locator(".sales .item:has(.sum:not(.void)) .open"), "one of them was a sale").toHaveText([
    "Оплачено",
  ]);
  await expect(rows.nth(1)).toContainText("Перевод");
  await expect(rows.nth(2)).toContainText("Проверка карты");
  await till.id("sale-p-44").click();
  await till.id("void").click();
  await till.id("stay").click();
  await till.id("capture").click();
  expect((await till.calls("payments.capture")).map((call) => call.input)).toEqual([{ id: "p-44" }]);
});

usual("the forms fit in use as well: a wrong field, the letters, the list of cards", async ({ till, page }) => {
  await openEyes(page);
  const faults: string[] = [];
  const answers = { "cards.list": { ok: true, value: { items: SAVED } } };
  const both = ["open-transfer", "saved-open-from:seen", "saved-open-from"];
  const chosen = [...both, "card-saved-card_22222222", "saved-open-to", "card-saved-card_22222222"];
  for (const [width, height, least] of [
    [1024, 768, 44],
    [1080, 1920, 64],
    [800, 480, 44],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const language of ["kk", "ru", "en"] as const) {
      const app = { ...snapshot().app, language };
      const look = async (what: string, screen: string, click: readonly string[], after = ""): Promise<void> => {
        await till.reach({ screen, snapshot: () => ({ providers: [EPAY], app }), click: [...click], after, answers });
        const found = await page.evaluate(async (edge) => {
          await window.eyes.painted();
          return [...window.eyes.findFaults(), ...window.eyes.findSmall(edge), ...window.eyes.findWeak()];
        }, least);
        for (const fault of found) faults.push(`${String(width)} ${language} ${what}: ${fault}`);
      };
      await look("a wrong field", "card", ["open-verification", "card-save", "card-send"]);
      // The rest has hardly a word in it, and the Kazakh ones are the longest.
      if (language !== "kk") continue;
      await look("the letters", "card", ["open-verification"], `${NUMBER}928735\n`);
      await expect(till.id("letter-A")).toBeVisible();
      await look("the list", "transfer", both);
      await look("chosen cards", "transfer", chosen);
      const apart = await page.locator(".chosen").evaluateAll((all) =>
        all.map((one) => {
          const [text, button] = ["b", "button"].map((part) => one.querySelector(part)?.getBoundingClientRect());
          return text !== undefined && button !== undefined && text.right <= button.left;
        }),
      );
      expect(apart, `${String(width)}: a long name beside its button`).toEqual([true, true]);
    }
  }
  expect(faults).toEqual([]);
});
