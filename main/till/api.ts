/** The till API: contract section 3. One handler for every server it is served on. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { idempotencyKey, type CommandName } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { Language } from "../../contract/states.ts";
import { API_BASE, BODY_CAP, needsBody, ROUTES, statusOf, type Route } from "../../contract/till.ts";
import type { Actor, Core } from "../core/index.ts";
import { readJson } from "./body.ts";
import { createEvents } from "./events.ts";
import { foreign, vouch, type Place } from "./guard.ts";
import { openApi } from "./openapi.ts";
import { refusal, sendJson, sendNothing, type Refusal } from "./reply.ts";
import type { SlowDown } from "./slow-down.ts";
import type { Tokens } from "./tokens.ts";
import { messageOf } from "./words.ts";

export interface TillOptions {
  readonly core: Core;
  readonly tokens: Tokens;
  readonly slowDown: SlowDown;
  readonly version: string;
  readonly language: Language;
}

export interface TillApi {
  /** Answers a request whose path begins with the API's base. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void>;
  close(): void;
}

type Api = Extract<Actor, { kind: "api" }>;
type Made = { readonly created: boolean } & ({ readonly payment: unknown } | { readonly refund: unknown });
type Found = { readonly route: Route; readonly id: string };

/** Makes the API of one core. It follows the till's language. */
export function createTillApi(options: TillOptions): TillApi {
  const { core, tokens, slowDown } = options;
  const events = createEvents(core);
  let language = options.language;
  const stopWatch = core.watch("cashier", (snapshot) => {
    // A customer alone at the screen chooses for himself, not for the programs.
    language = snapshot.kiosk === null ? snapshot.app.language : options.language;
  });
  let document: unknown = null;

  async function handle(request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
    try {
      const refused = await serve(request, response, place);
      if (refused) refuse(response, refused);
    } catch {
      refuse(response, refusal("internal"));
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse, place: Place): Promise<Refusal | null> {
    const alien = foreign(request, place);
    if (alien) return refusal("forbidden", { what: alien });
    const { authorization } = request.headers;
    const token = tokens.find(authorization);
    if (!token) return stranger(request, authorization);
    vouch(request);
    const url = new URL(request.url ?? "/", place.origin);
    const found = findRoute(request.method ?? "", url.pathname.slice(API_BASE.length));
    if ("error" in found) return found;
    const { scope } = found.route;
    if (scope !== null && !token.may.includes(scope)) return refusal("forbidden", { what: scope });
    const actor: Api = { kind: "api", name: token.name, scopes: token.may };
    return answer(request, response, found, actor, url.searchParams);
  }

  /** Nothing of the route, the method or the body is looked at: whoever has no token learns nothing about them. */
  async function stranger(request: IncomingMessage, authorization: string | undefined): Promise<Refusal> {
    const seconds = authorization ? await slowDown.wrong(request, tokens.print(authorization)) : 0;
    if (seconds === 0) return { ...refusal("unauthorized"), headers: { "www-authenticate": "Bearer" } };
    const headers = { "retry-after": String(seconds), connection: "close" };
    return { ...refusal("slow_down", { seconds: String(seconds) }), headers };
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    found: Found,
    actor: Api,
    query: URLSearchParams,
  ): Promise<Refusal | null> {
    const { route, id } = found;
    if (route.command === null) {
      sendJson(response, 200, (document ??= openApi(options.version)));
      return null;
    }
    if (route.command === "events.after")
      return events.serve(request, response, actor) ? null : refusal("not_ready", { what: "events" });
    if (route.idempotent === true) return make(request, response, route.command, actor);
    const input = await inputOf(request, route, id, query);
    if ("error" in input) return input;
    const [status] = Object.keys(route.answers);
    return finish(response, Number(status), await core.call(actor, route.command, input.value));
  }

  /** What carries an Idempotency-Key: 201 when it was made now, 200 when the same key and body had made it before. */
  async function make(
    request: IncomingMessage,
    response: ServerResponse,
    command: CommandName,
    actor: Api,
  ): Promise<Refusal | null> {
    const key = idempotencyKey.safeParse(request.headers["idempotency-key"]);
    if (!key.success) return refusal("bad_request", { field: "Idempotency-Key" });
    const body = await readJson(request, BODY_CAP);
    if (!body.ok) return bodyRefusal(body.problem);
    // The core answers when the bank has spoken, or after 5 s with what is known by then.
    const result = (await core.call(actor, command, { key: key.data, request: body.value })) as Result<Made>;
    if (!result.ok) return finish(response, 400, result);
    const { created, ...made } = result.value;
    return finish(response, created ? 201 : 200, { ok: true, value: "payment" in made ? made.payment : made.refund });
  }

  function finish(response: ServerResponse, status: number, result: Result<unknown>): Refusal | null {
    if (!result.ok) {
      const { error, payment, refund } = result;
      return { error, status: statusOf(error.code), payment, refund };
    }
    if (status === 204) sendNothing(response);
    else sendJson(response, status, result.value);
    return null;
  }

  function refuse(response: ServerResponse, { error, status, headers, payment, refund }: Refusal): void {
    const { code, remedy, bankCode, bankMessage, incident } = error;
    const shown = { code, message: messageOf(language, error), remedy, bankCode, bankMessage, incident };
    // Every 409 carries the payment or the refund, where one stands in the way; what is undefined is not written.
    sendJson(response, status, { error: shown, payment, refund }, headers);
  }

  return {
    handle,
    close() {
      stopWatch();
      events.close();
    },
  };
}

function findRoute(method: string, path: string): Found | Refusal {
  const allowed: string[] = [];
  for (const route of ROUTES) {
    const id = matchPath(route.path, path);
    if (id === null) continue;
    if (route.method === method) return { route, id };
    allowed.push(route.method);
  }
  if (allowed.length === 0) return refusal("not_found", { what: "path" });
  return { ...refusal("method_not_allowed", { method: method.slice(0, 16) }), headers: { allow: allowed.join(", ") } };
}

/** The `{id}` of a path; an empty string when the route has none; null when it is another path. */
function matchPath(pattern: string, path: string): string | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  let id = "";
  for (const [index, part] of wanted.entries()) {
    const segment = given[index] ?? "";
    if (part === "{id}" && /^[A-Za-z0-9_-]{1,64}$/.test(segment)) id = segment;
    else if (part !== segment) return null;
  }
  return id;
}

async function inputOf(
  request: IncomingMessage,
  route: Route,
  id: string,
  query: URLSearchParams,
): Promise<{ value: unknown } | Refusal> {
  if (route.method === "POST") {
    const body = await readJson(request, BODY_CAP, needsBody(route) ? undefined : {});
    if (!body.ok) return bodyRefusal(body.problem);
    const { value } = body;
    // An id in the body would stand against the one of the path.
    const fits = typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "id");
    if (!fits || (!route.body && Object.keys(value).length > 0)) return refusal("bad_request", { field: "body" });
    return { value: { ...value, id } };
  }
  if (!route.query) return { value: id === "" ? {} : { id } };
  const value: Record<string, string> = {};
  for (const [name, text] of query) {
    if (Object.hasOwn(value, name)) return refusal("bad_request", { field: name.slice(0, 64) });
    value[name] = text;
  }
  return { value };
}

function bodyRefusal(problem: "too_large" | "type" | "json" | "gone"): Refusal {
  if (problem === "too_large") return refusal("too_large");
  if (problem === "type") return refusal("bad_request", { field: "Content-Type" }, 415);
  return refusal("bad_request", { field: "body" });
}
