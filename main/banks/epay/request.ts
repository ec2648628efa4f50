/** What every request of ePay has in common. */
import { formatAmount, type Minor } from "../../../contract/money.ts";
import type { BankCall, BankContext } from "../../core/bank.ts";
import type { Profile } from "../../core/ports.ts";
import { numberToken } from "../exact.ts";

const ASK_TIMEOUT = 10_000;

export interface Draft<Event> extends Pick<BankCall<Event>, "name" | "danger" | "read" | "grant"> {
  /** After the base address; its parts are encoded already. */
  readonly path: string;
  readonly post?: boolean;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  /** What the journal's fingerprint is made of beside the path: nothing of a card, a token or the payer. */
  readonly told?: Readonly<Record<string, unknown>>;
}

/** A GET, or a POST where `post` or a body says so. */
export function call<Event>({ profile }: BankContext, draft: Draft<Event>): BankCall<Event> {
  const { name, danger, path, body, timeoutMs = ASK_TIMEOUT, told, grant, read } = draft;
  const method = draft.post || body ? "POST" : "GET";
  return {
    name,
    danger,
    method,
    url: `${profile.url}${path}`,
    headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : null,
    timeoutMs,
    canonical: told ? `${method} ${path} ${JSON.stringify(told)}` : `${method} ${path}`,
    ...(grant ? { grant } : {}),
    read,
  };
}

/** An amount as the samples write it: 100, 12.22, 0. Exactly, since it is also part of what the token is bound to. */
export function amountText(minor: Minor): string {
  return formatAmount(minor).replace(/\.00$|(?<=\.\d)0$/, "");
}

/** The same as a JSON number. */
export function amountToken(minor: Minor): unknown {
  return numberToken(amountText(minor));
}

/**
 * `application/x-www-form-urlencoded`: the documents say "form-data", what the bank takes is this (Q-71). Every value is
 * percent-encoded whole: secrets hold # $ & % +.
 */
export function formOf(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${percent(value)}`)
    .join("&");
}

/** RFC 3986: nothing but letters, digits and - . _ ~ stays as it is. */
export function percent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A part of a path, encoded. Throws on one that is missing: what moves money must not go to another address. */
export function partOf(part: string | null): string {
  if (part === null || part === "") throw new Error("a part of the path is missing");
  return percent(part);
}

/** An option that every profile of this bank has. Throws where there is none: nothing is guessed about money. */
export function optionOf({ id, options }: Pick<Profile, "id" | "options">, name: string): string {
  const value = options[name];
  if (value === undefined || value === "") throw new Error(`profile ${id} has no ${name}`);
  return value;
}
