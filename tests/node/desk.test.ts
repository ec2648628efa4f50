/** The technician's desk before the real simulator: from an empty folder to a paid sale, and every way it can go wrong. */
import { createPublicKey, X509Certificate } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import forge from "node-forge";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { DeskView, KaspiDraft } from "../../contract/desk.ts";
import { issueClient } from "../../simulator/ca.ts";
import { makeCertificate } from "../../simulator/certificate.ts";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { ask } from "../support/http-client.ts";
import { goodProvision, SECRETS } from "../support/provision.ts";
import { openShop, testCa } from "../support/shop.ts";
import { layerOf, openTillApp, type TillApp } from "../support/till-app.ts";

const PIN = "730155";
const KEY = "test_SECRET-api-key";
let bundles: Bundles;
let bank: Simulator;
let till: TillApp;
let session: string;

beforeAll(async () => {
  bundles = await buildBundles(["certificate-worker.cjs"]);
  bank = await startSimulator({ schemes: [1, 2, 3], apiKey: KEY, pollSeconds: 1, maxTls: "TLSv1.2" });
}, 60_000);
afterAll(async () => {
  await bank.stop();
  await bundles.remove();
});
beforeEach(async () => {
  till = await openTillApp({ worker: bundles.path("certificate-worker.cjs") });
});
afterEach(async () => {
  await till.close();
  bank.faults.clear();
  await bank.configure({ allowed: true, softClientCert: false });
});

const SETUP: CommandInput<"setup.begin"> = {
  language: "kk",
  merchant: { name: "Дүкен №1", bin: "180340021791", address: null, supportPhone: null },
  till: { id: "A1", name: "Касса 1" },
  technician: { name: "Техник", pin: PIN },
};
const base64 = async (path: string): Promise<string> => (await readFile(path)).toString("base64");

async function begin(): Promise<DeskView> {
  const begun = await till.must("setup.begin", SETUP);
  session = begun.session;
  return begun.view;
}
const draft = (change: KaspiDraft): Promise<DeskView> => till.must("connection.draft", { session, change });
async function showCertificate(): Promise<void> {
  await till.must("certificate.open", {
    session,
    certificate: await base64(bank.paths.certificate),
    privateKey: await base64(bank.paths.privateKey),
    passphrase: bank.files.passphrase,
  });
}
async function showRoots(): Promise<void> {
  await till.must("certificate.roots", { session, files: await Promise.all(bank.paths.ca.map(base64)) });
}
const check = (): Promise<DeskView> => till.must("connection.check", { session });
let devices = 0;
/** A draft that is right for a scheme, with a device of its own. */
async function goodDraft(scheme: 1 | 2 | 3 = 2, more: KaspiDraft = {}): Promise<DeskView> {
  devices += 1;
  await showRoots();
  if (scheme !== 1) await showCertificate();
  return draft({
    environment: "test",
    scheme,
    url: bank.urlOf(scheme),
    deviceId: `DESK-${devices}`,
    tradePointId: "12",
    ...(scheme === 1 ? { apiKey: KEY } : {}),
    ...(scheme === 3 ? { bin: "180340021791" } : {}),
    ...more,
  });
}
async function setUp(scheme: 1 | 2 | 3 = 2, more: KaspiDraft = {}): Promise<DeskView> {
  await begin();
  await goodDraft(scheme, more);
  await till.must("connection.register", { session });
  const view = await till.must("connection.apply", { session });
  await till.until("the till is ready", ({ providers }) => providers[0]?.ready === true);
  return view;
}
async function charge(key: string, amount = "5000.00") {
  const { payment } = await till.must("payments.create", { key, request: { amount, provider: "kaspi" } });
  return payment;
}

describe("from an empty folder", () => {
  it("to a paid sale, without a restart", async () => {
    expect(till.snapshot().app).toMatchObject({ setupNeeded: true, pinKnown: false, environment: "none" });
    expect(await till.fails("desk.unlock", { pin: PIN })).toMatchObject({ code: "not_supported" });
    const begun = await begin();
    expect(begun).toMatchObject({
      person: { name: "Техник", role: "technician" },
      general: { language: "kk", merchant: { name: "Дүкен №1" }, till: { id: "A1" } },
      kaspi: null,
      draft: null,
      dropFolder: join(till.dir, "certs"),
    });
    expect((await stat(begun.dropFolder)).mode & 0o777).toBe(0o700);
    expect(till.snapshot()).toMatchObject({ app: { pinKnown: true, language: "kk" }, till: { id: "A1" } });

    // What is missing is named with the fields of the provisioning file.
    const empty = await draft({ scheme: 2, environment: "production" });
    expect(empty.missing.map(({ path }) => path)).toEqual([
      "providers.kaspi.url",
      "providers.kaspi.certificate",
      "providers.kaspi.deviceId",
      "providers.kaspi.tradePointId",
    ]);
    expect(await till.fails("connection.apply", { session })).toMatchObject({ code: "draft_incomplete" });

    await goodDraft(2, { tradePointId: null });
    const checked = await check();
    expect(checked.check?.ok).toBe(true);
    expect(checked.check?.checks.map(({ layer, state }) => `${layer} ${state}`)).toEqual([
      "dns ok",
      "tcp ok",
      "tls ok",
      "certificate ok",
      "access none",
      "key none",
      "tradePoint ok",
      "device untried",
    ]);
    expect(checked.check?.tradePoints).toContainEqual({ id: "12", name: "Магазин 12" });

    // The list is still there for the next choice.
    const unknown = await draft({ tradePointId: "999" });
    expect(layerOf(unknown, "tradePoint")).toEqual({ state: "failed", code: "bad_setting" });
    const chosen = await draft({ tradePointId: "12" });
    expect(chosen.check).toMatchObject({ ok: true, tradePoints: checked.check?.tradePoints });
    const registered = await till.must("connection.register", { session });
    expect(registered.draft).toMatchObject({ registered: true, hasApiKey: false, tradePointId: "12" });
    expect(registered.missing).toEqual([]);
    expect(layerOf(registered, "device")).toEqual({ state: "ok", code: null });
    const applied = await till.must("connection.apply", { session });
    expect(applied).toMatchObject({ draft: null, check: null, kaspi: { environment: "test", registered: true } });
    await till.until("the till is ready", ({ providers }) => providers[0]?.ready === true);
    expect(till.snapshot().app).toMatchObject({ setupNeeded: false, environment: "test" });

    const { id } = await charge("wizard-sale-1");
    for (const action of ["scan", "confirm"] as const) await till.must("training.phone", { id, action, session });
    await till.until("paid", ({ current }) => current?.state === "paid");

    // And it is all there after a restart, where the desk is locked again.
    await till.restart();
    await till.until("ready again", ({ providers }) => providers[0]?.ready === true);
    expect(await till.fails("settings.get", { session })).toMatchObject({ code: "locked" });
    const { view } = await till.must("desk.unlock", { pin: PIN });
    expect(view.kaspi).toMatchObject({ scheme: 2, tradePointId: "12", registered: true });
  }, 30_000);

  it("only once, and by somebody at the screen", async () => {
    await begin();
    expect(await till.fails("setup.begin", SETUP)).toMatchObject({ code: "already_set_up" });
    const api = { kind: "api", name: "1c", scopes: ["pay", "read"] } as const;
    for (const [name, input] of [
      ["desk.unlock", { pin: PIN }],
      ["settings.get", { session }],
    ] as const)
      expect(await till.app.core.call(api, name, input)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    const odd = await till.app.core.call({ kind: "person", name: "cashier" }, "desk.unlock", { pin: "no-pin" });
    expect(odd).toMatchObject({ ok: false, error: { code: "bad_request", params: { field: "pin" } } });
    expect(JSON.stringify(odd)).not.toContain("no-pin");
  });

  it("in scheme 1 with a key, and in scheme 3 with one of two organisations", async () => {
    const one = await setUp(1);
    expect(one.kaspi).toMatchObject({ scheme: 1, hasApiKey: true, certificate: null, registered: true });
    expect(till.snapshot().providers[0]).toMatchObject({ refunds: "elsewhere", organization: null });

    const organizations = [
      { bin: "180340021791", name: "ТОО «Магазин»", deviceId: "ORG-1", tradePointId: "12" },
      { bin: "020440001239", name: "ИП Сапарова", deviceId: "ORG-2", tradePointId: "31" },
    ];
    await showCertificate();
    await draft({ scheme: 3, url: bank.urlOf(3), organizations, bin: "180340021791" });
    await till.must("connection.register", { session });
    const three = await till.must("connection.apply", { session });
    expect(three.kaspi?.organizations).toMatchObject([
      { bin: "180340021791", active: true, registered: true },
      { bin: "020440001239", active: false, registered: false },
    ]);
    await till.until("ready", ({ providers }) => providers[0]?.ready === true);
    expect(till.snapshot().providers[0]).toMatchObject({ refunds: "till", organization: { name: "ТОО «Магазин»" } });

    await till.must("organization.use", { session, bin: "020440001239" });
    await till.until(
      "the other is ready",
      ({ providers: [kaspi] }) => kaspi?.organization?.bin === "020440001239" && kaspi.ready,
    );
    const { id } = await charge("organization-sale");
    await till.must("payments.cancel", { id });
    const created = bank.ledger.calls.findLast(({ name }) => name === "qr/create");
    expect(created?.body).toMatchObject({ OrganizationBin: "020440001239" });
    expect(await till.fails("organization.use", { session, bin: "000000000000" })).toMatchObject({ code: "not_found" });
    await till.restart();
    expect(till.snapshot().providers[0]?.organization?.bin).toBe("020440001239");
  }, 30_000);
});

describe("each layer that fails is named, and those after it are not tried", () => {
  beforeEach(async () => void (await begin()));

  async function expectFailed(layer: string, code: string): Promise<DeskView> {
    const view = await check();
    expect(layerOf(view, layer)).toEqual({ state: "failed", code });
    const states = view.check?.checks.map(({ state }) => state) ?? [];
    expect(states.filter((state) => state === "failed")).toHaveLength(1);
    expect(states.slice(states.indexOf("failed") + 1).every((state) => state === "untried" || state === "none")).toBe(
      true,
    );
    expect(view.check?.ok).toBe(false);
    return view;
  }

  it("dns", async () => {
    await goodDraft(2, { url: "https://bank.invalid:8544/r2/v01" });
    await expectFailed("dns", "bank_name_unknown");
  });
  it("tcp", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await goodDraft(2, { url: `https://127.0.0.1:${port}/r2/v01` });
    await expectFailed("tcp", "bank_unreachable");
  });
  it("tls: the bank's roots are not these", async () => {
    await goodDraft();
    const other = await testCa();
    await till.must("certificate.roots", { session, files: [Buffer.from(other.root).toString("base64")] });
    await expectFailed("tls", "server_untrusted");
  });
  it("certificate: another bank's", async () => {
    await goodDraft();
    const foreign = await issueClient(await testCa(), { passphrase: SECRETS.passphrase, keyType: "ec" });
    await till.must("certificate.open", {
      session,
      certificate: Buffer.from(foreign.pfx).toString("base64"),
      privateKey: null,
      passphrase: SECRETS.passphrase,
    });
    // The bank says so in an answer (-10000).
    await bank.configure({ softClientCert: true });
    await expectFailed("certificate", "certificate_missing");
    // And such a draft does not come into use.
    expect(await till.fails("connection.apply", { session })).toMatchObject({ code: "certificate_missing" });
    expect((await till.must("settings.get", { session })).kaspi).toBeNull();
  });
  it("access: the address is not on the bank's list", async () => {
    await goodDraft(3);
    await bank.configure({ allowed: false });
    await expectFailed("access", "address_not_allowed");
  });
  it("key of scheme 1", async () => {
    await goodDraft(1, { apiKey: "test_SECRET-other-key" });
    await expectFailed("key", "key_refused");
  });
  it("trade point: not one of this shop's", async () => {
    await goodDraft(2, { tradePointId: "999" });
    const view = await expectFailed("tradePoint", "bad_setting");
    expect(view.check?.tradePoints.length).toBeGreaterThan(1);
  });
  it("trade point: the shop has none", async () => {
    await goodDraft(3, { bin: "990000000001" });
    const view = await check();
    expect(layerOf(view, "tradePoint").state).toBe("failed");
  });
  it("device: bound to another trade point (-1503)", async () => {
    await goodDraft();
    await till.must("connection.register", { session });
    await draft({ tradePointId: "1" });
    await check();
    expect(await till.fails("connection.register", { session })).toMatchObject({ code: "device_elsewhere" });
    expect(layerOf(await till.must("settings.get", { session }), "device")).toEqual({
      state: "failed",
      code: "device_elsewhere",
    });
  });
  it("what a check needs and is not there", async () => {
    await draft({ scheme: 1, environment: "test" });
    expect(await till.fails("connection.check", { session })).toMatchObject({
      code: "draft_incomplete",
      params: { field: "providers.kaspi.apiKey" },
    });
  });
  it("a certificate that does not open", async () => {
    const error = await till.fails("certificate.open", {
      session,
      certificate: await base64(bank.paths.certificate),
      privateKey: await base64(bank.paths.privateKey),
      passphrase: "not-the-one",
    });
    expect(error.code).toBe("cert_wrong_passphrase");
  });
});

describe("on a till that works", () => {
  it("settings change while a payment is watched, and wait while one is open", async () => {
    await setUp();
    const { id } = await charge("watched-1");
    const general = (await till.must("settings.get", { session })).general;
    const renamed = { ...general, till: { ...general.till, name: "Касса 7" }, refund: { pinAbove: "100.00" } };
    expect(await till.fails("settings.save", { session, general: renamed })).toMatchObject({ code: "till_busy" });
    expect(await till.fails("organization.use", { session, bin: "180340021791" })).toMatchObject({ code: "not_found" });
    await till.must("payments.cancel", { id });
    await till.must("payments.dismiss", { id });
    await till.must("settings.save", { session, general: renamed });
    expect(till.snapshot()).toMatchObject({ till: { name: "Касса 7" }, refundPinAboveMinor: 10_000, watched: 1 });
    // The customer had the code all along.
    const { bankId } = await till.must("payments.get", { id });
    bank.pay(bankId ?? "");
    await till.must("payments.refresh", { id });
    const shown = await till.until("the late success is told", ({ banners }) =>
      banners.some(({ kind }) => kind === "late"),
    );
    expect(shown.banners.find(({ kind }) => kind === "late")?.payment?.id).toBe(id);
    expect(
      await till.fails("settings.save", { session, general: { ...general, timezone: "Asia/Atlantis" } }),
    ).toMatchObject({ code: "bad_setting", params: { field: "timezone" } });
  }, 20_000);

  it("a certificate is replaced under a running payment: nothing fails, and the next request shows the new one", async () => {
    const before = await setUp();
    const { id } = await charge("renewal-1");
    const renewed = await issueClient(bank.files.ca, { passphrase: SECRETS.passphrase, keyType: "ec", days: 700 });
    await till.must("certificate.open", {
      session,
      certificate: Buffer.from(renewed.pfx).toString("base64"),
      privateKey: null,
      passphrase: SECRETS.passphrase,
    });
    const after = await till.must("connection.apply", { session });
    expect(after.kaspi?.certificate?.fingerprint).not.toBe(before.kaspi?.certificate?.fingerprint);
    const seen = bank.ledger.calls.length;
    await till.must("payments.refresh", { id });
    await till.must("training.phone", { id, action: "scan", session });
    await till.must("training.phone", { id, action: "confirm", session });
    await till.until("paid", ({ current }) => current?.id === id && current.state === "paid");
    const later = bank.ledger.calls.slice(seen);
    const { serialNumber } = new X509Certificate(renewed.certificate);
    const serial = (text: string): bigint => BigInt(`0x${text}`);
    expect(later.length).toBeGreaterThan(1);
    for (const { client } of later) expect(serial(client?.serial ?? "0")).toBe(serial(serialNumber));
    await till.restart();
    await till.until("ready with the new one", ({ providers }) => providers[0]?.ready === true);
  }, 20_000);

  it("a token is forgotten with scheme or trade point, and registered again by the till", async () => {
    await setUp();
    const device = "MOVED-1";
    await draft({ deviceId: device });
    const moved = await draft({ tradePointId: "2" });
    expect(moved.draft?.registered).toBe(false);
    const back = await draft({ deviceId: moved.kaspi?.deviceId ?? "", tradePointId: "12" });
    expect(back.draft?.registered).toBe(true);
    const other = await draft({ scheme: 1, url: bank.urlOf(1), apiKey: KEY });
    expect(other.draft?.registered).toBe(false);
    await till.must("connection.discard", { session });
    await draft({ bin: "020440001239" });
    expect((await till.must("settings.get", { session })).draft?.registered).toBe(false);
  });

  it("a device is taken off, stays off over a restart, and is registered again by hand alone", async () => {
    await setUp();
    const off = await till.must("device.delete", { session });
    expect(off).toMatchObject({ kaspi: { registered: false }, reason: { code: "not_registered" } });
    await till.restart();
    session = (await till.must("desk.unlock", { pin: PIN })).session;
    expect(till.snapshot().providers[0]).toMatchObject({ ready: false, reason: { code: "not_registered" } });
    const on = await till.must("device.register", { session });
    expect(on).toMatchObject({ kaspi: { registered: true }, reason: null });
  }, 20_000);

  it("tokens of the till API work from the moment they are made until they are removed", async () => {
    await begin();
    expect(till.app.origin).toBeNull();
    const { token, view } = await till.must("token.make", { session, name: "1c", may: ["pay", "read", "pay"] });
    expect(view.tokens).toEqual([{ name: "1c", may: ["pay", "read"] }]);
    expect(JSON.stringify(view)).not.toContain(token);
    expect(await till.fails("token.make", { session, name: "1c", may: ["read"] })).toMatchObject({
      code: "bad_setting",
    });
    const port = Number(new URL(till.app.origin ?? "http://127.0.0.1:1").port);
    const health = () =>
      ask(port, { method: "GET", path: "/api/v1/health", headers: { authorization: `Bearer ${token}` } });
    expect((await health()).status).toBe(200);
    await till.must("token.remove", { session, name: "1c" });
    expect((await health()).status).toBe(404);
  });

  it("a token whose port is taken is not made", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    await till.close();
    const { port } = other.address() as AddressInfo;
    till = await openTillApp({ worker: bundles.path("certificate-worker.cjs"), port });
    await begin();
    expect(await till.fails("token.make", { session, name: "1c", may: ["read"] })).toMatchObject({
      code: "bad_setting",
      params: { field: "port" },
    });
    expect((await till.must("settings.get", { session })).tokens).toEqual([]);
    await new Promise((resolve) => other.close(resolve));
  });

  it("people: one technician stays, a PIN is one person's, and a changed PIN ends the session", async () => {
    await begin();
    const added = await till.must("people.put", { session, id: null, name: "Старшая", role: "senior", pin: "2222" });
    expect(added.people).toEqual([
      { id: "p1", name: "Техник", role: "technician" },
      { id: "p2", name: "Старшая", role: "senior" },
    ]);
    const no = (input: Omit<CommandInput<"people.put">, "session">) => till.fails("people.put", { session, ...input });
    expect(await no({ id: null, name: "Х", role: "senior", pin: PIN })).toMatchObject({ params: { field: "pin" } });
    expect(await no({ id: null, name: "Х", role: "senior" })).toMatchObject({ params: { field: "pin" } });
    expect(await no({ id: "p1", name: "Техник", role: "senior" })).toMatchObject({ params: { field: "role" } });
    expect(await no({ id: "p9", name: "Х", role: "senior" })).toMatchObject({ code: "not_found" });
    expect(await till.fails("people.remove", { session, id: "p1" })).toMatchObject({ params: { field: "role" } });
    expect(await till.fails("desk.unlock", { pin: "2222" })).toMatchObject({ code: "wrong_pin" });
    const other = (await till.must("desk.unlock", { pin: PIN })).session;
    await till.must("people.put", { session, id: "p1", name: "Техник", role: "technician", pin: "909090" });
    for (const old of [session, other])
      expect(await till.fails("settings.get", { session: old })).toMatchObject({ code: "locked" });
    session = (await till.must("desk.unlock", { pin: "909090" })).session;
    await till.must("desk.lock", { session });
    expect(await till.fails("settings.get", { session })).toMatchObject({ code: "locked" });
  });
});

describe("a provisioning file and the desk", () => {
  it("edit the same settings: the desk's stand until the file changes, then the file's do, whole", async () => {
    const shop = await openShop();
    try {
      const { ca, certificate, privateKey } = bank.paths;
      const kaspi = {
        url: bank.url,
        certificate,
        privateKey,
        ca,
        passphrase: bank.files.passphrase,
        deviceId: "FILE-1",
      };
      await shop.write(goodProvision(kaspi));
      await till.restart(shop.file);
      ({ session } = await till.must("desk.unlock", { pin: SECRETS.pin }));
      const general = (await till.must("settings.get", { session })).general;
      await till.until("ready", ({ providers }) => providers[0]?.ready === true);
      await till.must("settings.save", { session, general: { ...general, till: { id: "A1", name: "Desk's" } } });
      await draft({ limits: { min: "1.00", max: "9000.00" } });
      await till.must("connection.apply", { session });
      expect(till.snapshot()).toMatchObject({ till: { name: "Desk's" }, providers: [{ maxMinor: 900_000 }] });

      await till.restart(shop.file);
      expect(till.snapshot()).toMatchObject({ till: { name: "Desk's" }, providers: [{ maxMinor: 900_000 }] });
      await till.until("ready with the device it had", ({ providers }) => providers[0]?.ready === true);
      const registrations = bank.ledger.calls.filter(
        ({ name, bodyText }) => name === "device/register" && bodyText.includes("FILE-1"),
      );
      expect(registrations).toHaveLength(1);

      await shop.write({ ...goodProvision(kaspi), screen: { autoReturnSeconds: 9, idleSeconds: 60 } });
      await till.restart(shop.file);
      expect(till.snapshot()).toMatchObject({
        till: { name: "Касса 1" },
        screen: { autoReturnSeconds: 9 },
        providers: [{ maxMinor: 100_000_000 }],
      });
    } finally {
      await shop.remove();
    }
  }, 20_000);
});

describe("the till's own request for a certificate", () => {
  const subject = {
    organization: "Bank simulator",
    region: "Алматы",
    city: "Алматы",
    commonName: "pos.shop.example",
    email: "a@shop.example",
  };
  const answerTo = (csr: string): string => {
    const asked = forge.pki.certificationRequestFromPem(csr).publicKey;
    return makeCertificate({
      commonName: subject.commonName,
      publicKey: createPublicKey(forge.pki.publicKeyToPem(asked as forge.pki.PublicKey)),
      issuer: bank.files.ca.issuer,
      notBefore: new Date(Date.now() - 3_600_000),
      days: 1900,
      extensions: [{ name: "extKeyUsage", clientAuth: true }],
    });
  };

  it("is answered in the folder: the certificate comes into use by itself, once the bank has answered through it", async () => {
    const before = await setUp();
    const { request, view } = await till.must("certificate.request", { session, subject });
    expect(view.requests).toEqual([request]);
    expect(request).toMatchObject({ sendTo: "cert.request@kaspi.kz" });
    const { id } = await charge("dropped-1");
    const answer = answerTo(request.csr);
    await writeFile(join(view.dropFolder, "answer.cer"), answer);
    let after = before;
    for (
      let i = 0;
      i < 100 && after.kaspi?.certificate?.fingerprint === before.kaspi?.certificate?.fingerprint;
      i += 1
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      after = await till.must("settings.get", { session });
    }
    expect(after.kaspi?.certificate?.fingerprint).toBe(new X509Certificate(answer).fingerprint256);
    // Asked politely: the next question may be a second away.
    const asked = bank.ledger.calls.length;
    for (let i = 0; i < 60 && bank.ledger.calls.length === asked; i += 1) {
      await till.must("payments.refresh", { id });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(till.snapshot().current).toMatchObject({ id, state: "awaiting_scan" });
    expect(bank.ledger.calls.at(-1)?.client?.serial.toLowerCase()).toBe(
      new X509Certificate(answer).serialNumber.toLowerCase(),
    );
  }, 20_000);

  it("is answered at the desk, and what else lies in the folder is offered", async () => {
    await setUp();
    const { request, view } = await till.must("certificate.request", { session, subject });
    await writeFile(join(view.dropFolder, "letter.txt"), "hello");
    await writeFile(join(view.dropFolder, "client.cer"), await readFile(bank.paths.certificate));
    const { dropped } = await till.must("settings.get", { session });
    expect(dropped.map(({ name, kind }) => [name, kind])).toEqual([
      ["client.cer", "certificate"],
      ["letter.txt", "unknown"],
    ]);
    const open = (name: string) => till.fails("certificate.dropped", { session, name, passphrase: "" });
    expect(await open("client.cer")).toMatchObject({ code: "cert_no_key" });
    expect(await open("../vault")).toMatchObject({ code: "not_found" });
    const letter = { session, id: request.id, roots: await Promise.all(bank.paths.ca.map(base64)), url: bank.url };
    const certificate = await base64(bank.paths.certificate);
    expect(await till.fails("certificate.answer", { ...letter, certificate })).toMatchObject({
      code: "cert_key_mismatch",
    });
    const answer = answerTo(request.csr);
    const answered = await till.must("certificate.answer", {
      ...letter,
      certificate: Buffer.from(answer).toString("base64"),
    });
    const { fingerprint256 } = new X509Certificate(answer);
    expect(answered.draft).toMatchObject({ certificate: { fingerprint: fingerprint256 }, url: bank.url });
    expect(await till.must("connection.apply", { session })).toMatchObject({
      kaspi: { certificate: { fingerprint: fingerprint256 }, registered: true },
      requests: [],
    });
  });
});
