/** What a till needs of the computer where nobody looks after it (checklist D9, D10). */
import { powerSaveBlocker, type App } from "electron";
import type { Core } from "../core/index.ts";

const PAYABLE: ReadonlySet<string> = new Set([
  "creating",
  "awaiting_scan",
  "awaiting_3ds",
  "awaiting_confirmation",
  "in_doubt",
]);

/** A display that falls asleep takes a payable QR with it (design U11), and wakes for no customer who is only passing by. */
export function keepAwake(core: Core, unattended: () => boolean): void {
  let blocker: number | null = null;
  core.watch("cashier", ({ current }) => {
    if (unattended() || (current !== null && PAYABLE.has(current.state)))
      blocker ??= powerSaveBlocker.start("prevent-display-sleep");
    else if (blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  });
}

/**
 * Started with the session of the till's user, on the systems where Electron can; Linux has deploy/. Nobody's own choice is
 * taken back: only what was set for an unattended till goes with that mode.
 */
export function startAtLogin(
  app: Pick<App, "isPackaged" | "setLoginItemSettings">,
  core: Pick<Core, "watch">,
  unattended: () => boolean,
  { platform, argv }: { readonly platform: string; readonly argv: readonly string[] } = process,
): void {
  if (!app.isPackaged || (platform !== "win32" && platform !== "darwin")) return;
  let set = false;
  core.watch("cashier", () => {
    if (unattended() === set) return;
    set = !set;
    app.setLoginItemSettings({ openAtLogin: set, ...(platform === "win32" ? { args: argv.slice(1) } : {}) });
  });
}
