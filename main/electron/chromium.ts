/** Chromium's own processes beside the pages (checklist E4). */
import type { App } from "electron";
import type { Log } from "../core/ports.ts";

/** Our own switch: drawing without the graphics card. */
export const PLAIN_DRAWING = "plain-drawing";

/** So many deaths of the graphics process within a minute: its driver is not fit. */
const TOO_MANY = 3;
const MINUTE = 60_000;

/** Chromium starts its processes again by itself. `undrawable`: the graphics card must be left alone, which needs a new start. */
export function watchChildren(app: App, log: Log, undrawable: (() => void) | null): void {
  let deaths: number[] = [];
  app.on("child-process-gone", (_event, { type, reason, exitCode }) => {
    log.error("screen.process", { type, reason, exitCode });
    if (type !== "GPU" || reason === "clean-exit") return;
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE), now];
    if (deaths.length === TOO_MANY) undrawable?.();
  });
}
