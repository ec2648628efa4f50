/** Halyk QR at the technician's desk before the real simulator, alone and beside Kaspi. */
import { readdir, readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { BankDeskView, DeskView, HalykQrDraft, HalykQrSettingsView } from "../../contract/desk.ts";
import { startHalyk, startSimulator, type HalykSimulator, type Simulator } from "../../simulator/index.ts";
import { openTillApp, type TillApp } from "../support/till-app.ts";

type Halyk = BankDeskView<HalykQrSettingsView>;

const PIN = "730155";
const KEY = "test_SECRET-api-key";
const PASSWORD = "SECRET-halyk-password";
const BROKER = "SECRET-broker-password";
const provider = "halykQr";
let bank: HalykSimulator;
let kaspi: Simulator;
let till: TillApp;
let session: string;
const views: string[] = [];

beforeAll(async () => {
  bank = await startHalyk({ username: "shop", password: PASSWORD });
  kaspi = await startSimulator({ schemes: [1], scheme: 1, apiKey: KEY, pollSeconds: 1 });
}, 60_000);
afterAll(() => Promise.all([bank.stop(), kaspi.stop()]));
beforeEach(async () => {
  till = await openTillApp({ worker: "" });
  session = (await till.must("setup.begin", SETUP)).session;
});
afterEach(async () => {
  await till.close();
  bank.faults.clear();
  await bank.configure({ allowed: true, username: "shop", password: PASSWORD });
});

const SETUP: CommandInput<"setup.begin"> = {
  language: "kk",
  merchant: { name: "Дүкен №1", bin: "180340021791", address: null, supportPhone: null },
  till: { id: "A1", name: "Касса 1" },
  technician: { name: "Техник", pin: PIN },
};
const seen = ({ halykQr, ...view }: DeskView): Halyk => {
  views.push(JSON.stringify({ halykQr, view }));
  return halykQr;
};
const draft = async (change: Omit<HalykQrDraft, "provider">): Promise<Halyk> =>
  seen(await till.must("bank.draft", { session, change: { provider, ...change } }));
const check = async (): Promise<Halyk> => seen(await till.must("bank.check", { session, provider }));
const apply = async (): Promise<Halyk> => seen(await till.must("bank.apply", { session, provider }));
const view = async (): Promise<Halyk> => seen(await till.must("settings.get", { session }));
const rootsOf = ({ paths }: Simulator | HalykSimulator): Promise<string[]> =>
  Promise.all(paths.ca.map(async (path) => (await readFile(path)).toString("base64")));
const layers = ({ check: found }: Halyk): string[] =>
  (found?.checks ?? []).map(({ layer, state, error }) => [layer, state, error?.code].filter(Boolean).join(" "));

async function goodDraft(more: Omit<HalykQrDraft, "provider"> = {}): Promise<Halyk> {
  await till.must("bank.roots", { session, provider, of: "server", files: await rootsOf(bank) });
  return draft({
    environment: "test",
    url: bank.url,
    username: "shop",
    password: PASSWORD,
    terminal: bank.terminal,
    pollSeconds: 2,
    ...more,
  });
}
async function setUp(more: Omit<HalykQrDraft, "provider"> = {}): Promise<Halyk> {
  await goodDraft(more);
  const applied = await apply();
  await ready("halykQr");
  return applied;
}
const ready = (name: string) =>
  till.until(`${name} is ready`, ({ providers }) => providers.some((one) => one.name === name && one.ready));
async function setUpKaspi(): Promise<void> {
  await till.must("certificate.roots", { session, files: await rootsOf(kaspi) });
  const change = { environment: "test", scheme: 1, url: kaspi.urlOf(1), apiKey: KEY, deviceId: "D-1" } as const;
  await till.must("connection.draft", { session, change: { ...change, tradePointId: "12" } });
  await till.must("connection.register", { session });
  await till.must("connection.apply", { session });
  await ready("kaspi");
}
const charge = async (key: string, name: "kaspi" | "halykQr" = "halykQr") =>
  (await till.must("payments.create", { key, request: { amount: "5000.00", provider: name } })).payment;
const stateOf = async (id: string): Promise<string> => (await till.must("payments.get", { id })).state;

describe("from an empty folder", () => {
  it("to a till with Halyk alone that takes a payment, without a restart", async () => {
    expect(till.snapshot().app.setupNeeded).toBe(true);
    expect(await view()).toEqual({
      inUse: null,
      reason: null,
      events: "off",
      draft: null,
      missing: [],
      check: null,
    });
    // What is missing is named with the fields of the provisioning file.
    const empty = await draft({ environment: "production" });
    expect(empty.missing.map(({ path }) => path)).toEqual([
      "providers.halykQr.username",
      "providers.halykQr.password",
      "providers.halykQr.terminal",
      "providers.halykQr.url",
    ]);
    expect(empty.draft).toMatchObject({
      url: "",
      hasPassword: false,
      pointOfSale: null,
      pointOfSaleLatin: "Duken No1",
    });
    for (const command of ["bank.check", "bank.apply"] as const)
      expect(await till.fails(command, { session, provider })).toMatchObject({
        code: "draft_incomplete",
        params: { field: "providers.halykQr.username" },
      });

    const drawn = await goodDraft({ pointOfSale: "Дәмхана", channel: "bad channel" });
    expect(drawn).toMatchObject({
      missing: [{ path: "providers.halykQr.channel" }],
      draft: { username: "shop", hasPassword: true, pointOfSale: "Дәмхана", pointOfSaleLatin: "Damkhana", kafka: null },
    });
    expect(drawn.draft?.roots.length).toBeGreaterThan(0);
    // The way can be tried before all is right.
    expect(layers(await check())).toEqual(["dns ok", "tcp ok", "tls ok", "access ok", "key ok", "events none"]);
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "draft_incomplete" });
    await draft({ channel: "SMART_POS" });
    expect(await apply()).toMatchObject({
      draft: null,
      check: null,
      missing: [],
      inUse: {
        environment: "test",
        url: bank.url,
        username: "shop",
        hasPassword: true,
        terminal: bank.terminal,
        pointOfSaleLatin: "Damkhana",
        emvMismatch: null,
      },
    });
    expect(till.snapshot()).toMatchObject({
      app: { setupNeeded: false, environment: "test" },
      providers: [{ name: "halykQr" }],
    });
    await ready("halykQr");
    const sale = await charge("first");
    expect(sale).toMatchObject({ state: "awaiting_scan", provider: "halykQr" });
    expect(bank.bill(sale.bankId ?? "")).toMatchObject({ pointOfSale: "Damkhana", isSkipFin: "N", status: "NEW" });
    bank.pay(sale.bankId ?? "");
    await till.until("it is paid", ({ current }) => current?.state === "paid");
    expect(bank.ledger.complaints).toEqual([]);
  });
});

describe("a check says in which layer it fails", () => {
  it("name, port, TLS", async () => {
    await goodDraft({ url: "https://no-such-host.invalid/qr" });
    expect(layers(await check())[0]).toBe("dns failed bank_name_unknown");
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await draft({ url: `https://127.0.0.1:${port}/qr` });
    expect(layers(await check()).slice(0, 3)).toEqual(["dns ok", "tcp failed bank_unreachable", "tls untried"]);
    await draft({ url: bank.url });
    await till.must("bank.roots", { session, provider, of: "server", files: [] });
    const untrusted = await check();
    expect(layers(untrusted).slice(2, 4)).toEqual(["tls failed server_untrusted", "access untried"]);
    expect(untrusted.check?.ok).toBe(false);
    expect(untrusted.draft?.roots).toEqual([]);
  });
  it("user name and password; the address that the bank does not let in", async () => {
    await goodDraft({ password: "SECRET-wrong" });
    const refused = await check();
    expect(layers(refused).slice(3)).toEqual(["access ok", "key failed login_refused", "events none"]);
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "login_refused" });
    expect((await view()).inUse).toBeNull();
    await bank.configure({ allowed: false });
    await draft({ password: PASSWORD });
    expect(layers(await check()).slice(3, 5)).toEqual(["access failed address_not_allowed", "key untried"]);
  });
  it("the event stream, which is a hint and stops nothing", async () => {
    const sasl = { mechanism: "PLAIN", username: "events", password: BROKER } as const;
    const kafka = { brokers: ["127.0.0.1:1"], topic: "t", groupId: null, tls: true, sasl };
    await goodDraft({ kafka });
    const tried = await check();
    expect(layers(tried).slice(4)).toEqual(["key ok", "events failed events_unreachable"]);
    expect(tried.check?.ok).toBe(true);
    expect(tried.draft?.kafka).toMatchObject({ tls: true, sasl: { username: "events", hasPassword: true } });
    expect(await apply()).toMatchObject({ events: "down", inUse: { kafka: { brokers: ["127.0.0.1:1"] } } });
    await ready("halykQr");
    // The secret that is not given stays.
    const changed = await draft({
      kafka: { ...kafka, brokers: ["127.0.0.1:2"], sasl: { ...sasl, password: undefined } },
    });
    expect(changed).toMatchObject({ missing: [], draft: { kafka: { sasl: { hasPassword: true } } } });
    await draft({ kafka: null });
    expect(await apply()).toMatchObject({ events: "off", inUse: { kafka: null } });
  });
  it("with wrong roots, in the words of the desk", async () => {
    const files = [Buffer.from("hello").toString("base64")];
    expect(await till.fails("bank.roots", { session, provider, of: "events", files })).toMatchObject({
      code: "cert_corrupt",
    });
  });
});

describe("what is in use", () => {
  it("stays while a payment is open, and a draft can be given up", async () => {
    await setUp();
    const { id } = await charge("open");
    await draft({ pollSeconds: 5 });
    for (const command of ["bank.apply", "bank.remove"] as const)
      expect(await till.fails(command, { session, provider })).toMatchObject({ code: "till_busy" });
    expect((await view()).inUse?.pollSeconds).toBe(2);
    expect(seen(await till.must("bank.discard", { session, provider }))).toMatchObject({ draft: null });
    expect(await stateOf(id)).toBe("awaiting_scan");
    await till.must("payments.cancel", { id });
  });

  it("a new password is that of earlier payments too: one cancelled before is still asked about", async () => {
    await setUp({ scanSeconds: 60 });
    const { id, bankId } = await charge("watched");
    await bank.configure({ policy: "strict" });
    await till.must("payments.cancel", { id });
    await bank.configure({ policy: "loose", username: "shop2", password: "SECRET-of-today" });
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "draft_incomplete" });
    await draft({ username: "shop2", password: "SECRET-of-today", scanSeconds: 90 });
    expect((await apply()).inUse).toMatchObject({ username: "shop2", scanSeconds: 90 });
    bank.pay(bankId ?? "");
    await till.must("payments.refresh", { id });
    const paid = await till.must("payments.get", { id });
    expect(paid).toMatchObject({ state: "paid", late: true });
  });

  it("can be taken off: no new payments, the old ones are still asked about", async () => {
    await setUp();
    const { id, bankId } = await charge("old");
    bank.pay(bankId ?? "");
    await till.until("it is paid", ({ current }) => current?.state === "paid");
    await till.must("payments.dismiss", { id });
    expect(seen(await till.must("bank.remove", { session, provider }))).toMatchObject({ inUse: null, events: "off" });
    expect(till.snapshot()).toMatchObject({ app: { setupNeeded: true }, providers: [] });
    expect(await till.fails("payments.create", { key: "new", request: { amount: "1", provider } })).toMatchObject({
      code: "not_configured",
    });
    const refund = await till.must("refunds.create", { key: "back", request: { paymentId: id, amount: "100.00" } });
    expect(["sending", "pending"]).toContain(refund.refund.state);
    expect(bank.refundsOf(bankId ?? "")).toMatchObject([{ amountMinor: 10_000n }]);
    expect(await till.fails("bank.remove", { session, provider })).toMatchObject({ code: "not_configured" });
  });
});

describe("two banks", () => {
  it("are set up, changed and taken off each without the other", async () => {
    await setUpKaspi();
    await setUp();
    const names = () => till.snapshot().providers.map(({ name }) => name);
    expect(names()).toEqual(["kaspi", "halykQr"]);
    await till.must("connection.draft", { session, change: { limits: { min: "1.00", max: "7000.00" } } });
    await till.must("connection.apply", { session });
    expect(till.snapshot().providers).toMatchObject([
      { name: "kaspi", maxMinor: 700_000 },
      { name: "halykQr", maxMinor: 100_000_000 },
    ]);
    expect((await view()).inUse).toMatchObject({ username: "shop", hasPassword: true });
    await draft({ limits: { min: "1.00", max: "9000.00" } });
    await apply();
    expect(till.snapshot().providers).toMatchObject([{ maxMinor: 700_000 }, { maxMinor: 900_000 }]);
    await Promise.all([ready("kaspi"), ready("halykQr")]);

    for (const name of ["kaspi", "halykQr"] as const) {
      const { id, bankId, qr } = await charge(`both-${name}`, name);
      const code = name === "kaspi" ? kaspi.payment(bankId ?? "")?.token : bank.bill(bankId ?? "")?.qrcode;
      expect(qr?.payload).toBe(code);
      await till.must("payments.cancel", { id });
      await till.must("payments.dismiss", { id });
    }
    await till.restart();
    expect(names()).toEqual(["kaspi", "halykQr"]);
    ({ session } = await till.must("desk.unlock", { pin: PIN }));
    const { kaspi: kept } = await till.must("bank.remove", { session, provider });
    expect(names()).toEqual(["kaspi"]);
    expect(kept).toMatchObject({ hasApiKey: true, registered: true, limits: { max: "7000.00" } });
    await ready("kaspi");
  }, 20_000);
});

it("no secret leaves by a view, an error, the log or the journal", async () => {
  const kafka = {
    brokers: ["127.0.0.1:1"],
    topic: "t",
    groupId: null,
    tls: false,
    sasl: { mechanism: "PLAIN", username: "events", password: BROKER } as const,
  };
  await setUp({ kafka });
  const { id } = await charge("secret");
  await till.must("payments.cancel", { id });
  await till.must("payments.dismiss", { id });
  await draft({ password: "SECRET-wrong" });
  views.push(JSON.stringify(await till.fails("bank.apply", { session, provider })), JSON.stringify(await check()));
  views.push(JSON.stringify(till.snapshot()), JSON.stringify(await till.must("payments.get", { id })));
  const { dir } = till;
  await till.app.stop();
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")));
  expect(contents.join("").length).toBeGreaterThan(10_000);
  expect(contents.join("")).toContain("92059431");
  const basic = Buffer.from(`shop:${PASSWORD}`).toString("base64");
  for (const secret of ["SECRET", basic])
    for (const text of [...views, ...contents]) expect(text.includes(secret)).toBe(false);
  await till.restart();
});
