/** Halyk ePay at the technician's desk before the real simulator. */
import { readdir, readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { BankDeskView, DeskView, EpayDraft, EpaySettingsView } from "../../contract/desk.ts";
import { startEpay, type EpaySimulator } from "../../simulator/index.ts";
import { openTillApp, type TillApp } from "../support/till-app.ts";

type Epay = BankDeskView<EpaySettingsView>;
type Change = Omit<EpayDraft, "provider">;

const provider = "epay";
let bank: EpaySimulator;
let till: TillApp;
let session: string;
const views: string[] = [];

beforeAll(async () => {
  bank = await startEpay({ rsaBits: 2048 });
}, 60_000);
afterAll(() => bank.stop());
beforeEach(async () => {
  till = await openTillApp({ worker: "" });
  session = (await till.must("setup.begin", SETUP)).session;
});
afterEach(async () => {
  await till.close();
  bank.faults.clear();
  await bank.configure({ allowed: true, terminals: TERMINALS() });
});

const SETUP: CommandInput<"setup.begin"> = {
  language: "kk",
  merchant: { name: "Дүкен №1", bin: "180340021791", address: null, supportPhone: null },
  till: { id: "A1", name: "Касса 1" },
  technician: { name: "Техник", pin: "730155" },
};
let first: EpaySimulator["terminals"] | null = null;
/** Those the bank began with. */
const TERMINALS = (): EpaySimulator["terminals"] => (first ??= structuredClone(bank.terminals));
const seen = ({ epay, ...view }: DeskView): Epay => {
  views.push(JSON.stringify({ epay, view }));
  return epay;
};
const draft = async (change: Change): Promise<Epay> =>
  seen(await till.must("bank.draft", { session, change: { provider, ...change } }));
const check = async (): Promise<Epay> => seen(await till.must("bank.check", { session, provider }));
const apply = async (): Promise<Epay> => seen(await till.must("bank.apply", { session, provider }));
const view = async (): Promise<Epay> => seen(await till.must("settings.get", { session }));
const roots = async (): Promise<string[]> =>
  Promise.all(bank.paths.ca.map(async (path) => (await readFile(path)).toString("base64")));
const layers = ({ check: found }: Epay): string[] =>
  (found?.checks ?? []).map(({ layer, state, error }) =>
    [layer, state, error?.code, error?.params["terminal"] ?? error?.params["host"]].filter(Boolean).join(" "),
  );

async function goodDraft(more: Change = {}): Promise<Epay> {
  const { payment, verification, transfer } = TERMINALS();
  await till.must("bank.roots", { session, provider, of: "server", files: await roots() });
  return draft({ apiUrl: bank.urls.api, oauthUrl: bank.urls.oauth, payment, verification, transfer, ...more });
}
async function setUp(more: Change = {}): Promise<Epay> {
  await goodDraft(more);
  const applied = await apply();
  await till.until("ePay is ready", ({ providers }) => providers.some(({ name, ready }) => name === "epay" && ready));
  return applied;
}

describe("from an empty folder", () => {
  it("to a till with ePay alone, without a restart", async () => {
    expect(await view()).toEqual({ inUse: null, reason: null, events: "off", draft: null, missing: [], check: null });
    const empty = await draft({ environment: "production" });
    // What is missing is named with the fields of the provisioning file.
    expect(empty.missing.map(({ path }) => path)).toEqual([
      "providers.epay.terminals.payment.clientId",
      "providers.epay.terminals.payment.clientSecret",
      "providers.epay.terminals.payment.terminalId",
    ]);
    expect(empty.draft).toMatchObject({
      apiUrl: "https://epay-api.homebank.kz",
      oauthUrl: "https://epay-oauth.homebank.kz/oauth2/token",
      terminals: { payment: { hasSecret: false }, verification: null, transfer: null },
      cards: false,
    });
    for (const command of ["bank.check", "bank.apply"] as const)
      expect(await till.fails(command, { session, provider })).toMatchObject({
        code: "draft_incomplete",
        params: { field: "providers.epay.terminals.payment.clientId" },
      });

    const drawn = await goodDraft({ environment: "test", cards: true, confirmPath: "no path" });
    expect(drawn).toMatchObject({
      missing: [{ path: "providers.epay.confirmPath" }],
      draft: { terminals: { payment: { hasSecret: true }, transfer: { clientId: TERMINALS().transfer.clientId } } },
    });
    expect(drawn.draft?.roots.length).toBeGreaterThan(0);
    const before = bank.ledger.calls.length;
    // The way can be tried before all is right.
    const tried = await check();
    expect(layers(tried)).toEqual(["dns ok", "tcp ok", "tls ok", "access ok", "key ok", "cardKey ok"]);
    expect(tried.check?.ok).toBe(true);
    const asked = new Set(bank.ledger.calls.slice(before).map(({ name }) => name));
    expect([...asked].toSorted(), "nothing is changed at the bank").toEqual(["check-status", "key", "token/service"]);
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "draft_incomplete" });
    await draft({ confirmPath: "" });
    expect(await apply()).toMatchObject({
      draft: null,
      check: null,
      missing: [],
      inUse: {
        environment: "test",
        apiUrl: bank.urls.api,
        oauthUrl: bank.urls.oauth,
        confirmPath: "/payments/confirm",
      },
    });
    expect(till.snapshot()).toMatchObject({
      app: { setupNeeded: false, environment: "test" },
      providers: [{ name: "epay" }],
    });
    expect(bank.ledger.posts()).toEqual([]);
  });
});

describe("a check says in which layer it fails, and of which part", () => {
  const closedPort = async (): Promise<number> => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    return port;
  };

  it("name, port and TLS of either host", async () => {
    await goodDraft({ apiUrl: "https://no-such-host.invalid/api" });
    expect(layers(await check())[0]).toBe("dns failed bank_name_unknown api");
    const port = await closedPort();
    await draft({ apiUrl: bank.urls.api, oauthUrl: `https://127.0.0.1:${port}/token` });
    expect(layers(await check()).slice(0, 4)).toEqual([
      "dns ok",
      "tcp failed bank_unreachable oauth",
      "tls ok",
      "access untried",
    ]);
    await draft({ oauthUrl: bank.urls.oauth });
    await till.must("bank.roots", { session, provider, of: "server", files: [] });
    const untrusted = await check();
    expect(layers(untrusted).slice(2, 4)).toEqual(["tls failed server_untrusted api", "access untried"]);
    expect(untrusted.check?.ok).toBe(false);
  });

  it("each terminal by itself: client, secret and terminal", async () => {
    const { payment, verification, transfer } = TERMINALS();
    await goodDraft({ transfer: { ...transfer, clientSecret: "SECRET-wrong" } });
    expect(layers(await check()).slice(3)).toEqual(["access ok", "key failed login_refused transfer", "cardKey none"]);
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "login_refused" });
    // Another's terminal: the token is had, and the bank says so when it is asked with it (106, 109).
    await draft({ transfer, verification: { ...verification, terminalId: payment.terminalId } });
    expect(layers(await check())[4]).toBe("key failed terminal_refused verification");
    await draft({ verification: null, payment: { clientSecret: "SECRET-wrong" } });
    expect(layers(await check())[4]).toBe("key failed login_refused payment");
    expect((await view()).inUse).toBeNull();
    await bank.configure({ allowed: false });
    expect(layers(await check()).slice(3, 5)).toEqual(["access failed address_not_allowed", "key untried"]);
  });

  it("the key for cards, where cards are typed", async () => {
    const NO_KEY = Buffer.alloc(294, 7).toString("base64");
    await goodDraft({ cards: true });
    bank.faults.add({ kind: "answer", method: "key", count: "all", body: NO_KEY });
    const unreadable = await check();
    expect(layers(unreadable).slice(4)).toEqual(["key ok", "cardKey failed key_unreadable"]);
    expect(unreadable.check?.ok).toBe(false);
    await draft({ cards: false });
    const without = await check();
    expect(layers(without).slice(4)).toEqual(["key ok", "cardKey none"]);
    expect(without.check?.ok).toBe(true);
  });

  it("and has no event stream to give roots for", async () => {
    expect(await till.fails("bank.roots", { session, provider, of: "events", files: [] })).toMatchObject({
      code: "not_supported",
    });
  });
});

describe("what is in use", () => {
  it("is shown as it was given, changed without its secrets, and given up", async () => {
    const used = await setUp({ cards: true, operations: true, postLink: "https://shop.example/paid" });
    expect(used.inUse).toMatchObject({
      cards: true,
      transfers: false,
      operations: true,
      postLink: "https://shop.example/paid",
      publicKeyUrl: null,
      invoiceRange: { from: "100000", to: "999999" },
    });
    // A terminal for all of it: what the others were is forgotten.
    const parted = await draft({ transfer: null, postLink: "", payment: { clientId: TERMINALS().payment.clientId } });
    expect(parted).toMatchObject({
      missing: [],
      draft: { postLink: null, terminals: { payment: { hasSecret: true }, transfer: null } },
    });
    expect(parted.draft?.terminals.verification).not.toBeNull();
    expect(seen(await till.must("bank.discard", { session, provider }))).toMatchObject({ draft: null });
    await draft({ transfer: null });
    expect((await apply()).inUse?.terminals).toMatchObject({ transfer: null, verification: { hasSecret: true } });
    await till.restart();
    ({ session } = await till.must("desk.unlock", { pin: SETUP.technician.pin }));
    expect((await view()).inUse?.terminals).toMatchObject({ transfer: null, verification: { hasSecret: true } });
  });

  it("takes a new secret, and can be taken off", async () => {
    await setUp();
    const { payment, ...others } = TERMINALS();
    const renewed = { ...payment, clientSecret: "SECRET-of#today" };
    await bank.configure({ terminals: { payment: renewed, ...others } });
    await draft({ transfers: true });
    expect(await till.fails("bank.apply", { session, provider })).toMatchObject({ code: "login_refused" });
    await draft({ payment: renewed });
    expect((await apply()).inUse).toMatchObject({ transfers: true });
    expect(seen(await till.must("bank.remove", { session, provider }))).toMatchObject({ inUse: null });
    expect(till.snapshot()).toMatchObject({ app: { setupNeeded: true }, providers: [] });
    expect(await till.fails("bank.remove", { session, provider })).toMatchObject({ code: "not_configured" });
  });
});

it("no secret or token leaves by a view, an error, the log or the journal", async () => {
  await setUp({ cards: true });
  await draft({ payment: { clientSecret: "SECRET-wrong" } });
  views.push(JSON.stringify(await till.fails("bank.apply", { session, provider })), JSON.stringify(await check()));
  views.push(JSON.stringify(till.snapshot()));
  const { dir } = till;
  await till.app.stop();
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const contents = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")));
  expect(contents.join("")).toContain(TERMINALS().payment.terminalId);
  const tokens = bank.ledger.tokens.map(({ token }) => token);
  expect(tokens.length).toBeGreaterThan(0);
  const secrets = Object.values(TERMINALS()).map(({ clientSecret }) => clientSecret);
  const hidden = ["SECRET", ...secrets, ...secrets.map(encodeURIComponent), ...tokens];
  for (const secret of hidden) for (const text of [...views, ...contents]) expect(text.includes(secret)).toBe(false);
  await till.restart();
});
