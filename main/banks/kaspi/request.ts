/** What every request of the document has in common, in each of the three schemes. */
import type { BankCall, BankContext } from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { numberToken } from "../exact.ts";
import { schemeOf, type Scheme } from "./scheme.ts";

const ASK_TIMEOUT = 10_000;

type Fields = Readonly<Record<string, unknown>>;
type Query = Readonly<Record<string, string>>;

export interface Draft<Event> extends Pick<BankCall<Event>, "name" | "danger"> {
  readonly path: string;
  readonly query?: Query;
  readonly body?: Fields;
  readonly timeoutMs?: number;
  read(answer: HttpAnswer, scheme: Scheme): Event;
}

/** What is kept out of a request's fingerprint, and so out of the journal. */
const HIDDEN: ReadonlySet<string> = new Set(["devicetoken", "phonenumber"]);

/** A GET with its fields in the query. */
export function ask<Event>(context: BankContext, draft: Draft<Event>): BankCall<Event> {
  const query = draft.query ?? {};
  return call(context, draft, { method: "GET", query: queryOf(query), body: null, open: queryOf(openOf(query)) });
}

/** A POST with its fields in the body. */
export function post<Event>(context: BankContext, draft: Draft<Event>): BankCall<Event> {
  const body = draft.body ?? {};
  const open = ` ${JSON.stringify(openOf(body))}`;
  return call(context, draft, { method: "POST", query: "", body: JSON.stringify(body), open });
}

interface Written extends Pick<BankCall<unknown>, "method" | "body"> {
  readonly query: string;
  readonly open: string;
}

function call<Event>(context: BankContext, draft: Draft<Event>, written: Written): BankCall<Event> {
  const { name, danger, path, timeoutMs = ASK_TIMEOUT } = draft;
  const { method, query, body, open } = written;
  const scheme = schemeOf(context.profile);
  return {
    name,
    danger,
    method,
    url: `${context.profile.url.replace(/\/+$/, "")}${path}${query}`,
    headers: headersOf(context, scheme),
    body,
    timeoutMs,
    canonical: `${method} ${path}${open}`,
    read: (answer) => draft.read(answer, scheme),
  };
}

function openOf<Field>(fields: Readonly<Record<string, Field>>): Record<string, Field> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !HIDDEN.has(key.toLowerCase())));
}

function queryOf(fields: Query): string {
  const text = Object.entries(fields)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
}

/** A gateway's own headers never stand in the place of ours, in any letter case. */
function headersOf({ secrets, requestId }: BankContext, scheme: Scheme): Record<string, string> {
  const ours: Record<string, string> = { "Content-Type": "application/json", "X-Request-ID": requestId };
  if (scheme === "1") ours["Api-Key"] = secrets["apiKey"] ?? "";
  const taken = new Set(Object.keys(ours).map((name) => name.toLowerCase()));
  const gateway = Object.entries(JSON.parse(secrets["headers"] ?? "{}") as Record<string, string>);
  return { ...Object.fromEntries(gateway.filter(([name]) => !taken.has(name.toLowerCase()))), ...ours };
}

/** The device's token, a JSON string everywhere, also where the document says Int64. */
export function deviceToken({ secrets }: BankContext): string {
  return secrets["deviceToken"] ?? "";
}

/** `OrganizationBin` with its leading zeros, in scheme 3 only. */
export function organization({ profile }: BankContext): Fields {
  return schemeOf(profile) === "3" ? { OrganizationBin: profile.bin } : {};
}

/** An Int64 id as the number the document wants, with every digit. Throws where there is none to send. */
export function idToken(id: string | null): unknown {
  if (id === null) throw new Error("a bank id is missing");
  return numberToken(id);
}
