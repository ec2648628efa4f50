import { afterEach, describe, expect, it } from "vitest";
import { Till, another, idOf, open, send, stopAll } from "./support.ts";

afterEach(stopAll);

type Scheme = 1 | 2 | 3;
const all: Scheme[] = [1, 2, 3];
const BIN = "180340021791";
const OTHER_BIN = "020440001239";

/** apis.md 1.1: every method of the document and the schemes that have it. */
const table: [httpMethod: string, path: string, schemes: Scheme[]][] = [
  ["GET", "/partner/tradepoints", [1, 2]],
  ["GET", "/partner/tradepoints/180340021791", [3]],
  ["POST", "/device/register", all],
  ["POST", "/device/delete", all],
  ["POST", "/qr/create", all],
  ["POST", "/qr/create-link", all],
  ["GET", "/payment/status/5", all],
  ["POST", "/return/create", [2]],
  ["GET", "/return/status/5", [2]],
  ["POST", "/return/operations", [2]],
  ["GET", "/payment/details", [2, 3]],
  ["POST", "/payment/return", [2, 3]],
  ["GET", "/remote/client-info", [3]],
  ["POST", "/remote/create", [3]],
  ["POST", "/remote/cancel", [3]],
  ["GET", "/health/ping", all],
  ["POST", "/test/payment/scan", all],
  ["POST", "/test/payment/confirm", all],
  ["POST", "/test/payment/scanerror", all],
  ["POST", "/test/payment/confirmerror", all],
];

describe("the schemes", () => {
  it("have the document’s methods, and no other", async () => {
    const first = await open({ schemes: all });
    for (const scheme of all) {
      const till = new Till(first.bank, scheme);
      for (const [method, path, having] of table) {
        const { status } = method === "GET" ? await till.get(path) : await till.post(path, {});
        expect(status !== 404, `${scheme} ${path}`).toBe(having.includes(scheme));
      }
    }
  });

  it("have a port and a base of their own; only those asked for are served", async () => {
    const till = await open({ scheme: 3, schemes: [1] });
    const { urls, url } = till.bank;
    expect(Object.keys(urls)).toEqual(["1", "3"]);
    expect(urls[1]).toMatch(/:\d+\/r1\/v01$/);
    expect(urls[3]).toBe(url);
    expect(new URL(url).port).not.toBe(new URL(urls[1]!).port);
    expect(() => till.bank.urlOf(2)).toThrow("scheme 2");
    expect((await send(`${url.replace("/r3/", "/r1/")}/health/ping`, till.credentials)).status).toBe(404);
    expect(till.bank.ledger.calls.at(-1)).toMatchObject({ scheme: 3, name: null });
  });

  it("share one bank: a purchase is the same in all of them", async () => {
    const till = await open({ schemes: all });
    const id = await till.createId();
    for (const scheme of all) expect(await new Till(till.bank, scheme).status(id)).toBe("QrTokenCreated");
    await till.bank.down();
    for (const scheme of all) {
      await expect(send(till.bank.urlOf(scheme), {}, { agent: false })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
    await till.bank.up();
    expect((await new Till(till.bank, 3).get("/health/ping")).status).toBe(200);
  });
});

describe("scheme 1", () => {
  it("wants the key and no certificate", async () => {
    const till = await open({ scheme: 1 });
    expect(till.bank.apiKey).toMatch(/^test_[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(till.credentials.cert).toBeUndefined();
    expect(await till.createId()).toBe("9007199254740993");
    expect(till.bank.ledger.calls.at(-1)).toMatchObject({ scheme: 1, client: null, statusCode: "0" });
    for (const key of ["", "test_wrong", till.bank.apiKey.toUpperCase()]) {
      const answer = await till.get("/health/ping", { headers: { "Api-Key": key } });
      expect(answer).toMatchObject({ status: 401, text: "" });
    }
    const { ca } = till.credentials;
    await till.bank.configure({ apiKeyRefusal: 403, apiKey: "test_other" });
    expect((await send(`${till.url}/health/ping`, { ca: ca! })).status).toBe(403);
    expect((await till.get("/health/ping")).status).toBe(200);
  });
});

describe("scheme 3", () => {
  it("refuses who has no certificate, and who is not on the allow-list", async () => {
    const till = await open({ scheme: 3 });
    const { ca } = till.credentials;
    await expect(send(`${till.url}/health/ping`, { ca: ca! }, { agent: false })).rejects.toThrow();
    await till.bank.configure({ allowed: false });
    expect(await till.get("/health/ping")).toMatchObject({ status: 403, text: "" });
    await till.bank.configure({ allowed: true });
    expect((await till.get("/health/ping")).json().StatusCode).toBe(0);
  });

  it("lists the trade points of the organisation in the path", async () => {
    const till = await open({ scheme: 3 });
    const names = async (bin: string) => (await till.get(`/partner/tradepoints/${bin}`)).text;
    expect(await names(till.bin)).toContain("Магазин 12");
    expect(await names(OTHER_BIN)).toContain('"Data":[{"TradePointId":31,"TradePointName":"Кофейня (Достык, 91)"}]');
    expect(await names("20440001239")).toContain("-14000002");
  });

  it("Q-19: wants OrganizationBin in exactly the methods that have it", async () => {
    const till = await open({ scheme: 3 });
    const id = await till.paidId();
    const token = till.deviceToken;
    const body = { DeviceToken: token, Amount: 1, PhoneNumber: "87077777777", DeviceId: "B", TradePointId: 1 };
    const wanting = ["device/register", "device/delete", "qr/create", "qr/create-link", "payment/return"];
    for (const name of [...wanting, "remote/create", "remote/cancel"]) {
      expect((await till.post(`/${name}`, { ...body, QrPaymentId: 1 })).status, name).toBe(400);
    }
    const others = [
      `/payment/status/${id}`,
      `/payment/details?QrPaymentId=${id}&DeviceToken=${token}`,
      `/remote/client-info?phoneNumber=87077777777&deviceToken=${token}`,
    ];
    for (const path of others) expect((await till.get(path)).json().StatusCode, path).toBe(0);
    expect(till.bank.ledger.refunds).toEqual([]);
  });

  it("Q-19: a device token with another organisation’s BIN is no device", async () => {
    const till = await open({ scheme: 3 });
    const id = await till.paidId();
    const bin = { OrganizationBin: `"${OTHER_BIN}"`, QrPaymentId: id, Amount: "1.00", PhoneNumber: '"87077777777"' };
    for (const name of [
      "qr/create",
      "qr/create-link",
      "payment/return",
      "remote/create",
      "remote/cancel",
      "device/delete",
    ]) {
      expect((await till.call(`/${name}`, bin)).json().StatusCode, name).toBe(-1501);
    }
    expect((await till.createId()) !== "").toBe(true);
    await till.post("/qr/create", `{"OrganizationBin":${till.bin},"DeviceToken":"${till.deviceToken}","Amount":1.00}`);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual(["OrganizationBin is a number"]);
  });

  it("serves several organisations with one certificate, and mixes nothing of theirs", async () => {
    const tradePoints = [{ id: "12", name: "12" }];
    const organizations = [BIN, OTHER_BIN].map((bin) => ({ bin, name: bin, tradePoints }));
    const till = await open({ scheme: 3, organizations });
    const cafe = await another(till, { bin: OTHER_BIN, id: "GFC-456397", point: "12" });
    expect(cafe.deviceToken).not.toBe(till.deviceToken);
    const [own, other] = [await till.paidId("5.00"), await cafe.paidId("7.00")];
    expect(till.bank.payment(own)).toMatchObject({ bin: BIN, scheme: 3, tradePointId: "12" });
    expect(till.bank.payment(other)).toMatchObject({ bin: OTHER_BIN, tradePointId: "12" });
    expect((await till.details(other)).json().StatusCode).toBe(-1601);
    expect((await till.giveBack(other, "7.00")).json().StatusCode).toBe(-99000003);
    const invoice = await cafe.call("/remote/create", { Amount: "1.00", PhoneNumber: '"87077777777"' });
    const members = { QrPaymentId: idOf(invoice, "QrPaymentId") };
    expect((await till.call("/remote/cancel", members)).json().StatusCode).toBe(-99000001);
    expect((await cafe.call("/remote/cancel", members)).json().StatusCode).toBe(0);
    expect((await cafe.giveBack(other, "7.00")).json().StatusCode).toBe(0);
  });

  it("registers a device on the organisation’s own trade points only", async () => {
    const till = await open({ scheme: 3 });
    const body = { DeviceId: "C", TradePointId: 31, OrganizationBin: BIN };
    expect((await till.post("/device/register", body)).json().StatusCode).toBe(-99000002);
    expect((await till.post("/device/register", { ...body, OrganizationBin: OTHER_BIN })).json().StatusCode).toBe(0);
  });

  it("a token belongs to its scheme", async () => {
    const till = await open({ scheme: 3, schemes: [2] });
    const standard = new Till(till.bank, 2);
    standard.deviceToken = till.deviceToken;
    expect((await standard.create()).json().StatusCode).toBe(-1501);
    expect(await standard.register()).not.toBe(till.deviceToken);
  });
});

describe("a gateway", () => {
  it.each([2, 3] as const)("in scheme %s wants its header instead of a certificate", async (scheme) => {
    const { bank } = await open({ scheme });
    await bank.configure({ gatewayHeader: { name: "X-Shop-Key", value: "letmein" } });
    const ask = (headers: Record<string, string>) =>
      send(`${bank.url}/health/ping`, { ca: new Till(bank).credentials.ca! }, { agent: false, headers });
    expect(await ask({})).toMatchObject({ status: 403, text: "" });
    expect((await ask({ "X-Shop-Key": "letmeIn" })).status).toBe(403);
    expect((await ask({ "x-shop-key": "letmein" })).json().StatusCode).toBe(0);
    expect(bank.ledger.calls.at(-1)).toMatchObject({ client: null, headers: { "x-shop-key": "letmein" } });
    await bank.configure({ gatewayHeader: null });
    await expect(ask({ "x-shop-key": "letmein" })).rejects.toThrow();
  });
});

describe("a device and its trade point", () => {
  it("switched off is -1502, unknown is -1501, in every call that checks them", async () => {
    const till = await open({ scheme: 3 });
    const codes = async () => {
      const members = { Amount: "1.00", QrPaymentId: "5", PhoneNumber: '"87077777777"' };
      const answers = [await till.call("/qr/create", members), await till.call("/payment/return", members)];
      answers.push(await till.call("/remote/create", members), await till.call("/remote/cancel", members));
      answers.push(await till.get(`/remote/client-info?phoneNumber=87077777777&deviceToken=${till.deviceToken}`));
      return new Set(answers.map((answer) => answer.json().StatusCode));
    };
    till.bank.disableDevice(till.deviceToken);
    expect(await codes()).toEqual(new Set([-1502]));
    till.bank.forgetDevice(till.deviceToken);
    expect(await codes()).toEqual(new Set([-1501]));
    expect(() => till.bank.disableDevice(till.deviceToken)).toThrow();
    await till.register();
    till.bank.changeTradePoint("12", { enabled: false });
    expect(await codes()).toEqual(new Set([990000018]));
    till.bank.changeTradePoint("12", { enabled: true, acceptsQr: false });
    expect((await till.create()).json().StatusCode).toBe(990000026);
    const invoice = await till.call("/remote/create", { Amount: "1.00", PhoneNumber: '"87077777777"' });
    expect(invoice.json().StatusCode).toBe(0);
    expect(() => till.bank.changeTradePoint("99", { enabled: false })).toThrow();
  });

  it("is deleted with its organisation named, and the other organisation’s stays", async () => {
    const till = await open({ scheme: 3 });
    expect((await till.call("/device/delete")).json()).toEqual({ StatusCode: 0 });
    expect((await till.call("/device/delete")).json().StatusCode).toBe(-1501);
    expect((await till.create()).json().StatusCode).toBe(-1502);
  });
});
