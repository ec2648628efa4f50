/** The two messages of the bridge. Whoever is not our own page, in our own window's main frame, is told nothing. */
import type { BrowserWindow, IpcMain, IpcMainInvokeEvent } from "electron";
import { appError, type Result } from "../../contract/errors.ts";
import type { Snapshot, View } from "../../contract/snapshot.ts";
import type { Core } from "../core/index.ts";
import type { Log } from "../core/ports.ts";
import { isOurs } from "./scheme.ts";

const VIEWS: ReadonlySet<unknown> = new Set<View>(["cashier", "customer"]);

/** `window` gives the window that shows the screen now. Returns the end of all watching. */
export function serveBridge(ipc: IpcMain, core: Core, window: () => BrowserWindow | null, log: Log): () => void {
  let unwatch: (() => void) | null = null;

  // senderFrame is read at once: it is null as soon as the frame has navigated (B2).
  function isScreen({ senderFrame }: IpcMainInvokeEvent): boolean {
    const ours = window();
    const known =
      senderFrame !== null &&
      ours !== null &&
      !ours.isDestroyed() &&
      senderFrame === ours.webContents.mainFrame &&
      isOurs(senderFrame.url);
    if (!known) log.warn("ipc.refused", { url: senderFrame?.url.slice(0, 100) ?? null });
    return known;
  }

  const forbidden: Result<never> = { ok: false, error: appError("forbidden") };

  ipc.handle("qabyl:call", (event, name: unknown, input: unknown): Promise<Result<unknown>> | Result<never> => {
    if (!isScreen(event)) return forbidden;
    if (typeof name !== "string") return { ok: false, error: appError("bad_request", { params: { field: "name" } }) };
    return core.call({ kind: "person", name: "cashier" }, name, input);
  });

  ipc.handle("qabyl:watch", (event, view: unknown): Result<null> => {
    if (!isScreen(event)) return forbidden;
    if (!VIEWS.has(view)) return { ok: false, error: appError("bad_request", { params: { field: "view" } }) };
    const { sender } = event;
    unwatch?.();
    unwatch = core.watch(view as View, (snapshot: Snapshot) => {
      if (!sender.isDestroyed()) sender.send("qabyl:snapshot", snapshot);
    });
    return { ok: true, value: null };
  });

  return () => unwatch?.();
}
