/** The page of the customer's display: every state of it in each language and size, what it never shows, and how it gets in. */
import { expect, test } from "playwright/test";
import type { Page } from "playwright/test";
import type { CustomerRefund, CustomerSale, CustomerSnapshot } from "../../contract/customer.ts";
import { LANGUAGES } from "../../contract/states.ts";
import { customerView } from "../../main/core/customer-view.ts";
import { canaryIn, poisoned } from "../support/customer-canary.ts";
import { findClipped } from "./support/clipped.ts";
import { decodeQr } from "./support/qr.ts";
import { serve } from "./support/server.ts";
import { EMV, snapshot, STATES, TOKEN } from "./support/snapshots.ts";

let version = 0;
const none = { code: null, countdown: null } as const;
const item = (name: string, minor: number, quantity: number) => ({
  name: { kk: name, ru: name, en: name },
  minor,
  quantity,
});
const ITEMS = [
  item("Су 0,5 л «Тассай» газсыз", 45_000, 2),
  item("Шоколад Қазақстан 100 г", 72_000, 1),
  item("Нан", 18_000, 3),
  item("Шай пиала", 90_000, 1),
];
const sale = (more: Partial<CustomerSale> = {}): CustomerSale => ({
  number: "A1-000123",
  kind: "sale",
  provider: "kaspi",
  link: false,
  minor: 250_000,
  currency: "KZT",
  step: "code",
  code: TOKEN,
  warned: false,
  paymentMethods: ["Gold", "Red", "Loan"],
  items: [],
  goods: null,
  countdown: { kind: "scan", remainingMs: 134_000, totalMs: 180_000 },
  scanned: false,
  settled: false,
  at: "2026-11-22T14:33:07+05:00",
  ...more,
});
const ended = (step: CustomerSale["step"], more: Partial<CustomerSale> = {}): CustomerSale =>
  sale({ step, ...none, settled: true, ...more });
const refund = (more: Partial<CustomerRefund> = {}): CustomerRefund => ({
  number: "R1-000007",
  provider: "kaspi",
  minor: 250_000,
  currency: "KZT",
  step: "code",
  code: TOKEN,
  countdown: { kind: "scan", remainingMs: 134_000, totalMs: 180_000 },
  at: "2026-11-22T14:33:07+05:00",
  ...more,
});
const goods = (
  state: NonNullable<CustomerSale["goods"]>["state"],
  moneyBack: NonNullable<CustomerSale["goods"]>["moneyBack"],
) => ended("paid", { goods: { state, moneyBack, remainingMs: null } });
const shown = (more: Partial<CustomerSnapshot> = {}): CustomerSnapshot => ({
  boot: "boot-1",
  version: ++version,
  view: "customer",
  app: { training: false, environment: "production", language: "ru", timezone: "Asia/Almaty" },
  shop: "Дүкен №1",
  night: null,
  sale: null,
  refund: null,
  ...more,
});
const training = { training: true, environment: "training", language: "ru", timezone: "Asia/Almaty" } as const;

const FACES: Readonly<Record<string, Partial<CustomerSnapshot>>> = {
  welcome: {},
  "welcome-long": { shop: "Жеке кәсіпкер Абдрахманова Гүлмира Серікбайқызы, «Көктем» азық-түлік дүкені" },
  creating: { sale: sale({ step: "creating", ...none }) },
  code: { sale: sale() },
  "code-items": { sale: sale({ items: ITEMS }) },
  "code-halyk": { sale: sale({ provider: "halykQr", code: EMV, paymentMethods: [], minor: 1_234_567_800 }) },
  "code-low": { sale: sale({ countdown: { kind: "scan", remainingMs: 21_000, totalMs: 180_000 } }) },
  "code-over": { sale: sale(none) },
  "code-warned": { sale: sale({ provider: "halykQr", warned: true, code: EMV, paymentMethods: [] }) },
  "code-test": { app: { ...training, training: false, environment: "test" }, sale: sale() },
  link: { sale: sale({ link: true, code: "https://qr.example.kz/8fk2m0xa" }) },
  bill: { sale: sale({ step: "bill", ...none }) },
  confirm: {
    sale: sale({
      step: "confirm",
      code: null,
      scanned: true,
      countdown: { kind: "confirm", remainingMs: 52_000, totalMs: 65_000 },
    }),
  },
  page: {
    sale: sale({
      provider: "epay",
      step: "page",
      code: null,
      countdown: { kind: "page", remainingMs: 552_000, totalMs: 600_000 },
    }),
  },
  wait: { sale: sale({ step: "wait", ...none }) },
  held: { sale: sale({ step: "held", ...none }) },
  paid: { sale: ended("paid", { items: ITEMS }) },
  "paid-most": { sale: ended("paid", { minor: 99_999_999_999 }) },
  "paid-training": { app: training, sale: ended("paid") },
  sent: { sale: ended("paid", { kind: "transfer" }) },
  verified: { sale: ended("verified", { kind: "verification", currency: "USD", minor: 0 }) },
  released: { sale: ended("released") },
  unpaid: { sale: ended("unpaid") },
  over: { sale: ended("over") },
  "over-scanned": { sale: ended("over", { scanned: true, settled: false }) },
  cancelled: { sale: ended("cancelled") },
  "goods-waiting": { sale: goods("waiting", "none") },
  "goods-dispensing": { sale: goods("dispensing", "none") },
  "goods-given": { sale: goods("given", "none") },
  "goods-going": { sale: goods("not_given", "going") },
  "goods-support": { sale: goods("not_given", "support") },
  "goods-unknown": { sale: goods("unknown", "none") },
  "goods-refund": { sale: goods("not_given", "customer"), refund: refund() },
  "refund-creating": { refund: refund({ step: "creating", ...none }) },
  "refund-code": { refund: refund() },
  "refund-any": { refund: refund({ minor: null }) },
  "refund-wait": { refund: refund({ step: "wait", minor: null, ...none }) },
  "refund-done": { refund: refund({ step: "done", ...none }) },
  "refund-over": { refund: refund({ step: "over", ...none }) },
  "refund-failed": { refund: refund({ step: "failed", ...none }) },
};

/** What the preload script of the customer's window gives, in the test's hands. */
function fakeDisplay(): void {
  const listeners: ((snapshot: unknown) => void)[] = [];
  Object.assign(window, {
    push: (next: unknown) => listeners.forEach((listener) => listener(next)),
    qabylDisplay: { watch: (listener: (snapshot: unknown) => void) => (listeners.push(listener), () => undefined) },
  });
}
const push = (page: Page, next: CustomerSnapshot): Promise<void> =>
  page.evaluate((of) => (window as unknown as { push(next: unknown): void }).push(of), next);
/** React draws in a task of its own. */
const drawn = (page: Page): Promise<void> => page.evaluate(() => new Promise((done) => setTimeout(done, 0)));

/** Runs in the page: draws one after the other, and says what is cut off, covered, or could be pressed. */
async function lookAtEach(
  all: readonly { readonly name: string; readonly next: CustomerSnapshot }[],
): Promise<string[]> {
  const page = window as unknown as { push(next: unknown): void; findClipped(): string[] };
  const found: string[] = [];
  for (const { name, next } of all) {
    page.push(next);
    await new Promise((done) => setTimeout(done, 0));
    const faults = page.findClipped();
    const code = document.querySelector(".show > *")?.getBoundingClientRect();
    const texts = document.createTreeWalker(document.querySelector("main") as Element, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (text.parentElement?.closest(".show")) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const box of range.getClientRects())
        if (
          code &&
          box.right > code.left + 1 &&
          box.left < code.right - 1 &&
          box.bottom > code.top + 1 &&
          box.top < code.bottom - 1
        )
          faults.push(`lies over what is to be seen: ${String(text.textContent)}`);
    }
    const pressed = document.querySelectorAll("button, a, input, select, textarea, [tabindex], [onclick], summary");
    faults.push(...[...pressed].map((one) => one.outerHTML));
    if (document.documentElement.lang !== next.app.language) faults.push("another language");
    found.push(...faults.map((fault) => `${name}: ${fault}`));
  }
  return found;
}

async function open(page: Page): Promise<void> {
  const server = await serve();
  await page.addInitScript(fakeDisplay);
  await page.addInitScript({ content: `window.findClipped = ${findClipped.toString()}` });
  await page.goto(`${server.url}customer.html`);
  page.once("close", () => void server.close());
  await expect(page.getByTestId("customer")).toHaveAttribute("data-step", "opening");
}

for (const [width, height] of [
  [1024, 768],
  [1080, 1920],
  [800, 480],
  [1920, 1080],
] as const) {
  test(`every state is whole in three languages at ${String(width)} × ${String(height)}, and nothing can be pressed`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: "reduce", colorScheme: width === 800 ? "dark" : "light" });
    await open(page);
    const all = Object.entries(FACES).flatMap(([name, face]) =>
      LANGUAGES.map((language) => {
        const next = shown(face);
        return { name: `${name} ${language}`, next: { ...next, app: { ...next.app, language } } };
      }),
    );
    expect(await page.evaluate(lookAtEach, all)).toEqual([]);
    expect(await page.title()).toBe("Қабыл");
  });
}

test("a code can be read off the display, and is as large as there is room for it", async ({ page }) => {
  for (const [width, height, least] of [
    [1024, 768, 0.72],
    [1080, 1920, 0.4],
    [800, 480, 0.9],
    [1920, 1080, 0.9],
  ] as const) {
    await page.setViewportSize({ width, height });
    if (width === 1024) await open(page);
    const emv = { sale: sale({ provider: "halykQr", code: EMV }) };
    for (const of of width === 800 ? [emv, { sale: sale() }, { refund: refund() }] : [emv]) {
      await push(page, shown(of));
      const { code, pixels } = await decodeQr(page, page.getByTestId("qr"));
      expect(code).toBe(of === emv ? EMV : TOKEN);
      expect(pixels).toBe(Math.round(pixels));
      const plate = await page.locator(".plate").boundingBox();
      expect((plate?.height ?? 0) / height).toBeGreaterThan(least);
    }
  }
});

test("a code leaves the display at its end, and a sale with the till's screen: nothing of it stays on the page", async ({
  page,
}) => {
  await page.clock.install();
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page);
  const mine = sale({ countdown: { kind: "scan", remainingMs: 3_000, totalMs: 180_000 }, items: ITEMS });
  await push(page, shown({ sale: mine }));
  await expect(page.getByTestId("qr")).toHaveAttribute("data-payload", TOKEN);
  await page.clock.runFor(3_100);
  await expect(page.getByTestId("qr")).toHaveCount(0);
  await push(page, shown({ sale: ended("paid", { items: ITEMS }) }));
  await expect(page.getByTestId("customer")).toHaveAttribute("data-step", "paid");
  const last = shown();
  await push(page, last);
  await expect(page.getByTestId("customer")).toHaveAttribute("data-step", "welcome");
  // An older word that comes late brings nothing back.
  await push(page, { ...shown({ sale: mine }), version: last.version - 1 });
  await expect(page.getByTestId("customer")).toHaveAttribute("data-step", "welcome");
  const left = await page.evaluate(() => document.documentElement.outerHTML);
  for (const text of [TOKEN, "A1-000123", "500", "Тассай"]) expect(left).not.toContain(text);
});

test("of every screen of the till, nothing that it must not show is in the page, its title or what it keeps", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page);
  const steps = new Set<string>();
  for (const [index, [name, state]] of Object.entries(STATES).entries()) {
    const language = LANGUAGES[index % 3] ?? "kk";
    const whole = snapshot(state.snapshot());
    const view = customerView(poisoned({ ...whole, app: { ...whole.app, language } }), true);
    await push(page, { ...view, version: ++version, boot: "boot-1" });
    await drawn(page);
    const kept = await page.evaluate(async () => ({
      page: document.documentElement.outerHTML,
      text: document.body.innerText,
      title: document.title,
      address: location.href,
      kept: [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie],
      others: [...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys())],
    }));
    expect([name, canaryIn(JSON.stringify(kept))]).toEqual([name, null]);
    expect(kept.kept).toEqual(["{}", "{}", ""]);
    expect(kept.others).toEqual([]);
    steps.add((await page.getByTestId("customer").getAttribute("data-step")) ?? "");
  }
  expect([...steps].toSorted()).toEqual(
    expect.arrayContaining([
      "cancelled",
      "code",
      "confirm",
      "creating",
      "held",
      "over",
      "paid",
      "refund-code",
      "refund-done",
      "unpaid",
      "wait",
      "welcome",
    ]),
  );
});

test("nothing can be selected, copied, dragged or asked for by a menu", async ({ page }) => {
  await open(page);
  await push(page, shown({ sale: ended("paid") }));
  const stopped = await page.evaluate(() =>
    ["contextmenu", "dragstart", "selectstart", "copy"].map((name) => {
      const event = new Event(name, { bubbles: true, cancelable: true });
      document.querySelector("h1")?.dispatchEvent(event);
      return event.defaultPrevented;
    }),
  );
  expect(stopped).toEqual([true, true, true, true]);
  await page.keyboard.press("Control+a");
  await page.mouse.dblclick(100, 200);
  expect(await page.evaluate(() => String(getSelection()))).toBe("");
});

test("over HTTP: gets in by its own key, asks for its own view, and says when the till is not heard or does not know it", async ({
  page,
}) => {
  const asked: string[] = [];
  let mode: "up" | "off" | "gone" | "locked" = "up";
  const streams = new Set<{ end(): void }>();
  const server = await serve((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://x");
    if (!["/session", "/watch"].includes(pathname)) return false;
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked.push(`${pathname}${search} ${body} ${String(request.headers["x-qabyl-page"])}`);
      if (pathname === "/session") return response.writeHead(200).end(JSON.stringify({ token: "t-1" }));
      if (mode === "gone") return request.socket.destroy();
      if (mode !== "up") return response.writeHead(mode === "off" ? 403 : 401).end();
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(`${JSON.stringify(shown({ sale: ended("paid") }))}\n`);
      return streams.add(response);
    });
    return true;
  });
  const to = async (next: typeof mode): Promise<void> => {
    mode = next;
    for (const stream of streams) stream.end();
    streams.clear();
  };
  const step = (name: string) =>
    expect(page.getByTestId("customer")).toHaveAttribute("data-step", name, { timeout: 10_000 });
  await page.goto(`${server.url}customer.html?key=one-time`);
  await step("paid");
  expect(page.url()).not.toContain("key");
  expect(asked).toEqual(['/session {"key":"one-time","view":"customer"} undefined', "/watch?view=customer  t-1"]);
  await to("gone");
  await step("silent");
  // What stood there may be another's by now.
  expect(await page.content()).not.toContain("A1-000123");
  await to("up");
  await step("paid");
  await to("off");
  await step("opening");
  await to("up");
  await step("paid");
  await to("locked");
  await step("locked");
  expect(await page.evaluate(findClipped)).toEqual([]);
  await server.close();
});
