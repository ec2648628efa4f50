/**
 * The screen dies: its process is killed, hangs and is killed, or the page is loaded anew, in every state of a sale, in
 * real Chromium. The same picture comes back, the bank is asked on and never more often than its interval.
 */
import { cp, mkdtemp, readFile, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright";
import type { Payment } from "../../../contract/payment.ts";
import type { Refund } from "../../../contract/refund.ts";
import { root } from "../../../scripts/lib/paths.mjs";
import { buildKillableHost } from "../kill/bundle.ts";
import { newKey } from "../kill/scenarios.ts";
import { makeAuthority, openBanks, TOKEN, writeShop, type Banks } from "../kill/shop.ts";
import { createTill, type Life } from "../kill/till.ts";
import { NO_LOSSES, type Part } from "../part.ts";

const SCALE = 2;
const BACK_WITHIN = 2_000;
/** The banks' interval (kill/shop.ts), in their own milliseconds, less what a busy machine blurs. */
const INTERVAL = 2_000 * 0.75;
/** How long a page hangs before somebody ends it. */
const HANGS = 1_500;
/** Longer than any change of pictures takes. */
const STILL = 600;
const PATIENCE = 40_000;

interface Scene {
  readonly life: Life;
  readonly banks: Banks;
  readonly payment: Payment;
  readonly refund: Refund | null;
}

/** A state to die in: what brings the till there, and how it is known. */
interface State {
  readonly name: string;
  readonly there: (scene: Scene) => boolean;
  act?(scene: Scene): unknown;
  /** The bank is to be asked on meanwhile. */
  readonly asked: boolean;
  readonly refund?: boolean;
}

const token = ({ payment }: Scene): string | undefined => payment.qr?.payload;
const atBank = (scene: Scene) =>
  scene.banks.kaspi.payments().find(({ id, token: known }) => known === token(scene) || id === scene.payment.bankId);
const scans = (scene: Scene): void => {
  const found = atBank(scene);
  if (found?.state === "QrTokenCreated") scene.banks.kaspi.scan(found.id);
};
const pays = (scene: Scene): void => {
  const found = atBank(scene);
  if (found?.state === "QrTokenCreated" || found?.state === "Wait") scene.banks.kaspi.pay(found.id);
};
const state =
  (...names: readonly string[]) =>
  ({ payment }: Scene): boolean =>
    names.includes(payment.state);

const STATES: readonly State[] = [
  { name: "awaiting_scan", there: state("awaiting_scan"), asked: true },
  { name: "awaiting_confirmation", there: state("awaiting_confirmation"), act: scans, asked: true },
  { name: "paid", there: state("paid"), act: pays, asked: false },
  {
    name: "declined",
    there: state("declined"),
    act(scene) {
      const found = atBank(scene);
      if (found?.state === "QrTokenCreated") scene.banks.kaspi.scanError(found.id);
    },
    asked: false,
  },
  {
    name: "cancelled, watched on",
    there: state("cancelled"),
    async act({ life, payment }) {
      if (payment.state === "awaiting_scan") await life.api("POST", `/payments/${payment.id}/cancel`);
    },
    asked: true,
  },
  { name: "nobody came", there: state("expired", "declined"), asked: false },
  {
    name: "a refund code",
    there: ({ refund }) => refund?.state === "awaiting_scan",
    act: pays,
    asked: false,
    refund: true,
  },
  {
    name: "refunded",
    there: ({ refund }) => refund?.state === "refunded",
    act(scene) {
      pays(scene);
      for (const { id, token: code, state: now } of scene.banks.kaspi.returns())
        if (code === scene.refund?.qr?.payload && now === "QrTokenCreated") scene.banks.kaspi.scanReturn(id);
    },
    asked: false,
    refund: true,
  },
];

const DEATHS = ["killed", "hung, then killed", "loaded anew"] as const;
type Death = (typeof DEATHS)[number];

export const run: Part = async ({ seed, scale, count, report }) => {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-screen-deaths-"));
  const anchor = Date.now();
  const bundle = await buildKillableHost();
  await cp(join(root, "dist", "renderer"), join(bundle.dir, "renderer"), { recursive: true });
  await makeAuthority(join(dir, "authority"));
  const banks = await openBanks(join(dir, "authority"), SCALE, anchor);
  const till = await createTill({ bundle: bundle.path("node.cjs"), dir, token: TOKEN, scale: SCALE, anchor });
  const life = await till.begin(0, ["--provision", await writeShop(dir, 2, banks)]);
  if (life === null) throw new Error("the till died by itself");
  const executablePath = process.env["POS_CHROMIUM"];
  const browser = await chromium.launch(executablePath ? { executablePath } : {});
  const failures: string[] = [];
  const back: number[] = [];
  let sales = 0;
  try {
    const launch = join(dir, "data", "launch.json");
    let page = await openPage(browser, launch);
    const plan = STATES.flatMap((one, n) =>
      (scale === "long" ? DEATHS : [DEATHS[n % DEATHS.length] as Death]).map((death) => ({ one, death })),
    ).slice(0, count ?? undefined);
    for (const { one, death } of plan) {
      const minor = 200_000 + sales * 200;
      sales += 1;
      const words = `${one.name}, ${death}`;
      const scene = await reach(life, banks, one, minor);
      const before = await stillPicture(page);
      const asked = banks.kaspi.ledger.callsNamed("payment/status").length;
      const died = performance.now();
      const next = await die(browser, page, death, launch);
      page = next.page;
      const same = await isPicture(page, before);
      const ms = performance.now() - next.at;
      back.push(ms);
      if (!same) failures.push(`${words}: had ${JSON.stringify(before)}, has ${JSON.stringify(await picture(page))}`);
      else if (ms > BACK_WITHIN && scale === "long") failures.push(`${words}: back after ${Math.round(ms)} ms`);
      if (one.asked) {
        await wait(Math.max(0, HANGS - (performance.now() - died)));
        const more = banks.kaspi.ledger.callsNamed("payment/status").length - asked;
        if (more === 0) failures.push(`${words}: the bank was not asked meanwhile`);
      }
      failures.push(...manners(banks, scene.payment).map((line) => `${words}: ${line}`));
      await putAway(life, banks, scene);
      report(`${words}: back after ${Math.round(ms)} ms`);
    }
    const created = banks.kaspi.ledger.callsNamed("qr/create").length;
    if (created !== sales) failures.push(`${sales} sales, ${created} codes made at the bank`);
    const sorted = back.toSorted((a, b) => a - b);
    return {
      name: "deaths",
      runs: plan.length,
      unit: "deaths of the screen",
      figures: {
        states: STATES.length,
        "back with the same picture, median": `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms`,
        "back with the same picture, longest": `${Math.round(sorted.at(-1) ?? 0)} ms`,
      },
      losses: NO_LOSSES,
      failures: failures.map((line) => `seed ${seed}: ${line}`),
      seeds: [seed],
    };
  } finally {
    await browser.close();
    await life.stop();
    await banks.stop();
    await bundle.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A window as a person opens it: with the key of the launch file, which is good once. */
async function openPage(browser: Browser, launch: string): Promise<Page> {
  const url = await until("the launch file", async () => {
    const text = await readFile(launch, "utf8").catch(() => null);
    return text === null ? null : (JSON.parse(text) as { url: string }).url;
  });
  await unlink(launch);
  const page = await browser.newPage({ viewport: { width: 1024, height: 768 }, reducedMotion: "reduce" });
  await page.goto(url);
  await page.getByTestId("screen").waitFor();
  return page;
}

/** Gives the page that is there afterwards, and since when it was being opened. */
async function die(browser: Browser, page: Page, death: Death, launch: string): Promise<{ page: Page; at: number }> {
  if (death === "loaded anew") {
    const at = performance.now();
    await page.reload();
    return { page, at };
  }
  if (death === "hung, then killed") {
    void page.evaluate("for (;;);").catch(() => undefined);
    await wait(HANGS);
  }
  const crashed = page.waitForEvent("crash");
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  for (const { type, id } of processInfo) if (type === "renderer") process.kill(id, "SIGKILL");
  await crashed;
  await page.close();
  const at = performance.now();
  return { page: await openPage(browser, launch), at };
}

interface Picture {
  readonly screen: string | null;
  readonly state: string | null;
  readonly text: string;
}

/** What a person sees, but for the time that runs. */
async function picture(page: Page): Promise<Picture> {
  const screen = page.getByTestId("screen");
  const result = page.getByTestId("result");
  const text = (await screen.innerText()).replaceAll(/\d+:\d+|через \d+|\s+/g, " ").trim();
  const shown = (await result.count()) > 0 ? await result.first().getAttribute("data-state") : null;
  return { screen: await screen.getAttribute("data-screen"), state: shown, text };
}

async function stillPicture(page: Page): Promise<Picture> {
  let last = await picture(page);
  let since = performance.now();
  return until("a picture that stands still", async () => {
    await wait(50);
    const next = await picture(page);
    if (JSON.stringify(next) !== JSON.stringify(last)) since = performance.now();
    last = next;
    return performance.now() - since > STILL ? next : null;
  });
}

async function isPicture(page: Page, wanted: Picture): Promise<boolean> {
  const end = performance.now() + 3 * BACK_WITHIN;
  while (performance.now() < end) {
    if (JSON.stringify(await picture(page).catch(() => null)) === JSON.stringify(wanted)) return true;
    await wait(20);
  }
  return false;
}

async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`${what}: did not come`);
    await wait(20);
  }
}

/** Brings a new sale to the state. */
async function reach(life: Life, banks: Banks, one: State, minor: number): Promise<Scene> {
  const key = newKey();
  const amount = `${minor / 100}.00`;
  let id: string | null = null;
  let refunds = false;
  return until(one.name, async () => {
    if (id === null) {
      const answer = await life.api("POST", "/payments", { provider: "kaspi", amount }, key);
      if (answer.status < 300) id = (answer.json() as Payment).id;
      return null;
    }
    const payment = (await life.api("GET", `/payments/${id}`)).json() as Payment;
    if (one.refund && payment.state === "paid" && !refunds)
      refunds = (await life.api("POST", "/refunds", { paymentId: id, amount }, `${key}-back`)).status < 300;
    const list = refunds ? ((await life.api("GET", `/refunds?paymentId=${id}`)).json() as { items: Refund[] }) : null;
    const scene = { life, banks, payment, refund: list?.items[0] ?? null };
    if (one.there(scene)) return scene;
    await one.act?.(scene);
    return null;
  });
}

/** Lets the sale end, and clears the screen for the next. */
async function putAway(life: Life, banks: Banks, { payment, refund }: Scene): Promise<void> {
  await until("the end", async () => {
    const now = (await life.api("GET", `/payments/${payment.id}`)).json() as Payment;
    if (now.state === "awaiting_scan") await life.api("POST", `/payments/${payment.id}/cancel`);
    const found = banks.kaspi.payment(now.bankId ?? "");
    if (found?.state === "Wait") banks.kaspi.confirm(found.id);
    if (!now.settled) return null;
    await life.api("POST", `/payments/${payment.id}/dismiss`);
    if (refund === null) return true;
    const back = (await life.api("GET", `/refunds/${refund.id}`)).json() as Refund;
    if (back.state === "awaiting_scan") await life.api("POST", `/refunds/${refund.id}/cancel`);
    await life.call("refunds.dismiss", { id: refund.id });
    return back.settled ? true : null;
  });
}

/** Questions that came sooner after the one before than the bank allows. */
function manners(banks: Banks, { bankId }: Payment): string[] {
  const times = banks.kaspi.ledger
    .callsNamed("payment/status")
    .filter(({ paymentId }) => paymentId === bankId)
    .map(({ at }) => at);
  return times
    .slice(1)
    .flatMap((at, n) => (at - (times[n] ?? 0) < INTERVAL ? [`asked again after ${at - (times[n] ?? 0)} ms`] : []));
}
