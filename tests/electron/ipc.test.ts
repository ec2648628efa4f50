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
  const sender = { isDestroyed: () => false, send: (...args: unknown[]) => void sent.push(args) };
  const window = { isDestroyed: () => false, webContents: { mainFrame } };
  const core = {
    call: async (_actor: unknown, name: string) => (asked.push(name), { ok: true, value: null }),
    watch: (_view: string, listener: (snapshot: unknown) => void) => (
      listeners.add(listener),
      listener({ version: 1 }),
      () => listeners.delete(listener)
    ),
  } as unknown as Core;
  serveBridge(
    { handle: (name: string, handler: Handler) => void handlers.set(name, handler) } as never,
    core,
    () => window as never,
    silentLog,
  );
  const handler = (name: string): Handler => handlers.get(name) ?? (() => undefined);
  return {
    call: handler("qabyl:call"),
    watch: handler("qabyl:watch"),
    mainFrame,
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
    expect(watch(event, "cashier")).toMatchObject({ ok: false, error: { code: "forbidden" } });
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

describe("B5: snapshots", () => {
  it("go to a window that is there, and a second watch replaces the first", () => {
    const { watch, mainFrame, sender, sent, watched } = bridge();
    watch({ senderFrame: mainFrame, sender }, "cashier");
    watch({ senderFrame: mainFrame, sender }, "cashier");
    expect(watched()).toBe(1);
    expect(sent).toEqual([
      ["qabyl:snapshot", { version: 1 }],
      ["qabyl:snapshot", { version: 1 }],
    ]);
    watch({ senderFrame: mainFrame, sender: { ...sender, isDestroyed: () => true } }, "cashier");
    expect(sent.length).toBe(2);
  });
});
