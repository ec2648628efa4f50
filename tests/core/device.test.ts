import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { secretsName, type Settings } from "../../main/core/settings.ts";
import { openDesk, PROFILE, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { envelope, refusal, type Fate } from "../support/scripted-bank.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const provider = () => desk.snapshot().providers[0];
const tryCharge = () =>
  desk.call("payments.create", { key: randomUUID(), request: { amount: "1.00", provider: "kaspi" } });
async function asked<T>(work: Promise<T>): Promise<T> {
  await desk.clock.advance(0);
  return work;
}
const registerAgain = () => asked(desk.core.bank.registerAgain("kaspi"));
const deleteDevice = () => asked(desk.core.bank.deleteDevice("kaspi"));
const token = async (): Promise<unknown> =>
  JSON.parse((await desk.vault.get(secretsName(PROFILE.id))) ?? "{}").deviceToken;
const NEW_TOKEN = "9f2c1d64-0000-4000-8000-aaaaaaaaaaaa";

/** A till whose sale was refused because of the device. */
async function stopped(code = "-1501"): Promise<void> {
  desk.bank.next("/qr/create", { answer: refusal(code) });
  const payment = await desk.charge();
  await desk.call("payments.dismiss", { id: payment.id });
}

describe("a device that the bank does not know", () => {
  it.each([
    ["-1501", "device_not_found"],
    ["-1502", "device_inactive"],
  ])(
    "%s on a sale fails it and stops the till; pings do not lift it, and nothing is registered",
    async (code, meaning) => {
      desk.bank.next("/qr/create", { answer: refusal(code) });
      expect(await desk.charge()).toMatchObject({ state: "failed", settled: true, error: { code: meaning } });
      await desk.clock.advance(5 * MINUTE);
      expect(provider()).toMatchObject({
        ready: false,
        reason: { code: meaning, bankCode: code, remedy: "fixSettings" },
      });
      expect(desk.core.bank.reason("kaspi")).toMatchObject({ code: meaning });
      expect(await tryCharge()).toMatchObject({ ok: false, error: { code: "not_ready", params: { reason: meaning } } });
      expect(desk.bank.calls("/qr/create")).toBe(1);
      expect(desk.bank.calls("/device/register")).toBe(0);
      expect(desk.bank.calls("/health/ping")).toBeGreaterThan(1);
    },
  );

  it("said in any answer, a status or a look-up, it stops the till and not the payment", async () => {
    const payment = await desk.charge();
    desk.bank.next("/payment/status", { answer: refusal("-1502") });
    await desk.clock.advance(6 * SECOND);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "device_inactive" } });
    expect(await desk.get(payment.id)).toMatchObject({ state: "awaiting_scan" });
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid" });

    await desk.restart(testSettings(profileOf("3")));
    expect(provider()).toMatchObject({ ready: true });
    desk.bank.next("/remote/client-info", { answer: refusal("-1501") });
    await desk.call("payments.lookUp", { provider: "kaspi", phone: "87077777777" });
    expect(provider()).toMatchObject({ ready: false, reason: { code: "device_not_found" } });
  });

  it("is not forgotten by a restart, and the app does not register by itself", async () => {
    await stopped();
    await desk.restart();
    await desk.clock.advance(5 * MINUTE);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "device_not_found" } });
    expect(desk.bank.calls("/device/register")).toBe(0);
  });

  it("a token that was put in place of the old one is not stopped", async () => {
    await stopped();
    await desk.vault.put({ [secretsName(PROFILE.id)]: JSON.stringify({ deviceToken: NEW_TOKEN }) });
    await desk.restart();
    expect(provider()).toMatchObject({ ready: true });
  });

  it("a technician registers it again with the same arguments, and the till sells", async () => {
    await stopped();
    expect(await registerAgain()).toEqual({ ok: true, value: null });
    expect(desk.bank.requests.findLast(({ path }) => path === "/device/register")?.body).toBe(
      '{"DeviceId":"GFC-456397","TradePointId":12}',
    );
    expect(provider()).toMatchObject({ ready: true, reason: null });
    expect(await token()).toBe(NEW_TOKEN);
    await desk.restart();
    expect((await desk.charge()).state).toBe("awaiting_scan");
    expect(desk.bank.calls("/device/register")).toBe(1);
  });

  it.each<[Fate, string]>([
    [{ answer: refusal("-1503") }, "device_elsewhere"],
    [{ answer: refusal("-999") }, "bank_unavailable"],
    [{ answer: envelope("{}") }, "malformed_answer"],
    [{ fail: "timeout", reach: "sent" }, "bank_timeout"],
  ])("registering it again met %j: says %s, once, and the till stays stopped", async (fate, code) => {
    await stopped();
    desk.bank.always("/device/register", fate);
    expect(await registerAgain()).toMatchObject({ ok: false, error: { code } });
    await desk.clock.advance(5 * MINUTE);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "device_not_found" } });
    expect(desk.bank.calls("/device/register")).toBe(1);
  });

  it("without a trade point there is nothing to register", async () => {
    await desk.restart(testSettings({ ...PROFILE, tradePoint: null }));
    expect(await registerAgain()).toMatchObject({ ok: false, error: { code: "not_registered" } });
    expect(await asked(desk.core.bank.registerAgain("epay"))).toMatchObject({ error: { code: "not_configured" } });
  });
});

describe("taking the device off the trade point", () => {
  it.each<[string, Fate]>([
    ["0", { answer: '{"StatusCode":0}' }],
    ["-1501", { answer: refusal("-1501") }],
  ])("%s: the token is forgotten, and no later start registers by itself (Q-44)", async (_, fate) => {
    desk.bank.next("/device/delete", fate);
    expect(await deleteDevice()).toEqual({ ok: true, value: null });
    expect(await token()).toBeUndefined();
    expect(provider()).toMatchObject({ ready: false, reason: { code: "not_registered" } });
    await desk.restart();
    await desk.clock.advance(5 * MINUTE);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "not_registered" } });
    expect(desk.bank.calls("/device/register")).toBe(0);
    expect(await registerAgain()).toMatchObject({ ok: true });
    expect(provider()).toMatchObject({ ready: true });
  });

  it.each<[Fate, string]>([
    [{ answer: refusal("-999") }, "bank_unavailable"],
    [{ fail: "timeout", reach: "sent" }, "bank_timeout"],
    [{ answer: "<html>", status: 502 }, "bank_unavailable"],
  ])("%j: %s, and the token stays (Q-44)", async (fate, code) => {
    const before = await token();
    desk.bank.next("/device/delete", fate);
    expect(await deleteDevice()).toMatchObject({ ok: false, error: { code } });
    expect(await token()).toBe(before);
    expect(provider()).toMatchObject({ ready: true });
  });

  it("waits for what is open on the till", async () => {
    const payment = await desk.charge();
    expect(desk.core.bank.busy()).toBe(true);
    expect(await deleteDevice()).toMatchObject({
      ok: false,
      error: { code: "till_busy", params: { number: payment.number } },
    });
    expect(desk.bank.calls("/device/delete")).toBe(0);
    await desk.call("payments.cancel", { id: payment.id });
    expect(desk.core.bank.busy()).toBe(false);
  });

  it("names the organisation in scheme 3, on both calls (Q-19)", async () => {
    await desk.restart(testSettings(profileOf("3")));
    await deleteDevice();
    await registerAgain();
    for (const path of ["/device/delete", "/device/register"]) {
      expect(desk.bank.requests.findLast((request) => request.path === path)?.body).toContain(
        '"OrganizationBin":"180340021791"',
      );
    }
  });
});

describe("the client certificate", () => {
  const expires = (inMs: number, more: Partial<Settings["providers"][number]> = {}): Settings => {
    const settings = testSettings();
    return {
      ...settings,
      providers: settings.providers.map((one) => ({ ...one, certificateExpires: desk.clock.now() + inMs, ...more })),
    };
  };
  const banner = () => desk.snapshot().banners.find(({ kind }) => kind === "certificate");

  it.each([
    [61.5, undefined, ""],
    [60.5, "60", "60"],
    [31.5, "60", "31"],
    [30.5, "30", "30"],
    [8.5, "30", "8"],
    [7.5, "7", "7"],
    [2.5, "7", "2"],
    [1.5, "1", "1"],
    [0.5, "1", "0"],
    [-3, "1", "0"],
  ])("%d days before its end: warning of step %s", async (days, level, shown) => {
    await desk.restart(expires(days * DAY));
    if (level === undefined) expect(banner()).toBeUndefined();
    else expect(banner()).toMatchObject({ params: { level, days: shown, provider: "kaspi" } });
    expect(provider()?.ready).toBe(days > 0);
  });

  it("that ends while the till runs stops payments without a restart", async () => {
    await desk.restart(expires(90 * SECOND));
    expect((await desk.charge()).state).toBe("awaiting_scan");
    desk.bank.status("Processed");
    await desk.clock.advance(10 * SECOND);
    await desk.clock.advance(3 * MINUTE);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "certificate_expired" } });
    expect(await tryCharge()).toMatchObject({
      error: { code: "not_ready", params: { reason: "certificate_expired" } },
    });
  });

  it("a wrong clock at the start does not stop the till for good", async () => {
    const settings = expires(DAY, { blocked: appError("certificate_expired") });
    desk.clock.jump(2 * DAY);
    await desk.restart(settings);
    expect(provider()).toMatchObject({ ready: false, reason: { code: "certificate_expired" } });
    desk.clock.jump(-2 * DAY);
    await desk.clock.advance(2 * MINUTE);
    expect(provider()).toMatchObject({ ready: true });
  });
});

describe("the customer's telephone, played", () => {
  const people = testPeople({
    "1111": { id: "t", name: "Технический сеанс касса", role: "technician" },
    "2222": { id: "c", name: "Кассирский сеанс касса", role: "cashier" },
  });
  const play = async (session?: string) => {
    const { id } = await desk.charge();
    const result = await desk.call("training.phone", { id, action: "scan", ...(session ? { session } : {}) });
    await desk.call("payments.cancel", { id });
    return result;
  };

  it("works in a technician's open session on the bank's test host, and for nobody else", async () => {
    await desk.close();
    desk = await openDesk({ people });
    expect(await play("Технический сеанс касса")).toEqual({ ok: true, value: null });
    expect(desk.bank.calls("/test/payment/scan")).toBe(1);
    for (const session of [undefined, "Кассирский сеанс касса", "nobody's session, long"])
      expect(await play(session)).toMatchObject({ ok: false, error: { code: "not_supported" } });
    expect(desk.bank.calls("/test/payment/scan")).toBe(1);
  });

  it("never touches a real payment", async () => {
    await desk.close();
    desk = await openDesk({ people, settings: testSettings({ ...PROFILE, environment: "production" }) });
    expect(await play("Технический сеанс касса")).toMatchObject({ ok: false, error: { code: "not_supported" } });
    expect(desk.bank.calls("/test")).toBe(0);
  });
});
