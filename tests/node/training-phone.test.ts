/** What a learner can make the training banks do, on the real simulators. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHttp, type HttpAdapter } from "../../main/adapters/http.ts";
import { silentLog } from "../../main/adapters/log.ts";
import { startPhone, type Phone } from "../../main/training-phone.ts";
import {
  startEpay,
  startHalyk,
  startSimulator,
  type EpaySimulator,
  type HalykSimulator,
  type Simulator,
} from "../../simulator/index.ts";
import { Shop } from "../simulator/epay-support.ts";

let bank: Simulator;
let halyk: HalykSimulator;
let epay: EpaySimulator;
let shop: Shop;
let http: HttpAdapter;
let phone: Phone;

beforeEach(async () => {
  bank = await startSimulator({ control: true, scanSeconds: 90 });
  halyk = await startHalyk({ control: true });
  epay = await startEpay({ control: true, nextOutcome: "3ds", rsaBits: 2048 });
  shop = new Shop(epay);
  const { files } = bank;
  const identity = {
    cert: readFileSync(files.paths.certificate, "utf8"),
    key: readFileSync(files.paths.privateKey, "utf8"),
    passphrase: files.passphrase,
    ca: [...files.paths.ca, ...halyk.paths.ca, ...epay.paths.ca].map((path) => readFileSync(path, "utf8")),
  };
  http = createHttp({ identity: async () => identity, log: silentLog });
  // A code's time on the till is over one second after it was made.
  phone = startPhone({ kaspi: placeOf(bank), halykQr: placeOf(halyk), epay: placeOf(epay), scanMs: -7_000 });
});
afterEach(async () => {
  phone.close();
  await http.close();
  await Promise.all([bank.stop(), halyk.stop(), epay.stop()]);
});

const placeOf = ({ control }: Simulator | HalykSimulator | EpaySimulator) => ({
  url: control?.url ?? "",
  token: control?.token ?? "",
});

async function send(path: string, body: object | null): Promise<any> {
  const headers = { "content-type": "application/json", "x-request-id": crypto.randomUUID() };
  const text = body === null ? null : JSON.stringify(body);
  const answer = await http.send({
    identity: "x",
    method: body === null ? "GET" : "POST",
    url: bank.url + path,
    headers,
    body: text,
    timeoutMs: 1_000,
  });
  return JSON.parse(answer.text.replace(/"QrPaymentId":(\d+)/, '"QrPaymentId":"$1"'));
}
/** A call to Halyk: its status and its JSON. */
async function sendHalyk(path: string, body: object | null): Promise<[status: number, body: any]> {
  const answer = await http.send({
    identity: "x",
    method: body === null ? "GET" : "POST",
    url: halyk.url + path,
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from(`${halyk.username}:${halyk.password}`).toString("base64")}`,
    },
    body: body === null ? null : JSON.stringify(body),
    timeoutMs: 1_000,
  });
  return [answer.status, JSON.parse(answer.text)];
}
let invoices = 0;
async function sellHalyk(): Promise<string> {
  invoices += 1;
  const body = {
    amount: "5.00",
    terminal: halyk.terminal,
    pointOfSale: "SHOP",
    invoiceId: `00${invoices}`,
    isSkipFin: "N",
  };
  const [, { billNumber }] = await sendHalyk("/generate/code?channel=SMART_POS", body);
  return String(halyk.bills().at(-1)?.billNumber ?? billNumber);
}
const halykStatus = (id: string): Promise<[number, any]> => sendHalyk(`/status/${id}`, null);
async function sell(): Promise<string> {
  const { Data } = await send("/device/register", { DeviceId: "T1", TradePointId: 1 });
  return (await send("/qr/create", { DeviceToken: Data.DeviceToken, Amount: 5, ExternalId: "T1-000001" })).Data
    .QrPaymentId;
}

it("silent: status questions are never answered, until it is taken back", async () => {
  const id = await sell();
  await phone.fault("silent");
  const bill = await sellHalyk();
  const silent = { reach: "sent", problem: "timeout" };
  const asked = shop.call("GET", "/check-status/payment/transaction/1", await shop.serviceToken());
  asked.catch(() => undefined);
  await Promise.all([
    expect(send(`/payment/status/${id}`, null)).rejects.toMatchObject(silent),
    expect(halykStatus(bill)).rejects.toMatchObject(silent),
    expect(Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 1_000, "silence"))])).resolves.toBe(
      "silence",
    ),
  ]);
  await phone.fault("none");
  expect(await halykStatus(bill)).toMatchObject([200, { status: "NEW" }]);
  expect((await send(`/payment/status/${id}`, null)).Data.Status).toBe("QrTokenCreated");
});

it("offline: the bank cannot be reached, until it is taken back", async () => {
  await phone.fault("offline");
  for (const call of [send("/health/ping", null), halykStatus("1")])
    await expect(call).rejects.toMatchObject({ reach: "connect" });
  expect(epay.isUp).toBe(false);
  await phone.fault("none");
  expect((await send("/health/ping", null)).StatusCode).toBe(0);
  expect([halyk.isUp, epay.isUp]).toEqual([true, true]);
});

it("late: a code whose time is over on the till is paid after all, though the till has taken it back, and a page left is confirmed", async () => {
  await phone.fault("late");
  const [id, bill] = [await sell(), await sellHalyk()];
  const left = [await shop.googlePay(), await shop.verify("3ds")];
  expect(left.map(({ invoice }) => epay.transaction(invoice)?.status)).toEqual(["3D", "3D"]);
  const refusal = { billId: bill, status: "REJECTED" };
  expect((await sendHalyk(`/status/${bill}`, refusal))[0]).toBe(400);
  expect((await send(`/payment/status/${id}`, null)).Data.Status).toBe("QrTokenCreated");
  await expect.poll(() => bank.payment(id)?.state, { timeout: 8_000 }).toBe("Processed");
  await expect.poll(() => halyk.bill(bill)?.status, { timeout: 4_000 }).toBe("PAID");
  await expect.poll(() => left.map(({ invoice }) => epay.transaction(invoice)?.status)).toEqual(["CHARGE", "VERIFIED"]);
  await phone.fault("none");
  const [other, unpaid] = [await sell(), await sellHalyk()];
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(bank.payment(other)?.state).toBe("QrTokenCreated");
  expect(halyk.bill(unpaid)?.status).toBe("NEW");
  expect((await sendHalyk(`/status/${unpaid}`, { ...refusal, billId: unpaid }))[0]).toBe(200);
}, 20_000);

it("the customer of a Halyk bill scans, pays or declines, and an act the bank refuses is refused", async () => {
  const [paid, declined] = [await sellHalyk(), await sellHalyk()];
  await phone.customer(paid, "scan");
  expect(halyk.bill(paid)?.status).toBe("SCANNED");
  await phone.customer(paid, "confirm");
  expect(halyk.bill(paid)).toMatchObject({ status: "PAID", captured: true });
  await phone.customer(declined, "scan");
  await phone.customer(declined, "decline");
  expect(halyk.bill(declined)).toMatchObject({ status: "REJECTED", captured: false });
  await expect(phone.customer(declined, "confirm")).rejects.toThrow("409");
});
