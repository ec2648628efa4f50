import { describe, expect, it, vi } from "vitest";
import type { Core } from "../../main/core/index.ts";
import { silentLog } from "../support/desk.ts";

vi.mock("electron", () => ({ protocol: {} }));
const { serveBridge } = await import("../../main/electron/ipc.ts");

type Handler = (event: unknown, ...args: unknown[]) => unknown;

/** The bridge before a window with one main frame, on a core that says what it was asked. */
function bridge(): {
  call: (event: unknown, ...args: unknown[]) => unknown;
  watch: Handler;
  mainFrame: { url: string };
  customerFrame: { url: string };
  views: string[];
  asked: string[];
  watched: () => number;
  sent: unknown[];
  sender: { isDestroyed(): boolean; send(...args: unknown[]): void };
} {
  const handlers = new Map<string, Handler>();
  const asked: string[] = [];
  const sent: unknown[] = [];
  const listeners = new Set<(snapshot: unknown) => void>();
  const mainFrame = { url: "qabyl://pos/index.html" };
  const customerFrame = { url: "qabyl://pos/customer.html" };
  const views: string[] = [];
  const sender = { isDestroyed: () => false, send: (...args: unknown[]) => void sent.push(args) };
  const of = (frame: object) => () => ({ isDestroyed: () => false, webContents: { mainFrame: frame } }) as never;
  const core = {
    call: async (_actor: unknown, name: string) => (asked.push(name), { ok: true, value: null }),
    watch: (view: string, listener: (snapshot: unknown) => void) => (
      views.push(view),
      listeners.add(listener),
      listener({ version: 1 }),
      () => listeners.delete(listener)
    ),
  } as unknown as Core;
  serveBridge(
    { handle: (name: string, handler: Handler) => void handlers.set(name, handler) } as never,
    core,
    { cashier: of(mainFrame), customer: of(customerFrame) },
    silentLog,
  );
  const handler = (name: string): Handler => handlers.get(name) ?? (() => undefined);
  return {
    call: handler("qabyl:call"),
    watch: handler("qabyl:watch"),
    mainFrame,
    customerFrame,
    views,
    asked,
    watched: () => listeners.size,
    sent,
    sender,
  };
}

describe("B1, B2: who may speak", () => {
  it("our own page in our own main frame", async () => {
    const { call, mainFrame, asked } = bridge();
    expect(await call({ senderFrame: mainFrame }, "health", {})).toEqual({ ok: true, value: null });
    expect(asked).toEqual(["health"]);
  });
  it.each([
    ["a frame that has navigated away", () => null],
    ["a sub-frame of our own page", () => ({ url: "qabyl://pos/index.html" })],
    ["nobody's frame", () => undefined],
  ])("not %s", async (_, frame) => {
    const { call, watch, asked, watched } = bridge();
    const event = { senderFrame: frame() ?? null };
    expect(await call(event, "health", {})).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(watch(event)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(asked).toEqual([]);
    expect(watched()).toBe(0);
  });
  it.each([
    "https://pos/index.html",
    "qabyl://pos.evil.example/",
    "qabyl://evil/?x=qabyl://pos/",
    "about:blank",
    "file:///qabyl://pos/",
    "",
  ])("not the main frame when it shows %s", async (url) => {
    const { call, mainFrame, asked } = bridge();
    mainFrame.url = url;
    expect(await call({ senderFrame: mainFrame }, "health", {})).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(asked).toEqual([]);
  });
});

describe("D11: the customer's window", () => {
  it("sees its own view and sends nothing, whatever its messages say", async () => {
    const { call, watch, customerFrame, sender, views, asked } = bridge();
    const event = { senderFrame: customerFrame, sender };
    for (const said of ["cashier", "customer", { view: "cashier" }, undefined])
      expect(watch(event, said)).toMatchObject({ ok: false, error: { code: "bad_request" } });
    expect(views).toEqual([]);
    expect(watch(event)).toMatchObject({ ok: true });
    expect(views).toEqual(["customer"]);
    for (const name of ["health", "payments.create", "desk.unlock", ""])
      expect(await call(event, name, {})).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(asked).toEqual([]);
  });
  it("does not end what the till's window watches, nor the other way round", () => {
    const { watch, mainFrame, customerFrame, sender, views, watched } = bridge();
    watch({ senderFrame: mainFrame, sender });
    watch({ senderFrame: customerFrame, sender });
    watch({ senderFrame: mainFrame, sender });
    expect([watched(), views]).toEqual([2, ["cashier", "customer", "cashier"]]);
  });
  it("is refused in a frame of it, and on another page", () => {
    const { watch, customerFrame, watched } = bridge();
    expect(watch({ senderFrame: { url: customerFrame.url } })).toMatchObject({ error: { code: "forbidden" } });
    customerFrame.url = "https://pos/customer.html";
    expect(watch({ senderFrame: customerFrame })).toMatchObject({ error: { code: "forbidden" } });
    expect(watched()).toBe(0);
  });
});

describe("B5: snapshots", () => {
  it("go to a window that is there, and a second watch replaces the first", () => {
    const { watch, mainFrame, sender, sent, watched } = bridge();
    watch({ senderFrame: mainFrame, sender });
    watch({ senderFrame: mainFrame, sender });
    expect(watched()).toBe(1);
    expect(sent).toEqual([
      ["qabyl:snapshot", { version: 1 }],
      ["qabyl:snapshot", { version: 1 }],
    ]);
    watch({ senderFrame: mainFrame, sender: { ...sender, isDestroyed: () => true } });
    expect(sent.length).toBe(2);
  });
});
