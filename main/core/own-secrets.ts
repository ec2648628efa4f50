/** Keeps out of what a bank says whatever we have told it in confidence: some repeat a request in their error. */
import type { BankCall, BankContext } from "./bank.ts";

/** Where a bank's own words are kept; ids, tokens and amounts are not words. */
const WORDS: ReadonlySet<string> = new Set(["bankMessage", "bankCode", "message", "raw", "params"]);
/** A shorter one stands in ordinary words too. */
const LEAST = 6;

/** The event with the secrets of its call, and of the bank's profile, taken out of the bank's words. */
export function withoutSecrets<Event>(
  event: Event,
  { secrets }: Pick<BankContext, "secrets">,
  call: Pick<BankCall<unknown>, "headers" | "url">,
): Event {
  const told = new Set(rightsOf(call));
  for (const value of Object.values(secrets)) addSecrets(value, told);
  const long = [...told].filter(({ length }) => length >= LEAST).toSorted((a, b) => b.length - a.length);
  return long.length === 0 ? event : (cleaned(event, long, false) as Event);
}

// --- helpers ---

/** The right that a call was sent with: in its header, or (ePay) in its address. */
function rightsOf({ headers, url }: Pick<BankCall<unknown>, "headers" | "url">): string[] {
  const proof = /^\S+ (.+)$/.exec(headers["Authorization"] ?? "")?.[1];
  const access = /[?&]Access=([^&]+)/.exec(url)?.[1];
  return [...(proof ? [proof] : []), ...(access ? [access, decodeURIComponent(access)] : [])];
}

/** The value, and what it holds as JSON (a gateway's headers, a client and its secret). */
function addSecrets(value: string, told: Set<string>): void {
  told.add(value);
  if (!value.startsWith("{")) return;
  try {
    for (const part of Object.values(JSON.parse(value) as Record<string, unknown>))
      if (typeof part === "string") told.add(part);
  } catch {
    // a password that begins like JSON
  }
}

function cleaned(value: unknown, told: readonly string[], words: boolean): unknown {
  if (typeof value === "string") return words ? withoutAll(value, told) : value;
  if (Array.isArray(value)) return value.map((part) => cleaned(part, told, words));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, cleaned(part, told, words || WORDS.has(name))]),
  );
}

function withoutAll(text: string, told: readonly string[]): string {
  const rest = told.reduce((left, secret) => left.replaceAll(secret, "…"), text);
  // What is kept of an answer is cut: the beginning of a secret may stand at its end.
  const begun = told.map((secret) => beginningAtEnd(rest, secret));
  return rest.slice(0, rest.length - Math.max(0, ...begun));
}

function beginningAtEnd(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length >= LEAST; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}
