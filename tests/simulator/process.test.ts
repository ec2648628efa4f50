import { fork, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { idOf, send } from "./support.ts";

const program = join(import.meta.dirname, "../../simulator/main.ts");
const dir = mkdtempSync(join(tmpdir(), "process-"));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ready {
  event: string;
  url: string;
  urls: Record<string, string>;
  apiKey: string;
  ca: string[];
  certificate: string;
  privateKey: string;
  pfx: string;
  passphraseFile: string;
  control: string;
  controlToken: string;
  halyk: Halyk;
  epay: Epay;
}

interface Epay {
  oauthUrl: string;
  apiUrl: string;
  terminals: Record<"payment" | "verification" | "transfer", Record<string, string>>;
  ca: string[];
  control: string;
  controlToken: string;
}

interface Halyk {
  url: string;
  username: string;
  password: string;
  terminal: string;
  ca: string[];
  control: string;
  controlToken: string;
}

/** What the tests read of the control interface's answers. */
interface ControlBody {
  ids: string[];
  state: string;
  captured: boolean;
  pollSeconds: number;
  code: string;
  totals: object;
  complaints: object[];
  refunds: object[];
  calls: { name: string }[];
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", resolve));

async function start(...options: string[]) {
  const child = spawn(process.execPath, [program, "--dir", dir, ...options], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ready: JSON.parse(line) as Ready };
  }
  throw new Error("no line was printed");
}

function ask(ready: Ready, path: string, body?: object) {
  const credentials = {
    ca: ready.ca.map((file) => readFileSync(file, "utf8")),
    pfx: readFileSync(ready.pfx),
    passphrase: readFileSync(ready.passphraseFile, "utf8"),
  };
  return send(ready.url + path, credentials, {
    agent: false,
    method: body ? "POST" : "GET",
    body: body && JSON.stringify(body),
  });
}

function askHalyk({ url, username, password, ca }: Halyk, path: string, body?: object) {
  const pair = Buffer.from(`${username}:${password}`).toString("base64");
  return send(
    url + path,
    { ca: ca.map((file) => readFileSync(file, "utf8")) },
    {
      agent: false,
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
      headers: { Authorization: `Basic ${pair}`, Accept: "application/json" },
    },
  );
}

async function askToken({ oauthUrl, ca }: Epay, form: Record<string, string>): Promise<Record<string, string>> {
  const answer = await send(
    oauthUrl,
    { ca: ca.map((file) => readFileSync(file, "utf8")) },
    {
      agent: false,
      method: "POST",
      body: new URLSearchParams(form).toString(),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    },
  );
  return JSON.parse(answer.text) as Record<string, string>;
}

function askEpay({ apiUrl, ca }: Epay, path: string, token: string, body?: object) {
  return send(
    apiUrl + path,
    { ca: ca.map((file) => readFileSync(file, "utf8")) },
    {
      agent: false,
      method: body ? "POST" : "GET",
      body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}` },
    },
  );
}

async function control(
  ready: Pick<Ready, "control" | "controlToken">,
  method: string,
  path: string,
  body?: unknown,
  token = ready.controlToken,
) {
  const response = await fetch(ready.control + path, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as ControlBody };
}

/** Orders at ePay by way of its page, and gives a part back. Returns a service token and the page's port. */
async function practiseEpay(epay: Epay) {
  const { clientId, clientSecret, terminalId } = epay.terminals.payment;
  const form = {
    grant_type: "client_credentials",
    scope: "payment",
    client_id: clientId!,
    client_secret: clientSecret!,
  };
  const service = await askToken(epay, { ...form, terminal: terminalId! });
  expect(service).toMatchObject({ token_type: "Bearer", expires_in: 7200 });
  expect((await control({ ...epay, controlToken: "no" }, "GET", "/transactions")).status).toBe(401);
  const post = (path: string, body?: object) => control(epay, "POST", path, body);
  expect((await post("/config", { nextOutcome: "3ds" })).status).toBe(200);
  const order = { invoiceID: "100001", amount: "100", currency: "KZT", terminal: terminalId! };
  const { access_token: token } = await askToken(epay, { ...form, ...order });
  const body = {
    amount: 100, currency: "KZT", name: "A", invoiceId: "100001", description: "d", paymentType: "googlePay",
    googlePay: { paymentMethodData: {
      info: {}, tokenizationData: { type: "PAYMENT_GATEWAY", token: '{"signature":"","protocolVersion":"","signedMessage":""}' },
    } },
  }; // prettier-ignore
  const made = await askEpay(epay, "/payment/cryptopay", token!, body);
  const { action } = (JSON.parse(made.text) as { secure3D: { action: string } }).secure3D;
  expect((await fetch(action)).status).toBe(400);
  // The key of cards takes seconds: not before one is asked for.
  expect(existsSync(join(dir, "epay-4096.key"))).toBe(false);
  expect((await post("/transactions/100001/dance")).status).toBe(404);
  expect((await post("/transactions/1/set", { status: "CHARGE" })).status).toBe(404);
  expect((await post("/transactions/100001/set", { status: "PAID" })).status).toBe(400);
  expect((await post("/transactions/100001/refund", { minor: 1_000 })).status).toBe(409);
  expect((await post("/transactions/100001/set", { status: "CHARGE" })).body).toMatchObject({ status: "CHARGE" });
  expect((await post("/transactions/100001/refund", { minor: 1_000 })).body).toMatchObject({ amountMinor: "9000" });
  expect((await control(epay, "GET", "/transactions")).body).toMatchObject([{ invoice: "100001" }]);
  expect((await control(epay, "GET", "/transactions/100001")).body).toMatchObject({ payoutAmountMinor: "1000" });
  expect((await control(epay, "GET", "/cards")).body).toEqual([]);
  expect((await control(epay, "GET", "/ledger?since=1")).body).toMatchObject({
    complaints: [],
    posts: [{ name: "cryptopay", invoice: "100001", acted: true, token }],
    calls: [{ name: "token" }, { name: "cryptopay" }, { name: "acs" }],
    totals: { refundedMinor: "1000", refundedByTillMinor: "0" },
  });
  return { token: service["access_token"]!, acsPort: new URL(action).port };
}

describe("the process", () => {
  it("says where it is, serves and is controlled, and ends with its parent’s pipe", async () => {
    const config = join(dir, "config.json");
    writeFileSync(config, JSON.stringify({ timeScale: 0, scanSeconds: 60 }));
    const { child, ready } = await start("--config", config);
    expect(ready.event).toBe("ready");
    expect(ready.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/r2\/v01$/);

    const token = (await ask(ready, "/device/register", { DeviceId: "A", TradePointId: 1 })).json().Data.DeviceToken;
    const created = await ask(ready, "/qr/create", { DeviceToken: token, Amount: 200 });
    expect(created.json().Data.QrPaymentBehaviorOptions.QrCodeScanWaitTimeout).toBe(60);
    const id = "9007199254740993";

    expect((await control(ready, "GET", "/ledger", undefined, "wrong")).status).toBe(401);
    expect((await control(ready, "POST", `/payments/${id}/confirm`)).status).toBe(409);
    expect((await control(ready, "POST", `/payments/${id}/scan`)).body.state).toBe("Wait");
    expect((await control(ready, "POST", `/payments/1/scan`)).status).toBe(404);
    const { body } = await control(ready, "POST", "/faults", { kind: "html", method: "payment/status" });
    expect(body.ids).toEqual(["f1"]);
    expect((await ask(ready, `/payment/status/${id}`)).status).toBe(502);
    expect((await control(ready, "POST", "/faults", { kind: "late" })).status).toBe(400);
    expect((await control(ready, "DELETE", "/faults")).status).toBe(200);
    expect((await control(ready, "GET", "/faults")).body).toEqual([]);
    expect((await control(ready, "POST", `/payments/${id}/confirm`)).body.captured).toBe(true);
    await control(ready, "POST", "/advance", { ms: 1_000 });
    expect((await control(ready, "POST", "/config", { pollSeconds: 1 })).body.pollSeconds).toBe(1);
    expect((await control(ready, "POST", "/config", { pollSecond: 1 })).status).toBe(400);
    expect((await control(ready, "GET", "/payments")).body).toMatchObject([{ id, amountMinor: "20000" }]);
    const ledger = (await control(ready, "GET", "/ledger")).body;
    expect(ledger.totals).toMatchObject({ processed: 1, processedMinor: "20000" });
    expect(ledger.calls.map((call) => call.name)).toEqual(["device/register", "qr/create", "payment/status"]);
    await control(ready, "POST", "/down");
    await expect(ask(ready, "/health/ping")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await control(ready, "POST", "/up");
    expect((await ask(ready, "/health/ping")).status).toBe(200);

    const exit = exitOf(child);
    child.stdin.end();
    expect(await exit).toBe(0);
  });

  it("serves all three schemes, and the control interface does what customers and owners do", async () => {
    const { child, ready } = await start("--scheme", "3");
    expect(ready.url).toBe(ready.urls[3]);
    expect(Object.keys(ready.urls)).toEqual(["1", "2", "3"]);
    const ca = ready.ca.map((file) => readFileSync(file, "utf8"));
    const headers = { "Api-Key": ready.apiKey };
    expect((await send(`${ready.urls[1]}/health/ping`, { ca }, { agent: false, headers })).status).toBe(200);

    const own = { OrganizationBin: "180340021791" };
    const registered = await ask(ready, "/device/register", { ...own, DeviceId: "A", TradePointId: 1 });
    const token = registered.json().Data.DeviceToken;
    const body = { ...own, DeviceToken: token, Amount: 200, PhoneNumber: "87077777777" };
    const made = [await ask(ready, "/remote/create", body), await ask(ready, "/remote/create", body)];
    const [paid, rejected] = made.map((answer) => idOf(answer, "QrPaymentId"));
    const post = async (path: string, input?: object) => await control(ready, "POST", path, input);
    expect((await post(`/payments/${paid}/pay`)).body).toMatchObject({ kind: "invoice", state: "Processed" });
    expect((await post(`/payments/${rejected}/reject`)).body.state).toBe("Error");
    expect((await post(`/payments/${paid}/refund`, { minor: 500 })).body).toMatchObject({ by: "elsewhere" });
    expect(await post(`/payments/${paid}/refund`, { minor: 19_501 })).toMatchObject({
      status: 409,
      body: { code: "-99000005" },
    });
    expect((await post(`/payments/${paid}/refund`, {})).status).toBe(400);
    expect((await post(`/payments/${paid}/constructor`)).status).toBe(404);
    expect((await control(ready, "GET", "/refunds")).body).toMatchObject([{ purchaseId: paid, amountMinor: "500" }]);
    expect((await control(ready, "GET", `/payments/${paid}`)).body).toMatchObject({ refundedMinor: "500" });

    expect((await post("/tradepoints/1", { enabled: false })).body).toMatchObject({ id: "1", enabled: false });
    expect((await post("/tradepoints/1", { open: false })).status).toBe(400);
    expect((await ask(ready, "/qr/create", body)).json().StatusCode).toBe(990000018);
    expect((await post(`/devices/${token}/disable`)).status).toBe(200);
    expect((await control(ready, "GET", "/devices")).body).toMatchObject([{ token, active: false, scheme: 3 }]);
    expect((await post(`/devices/${token}/forget`)).status).toBe(200);
    expect((await post(`/devices/${token}/forget`)).status).toBe(404);

    const standard = { ...ready, url: ready.urls[2]! };
    const other = await ask(standard, "/device/register", { DeviceId: "A", TradePointId: 2 });
    const qr = await ask(standard, "/return/create", { DeviceToken: other.json().Data.DeviceToken });
    const returnId = idOf(qr, "QrReturnId");
    const scanned = await post(`/returns/${returnId}/scan`, { customer: "aigul" });
    expect(scanned.body).toMatchObject({ state: "CustomerIdentityObtained", customer: "aigul" });
    expect((await post(`/returns/${returnId}/scanerror`)).status).toBe(409);
    expect((await control(ready, "GET", `/returns/${returnId}`)).body.state).toBe("CustomerIdentityObtained");
    const ledger = (await control(ready, "GET", "/ledger")).body;
    expect(ledger).toMatchObject({ refunds: [{ by: "elsewhere" }], complaints: [], returns: [{ id: returnId }] });
    const exit = exitOf(child);
    child.stdin.end();
    expect(await exit).toBe(0);
  });

  it("serves Halyk and ePay beside Kaspi, on the ports and with the secrets of the time before", async () => {
    const state = join(dir, "both.json");
    const first = await start("--state", state);
    const { halyk } = first.ready;
    expect(halyk.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/internal\/qr-service\/internal$/);
    const wanted = { amount: 250, terminal: halyk.terminal, pointOfSale: "THE KITCHEN" };
    const made = [];
    for (const invoiceId of ["1", "2", "3"]) {
      made.push(idOf(await askHalyk(halyk, "/generate/code", { ...wanted, invoiceId }), "billNumber"));
    }
    const [paid, rejected, waiting] = made;
    const post = (path: string, body?: object) => control(halyk, "POST", path, body);
    expect((await control({ ...halyk, controlToken: "no" }, "GET", "/bills")).status).toBe(401);
    expect((await post(`/bills/${paid}/block`)).status).toBe(409);
    expect((await post(`/bills/${paid}/scan`)).body).toMatchObject({ status: "SCANNED" });
    expect((await post(`/bills/${paid}/pay`, { bonusMinor: 500 })).body).toMatchObject({ captured: true });
    expect((await post(`/bills/${rejected}/reject`, { errDescription: "Нет" })).body).toMatchObject({
      status: "REJECTED",
      errDescription: "Нет",
    });
    expect((await post(`/bills/${rejected}/dance`)).status).toBe(404);
    expect((await post("/bills/1/scan")).status).toBe(404);
    expect((await post(`/bills/${paid}/refund`, { minor: 0 })).status).toBe(400);
    expect((await post(`/bills/${paid}/refund`, { minor: 100 })).body).toMatchObject({ kind: "refund", of: paid });
    expect((await post("/config", { refundSeconds: null })).status).toBe(200);
    const refund = idOf(await askHalyk(halyk, "/generate/refund", { amount: 2, billId: paid }), "billNumber");
    expect((await post(`/bills/${refund}/finish`)).body).toMatchObject({ status: "PAID", amountMinor: "200" });
    expect((await post(`/bills/${refund}/fail`)).status).toBe(409);
    expect((await post("/faults", { kind: "http", status: 500, method: "status" })).body.ids).toEqual(["f1"]);
    expect((await askHalyk(halyk, `/status/${paid}`)).status).toBe(500);
    expect((await post("/faults", { kind: "answer", message: "" })).status).toBe(400);
    expect((await control(halyk, "GET", `/bills/${paid}`)).body).toMatchObject({ refundedMinor: "300" });
    expect((await control(halyk, "GET", "/ledger")).body).toMatchObject({
      complaints: [],
      totals: { captured: 1, capturedMinor: "25000", refundedMinor: "300", refundedByTillMinor: "200" },
    });
    expect((await control(first.ready, "GET", "/payments")).body).toEqual([]);
    const { epay } = first.ready;
    const practised = await practiseEpay(epay);
    first.child.kill("SIGTERM");
    await exitOf(first.child);

    const ports = ["--halyk-port", new URL(halyk.url).port, "--epay-port", new URL(epay.apiUrl).port];
    const second = await start("--state", state, ...ports, "--epay-acs-port", practised.acsPort);
    expect(second.ready.halyk).toMatchObject({ url: halyk.url, username: halyk.username, password: halyk.password });
    expect((await askHalyk(second.ready.halyk, `/status/${waiting}`)).text).toContain('"status":"NEW"');
    const { apiUrl, oauthUrl, terminals } = epay;
    expect(second.ready.epay).toMatchObject({ apiUrl, oauthUrl, terminals });
    const status = "/check-status/payment/transaction/100001";
    expect((await askEpay(second.ready.epay, status, practised.token)).text).toContain('"statusName":"REFUND"');
  });

  it("reports over IPC and ends when the channel closes", async () => {
    const child = fork(program, ["--dir", dir], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    children.push(child);
    const ready = await new Promise<Ready>((resolve) => child.once("message", (message) => resolve(message as Ready)));
    expect((await ask(ready, "/health/ping")).status).toBe(200);
    const exit = exitOf(child);
    child.disconnect();
    expect(await exit).toBe(0);
  });

  it("ends on SIGTERM", async () => {
    const { child } = await start();
    const exit = exitOf(child);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });

  it("refuses wrong options", async () => {
    const child = spawn(process.execPath, [program, "--port", "1"], { stdio: "ignore" });
    children.push(child);
    expect(await exitOf(child)).toBe(2);
  });
});
