/** The customer's display in the Node host: its own key, its own token, one view, and nothing else at all. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { COMMANDS } from "../../contract/commands.ts";
import type { View } from "../../contract/snapshot.ts";
import { createBrowserPages } from "../../main/node/bank-page.ts";
import { browserArguments, type Window } from "../../main/node/browser.ts";
import { keepCustomer } from "../../main/node/customer.ts";
import { createKeys, type Keys } from "../../main/node/keys.ts";
import { keepCustomerFile, keepLaunchFile } from "../../main/node/launch.ts";
import { readOptions } from "../../main/node/options.ts";
import { keptTokens } from "../../main/node/page-tokens.ts";
import { createScreen } from "../../main/node/screen.ts";
import { listen, type Listening } from "../../main/server.ts";
import { loopbackPlace, type Place } from "../../main/till/guard.ts";
import { openDesk, type Desk } from "../support/desk.ts";
import { ask, openStream, type Answered } from "../support/http-client.ts";
import { keepTicking } from "../support/ticking.ts";

let desk: Desk;
let keys: Keys;
let server: Listening;
let dir: string;
let isOn: boolean;
let stopTicking: () => void;

beforeEach(async () => {
  desk = await openDesk();
  dir = await mkdtemp(join(tmpdir(), "qabyl-customer-"));
  await writeFile(join(dir, "customer.html"), "<!doctype html><title>customer</title>");
  keys = createKeys(() => performance.now());
  isOn = true;
  const screen = createScreen(desk.core, keys, dir, createBrowserPages(), () => isOn);
  let place: Place | null = null;
  server = await listen((request, response) => void (place && screen(request, response, place)), {
    address: "127.0.0.1",
    port: 0,
  });
  place = loopbackPlace(server.port);
  stopTicking = keepTicking(desk.clock);
});
afterEach(async () => {
  stopTicking();
  await server.close();
  await desk.close();
  await rm(dir, { recursive: true, force: true });
});

const same = { "sec-fetch-site": "same-origin" };
function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return ask(server.port, {
    method: "POST",
    path,
    headers: { "content-type": "application/json", origin: `http://127.0.0.1:${server.port}`, ...headers },
    body: JSON.stringify(body),
  });
}
const token = async (view: View): Promise<Record<string, string>> => ({
  "x-qabyl-page": (await post("/session", { key: keys.issue(view), view })).json().token,
});
const watch = (view: string, page: Record<string, string>) =>
  ask(server.port, { path: `/watch?view=${view}`, headers: { ...same, ...page } });

const slowed = ({ status }: Answered): Promise<number> =>
  status === 429 ? Promise.resolve(status) : Promise.reject(new Error("not slowed down"));

describe("a key is for one view", () => {
  it("neither page can be had with the other's key, and the key is not lost by the try", async () => {
    const [customers, cashiers] = [keys.issue("customer"), keys.issue()];
    for (const body of [{ key: customers }, { key: customers, view: "cashier" }, { key: cashiers, view: "customer" }])
      expect((await post("/session", body)).status).toBe(401);
    expect((await post("/session", { key: customers, view: "customer" })).status).toBe(200);
    expect((await post("/session", { key: customers, view: "customer" })).status).toBe(401);
    expect((await post("/session", { key: cashiers })).status).toBe(200);
  });
  it.each(["admin", "", null, 1, ["customer"]])("there is no view %j", async (view) => {
    expect((await post("/session", { key: keys.issue("customer"), view })).status).toBe(400);
  });
  it("wrong keys slow the trier down, whichever view they are for", async () => {
    const tries = Array.from({ length: 120 }, () => post("/session", { key: "x".repeat(43), view: "customer" }));
    await expect(Promise.any(tries.map((one) => one.then(slowed)))).resolves.toBe(429);
  });
});

describe("a customer's token", () => {
  it("sends no command of any name: not one of them reaches the till", async () => {
    const page = await token("customer");
    const call = vi.spyOn(desk.core, "call");
    for (const name of [...Object.keys(COMMANDS), "constructor", ""])
      expect([name, (await post("/call", { name, input: {} }, page)).status]).toEqual([name, 403]);
    expect((await post("/call", "x".repeat(100_000), page)).status).toBe(403);
    expect(call).not.toHaveBeenCalled();
  });
  it("sees the customer's view and no other", async () => {
    const page = await token("customer");
    for (const [view, status] of [
      ["cashier", 403],
      ["", 400],
      ["admin", 400],
      ["cashier&view=customer", 403],
    ] as const)
      expect([view, (await watch(view, page)).status]).toEqual([view, status]);
    const stream = await openStream(server.port, "/watch?view=customer&view=cashier", { ...same, ...page });
    await desk.charge();
    const text = await stream.until((all) => all.includes('"step":"code"'));
    expect(text).not.toContain('"parked"');
    for (const line of text.split("\n").filter((one) => one !== "")) expect(JSON.parse(line).view).toBe("customer");
    stream.close();
  });
  it("is not the cashier's, and the cashier's is not the customer's", async () => {
    expect((await watch("customer", await token("cashier"))).status).toBe(403);
    for (const way of ["cookie", "authorization", "x-qabyl-page-2"]) {
      const { "x-qabyl-page": value = "" } = await token("customer");
      expect((await watch("customer", { [way]: value })).status).toBe(401);
    }
  });
  it("does not take the cashier's place: of its own streams there are four", async () => {
    const page = await token("customer");
    const open = () => openStream(server.port, "/watch?view=customer", { ...same, ...page });
    const streams = [await open(), await open(), await open(), await open()];
    expect((await watch("customer", page)).status).toBe(503);
    const own = await openStream(server.port, "/watch?view=cashier", { ...same, ...(await token("cashier")) });
    expect(own.status).toBe(200);
    for (const stream of [...streams, own]) stream.close();
  });
  it("sees nothing while the settings have no display for it, from the moment they change", async () => {
    const page = await token("customer");
    const stream = await openStream(server.port, "/watch?view=customer", { ...same, ...page });
    await stream.until((text) => text.includes('"view"'));
    isOn = false;
    await desk.call("language.set", { language: "kk" });
    await stream.ended;
    expect((await watch("customer", page)).status).toBe(403);
    isOn = true;
    const again = await openStream(server.port, "/watch?view=customer", { ...same, ...page });
    expect(again.status).toBe(200);
    again.close();
  });
});

describe("page tokens over a restart", () => {
  const started = (): Keys => createKeys(() => 0, keptTokens(dir));
  it("are let in again, each to its own view", () => {
    const first = started();
    const customers = first.exchange(first.issue("customer"), "customer") ?? "";
    const cashiers = first.exchange(first.issue()) ?? "";
    const second = started();
    expect([second.viewOf(customers), second.viewOf(cashiers)]).toEqual(["customer", "cashier"]);
    expect([second.isToken(customers), second.isToken(cashiers), second.viewOf("")]).toEqual([false, true, null]);
  });
  it("a file of before there were views is the cashier's", async () => {
    const first = started();
    const cashiers = first.exchange(first.issue()) ?? "";
    const { digests } = JSON.parse(await readFile(join(dir, "pages.json"), "utf8"));
    await writeFile(join(dir, "pages.json"), JSON.stringify({ digests }));
    expect(started().viewOf(cashiers)).toBe("cashier");
  });
  it("a page that is opened again and again pushes out no page of the other view", () => {
    const first = started();
    const cashiers = first.exchange(first.issue()) ?? "";
    const key = first.issue();
    const all = Array.from({ length: 40 }, () => first.exchange(first.issue("customer"), "customer") ?? "");
    expect(started().viewOf(cashiers)).toBe("cashier");
    expect([started().viewOf(all[0] ?? ""), started().viewOf(all[39] ?? "")]).toEqual([null, "customer"]);
    expect(first.exchange(key)).not.toBeNull();
  });
});

describe("DIR/customer.json", () => {
  const file = (): string => join(dir, "customer.json");
  it("is there while it is wanted, private, with a key that opens the customer's view alone", async () => {
    let wanted = false;
    await writeFile(file(), "of a process that was killed");
    const kept = await keepCustomerFile(dir, "http://127.0.0.1:1", keys, () => wanted);
    const launch = await keepLaunchFile(dir, "http://127.0.0.1:1", keys);
    expect(existsSync(file())).toBe(false);
    wanted = true;
    await vi.waitFor(() => expect(existsSync(file())).toBe(true), { timeout: 3_000 });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    const url = new URL(JSON.parse(await readFile(file(), "utf8")).url);
    expect(url.pathname).toBe("/customer.html");
    const key = url.searchParams.get("key") ?? "";
    expect([keys.exchange(key), keys.viewOf(keys.exchange(key, "customer") ?? "")]).toEqual([null, "customer"]);
    // Taken away by a start script: the demand for a fresh one.
    await rm(file());
    await vi.waitFor(() => expect(existsSync(file())).toBe(true), { timeout: 3_000 });
    wanted = false;
    await vi.waitFor(() => expect(existsSync(file())).toBe(false), { timeout: 3_000 });
    expect(new URL(JSON.parse(await readFile(join(dir, "launch.json"), "utf8")).url).pathname).toBe("/");
    await Promise.all([kept.close(), launch.close()]);
  });
});

describe("the customer's window", () => {
  it("opens and closes as the settings say, once each, also while it is still opening", async () => {
    let wanted = false;
    let opened = 0;
    let closed = 0;
    const { promise: shown, resolve: show } = Promise.withResolvers<void>();
    const window: Window = {
      result: { opened: true, program: "b" },
      follow: () => undefined,
      close: () => (closed += 1),
    };
    const customer = await keepCustomer({
      dir,
      origin: "http://127.0.0.1:1",
      keys,
      core: desk.core,
      wanted: () => wanted,
      told: () => undefined,
      open: () => ((opened += 1), shown.then(() => window)),
    });
    const change = async (to: boolean): Promise<void> => {
      wanted = to;
      await desk.call("language.set", { language: to ? "kk" : "en" });
    };
    await change(false);
    expect(opened).toBe(0);
    await change(true);
    await change(true);
    await change(false);
    show();
    await vi.waitFor(() => expect([opened, closed]).toEqual([1, 1]));
    await change(true);
    await vi.waitFor(() => expect(opened).toBe(2));
    await customer.close();
    await vi.waitFor(() => expect(closed).toBeGreaterThan(1));
    await change(true);
    expect([opened, existsSync(join(dir, "customer.json"))]).toEqual([2, false]);
  });
  it("fills the display at a place that is told on the command line", () => {
    for (const given of [["--customer-at", "-1920,0"], ["--customer-at=-1920,0"]])
      expect(readOptions(given)).toMatchObject({ ok: true, options: { customerAt: "-1920,0" } });
    expect(readOptions([])).toMatchObject({ ok: true, options: { customerAt: null } });
    for (const wrong of ["1920", "1920;0", "1920,0 --load-extension=x", "a,b"])
      expect(readOptions([`--customer-at=${wrong}`])).toMatchObject({ ok: false });
    const told = browserArguments("/d", "file:///d/open.html", { root: false, alone: true, at: "1920,0" });
    expect(told).toContain("--window-position=1920,0");
    expect(told).toContain("--kiosk");
    expect(browserArguments("/d", "file:///d/open.html", { root: false, alone: false }).join(" ")).not.toContain(
      "--window-position",
    );
  });
});
