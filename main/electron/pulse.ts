/**
 * Whether the page still answers. Chromium tells `unresponsive` only after somebody has touched a hung page, so a page that hangs
 * with nobody there must be asked. What cannot be felt from here is a touch screen whose driver sleeps while the page lives.
 */
import type { WebContents } from "electron";
import type { Log } from "../core/ports.ts";

/** A page is asked so often, and is hung when it has twice not answered within that time. */
const EVERY = 10_000;
const WITHIN = 5_000;
/** Checklist E3. */
const UNRESPONSIVE_FOR = 10_000;

/** Watches until the contents are destroyed. `hung` is told once for each time; the page is to be ended. */
export function feelPulse(contents: WebContents, log: Log, hung: () => void): void {
  let unresponsive: NodeJS.Timeout | null = null;
  let looking = false;

  const calm = (): void => {
    if (unresponsive) clearTimeout(unresponsive);
    unresponsive = null;
  };
  const give = (why: string): void => {
    calm();
    if (contents.isDestroyed()) return;
    log.error("screen.hung", { why });
    hung();
  };
  contents.on("unresponsive", () => {
    unresponsive ??= setTimeout(() => give("unresponsive"), UNRESPONSIVE_FOR);
  });
  contents.on("responsive", calm);
  contents.on("render-process-gone", calm);

  /** A page that is loading answers when it has loaded; one that has died answers never, and its death is told. */
  async function answers(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), WITHIN);
    contents.executeJavaScript("0").then(
      () => resolve(true),
      () => resolve(true), // it has been destroyed or replaced
    );
    return promise.finally(() => clearTimeout(timer));
  }

  const timer = setInterval(() => {
    if (contents.isDestroyed()) return clearInterval(timer);
    if (looking || contents.isCrashed()) return;
    looking = true;
    // Twice: after sleep the first time is over before anybody could answer.
    void (async () => {
      if ((await answers()) || (await answers())) return;
      if (!contents.isDestroyed() && !contents.isCrashed()) give("silent");
    })().finally(() => (looking = false));
  }, EVERY);
  contents.once("destroyed", () => {
    clearInterval(timer);
    calm();
  });
}
