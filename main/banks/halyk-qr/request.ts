/** What every request of the document has in common. */
import type { BankCall, BankContext } from "../../core/bank.ts";
import type { HttpAnswer, Profile } from "../../core/ports.ts";
import { base64, utf8 } from "./bytes.ts";

const ASK_TIMEOUT = 10_000;

export interface Draft<Event> extends Pick<BankCall<Event>, "name" | "danger"> {
  /** After the base address; its parts are encoded already. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  read(answer: HttpAnswer): Event;
}

/** A GET, or a POST where there is a body. */
export function call<Event>({ profile, secrets }: BankContext, draft: Draft<Event>): BankCall<Event> {
  const { name, danger, path, timeoutMs = ASK_TIMEOUT, read } = draft;
  const method = draft.body ? "POST" : "GET";
  const body = draft.body ? JSON.stringify(draft.body) : null;
  return {
    name,
    danger,
    method,
    url: `${profile.url}${path}`,
    headers: {
      Authorization: `Basic ${base64(utf8(`${secrets["username"] ?? ""}:${secrets["password"] ?? ""}`))}`,
      Accept: "application/json",
      "Content-Type": "application/json",
    },
    body,
    timeoutMs,
    canonical: body === null ? `${method} ${path}` : `${method} ${path} ${body}`,
    read,
  };
}

/** A path of the given parts, each of them encoded. Throws on a part that is missing. */
export function pathOf(...parts: readonly (string | null)[]): string {
  return parts
    .map((part) => {
      if (part === null || part === "") throw new Error("a part of the path is missing");
      return `/${encodeURIComponent(part)}`;
    })
    .join("");
}

/** An option that every profile of this bank has. Throws where there is none: nothing is guessed about money. */
export function optionOf({ id, options }: Pick<Profile, "id" | "options">, name: string): string {
  const value = options[name];
  if (value === undefined || value === "") throw new Error(`profile ${id} has no ${name}`);
  return value;
}
