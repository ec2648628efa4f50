/** A real host with a sale that is being paid, for tests that attack it: the customer's code stands, the bank is asked each second. */
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { buildBundles } from "./bundles.ts";
import { startHost, type HostProcess } from "./host-process.ts";
import { ask, type Answered } from "./http-client.ts";
import { goodProvision, SECRETS } from "./provision.ts";
import { openShop } from "./shop.ts";

export interface AttackedHost {
  readonly host: HostProcess;
  readonly bank: Simulator;
  readonly port: number;
  readonly origin: string;
  /** Of the program that may do everything, and of the screen. */
  readonly token: string;
  readonly page: string;
  readonly sale: { readonly id: string; readonly bankId: string };
  /** With the right token. */
  api(method: string, path: string, body?: unknown): Promise<Answered>;
  /** As the screen. */
  call(name: string, input: unknown): Promise<any>;
  /** Everything that an attack must leave as it is. */
  state(): Promise<unknown>;
  close(): Promise<void>;
}

export async function openAttackedHost(): Promise<AttackedHost> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-attacked-"));
  const [bundles, bank, shop] = await Promise.all([
    buildBundles(["node.cjs", "certificate-worker.cjs"]),
    startSimulator({ pollSeconds: 1 }),
    openShop(),
  ]);
  const { ca, certificate, privateKey } = bank.paths;
  const given = { url: bank.url, certificate, privateKey, ca, passphrase: bank.files.passphrase };
  const tokens = [{ name: "1c", token: SECRETS.token, may: ["pay", "refund", "read", "cards", "support"] }];
  await shop.write({ ...goodProvision(given), till: { id: "A1", tokens } });
  const args = ["--no-browser", "--port", "0", "--data", join(dir, "data"), "--provision", shop.file];
  const host = startHost(bundles.path("node.cjs"), join(dir, "config"), args);
  const { url } = await host.ready;
  const { origin, port: text, searchParams } = new URL(url);
  const port = Number(text);
  const json = { "content-type": "application/json" };
  const post = (path: string, headers: Record<string, string>, body: unknown): Promise<Answered> =>
    ask(port, { method: "POST", path, headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const page = (await post("/session", { origin }, { key: searchParams.get("key") })).json().token as string;
  const api: AttackedHost["api"] = (method, path, body) =>
    ask(port, {
      method,
      path: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${SECRETS.token}`,
        ...(body === undefined ? {} : { ...json, "idempotency-key": "the-sale" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (let n = 0; n < 100 && !(await api("GET", "/health")).json().providers.kaspi.ready; n += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const made = await api("POST", "/payments", { amount: "5000.00", provider: "kaspi" });
  if (made.status !== 201) throw new Error(`no sale: ${made.text} ${host.stderr()}`);
  return {
    host,
    bank,
    port,
    origin,
    token: SECRETS.token,
    page,
    sale: made.json(),
    api,
    call: async (name, input) => (await post("/call", { origin, "x-qabyl-page": page }, { name, input })).json(),
    async state() {
      const health = (await api("GET", "/health")).json();
      const lists = await Promise.all(["/payments", "/refunds", "/cards"].map((path) => api("GET", path)));
      const made = ["qr/create", "qr/create-link", "payment/return", "remote/create"].map(
        (name) => bank.ledger.callsNamed(name).length,
      );
      // A host that has fallen over begins anew by itself, and says so by another ready line.
      return { journal: health.journal, lists: lists.map((list) => list.json()), made, begun: host.stdout().length };
    },
    async close() {
      await host.stop("SIGKILL");
      await bank.stop();
      await Promise.all([shop.remove(), bundles.remove()]);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Writes bytes onto a bare socket and gives what comes back until its end, or until `ms` have passed. */
export function raw(port: number, text: string, ms = 2_000): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(text, "latin1"));
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, ms);
    socket.on("data", (part) => (answer += part.toString("latin1")));
    socket.on("error", done).on("close", done);
  });
}
