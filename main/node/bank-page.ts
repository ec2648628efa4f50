/**
 * The bank's page in a browser (checklist G): a page of ours, in a window of its own, posts the payer's browser there, and
 * the way back ends here. Both addresses are guessed by nobody and good for one payment while it is offered; nothing of
 * what passes is logged.
 */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Language } from "../../contract/states.ts";
import { FORM_CAP, readForm } from "../bank-form.ts";
import type { BankPage, BankPages } from "../core/ports.ts";
import { readBody } from "../till/body.ts";
import type { Place } from "../till/guard.ts";
import { bankPageWords } from "./bank-page-words.ts";

const PAGE = "/bank/";
const RETURN = "/3ds/";

/** Severed before the bank's page is there: it must not reach the till's window by it. */
const SCRIPT = "window.opener = null; document.forms[0].submit();";
const STYLE =
  "body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1.5rem; padding: 1.5rem; box-sizing: border-box; text-align: center; font: 1.25rem/1.5 system-ui, sans-serif; color: #111; background: #fff } p { margin: 0; max-width: 32rem } button { font: inherit; min-height: 3.5rem; padding: 0 2rem; cursor: pointer }";
const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** No `cross-origin-opener-policy`: with one the till would lose the handle by which it closes this window. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()",
} as const;
const POLICY = `default-src 'none'; style-src ${hash(STYLE)}; base-uri 'none'; frame-ancestors 'none'`;

interface Offer {
  readonly page: BankPage;
  readonly nonce: string;
  readonly on: Parameters<BankPages["offer"]>[1];
  /** The way back has been used. */
  returned: boolean;
}

export interface BrowserPages extends BankPages {
  /** Answers what is for these pages; false for any other address. `place` is the server on this machine. */
  handle(request: IncomingMessage, response: ServerResponse, place: Place): Promise<boolean>;
  /** Whose words the pages are in from now on. */
  speak(language: Language): void;
}

export function createBrowserPages(): BrowserPages {
  const offers = new Map<string, Offer>();
  let language: Language = "ru";

  async function handle(request: IncomingMessage, response: ServerResponse, place: Place): Promise<boolean> {
    const url = request.url ?? "";
    if (url.startsWith(PAGE)) show(request, response, place, url.slice(PAGE.length));
    else if (url.startsWith(RETURN)) await back(request, response, place, url.slice(RETURN.length));
    else return false;
    return true;
  }

  function show(request: IncomingMessage, response: ServerResponse, place: Place, ticket: string): void {
    if (!place.isHost(request.headers.host ?? "") || !isOwnWindow(request, place)) return say(response, 403, "over");
    if (request.method !== "GET") return say(response, 405, "over", { allow: "GET" });
    const offer = offers.get(ticket);
    if (!offer || offer.returned) return say(response, 404, "over");
    const { action, fields } = offer.page;
    const inputs = Object.entries({ ...fields, TermUrl: `${place.origin}${RETURN}${offer.nonce}` }).map(
      ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
    );
    const { go, title } = bankPageWords(language);
    const form = `<form method="post" action="${escaped(action)}">${inputs.join("")}<button>${go}</button></form>`;
    // Chromium holds the bank's redirects to this too, and a bank may send the payer on to another of its hosts.
    const targets = action.startsWith("https:") ? "https:" : `https: ${new URL(action).origin}`;
    const policy = `${POLICY}; script-src ${hash(SCRIPT)}; form-action ${targets}`;
    send(response, 200, htmlOf(language, title, `${form}<script>${SCRIPT}</script>`), {
      "content-security-policy": policy,
    });
    offer.on.opened();
  }

  /** The bank's own page posts here, so any Origin may: what authorises it is the nonce, and it proves nothing yet. */
  async function back(request: IncomingMessage, response: ServerResponse, place: Place, nonce: string): Promise<void> {
    if (!place.isHost(request.headers.host ?? "")) return say(response, 403, "over");
    if (request.method !== "POST") return say(response, 405, "over", { allow: "POST" });
    const known = (): Offer | undefined =>
      [...offers.values()].find((offer) => offer.nonce === nonce && !offer.returned);
    if (!known()) return say(response, 404, "over");
    const body = await readBody(request, FORM_CAP, /^application\/x-www-form-urlencoded\s*(;.*)?$/i);
    if (!body.ok)
      return say(response, body.problem === "too_large" ? 413 : body.problem === "type" ? 415 : 400, "over");
    const fields = readForm(body.text);
    if (fields === null) return say(response, 400, "over");
    // Again, since the body took its time: the same may have come twice at once, or the payment have ended.
    const offer = known();
    if (!offer) return say(response, 404, "over");
    offer.returned = true;
    say(response, 200, "done");
    offer.on.back(fields);
  }

  function say(
    response: ServerResponse,
    status: number,
    what: "done" | "over",
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const words = bankPageWords(language);
    send(response, status, htmlOf(language, words.title, `<p>${words[what]}</p>`), headers);
  }

  return {
    offer(page, on) {
      const ticket = secret();
      offers.set(ticket, { page, on, nonce: secret(), returned: false });
      return { path: `${PAGE}${ticket}`, open: () => undefined, end: () => void offers.delete(ticket) };
    },
    handle,
    speak: (next) => void (language = next),
  };
}

/** 128 bits. */
function secret(): string {
  return randomBytes(16).toString("base64url");
}

/** A window of the browser that our own page opened, or a program that is none: no frame, and no foreign page's doing. */
function isOwnWindow(request: IncomingMessage, place: Place): boolean {
  const { origin, "sec-fetch-site": site = "none", "sec-fetch-dest": dest = "document" } = request.headers;
  if (origin !== undefined && origin !== place.origin) return false;
  return dest === "document" && (site === "same-origin" || site === "none");
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function htmlOf(language: Language, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body>${body}</body></html>`;
}

function send(response: ServerResponse, status: number, html: string, headers: Readonly<Record<string, string>>): void {
  if (response.headersSent || response.destroyed) return;
  // A request whose body was not read to its end loses its connection: what follows is unknown.
  const close: Record<string, string> = response.req.complete ? {} : { connection: "close" };
  response.writeHead(status, {
    ...HEADERS,
    "content-security-policy": `${POLICY}; form-action 'none'`,
    "content-length": String(Buffer.byteLength(html)),
    ...close,
    ...headers,
  });
  response.end(html);
}
