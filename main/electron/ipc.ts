/** The two messages of the bridge. Whoever is not our own page, in the main frame of a window of ours, is told nothing. */
import type { BrowserWindow, IpcMain, IpcMainInvokeEvent, WebContents } from "electron";
import { appError, type Result } from "../../contract/errors.ts";
import type { View } from "../../contract/snapshot.ts";
import type { Core } from "../core/index.ts";
import type { Log } from "../core/ports.ts";
import { isOurs } from "./scheme.ts";

/** The window that shows a view now. What it may see is said by which window it is, and by no message from it. */
export type Windows = Readonly<Record<View, () => BrowserWindow | null>>;

/** Returns the end of all watching. */
export function serveBridge(ipc: IpcMain, core: Core, windows: Windows, log: Log): () => void {
  const unwatch: Record<View, () => void> = { cashier: () => undefined, customer: () => undefined };

  // senderFrame is read at once: it is null as soon as the frame has navigated (B2).
  function viewOf({ senderFrame }: IpcMainInvokeEvent): View | null {
    const isIn = (window: BrowserWindow | null): boolean =>
      window !== null && !window.isDestroyed() && senderFrame === window.webContents.mainFrame;
    const ours = senderFrame !== null && isOurs(senderFrame.url);
    const view = !ours ? null : isIn(windows.cashier()) ? "cashier" : isIn(windows.customer()) ? "customer" : null;
    if (view === null) log.warn("ipc.refused", { url: senderFrame?.url.slice(0, 100) ?? null });
    return view;
  }

  const forbidden: Result<never> = { ok: false, error: appError("forbidden") };

  ipc.handle("qabyl:call", (event, name: unknown, input: unknown): Promise<Result<unknown>> | Result<never> => {
    const view = viewOf(event);
    if (view === "customer") log.warn("ipc.refused", { view });
    if (view !== "cashier") return forbidden;
    if (typeof name !== "string") return { ok: false, error: appError("bad_request", { params: { field: "name" } }) };
    return core.call({ kind: "person", name: "cashier" }, name, input);
  });

  ipc.handle("qabyl:watch", (event, ...said: unknown[]): Result<null> => {
    const view = viewOf(event);
    if (view === null) return forbidden;
    // Whoever says a view hopes for another than his own.
    if (said.length > 0) return { ok: false, error: appError("bad_request", { params: { field: "view" } }) };
    unwatch[view]();
    unwatch[view] = follow(core, view, event.sender);
    return { ok: true, value: null };
  });

  return () => {
    for (const end of Object.values(unwatch)) end();
  };
}

function follow<V extends View>(core: Core, view: V, to: WebContents): () => void {
  return core.watch(view, (snapshot) => {
    if (!to.isDestroyed()) to.send("qabyl:snapshot", snapshot);
  });
}
