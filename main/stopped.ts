/**
 * What stands in the till's place when it does not start by itself any more: one page at the same port, and a till API
 * that says it is not there. Nothing is opened for it but the port: the journal may be what fails, and a
 * technician must be able to put it back meanwhile.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { appError } from "../contract/errors.ts";
import { LANGUAGES } from "../contract/states.ts";
import { API_BASE } from "../contract/till.ts";
import type { Stopped } from "./crash.ts";
import { outsidePlace } from "./outside.ts";
import { listen } from "./server.ts";
import { readTls, type Listen } from "./servers.ts";
import { STOPPED_WORDS } from "./stopped-words.ts";
import { readBody } from "./till/body.ts";
import { foreign, loopbackPlace, type Place } from "./till/guard.ts";
import { sendJson } from "./till/reply.ts";
import { messageOf } from "./till/words.ts";

/** The form on the page goes here, by POST. */
export const AGAIN_PATH = "/again";
const RETRY_AFTER = "30";
const FORM_CAP = 1_024;

/** All of it is seen at once, from 800×480 up: nobody scrolls a till. */
const STYLE = `:root{color-scheme:light dark;font:clamp(14px,.9vw + 1.1vh,24px)/1.4 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;justify-content:center;gap:1.5rem;padding:1.5rem;box-sizing:border-box}
main{display:grid;grid-template-columns:repeat(3,1fr);gap:1.5rem}
@media(orientation:portrait){main{grid-template-columns:1fr}}
h1{font-size:1.3rem;margin:0 0 .5rem}p{margin:.4rem 0}section{border-inline-start:.3rem solid #b3261e;padding-inline-start:1rem}
footer{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:center;justify-content:space-between}
dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:0}dt{opacity:.8}dd{margin:0;font-weight:700}
button{font:inherit;font-weight:700;min-height:4rem;padding:.6rem 1.6rem;border:0;border-radius:.6rem;background:#14532d;color:#fff}`;

/** Of the page while the till starts: a reload that comes too early would leave the browser at an error page of its own. */
const COMES_BACK = `setInterval(()=>fetch("/",{cache:"no-store"}).then(()=>location.replace("/"),()=>{}),1000)`;

/**
 * The right to press the button is that of a page of the till (`qabyl.page`: renderer/browser-bridge.ts): one that was open
 * before the faults has it still; one that came with a key is given it, and keeps it for the till.
 */
const MAY_BEGIN = `const form=document.forms[0],page=form.page;history.replaceState(null,"","/");if(page.value)sessionStorage.setItem("qabyl.page",page.value);else page.value=sessionStorage.getItem("qabyl.page")??"";form.hidden=!page.value`;

/** Where a customer stands before it: renderer/guard.ts for a page with one button, which has no field and no script of the till. */
const GUARD = `const on=(names,stops)=>names.split(" ").forEach(name=>addEventListener(name,event=>{if(stops(event))event.preventDefault()},{capture:true,passive:false}));on("keydown",e=>e.ctrlKey||e.altKey||e.metaKey||!/^(Enter|Tab|Shift| )$/.test(e.key));on("contextmenu dragstart dragover drop selectstart",()=>true);on("mousedown mouseup auxclick",e=>e.button>0);on("wheel",e=>e.ctrlKey);on("touchstart touchmove",e=>e.touches.length>1)`;

/** A page that was open before finds this on its refused requests, and loads itself again. */
const STOPPED_HEADER = "x-qabyl-stopped";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
/** No request but the form to itself, and the one of the script above. */
const policyOf = (scripts: readonly string[]): string =>
  `default-src 'none'; style-src ${hash(STYLE)}; script-src ${scripts.map(hash).join(" ")}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not no-referrer: it would take the Origin from the form's POST, by which a foreign page is told from ours.
  "referrer-policy": "same-origin",
  [STOPPED_HEADER]: "1",
} as const;

export interface StoppedPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

export interface StoppedParts {
  readonly stopped: Stopped;
  readonly listen: Listen;
  /** The page is served there too; else the till API alone, where it was on. */
  readonly page: boolean;
  /** The page token for the key of the page's address; null for a wrong one, and for none. */
  readonly enter: (key: string) => string | null;
  readonly isPage: (token: string) => boolean;
  /** A person wants the program to start. The page has been answered. */
  readonly again: () => void;
}

/**
 * What the page says, in three languages at once. `right`: the page token of whoever came with a key, empty for anybody else;
 * null where the page is in a window of our own, which nobody else can press.
 */
export function stoppedPage({ incident, since, support, alone }: Stopped, right: string | null): StoppedPage {
  const blocks = LANGUAGES.map((language) => {
    const words = STOPPED_WORDS[language];
    return `<section lang="${language}"><h1>${words.title}</h1><p>${words.what}</p><p><b>${words.money}</b></p><p>${words.call}</p></section>`;
  });
  const named = (name: "phone" | "code" | "since" | "again"): string =>
    [...new Set(LANGUAGES.map((language) => STOPPED_WORDS[language][name]))].join(" · ");
  const facts = [
    [named("code"), incident],
    ...(support === null ? [] : [[named("phone"), support]]),
    [named("since"), localTime(since)],
  ];
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value ?? "")}</dd>`).join("");
  const button = `<button>${named("again")}</button>`;
  const form =
    right === null
      ? `<form method="post" action="${AGAIN_PATH}">${button}</form>`
      : `<form method="post" action="${AGAIN_PATH}" hidden><input type="hidden" name="page" value="${escaped(right)}">${button}</form><script>${MAY_BEGIN}</script>`;
  return page(`<main>${blocks.join("")}</main><footer><dl>${list}</dl>${form}</footer>`, alone);
}

/** While it starts: the page looks again by itself until the till is there. `alone`: a customer stands before it. */
export function startingPage(alone: boolean): StoppedPage {
  const lines = LANGUAGES.map((language) => `<h1 lang="${language}">${STOPPED_WORDS[language].starting}</h1>`);
  return page(`<main>${lines.join("")}</main><script>${COMES_BACK}</script>`, alone);
}

/** Serves until the process ends. Gives the page's address; null where only the till API is answered. Rejects with ListenFailure. */
export async function serveStopped(parts: StoppedParts): Promise<string | null> {
  const { listen: at, page: withPage } = parts;
  const tls = await readTls(at.outside).catch(() => null);
  if (at.outside && tls) {
    // A cash register on the network is told as well; that it cannot be must not take the page away.
    const { address, port } = at.outside;
    let place: Place | null = null;
    const outside = await listen((request, response) => answer(request, response, place, null), {
      address,
      port,
      tls,
    }).catch(() => null);
    if (outside) place = outsidePlace(tls.cert, outside.address, outside.port);
  }
  if (!withPage && !parts.stopped.api) return null;
  let place: Place | null = null;
  const inside = await listen((request, response) => answer(request, response, place, withPage ? parts : null), {
    address: "127.0.0.1",
    port: at.port,
  });
  place = loopbackPlace(inside.port);
  return withPage ? place.origin : null;

  function answer(
    request: IncomingMessage,
    response: ServerResponse,
    there: Place | null,
    own: StoppedParts | null,
  ): void {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (there === null || foreign(request, there) !== null) return sendText(response, 403, "forbidden");
    if (path === API_BASE || path.startsWith(`${API_BASE}/`)) return unavailable(response, parts.stopped);
    if (!own) return sendText(response, 404, "not found");
    const route = `${request.method} ${path}`;
    if (route === `POST ${AGAIN_PATH}`) return void begin(request, response, there, own);
    if (["POST /call", "GET /watch"].includes(route)) return unavailable(response, parts.stopped);
    if (route !== "GET /") return sendText(response, 404, "not found");
    const key = new URL(request.url ?? "/", there.origin).searchParams.get("key") ?? "";
    sendPage(response, 503, stoppedPage(own.stopped, own.enter(key) ?? ""));
  }

  /** A click in a page of ours: of another origin nobody knows its token, and a program on this machine can say any Origin. */
  async function begin(request: IncomingMessage, response: ServerResponse, there: Place, own: StoppedParts) {
    const body = await readBody(request, FORM_CAP, /^application\/x-www-form-urlencoded$/i);
    const token = body.ok ? new URLSearchParams(body.text).get("page") : null;
    if (request.headers.origin !== there.origin || token === null || !own.isPage(token))
      return sendPage(response, 403, stoppedPage(own.stopped, ""));
    response.once("finish", own.again);
    sendPage(response, 200, startingPage(own.stopped.alone));
  }
}

// --- helpers ---

function unavailable(response: ServerResponse, { incident }: Stopped): void {
  const { code, remedy, bankCode, bankMessage } = appError("internal");
  const message = messageOf("en", { code, params: {} });
  const error = { code, message, remedy, bankCode, bankMessage, incident };
  sendJson(response, 503, { error }, { "retry-after": RETRY_AFTER, [STOPPED_HEADER]: "1" });
}

function sendPage(response: ServerResponse, status: number, { headers, content }: StoppedPage): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(content)), connection: "close" });
  response.end(content);
}

function sendText(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(words);
}

function page(body: string, alone: boolean): StoppedPage {
  const guard = alone ? `<script>${GUARD}</script>` : "";
  const policy = policyOf([COMES_BACK, MAY_BEGIN, ...(alone ? [GUARD] : [])]);
  return {
    headers: { ...HEADERS, "content-security-policy": policy },
    content: `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Qabyl</title><style>${STYLE}</style>${guard}<body>${body}</body>\n`,
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** In the computer's own zone: the shop's is in the journal, which is not opened. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "?" : at.toLocaleString("ru-RU", { dateStyle: "short", timeStyle: "short" });
}
