/** What a learner can make the training bank do, on the real simulator. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createHttp, type HttpAdapter } from "../../main/adapters/http.ts";
import { silentLog } from "../../main/adapters/log.ts";
import { startPhone, type Phone } from "../../main/training-phone.ts";
import { startSimulator, type Simulator } from "../../simulator/index.ts";

let bank: Simulator;
let http: HttpAdapter;
let phone: Phone;

beforeEach(async () => {
  bank = await startSimulator({ control: true, scanSeconds: 90 });
  const { files } = bank;
  const { readFileSync } = await import("node:fs");
  const identity = {
    cert: readFileSync(files.paths.certificate, "utf8"),
    key: readFileSync(files.paths.privateKey, "utf8"),
    passphrase: files.passphrase,
    ca: files.paths.ca.map((path) => readFileSync(path, "utf8")),
  };
  http = createHttp({ identity: async () => identity, log: silentLog });
  // A token's time on the till is over one second after it was made.
  phone = startPhone(bank.control?.url ?? "", bank.control?.token ?? "", -7_000);
});
afterEach(async () => {
  phone.close();
  await http.close();
  await bank.stop();
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
async function sell(): Promise<string> {
  const { Data } = await send("/device/register", { DeviceId: "T1", TradePointId: 1 });
  return (await send("/qr/create", { DeviceToken: Data.DeviceToken, Amount: 5, ExternalId: "T1-000001" })).Data
    .QrPaymentId;
}

it("silent: status questions are never answered, until it is taken back", async () => {
  const id = await sell();
  await phone.fault("silent");
  await expect(send(`/payment/status/${id}`, null)).rejects.toMatchObject({ reach: "sent", problem: "timeout" });
  await phone.fault("none");
  expect((await send(`/payment/status/${id}`, null)).Data.Status).toBe("QrTokenCreated");
});

it("offline: the bank cannot be reached, until it is taken back", async () => {
  await phone.fault("offline");
  await expect(send("/health/ping", null)).rejects.toMatchObject({ reach: "connect" });
  await phone.fault("none");
  expect((await send("/health/ping", null)).StatusCode).toBe(0);
});

it("late: a token whose time is over on the till is paid after all", async () => {
  await phone.fault("late");
  const id = await sell();
  expect((await send(`/payment/status/${id}`, null)).Data.Status).toBe("QrTokenCreated");
  await expect.poll(() => bank.payment(id)?.state, { timeout: 8_000 }).toBe("Processed");
  await phone.fault("none");
  const other = await sell();
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(bank.payment(other)?.state).toBe("QrTokenCreated");
}, 20_000);
