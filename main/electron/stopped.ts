/** The page of a till that does not start by itself any more, in a window that has no bridge to anything. */
import { app, BrowserWindow, session } from "electron";
import { silentLog } from "../adapters/log.ts";
import type { Stopped } from "../crash.ts";
import { AGAIN_PATH, serveStopped, startingPage, stoppedPage } from "../stopped.ts";
import { lockContents, lockSession } from "./lockdown.ts";
import { isOurs, START_URL } from "./scheme.ts";
import { CLOSED_OFF } from "./window.ts";

/** Shows it, and answers the till API where that was on. `again` is told of a person's click. */
export function showStopped(stopped: Stopped, port: number, again: () => void): void {
  lockContents(
    app,
    silentLog,
    () => isOurs,
    () => stopped.alone,
  );
  const own = session.fromPartition("qabyl-stopped", { cache: false });
  lockSession(own, silentLog);
  const { protocol, pathname } = new URL(START_URL);
  own.protocol.handle(protocol.slice(0, -1), (request) => {
    const asked = URL.parse(request.url)?.pathname;
    const begins = request.method === "POST" && asked === AGAIN_PATH;
    // The page must have left before the process does.
    if (begins) setTimeout(again, 250);
    if (!begins && (request.method !== "GET" || asked !== pathname)) return new Response("not found", { status: 404 });
    const { headers, content } = begins ? startingPage(stopped.alone) : stoppedPage(stopped, null);
    return new Response(content, { headers: { ...headers } });
  });
  const window = new BrowserWindow({
    ...(stopped.alone ? { kiosk: true, frame: false } : { width: 1024, height: 768 }),
    autoHideMenuBar: true,
    title: "Qabyl",
    webPreferences: { ...CLOSED_OFF, session: own, devTools: false },
  });
  if (stopped.alone) window.on("close", (event) => event.preventDefault());
  window.loadURL(START_URL).catch(() => undefined);
  // What shows the failure must itself come back: a dead page here would be a blank screen.
  window.webContents.on("render-process-gone", () => {
    setTimeout(() => {
      if (!window.isDestroyed()) window.loadURL(START_URL).catch(() => undefined);
    }, 1_000);
  });
  const parts = {
    stopped,
    listen: { port, outside: null },
    page: false,
    enter: () => null,
    isPage: () => false,
    again,
  };
  serveStopped(parts).catch(() => undefined); // the port is another program's now: nobody is told wrong
}
