/** The screen in a browser: pages, the exchange of the key, commands and snapshots. No cookie authorises anything. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { appError, type ErrorCode } from "../../contract/errors.ts";
import { statusOf } from "../../contract/till.ts";
import type { View } from "../../contract/snapshot.ts";
import type { Core } from "../core/index.ts";
import { readJson } from "../till/body.ts";
import { isNamedOnce, vouch, type Place } from "../till/guard.ts";
import { sendJson } from "../till/reply.ts";
import { createSlowDown } from "../till/slow-down.ts";
import type { BrowserPages } from "./bank-page.ts";
import type { Keys } from "./keys.ts";
import { readPage } from "../pages.ts";
import { streamSnapshots } from "./watch.ts";

/** Of each view: whoever holds the customer's page must not take the cashier's place in the row. */
const WATCHERS: Readonly<Record<View, number>> = { cashier: 16, customer: 4 };
/** A technician's certificate files travel in a command, base64; the till API keeps its own, smaller bound. */
const CALL_CAP = 2 * 1024 * 1024;

export type ScreenHandler = (request: IncomingMessage, response: ServerResponse, place: Place) => Promise<void>;

/**
 * Everything on the screen's server that is not the till API. `root` is the folder of the built screen; `hasCustomer`: the
 * settings have a display for the customer now; `pictures`: the folder of product pictures.
 */
export function createScreen(
  core: Core,
  keys: Keys,
  root: string,
  pages: BrowserPages,
  hasCustomer: () => boolean = () => false,
  pictures: string | null = null,
): ScreenHandler {
  const watching: Readonly<Record<View, Set<ServerResponse>>> = { cashier: new Set(), customer: new Set() };
  const slowDown = createSlowDown(() => performance.now());

  /** Whoever shows nothing tries nothing. */
  async function stranger(request: IncomingMessage, response: ServerResponse, presented: boolean): Promise<void> {
    const seconds = presented ? await slowDown.wrong(request, "") : 0;
    if (seconds === 0) return refuse(response, "unauthorized");
    refuse(response, "slow_down", { "retry-after": String(seconds), connection: "close" });
  }

  async function session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request, 1024);
    const { key, view = "cashier" } = body.ok ? keyOf(body.value) : {};
    if (typeof key !== "string" || (view !== "cashier" && view !== "customer")) return refuse(response, "bad_request");
    const token = keys.exchange(key, view);
    if (token === null) return stranger(request, response, true);
    vouch(request);
    sendJson(response, 200, { token });
  }

  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request, CALL_CAP);
    if (!body.ok) return refuse(response, body.problem === "too_large" ? "too_large" : "bad_request");
    const { name, input } = fieldsOf(body.value, ["name", "input"]);
    if (typeof name !== "string") return refuse(response, "bad_request");
    sendJson(response, 200, await core.call({ kind: "person", name: "cashier" }, name, input));
  }

  /** `own` is the view of the page's token: the address says which one is meant, and gives no right to it. */
  function watch(response: ServerResponse, query: URLSearchParams, own: View): void {
    const view = query.get("view");
    if (view !== "cashier" && view !== "customer") return refuse(response, "bad_request");
    if (view !== own || (view === "customer" && !hasCustomer())) return refuse(response, "forbidden");
    const here = watching[view];
    if (here.size >= WATCHERS[view]) return refuse(response, "not_ready");
    here.add(response);
    streamSnapshots(core, view, response, () => here.delete(response));
  }

  core.watch("cashier", ({ app }) => {
    pages.speak(app.language);
    if (!hasCustomer()) for (const response of watching.customer) response.destroy();
  });
  return async (request, response, place) => {
    try {
      if (!isNamedOnce(request)) return refuse(response, "forbidden");
      if (await pages.handle(request, response, place)) return;
      if (!place.isHost(request.headers.host ?? "")) return refuse(response, "forbidden");
      const { pathname, searchParams } = new URL(request.url ?? "/", place.origin);
      const route = `${request.method} ${pathname}`;
      const ours = isOurs(request, place);
      if (["/session", "/call", "/watch"].includes(pathname)) {
        if (!ours) return refuse(response, "forbidden");
        if (route === "POST /session") return await session(request, response);
        if (route !== "POST /call" && route !== "GET /watch") return refuse(response, "method_not_allowed");
        const shown = request.headers["x-qabyl-page"];
        const view = keys.viewOf(String(shown ?? ""));
        if (view === null) return await stranger(request, response, shown !== undefined);
        vouch(request);
        if (route === "GET /watch") return watch(response, searchParams, view);
        return view === "cashier" ? await call(request, response) : refuse(response, "forbidden");
      }
      if (!ours && !isPlainVisit(request)) return refuse(response, "forbidden");
      const { status, headers, content } = await readPage(root, request.method ?? "", pathname, pictures);
      response.writeHead(status, { ...headers, "content-length": String(content.length) });
      response.end(request.method === "HEAD" ? undefined : content);
    } catch {
      refuse(response, "internal");
    }
  };
}

/** A page that names no view is a cashier's. */
function keyOf(value: unknown): Readonly<Record<string, unknown>> {
  const named = fieldsOf(value, ["key", "view"]);
  return "key" in named ? named : fieldsOf(value, ["key"]);
}

/** The fields of an object that has exactly these; nothing at all when it is anything else. */
function fieldsOf(value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const keys = Object.keys(value);
  return keys.length === names.length && keys.every((key) => names.includes(key))
    ? (value as Record<string, unknown>)
    : {};
}

/** A request made by our own page: our Origin, or none from a browser that says it is the same origin. */
function isOurs(request: IncomingMessage, place: Place): boolean {
  const { origin } = request.headers;
  if (origin !== undefined) return origin === place.origin;
  const site = request.headers["sec-fetch-site"];
  return site === "same-origin" || site === "none";
}

/**
 * Opening the page itself. The launcher's local file and a link both come as cross-site navigation; the page holds
 * nothing without a key and cannot be framed. A program that is no browser gets the same empty page.
 */
function isPlainVisit(request: IncomingMessage): boolean {
  if (request.headers.origin !== undefined) return false;
  const { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest } = request.headers;
  return site === undefined || (mode === "navigate" && dest === "document");
}

function refuse(response: ServerResponse, code: ErrorCode, headers: Readonly<Record<string, string>> = {}): void {
  sendJson(response, statusOf(code), { ok: false, error: appError(code) }, headers);
}
