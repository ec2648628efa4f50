import { afterEach, describe, expect, it } from "vitest";
import { open, stopAll } from "./support.ts";

afterEach(stopAll);

describe("ids", () => {
  it.each(["9007199254740993", "9223372036854775807"])("start at %s, exact and unquoted", async (nextId) => {
    const till = await open({ nextId });
    const answer = await till.create();
    expect(answer.text).toContain(`"QrPaymentId":${nextId},`);
    expect(await till.status(nextId)).toBe("QrTokenCreated");
    const scan = await till.post("/test/payment/scan", { qrPaymentId: nextId });
    expect(scan.json()).toEqual({ StatusCode: 0, message: "Wait" });
    expect(await till.status(nextId)).toBe("Wait");
    expect(await till.createId()).not.toBe(nextId);
  });
});

describe("refusals", () => {
  const create = (body: object) => ({ path: "/qr/create", body });
  const cases = [
    { name: "no device token", ...create({ Amount: 200 }), code: -1501 },
    { name: "an unknown device token", ...create({ DeviceToken: "nobody", Amount: 200 }), code: -1501 },
    { name: "no amount", ...create({ DeviceToken: "OURS" }), code: 990000028 },
    { name: "amount 0", ...create({ DeviceToken: "OURS", Amount: 0 }), code: 990000028 },
    { name: "a negative amount", ...create({ DeviceToken: "OURS", Amount: -1 }), code: 990000028 },
    { name: "three decimals", ...create({ DeviceToken: "OURS", Amount: 1.001 }), code: 990000028 },
    {
      name: "a device of another trade point",
      path: "/device/register",
      body: { DeviceId: "GFC-456397", TradePointId: 1 },
      code: -1503,
    },
    {
      name: "an unknown trade point",
      path: "/device/register",
      body: { DeviceId: "B", TradePointId: 99 },
      code: -99000002,
    },
    { name: "deletion of an unknown device", path: "/device/delete", body: { DeviceToken: "nobody" }, code: -1501 },
    { name: "a scan of an unknown payment", path: "/test/payment/scan", body: { qrPaymentId: "5" }, code: -1601 },
  ];

  it.each(cases)("$name: $code", async ({ path, body, code }) => {
    const till = await open();
    const text = JSON.stringify(body).replace("OURS", till.deviceToken);
    const answer = await till.post(path, text);
    expect(answer.json()).toMatchObject({ StatusCode: code, Message: expect.stringMatching(/[а-я]/) });
    expect(answer.json().Data).toBeUndefined();
    expect(till.bank.ledger.calls.at(-1)).toMatchObject({ acted: true, statusCode: String(code) });
    expect(till.bank.payments()).toEqual([]);
  });

  it("follow the state of the organisation", async () => {
    const till = await open();
    const code = async () => (await till.create()).json().StatusCode;
    const point = { id: "12", name: "Магазин 12" };
    await till.bank.configure({ tradePoints: [{ ...point, enabled: false }] });
    expect(await code()).toBe(990000018);
    await till.bank.configure({ tradePoints: [{ ...point, acceptsQr: false }] });
    expect(await code()).toBe(990000026);
    const register = await till.post("/device/register", { DeviceId: "B", TradePointId: 12 });
    expect(register.json().StatusCode).toBe(990000026);
    await till.bank.configure({ tradePoints: [] });
    expect(await code()).toBe(-99000002);
    expect((await till.get("/partner/tradepoints")).json().StatusCode).toBe(-14000002);
    await till.bank.configure({ tradePoints: [point], paymentMethods: [] });
    expect(await code()).toBe(990000033);
    await till.bank.configure({ paymentMethods: ["Gold"] });
    expect(await code()).toBe(0);
    await till.post("/device/delete", { DeviceToken: till.deviceToken });
    expect(await code()).toBe(-1502);
  });

  it("are written in another spelling when told to", async () => {
    const till = await open({ codes: { "-1601": '"- 1601"' } });
    expect((await till.get("/payment/status/5")).text).toContain('"StatusCode":"- 1601"');
  });

  it("outside the API are plain HTTP", async () => {
    const till = await open();
    expect((await till.get("/partner/tradepoints/")).status).toBe(404);
    expect((await till.post("/remote/create", {})).status).toBe(404);
    expect((await till.get("/qr/create")).status).toBe(405);
    expect((await till.post("/qr/create", "no JSON")).status).toBe(400);
    expect((await till.post("/device/register", { DeviceId: "пос", TradePointId: 12 })).status).toBe(400);
  });
});

describe("a device", () => {
  it("gets the same token for the same arguments", async () => {
    const till = await open();
    const token = till.deviceToken;
    expect(await till.register()).toBe(token);
    expect(await till.register("GFC-456397", "12")).toBe(token);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual(["TradePointId is no number"]);
    expect(await till.register("other")).not.toBe(token);
  });

  it("may go to another trade point once it is deleted", async () => {
    const till = await open();
    const first = till.deviceToken;
    await till.post("/device/delete", { DeviceToken: first });
    expect(await till.register("GFC-456397", 1)).not.toBe(first);
  });
});

describe("a request", () => {
  it("without its headers is served and noted", async () => {
    const till = await open();
    await till.get("/health/ping", { headers: { "X-Request-ID": "same", "Content-Type": "text/plain" } });
    await till.get("/health/ping", { headers: { "X-Request-ID": "same" } });
    const [first, second] = till.bank.ledger.callsNamed("health/ping");
    expect(first).toMatchObject({ problems: ["header Content-Type"], statusCode: "0" });
    expect(second).toMatchObject({ problems: ["header X-Request-ID repeated"], statusCode: "0" });
    await till.bank.configure({ strict: true });
    expect((await till.get("/health/ping", { headers: { "X-Request-ID": "same" } })).status).toBe(400);
    expect((await till.get("/health/ping")).status).toBe(200);
  });

  it("is recorded as it came", async () => {
    const till = await open();
    const body = `{"DeviceToken":"${till.deviceToken}","Amount":200.10}`;
    await till.post("/qr/create", body, { headers: { "X-Request-ID": "da16" } });
    const call = till.bank.ledger.calls.at(-1)!;
    expect(call).toMatchObject({
      httpMethod: "POST",
      path: "/r2/v01/qr/create",
      name: "qr/create",
      bodyText: body,
      acted: true,
      paymentId: "9007199254740993",
      client: { commonName: "pos.shop.example" },
      answer: { status: 200, sent: "whole" },
    });
    expect(call.headers["x-request-id"]).toBe("da16");
    expect(call.connection).toBe(till.bank.ledger.calls[0]?.connection);
    expect(till.bank.payments()[0]).toMatchObject({ amountMinor: 20010n, externalId: null });
  });
});
