/**
 * Every secret that a till can be given stands in its vault and nowhere else (docs/security.md): the real program before
 * three simulated banks, through good days, faults, wrong input and a sudden death; then every byte is searched that it has
 * written, answered, printed or handed on to another process.
 */
import { createDecipheriv, randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startEpay,
  startHalyk,
  startSimulator,
  testCard,
  type EpaySimulator,
  type HalykSimulator,
  type Simulator,
} from "../../simulator/index.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { createSearch, filesBelow, type Canary } from "../support/canary.ts";
import { heardHost, type HeardHost } from "../support/heard-host.ts";
import { ask } from "../support/http-client.ts";
import { goodHalykQr, goodProvision, type Raw } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

const TOKEN = "canary-token-of-the-till-4f1b";
const KEY = randomBytes(32);
/** What a person or a program has given at the till; the vault's own content comes on top of it. */
const GIVEN = {
  "the key of the till API": TOKEN,
  "another key of the till API": "canary-token-of-the-shop-9c2e",
  "the technician's PIN": "730155918264",
  "the cashier's PIN": "284619730551",
  "Kaspi's key": "canary-kaspi-api-key-71d0",
  "the gateway's proof": "canary-proof-of-the-gateway-5a8f",
  "the passphrase": "canary pass phrase #$&%+ of the certificate",
  "the device's token": "canary-device-token-3b6d",
  "Halyk's password": 'canary:halyk-password#$&%+"<',
  "the broker's password": "canary-broker-password-08ce",
} as const;
const WRONG = {
  "a mistyped token": "canary-token-of-the-till-4f1c",
  "a mistyped PIN": "730155918265",
  "a mistyped passphrase": "canary pass phrase #$&%+ of another",
  "a mistyped launch key": "canary-launch-key-that-is-none-66",
  "what an error quotes": "canary-in-the-words-of-an-error-2d",
} as const;

let bundles: Bundles;
let kaspi: Simulator;
let halyk: HalykSimulator;
let epay: EpaySimulator;
let dir: string;
let shop: Shop;
let host: HeardHost;
const found: Canary[] = [{ name: "the vault's key", value: KEY }];
for (const [name, value] of Object.entries({ ...GIVEN, ...WRONG })) found.push({ name, value });

const data = (): string => join(dir, "data");

function provision(own: Raw): Raw {
  return {
    ...goodProvision(),
    displays: { customer: "any" },
    adminPin: undefined,
    people: [
      { id: "t1", name: "Техник", role: "technician", pin: GIVEN["the technician's PIN"] },
      { id: "c1", name: "Кассир", role: "cashier", pin: GIVEN["the cashier's PIN"] },
    ],
    till: {
      id: "A1",
      token: GIVEN["another key of the till API"],
      tokens: [{ name: "all", token: TOKEN, may: ["pay", "refund", "read", "cards", "support"] }],
    },
    providers: {
      kaspi: { environment: "test", deviceId: "CANARY-1", tradePointId: "12", ca: kaspi.paths.ca, ...own },
      halykQr: goodHalykQr({
        url: halyk.url,
        ca: halyk.paths.ca,
        username: halyk.username,
        password: halyk.password,
        terminal: halyk.terminal,
        pollSeconds: 2,
        kafka: {
          // Nobody listens there: what it says of that is searched too.
          brokers: ["127.0.0.1:1"],
          sasl: { mechanism: "PLAIN", username: "events", password: GIVEN["the broker's password"] },
        },
      }),
      epay: {
        environment: "test",
        oauthUrl: epay.urls.oauth,
        apiUrl: epay.urls.api,
        ca: epay.paths.ca,
        terminals: epay.terminals,
        cards: true,
        operations: true,
      },
    },
  };
}

const state = async (id: string): Promise<string> => (await host.api("GET", `/payments/${id}`)).json().state;
const reaches = (id: string, ...states: string[]): Promise<unknown> =>
  host.until(states.join(" or "), async () => states.includes(await state(id)));
async function sell(provider: string, more: object = {}): Promise<any> {
  const answer = await host.api("POST", "/payments", { amount: "5000.00", provider, ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.json();
}
const away = (id: string): Promise<unknown> => host.api("POST", `/payments/${id}/dismiss`);
const ready = (name: string): Promise<unknown> =>
  host.until(`${name} is ready`, async () => (await host.api("GET", "/health")).json().providers[name].ready);

/** What a bank says that repeats in its words whatever it was sent in confidence. */
const echo = (...told: string[]): string =>
  JSON.stringify({
    StatusCode: -99000001,
    code: "X",
    message: `what is ${told.join(" or ")}?`,
    Message: told.join(" ; "),
  });

beforeAll(async () => {
  bundles = await buildBundles(["node.cjs", "certificate-worker.cjs", "events-worker.cjs"]);
  dir = await mkdtemp(join(tmpdir(), "qabyl-canary-"));
  const options = { scheme: 1, schemes: [1, 2], pollSeconds: 1, apiKey: GIVEN["Kaspi's key"] } as const;
  [kaspi, halyk, epay, shop] = await Promise.all([
    startSimulator(options),
    startHalyk({ username: "shop", password: GIVEN["Halyk's password"] }),
    startEpay({ rsaBits: 2048 }),
    openShop(),
  ]);
  // A browser that writes down what it was handed, and is none.
  const browser = join(dir, "browser.sh");
  await writeFile(
    browser,
    `#!/bin/sh\nenv > ${dir}/handed-on.env\nprintf '%s ' "$@" > ${dir}/handed-on.args\nexit 1\n`,
  );
  await chmod(browser, 0o755);
  // An error that nobody catches, whose words quote what could not be read.
  const fault = join(bundles.dir, "fault.cjs");
  const quoted = JSON.stringify(WRONG["what an error quotes"]);
  await writeFile(fault, `process.on("SIGUSR2", () => setImmediate(() => JSON.parse("{" + ${quoted})));`);
  host = heardHost({
    node: ["--require", fault],
    bundle: bundles.path("node.cjs"),
    data: data(),
    config: join(dir, "config"),
    token: TOKEN,
    browser: true,
    env: { QABYL_VAULT_KEY: KEY.toString("base64"), POS_CHROMIUM: browser },
  });
}, 60_000);
afterAll(async () => {
  await host.stop("SIGKILL").catch(() => undefined);
  await Promise.all([kaspi.stop(), halyk.stop(), epay.stop()]);
  await Promise.all([shop.remove(), bundles.remove()]);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

describe("what the till was given", () => {
  it("goes through a first start, payments at each bank, and banks that repeat what they were sent", async () => {
    const headers = { "X-Gateway-Proof": GIVEN["the gateway's proof"] };
    await shop.write(
      provision({
        scheme: 1,
        url: kaspi.urlOf(1),
        apiKey: GIVEN["Kaspi's key"],
        deviceToken: GIVEN["the device's token"],
        headers,
      }),
    );
    await host.start("--provision", shop.file);
    const login = `${halyk.username}:${halyk.password}`;
    const told = [
      [kaspi, GIVEN["Kaspi's key"], GIVEN["the device's token"], GIVEN["the gateway's proof"]],
      [halyk, halyk.password, `Basic ${Buffer.from(login).toString("base64")}`],
      [epay, epay.terminals.payment.clientSecret],
    ] as const;
    const echoes = told.map(([{ faults }, ...secrets]) => {
      faults.add({ kind: "http", status: 400, body: echo(...secrets), count: "all" });
      return faults;
    });
    for (const provider of ["kaspi", "halykQr"]) {
      await host.call("bank.prepare", { provider });
      const answer = await host.api("POST", "/payments", { amount: "700.00", provider });
      if (answer.status === 201) await away(answer.json().id);
    }
    await host.until("the banks were asked", async () =>
      echoes.slice(0, 2).every((own) => own.list().some(({ hits }) => hits > 0)),
    );
    for (const faults of echoes) faults.clear();
  }, 60_000);

  it("goes through wrong input of programs and people", async () => {
    const { port } = host;
    const wrong = WRONG["a mistyped token"];
    expect((await host.api("GET", "/payments", undefined, wrong)).status).toBe(401);
    expect((await host.api("GET", `/payments?token=${TOKEN}`)).status).toBe(400);
    expect((await host.api("POST", "/payments", `{"amount":"1","${GIVEN["Kaspi's key"]}`)).status).toBe(400);
    expect((await host.api("POST", "/payments", { amount: "1", provider: "kaspi", [wrong]: wrong })).status).toBe(400);
    expect((await host.call("desk.unlock", { pin: WRONG["a mistyped PIN"] })).error.code).toBe("wrong_pin");
    expect((await host.call("desk.unlock", { pin: GIVEN["the technician's PIN"], [wrong]: 1 })).ok).toBe(false);
    const origin = `http://127.0.0.1:${port}`;
    const body = JSON.stringify({ key: WRONG["a mistyped launch key"] });
    const answer = await ask(port, {
      method: "POST",
      path: "/session",
      headers: { origin, "content-type": "application/json" },
      body,
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    host.said.push(["a wrong launch key", answer.text]);
  }, 60_000);

  it("goes through the technician's desk: a certificate, a key of its own, a token, the support file, a backup", async () => {
    const unlocked = await host.call("desk.unlock", { pin: GIVEN["the technician's PIN"] }, { secret: true });
    const { session } = unlocked.value;
    found.push({ name: "the desk's session", value: session });
    const file = async (path: string): Promise<string> => (await readFile(path)).toString("base64");
    const certificate = await file(join(shop.dir, "certfile.pfx"));
    const wrong = { session, certificate, privateKey: null, passphrase: WRONG["a mistyped passphrase"] };
    expect((await host.call("certificate.open", wrong)).error.code).toBe("cert_wrong_passphrase");
    const subject = { commonName: "A1", organization: "Shop", bin: "180340021791", email: "a@example.kz" };
    await host.call("certificate.request", { session, subject });
    const made = await host.call("token.make", { session, name: "made", may: ["read"] }, { secret: true });
    found.push({ name: "a token made at the desk", value: made.value.token });
    for (const name of ["settings.get", "bank.check", "support.save", "journal.backup", "journal.verify"])
      expect(
        await host.call(name, { session, ...(name === "bank.check" ? { provider: "halykQr" } : {}) }),
      ).toMatchObject({ ok: true });
    await host.call("desk.lock", { session });
  }, 60_000);

  it("goes through sales, a death in the middle of one, and other settings after it", async () => {
    await ready("halykQr");
    const bill = await sell("halykQr");
    halyk.pay(bill.bankId);
    await reaches(bill.id, "paid");
    await away(bill.id);
    const card = { number: testCard("ok"), expiry: "12/29", cvc: "739", name: "AIGERIM SERIK" };
    const typed = await sell("epay", { method: "card", card });
    await reaches(typed.id, "paid", "declined", "failed");
    await away(typed.id);
    found.push({ name: "a token of ePay", value: epay.ledger.tokens[0]?.token ?? "" });
    await sell("halykQr");
    await host.stop("SIGKILL");

    const { certificate, privateKey } = kaspi.paths;
    const { passphrase } = kaspi.files;
    found.push({ name: "the certificate's passphrase", value: passphrase });
    await shop.write(
      provision({ scheme: 2, url: kaspi.urlOf(2), deviceId: "CANARY-2", certificate, privateKey, passphrase }),
    );
    await host.start("--provision", shop.file);
    const [open] = (await host.api("GET", "/payments")).json().items;
    halyk.pay(open.bankId);
    await reaches(open.id, "paid");
    await away(open.id);
    await ready("kaspi");
    const sale = await sell("kaspi");
    kaspi.pay(sale.bankId);
    await reaches(sale.id, "paid");
    for (const path of ["/support", "/openapi.json", "/payments", "/refunds", "/cards", "/health"])
      await host.api("GET", path);
    await host.call("history.list", { limit: 50 });
    await host.call("review.list", {});
  }, 60_000);

  it.runIf(process.platform === "linux")("is in no argument of a process, and not handed on to another", async () => {
    const { pid } = host.process.child;
    const search = createSearch(found);
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    for (const id of processes) {
      const read = (name: string): Promise<Buffer> => readFile(`/proc/${id}/${name}`).catch(() => Buffer.alloc(0));
      expect(search(`arguments of ${id}`, await read("cmdline"))).toEqual([]);
      const parent = /^PPid:\s+(\d+)/m.exec((await read("status")).toString())?.[1];
      if (parent === String(pid)) expect(search(`environment of ${id}`, await read("environ"))).toEqual([]);
    }
    // What is searched there is the truth: the environment that our own process was given stays readable in /proc.
    expect(search("x", await readFile(`/proc/${String(pid)}/environ`))).toEqual(["the vault's key in x"]);
    expect(await readFile(join(dir, "handed-on.env"), "utf8")).toContain("POS_CHROMIUM=");
  });

  it("goes through an error that nobody catches, and the restart after it", async () => {
    host.process.child.kill("SIGUSR2");
    const ready = (): number => host.process.stdout().filter((line) => line.includes('"ready"')).length;
    await host.until("the program is there again", async () => ready() === 2);
    const crashes = await readFile(join(data(), "crashes.json"), "utf8");
    expect(crashes).toContain("SyntaxError");
  }, 60_000);

  it("F6: is in the vault, and in nothing that was written, said or handed on", async () => {
    expect(await host.stop()).toBe(0);
    const inVault = await openedVault();
    expect(inVault.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/mac\/chain/),
        expect.stringMatching(/profile\/.*apiKey/),
        expect.stringMatching(/profile\/.*password/),
        expect.stringMatching(/profile\/.*payment/i),
        expect.stringMatching(/identity\/.*key/),
        expect.stringMatching(/events\/.*password/),
      ]),
    );
    found.push(...inVault, { name: "the page's token", value: host.page });
    const files = (await filesBelow(data())).map(({ path }) => path.slice(data().length));
    for (const name of [
      /^.journal\.db$/,
      /^.vault$/,
      /^.logs.qabyl.*\.log$/,
      /^.support.support-.*\.json$/,
      /^.backups.journal-.*\.db$/,
    ])
      expect(files).toContainEqual(expect.stringMatching(name));
    expect(await host.leaks(found, dir)).toEqual([]);
    // A value that a page of the file cuts in two is found by its row.
    const search = createSearch(found);
    for (const name of files.filter((path) => path.endsWith(".db")))
      expect(search(name, rowsOf(join(data(), name)))).toEqual([]);
    const stdoutAside = host.said.filter(([place]) => place !== "stdout");
    const launch = createSearch([{ name: "the launch key that was used", value: host.key }]);
    expect(
      [...stdoutAside, ...(await filesBelow(dir)).map(({ path, content }) => [path, content] as const)].flatMap(
        ([place, text]) => launch(place, text),
      ),
    ).toEqual([]);
  }, 60_000);
});

/** What may be known of what stands in the vault; everything else there is searched for, also what is put there in times to come. */
const PUBLIC = /^journal\/anchor|\.(cert|ca|\w+Client|username|brokers|topic|groupId|mechanism)(\.\d+)?$/;

async function openedVault(): Promise<Canary[]> {
  const envelope = JSON.parse(await readFile(join(data(), "vault"), "utf8"));
  const decipher = createDecipheriv("aes-256-gcm", KEY, Buffer.from(envelope.nonce, "base64"))
    .setAAD(Buffer.from(`qabyl-vault\n1\n${envelope.key}`))
    .setAuthTag(Buffer.from(envelope.tag, "base64"));
  const text = Buffer.concat([decipher.update(Buffer.from(envelope.data, "base64")), decipher.final()]).toString();
  const entries = JSON.parse(text) as [string, string][];
  return entries
    .flatMap(([name, value]) => leavesOf(name, value.startsWith("{") ? JSON.parse(value) : value))
    .filter(([path, value]) => !PUBLIC.test(path) && value.length >= 8)
    .flatMap(([name, value]) => {
      if (!value.includes("-----BEGIN")) return [{ name, value }];
      // A key in PEM may be kept in another wrapping: each of its lines, and its bytes.
      const lines = value.split("\n").filter((line) => line.length === 64);
      return [...lines, Buffer.from(lines.join(""), "base64")].map((part) => ({ name, value: part }));
    });
}

function leavesOf(path: string, value: unknown): [path: string, value: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(`${path}.${name}`, part));
}

/** Everything that stands in a journal, as text. */
function rowsOf(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables
      .flatMap(({ name }) => db.prepare(`SELECT * FROM "${String(name)}"`).all())
      .flatMap((row) => Object.values(row).map(String))
      .join("\n");
  } finally {
    db.close();
  }
}
