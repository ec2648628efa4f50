/**
 * The bank's page in Electron (checklist G): a window and a partition of its own, without a bridge to anything of ours.
 * The way back is an address that exists nowhere; the request for it is read here and never sent.
 */
import { randomBytes } from "node:crypto";
import { BrowserWindow, session, type OnBeforeRequestListenerDetails, type Session } from "electron";
import { FORM_CAP, readForm } from "../bank-form.ts";
import type { BankPage, BankPages, OfferedPage } from "../core/ports.ts";
import { lockDevices, type Way } from "./lockdown.ts";
import { CLOSED_OFF } from "./window.ts";

const RETURN_ORIGIN = "https://return.qabyl.invalid";
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Chromium's own word for a load that was given up, by the page or for a newer one. */
const ABORTED = -3;

export interface BankWindows extends BankPages {
  /** Where the pages of a session may go; null: it is none of a bank's page. */
  wayOf(session: Session): Way | null;
}

/** `parent` is the till's window, over which the bank's stands. */
export function createBankWindows(parent: () => BrowserWindow | null): BankWindows {
  const ways = new WeakMap<Session, Way>();

  function offer(page: BankPage, on: Parameters<BankPages["offer"]>[1]): OfferedPage {
    const partition = randomBytes(16).toString("hex");
    const termUrl = `${RETURN_ORIGIN}/return/${randomBytes(16).toString("hex")}`;
    const local = isLocal(page.action);
    let own: Session | null = null;
    let window: BrowserWindow | null = null;
    let over = false;

    function opened(): Session {
      // Without `persist:` it is in memory, and nobody else's.
      const made = session.fromPartition(`bank-${partition}`, { cache: false });
      ways.set(made, (address) => mayGo(address, local));
      lockDevices(made);
      made.webRequest.onBeforeRequest((details, answer) => {
        const back = URL.parse(details.url)?.origin === RETURN_ORIGIN;
        answer({ cancel: back || !mayAsk(details.url, local) });
        if (back) arrived(details);
      });
      return made;
    }

    /** What is no form of ours fails as a load that was cancelled. */
    function arrived(details: OnBeforeRequestListenerDetails): void {
      if (over || details.url !== termUrl || details.method !== "POST") return;
      const bytes = bodyOf(details);
      const fields = bytes.length > FORM_CAP ? null : readForm(bytes.toString("utf8"));
      if (fields === null) return;
      end();
      on.back(fields);
    }

    function end(): void {
      if (over) return;
      over = true;
      close();
      own?.clearStorageData().catch(() => undefined); // in memory all the same
    }

    /** A page that asks "really leave?" cannot keep it open. */
    function close(): void {
      const closing = window;
      window = null;
      closing?.destroy();
    }

    function failed(detail: string): void {
      if (over || window === null) return;
      close();
      on.failed(detail);
    }

    function open(): void {
      if (over) return;
      if (window) return window.focus();
      own ??= opened();
      const till = parent();
      const made = new BrowserWindow({
        ...(till && !till.isDestroyed() ? { parent: till } : {}),
        width: 800,
        height: 720,
        autoHideMenuBar: true,
        backgroundColor: "#ffffff",
        title: hostOf(page.action),
        webPreferences: { ...CLOSED_OFF, session: own, devTools: false },
      });
      window = made;
      // There is no address line: the title says whose page it is, not what it calls itself.
      made.on("page-title-updated", (event) => event.preventDefault());
      made.webContents.on("did-navigate", (_event, address) => {
        // What it had begun is told once more after the window has gone.
        if (!made.isDestroyed()) made.setTitle(hostOf(address));
      });
      made.webContents.on("did-fail-load", (_event, code, words, _url, isMainFrame) => {
        if (isMainFrame && code !== ABORTED && window === made) failed(words);
      });
      made.webContents.on("render-process-gone", (_event, { reason }) => {
        if (window === made) failed(reason);
      });
      made.on("closed", () => {
        if (over || window !== made) return;
        window = null;
        on.closed();
      });
      const form = new URLSearchParams({ ...page.fields, TermUrl: termUrl }).toString();
      made
        .loadURL(page.action, {
          postData: [{ type: "rawData", bytes: Buffer.from(form) }],
          extraHeaders: "Content-Type: application/x-www-form-urlencoded",
        })
        .catch(() => undefined); // told by did-fail-load
      on.opened();
    }

    return { path: null, open, end };
  }

  return { offer, wayOf: (own) => ways.get(own) ?? null };
}

/** Electron's types do not say that a request may have no body, and a part of it no bytes. */
function bodyOf({ uploadData }: { readonly uploadData?: readonly { readonly bytes?: Buffer }[] }): Buffer {
  return Buffer.concat((uploadData ?? []).map(({ bytes }) => bytes ?? Buffer.alloc(0)));
}

/** The simulator's page on this machine, which the core takes outside production alone. */
function isLocal(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === "http:" && LOOPBACK.test(url.hostname);
}

/** The web over https; an empty frame, which banks fill by script. */
function mayGo(address: string, local: boolean): boolean {
  return /^(https|about):/i.test(address) || (local && isLocal(address));
}

/** What stands in the page itself asks nobody. */
function mayAsk(address: string, local: boolean): boolean {
  return /^(https|wss|data|blob):/i.test(address) || (local && isLocal(address));
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? "";
}
