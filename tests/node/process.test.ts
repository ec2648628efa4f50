/** The Node host as a process: exit codes, the ready line, the launch file, provisioning and training from end to end. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, unlink } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startHalyk, startSimulator, type HalykSimulator, type Simulator } from "../../simulator/index.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { startHost, type HostProcess } from "../support/host-process.ts";
import { ask, openStream } from "../support/http-client.ts";
import { goodProvision, SECRETS, withField, withHalykQr, type Raw } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

const { version: VERSION } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"));

let bundles: Bundles;
let bank: Simulator;
let halyk: HalykSimulator;
let dir: string;
let shop: Shop;
let running: HostProcess[] = [];

beforeAll(async () => {
  bundles = await buildBundles(["node.cjs", "simulator.cjs", "certificate-worker.cjs"]);
  bank = await startSimulator();
  halyk = await startHalyk({ username: "shop", password: SECRETS.halykPassword });
}, 60_000);
afterAll(async () => {
  await Promise.all([bank.stop(), halyk.stop()]);
  await bundles.remove();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-host-"));
  shop = await openShop();
});
afterEach(async () => {
  await Promise.all(running.map((host) => host.stop("SIGKILL")));
  running = [];
  await shop.remove();
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

const data = (): string => join(dir, "data");
function start(...args: string[]): HostProcess {
  const host = startHost(bundles.path("node.cjs"), join(dir, "config"), [
    "--no-browser",
    "--port",
    "0",
    "--data",
    data(),
    ...args,
  ]);
  running.push(host);
  return host;
}
/** A file for the bank of this test. */
function forBank(): Raw {
  const { ca, certificate, privateKey } = bank.paths;
  return goodProvision({ url: bank.url, certificate, privateKey, ca, passphrase: bank.files.passphrase });
}
const authorized = { authorization: `Bearer ${SECRETS.token}` };
const post = (port: number, path: string, key: string, body: object, headers: Record<string, string> = authorized) =>
  ask(port, {
    method: "POST",
    path: `/api/v1${path}`,
    headers: { ...headers, "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
const pay = (port: number, key: string, headers: Record<string, string> = authorized, provider = "kaspi") =>
  post(port, "/payments", key, { amount: "5000", provider }, headers);
async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let i = 0; i < 200; i += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen");
}

describe("exit code 2", () => {
  it("bad options, each named", async () => {
    const host = start("--colour", "--tls-key", "k");
    expect(await host.exit).toBe(2);
    expect(host.stderr()).toMatch(/^--colour: /m);
    expect(host.stderr()).toMatch(/^--tls-key: /m);
    expect(host.stdout()).toEqual([]);
  });
  it("a bad provisioning file, each wrong field named and no secret said", async () => {
    await shop.write(
      withField(withField(goodProvision({ colour: 1 }), "mode", "bazaar"), "till.tokens[0].token", "SECRET-short"),
    );
    const host = start("--provision", shop.file);
    expect(await host.exit).toBe(2);
    for (const path of ["mode", "till.tokens[0].token", "providers.kaspi.colour"])
      expect(host.stderr()).toContain(`${path}: `);
    expect(host.stderr()).not.toContain("SECRET");
  });
  it("a certificate that does not open, in words", async () => {
    await shop.write(goodProvision({ passphrase: "not-the-one" }));
    const host = start("--provision", shop.file);
    expect(await host.exit).toBe(2);
    expect(host.stderr()).toMatch(/^providers\.kaspi\.passphrase: .*passphrase/m);
  });
  it("no such file, and nothing applied before", async () => {
    expect(await start("--provision", join(dir, "none.json")).exit).toBe(2);
  });
  it("--listen without a token", async () => {
    await shop.write(withField(forBank(), "till.tokens", []));
    await shop.put("key.pem", bank.files.server.privateKey.export({ type: "pkcs8", format: "pem" }));
    await shop.put("cert.pem", bank.files.server.certificate);
    const host = start(
      "--provision",
      shop.file,
      "--listen",
      "127.0.0.1",
      "--tls-cert",
      join(shop.dir, "cert.pem"),
      "--tls-key",
      join(shop.dir, "key.pem"),
    );
    expect(await host.exit).toBe(2);
    expect(host.stderr()).toContain("--listen: ");
  });
});

describe("exit codes 3, 4 and 5", () => {
  it("3: the folder is held; free again after SIGKILL", async () => {
    const first = start();
    await first.ready;
    const second = start();
    expect(await second.exit).toBe(3);
    await first.stop("SIGKILL");
    const third = start();
    await third.ready;
    expect((await third.stop()).code).toBe(0);
  });
  it("4: the journal is of a newer version", async () => {
    const first = start();
    await first.ready;
    await first.stop();
    const db = new DatabaseSync(join(data(), "journal.db"));
    db.exec("PRAGMA user_version = 999");
    db.close();
    const second = start();
    expect(await second.exit).toBe(4);
    expect(second.stderr()).toContain("newer version");
  });
  it("5: the port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const host = startHost(bundles.path("node.cjs"), join(dir, "config"), [
      "--no-browser",
      "--port",
      String(port),
      "--data",
      data(),
    ]);
    expect(await host.exit).toBe(5);
    server.close();
  });
});

describe("a host with nothing provisioned", () => {
  it("says so on the screen, has no till API, and tells nothing but the ready line", async () => {
    const host = start();
    const { url, till, version } = await host.ready;
    expect([till, version]).toEqual([null, VERSION]);
    const port = await host.port();
    expect((await ask(port, { path: "/api/v1/health", headers: authorized })).status).toBe(404);
    const token = await session(url);
    const stream = await openStream(port, "/watch?view=cashier", {
      "sec-fetch-site": "same-origin",
      "x-qabyl-page": token,
    });
    const snapshot = JSON.parse((await stream.until((text) => text.includes("\n"))).split("\n")[0] ?? "");
    expect(snapshot.app).toMatchObject({ setupNeeded: true, training: false, environment: "none" });
    const stopped = await host.stop("SIGINT");
    expect(stopped.code).toBe(0);
    expect(stopped.ms).toBeLessThan(3_000);
    expect(host.stdout()).toHaveLength(1);
  });

  it("gives a fresh key for each time its launch file is taken away", async () => {
    const host = start();
    await host.ready;
    const path = join(data(), "launch.json");
    const seen = new Set<string>();
    for (let i = 0; i < 2; i += 1) {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const { url } = JSON.parse(await readFile(path, "utf8"));
      seen.add(url);
      expect(await session(url)).toMatch(/^[\w-]{43}$/);
      await unlink(path);
      await until(async () => existsSync(path));
    }
    expect(seen.size).toBe(2);
    await host.stop();
    expect(existsSync(path)).toBe(false);
  });
});

async function session(url: string): Promise<string> {
  const { origin, searchParams, port } = new URL(url);
  const answer = await ask(Number(port), {
    method: "POST",
    path: "/session",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ key: searchParams.get("key") }),
  });
  return answer.json().token;
}

describe("a provisioned host", () => {
  it("takes a payment over the till API, and starts again with what was applied", async () => {
    await shop.write(forBank());
    const first = start("--provision", shop.file);
    expect((await first.ready).till).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
    expect(first.stderr()).toContain("delete it");
    const port = await first.port();
    await until(
      async () => (await ask(port, { path: "/api/v1/health", headers: authorized })).json().providers.kaspi.ready,
    );
    const answer = await pay(port, "key-1");
    expect([answer.status, answer.json().state, answer.json().environment]).toEqual([201, "awaiting_scan", "test"]);
    const payment = answer.json();
    expect(bank.payment(payment.bankId)?.token).toBe(payment.qr.payload);
    await first.stop("SIGKILL");

    await unlink(shop.file);
    for (const args of [[], ["--provision", shop.file]]) {
      const again = start(...args);
      const next = await again.port();
      const same = await pay(next, "key-1");
      expect([same.status, same.json().id, same.json().qr]).toEqual([200, payment.id, payment.qr]);
      expect((await pay(next, "key-2")).json().error.code).toBe("till_busy");
      if (args.length > 0) expect(again.stderr()).toContain("not there any more");
      expect((await again.stop()).code).toBe(0);
    }
    const files = await Promise.all(["journal.db", "vault"].map((name) => readFile(join(data(), name), "latin1")));
    for (const secret of [SECRETS.token, SECRETS.pin, bank.files.passphrase])
      expect(files.join("")).not.toContain(secret);
  }, 30_000);

  it("with Halyk alone takes a payment, and no password is in any file or line", async () => {
    const given = { url: halyk.url, ca: halyk.paths.ca, terminal: halyk.terminal, pointOfSale: undefined, kafka: null };
    await shop.write(withHalykQr({ ...given, pollSeconds: 2 }, { kaspi: false }));
    const host = start("--provision", shop.file);
    const port = await host.port();
    const get = async (path: string) => (await ask(port, { path: `/api/v1${path}`, headers: authorized })).json();
    const { providers } = await until(async () => {
      const health = await get("/health");
      return health.providers.halykQr.ready && health;
    });
    expect(Object.keys(providers)).toEqual(["halykQr"]);
    expect(providers.halykQr).toMatchObject({ events: "off", certificateExpires: null });
    expect((await pay(port, "other")).json().error.code).toBe("not_configured");
    const answer = await pay(port, "key-1", authorized, "halykQr");
    const sale = answer.json();
    expect(answer.status).toBe(201);
    expect(sale).toMatchObject({ state: "awaiting_scan", invoiceId: expect.stringMatching(/^\d{14}$/) });
    expect(halyk.bill(sale.bankId)).toMatchObject({
      qrcode: sale.qr.payload,
      invoiceId: sale.invoiceId,
      pointOfSale: "Duken No1",
    });
    halyk.pay(sale.bankId);
    const paid = await until(async () => {
      const now = await get(`/payments/${sale.id}`);
      return now.state === "paid" && now;
    });
    expect(paid.details).toMatchObject({ reference: halyk.bill(sale.bankId)?.card?.reference });

    expect((await host.stop()).code).toBe(0);
    const files = await Promise.all(["journal.db", "vault"].map((name) => readFile(join(data(), name), "latin1")));
    const basic = Buffer.from(`shop:${SECRETS.halykPassword}`).toString("base64");
    for (const secret of [SECRETS.halykPassword, basic])
      expect([...files, host.stderr(), ...host.stdout()].join("")).not.toContain(secret);
  }, 30_000);

  it("serves the till API, and only that, on the network over TLS under the certificate's names", async () => {
    await shop.write(forBank());
    await shop.put("key.pem", bank.files.server.privateKey.export({ type: "pkcs8", format: "pem" }));
    await shop.put("cert.pem", bank.files.server.certificate + bank.files.ca.intermediate);
    const host = start(
      "--provision",
      shop.file,
      "--listen",
      "127.0.0.1:0",
      "--tls-cert",
      join(shop.dir, "cert.pem"),
      "--tls-key",
      join(shop.dir, "key.pem"),
    );
    const port = Number(new URL((await host.ready).listen ?? "").port);
    const get = (path: string, name: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const ca = [bank.files.ca.root, bank.files.ca.intermediate];
        request(
          {
            host: "127.0.0.1",
            servername: "localhost",
            port,
            path,
            ca,
            headers: { ...authorized, host: `${name}:${port}` },
          },
          (response) => resolve(response.resume().statusCode ?? 0),
        )
          .on("error", reject)
          .end();
      });
    expect(await get("/api/v1/health", "127.0.0.1")).toBe(200);
    expect(await get("/api/v1/health", "localhost")).toBe(200);
    expect(await get("/api/v1/health", "example.com")).toBe(403);
    for (const path of ["/", "/session", "/call", "/watch?view=cashier"])
      expect(await get(path, "localhost")).toBe(404);
  }, 20_000);
});

describe("training", () => {
  it("has a folder, two banks, a token and faults of its own", async () => {
    const host = start("--training");
    const { url, till } = await host.ready;
    expect(till).not.toBeNull();
    expect(existsSync(join(data(), "journal.db"))).toBe(false);
    const folder = join(data(), "training");
    expect((await stat(join(folder, "till-token"))).mode & 0o777).toBe(0o600);
    const token = { authorization: `Bearer ${(await readFile(join(folder, "till-token"), "utf8")).trim()}` };
    const port = await host.port();
    await until(async () => {
      const { providers } = (await ask(port, { path: "/api/v1/health", headers: token })).json();
      return providers.kaspi.ready && providers.halykQr.ready;
    });

    const page = await session(url);
    const call = async (name: string, input: unknown) =>
      (
        await ask(port, {
          method: "POST",
          path: "/call",
          headers: { origin: `http://127.0.0.1:${port}`, "content-type": "application/json", "x-qabyl-page": page },
          body: JSON.stringify({ name, input }),
        })
      ).json();
    const sale = (await pay(port, "k1", token)).json();
    expect(sale).toMatchObject({ state: "awaiting_scan", environment: "training" });
    expect(await call("training.fault", { fault: "offline" })).toMatchObject({ ok: true });
    expect((await call("training.phone", { id: sale.id, action: "scan" })).ok).toBe(false);
    expect(await call("training.fault", { fault: "none" })).toMatchObject({ ok: true });
    const play = async (id: string, action: string, wanted: string): Promise<void> => {
      expect((await call("training.phone", { id, action })).ok).toBe(true);
      await until(
        async () => (await ask(port, { path: `/api/v1/payments/${id}`, headers: token })).json().state === wanted,
      );
    };
    await play(sale.id, "scan", "awaiting_confirmation");
    await play(sale.id, "confirm", "paid");
    const other = (await pay(port, "k2", token, "halykQr")).json();
    expect(other).toMatchObject({ state: "awaiting_scan", environment: "training" });
    await play(other.id, "decline", "declined");
    expect((await host.stop()).code).toBe(0);

    // Both banks are where they were: payments of the last practice can be asked about.
    const again = start("--training");
    const next = await again.port();
    expect((await ask(next, { path: `/api/v1/payments/${sale.id}`, headers: token })).json().state).toBe("paid");
    const third = await until(async () => {
      const tried = (await pay(next, "k3", token, "halykQr")).json();
      return tried.state === "awaiting_scan" && tried;
    });
    expect(third.invoiceId).not.toBe(other.invoiceId);
    expect(await again.stop()).toMatchObject({ code: 0 });
  }, 40_000);
});
