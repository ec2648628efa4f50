/** What no web page in this app may do, whoever loaded it (checklist C4 to C12, and G for the bank's page). */
import type { App, Session } from "electron";
import { isCustomersKey, type PressedKey } from "../../contract/keys.ts";
import type { Log } from "../core/ports.ts";
import { isOurs } from "./scheme.ts";

/** Where the pages of a session may go. */
export type Way = (address: string) => boolean;

/**
 * Installed for every web contents that will ever exist, not for the window we happen to know (C8). `wayOf` gives the way
 * of a session of the bank's page; the pages of all others go nowhere.
 */
export function lockContents(
  app: App,
  log: Log,
  wayOf: (session: Session) => Way | null,
  unattended: () => boolean = () => false,
): void {
  app.on("web-contents-created", (_event, contents) => {
    const way = wayOf(contents.session);
    const page = way ? "bank" : "till";
    const refuse = (what: string) => (event: { readonly url?: string; preventDefault(): void }) => {
      if (event.url !== undefined && way?.(event.url)) return;
      event.preventDefault();
      log.warn("screen.refused", { page, what });
    };
    contents.on("will-frame-navigate", refuse("navigation"));
    contents.on("will-redirect", refuse("redirect"));
    contents.on("will-attach-webview", (event) => refuse("webview")({ preventDefault: () => event.preventDefault() }));
    contents.on("before-input-event", (event, input) => {
      if (isBrowserKey(input, app.isPackaged) || (unattended() && !isCustomersKey(input))) event.preventDefault();
    });
    // With each page anew: Chromium keeps it by page (D4).
    contents.on("did-finish-load", () => {
      contents.setVisualZoomLevelLimits(1, 1).catch(() => undefined); // it has gone again
      contents.setZoomFactor(1);
    });
    contents.on("zoom-changed", () => contents.setZoomFactor(1));
    contents.setWindowOpenHandler(() => {
      log.warn("screen.refused", { page, what: "window" });
      return { action: "deny" };
    });
  });
  app.on("certificate-error", (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    // The bank's certificate is for undici alone; a page that asks for one gets nothing.
    event.preventDefault();
    answer();
  });
}

const ALONE = /^(F5|F7|F11|Browser(Back|Forward|Refresh|Home))$/;
const WITH_CONTROL = /^(r|p|s|o|u|f|g|h|j|d|n|t|\+|-|=|_|0|F5|Add|Subtract)$/i;
const INSPECT = /^[ijc]$/i;

/**
 * A key that speaks to the browser below the till (D3): reload, zoom, print, full screen, back, find. The tools for
 * developers are left to them where the program is not packaged. A till's own keys are bare ones, and copy and paste stay.
 */
export function isBrowserKey(input: PressedKey, packaged: boolean): boolean {
  const { key, alt, shift } = input;
  const control = input.control || input.meta;
  if (key === "F12" || (control && shift && INSPECT.test(key))) return packaged;
  if (ALONE.test(key)) return true;
  return (control && WITH_CONTROL.test(key)) || (alt && /^(Arrow(Left|Right)|Home|F)$/i.test(key));
}

/** Requests to our own pages only, and nothing of `lockDevices`. */
export function lockSession(session: Session, log: Log): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    const cancel = !isOurs(details.url);
    if (cancel) log.warn("screen.refused", { what: "request", origin: URL.parse(details.url)?.origin ?? "?" });
    answer({ cancel });
  });
  lockDevices(session);
}

/** No permission, no device, no download. */
export function lockDevices(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.on("will-download", (event) => event.preventDefault());
  for (const picker of ["select-serial-port", "select-hid-device", "select-usb-device"] as const) {
    // One overload an event: the list of names is ours, the types are Electron's.
    (session.on as (name: string, listener: (event: { preventDefault(): void }) => void) => void).call(
      session,
      picker,
      (event) => event.preventDefault(),
    );
  }
}
