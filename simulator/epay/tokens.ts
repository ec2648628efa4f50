import { randomBytes } from "node:crypto";
import { toMinor } from "../money.ts";
import type { EpayBank } from "./bank.ts";
import { purposes, type Purpose, type Terminal, type Token } from "./records.ts";
import { grantRefusal, tokenRefusal } from "./refusal.ts";
import type { MethodRequest } from "./request.ts";

const scopes = [
  "webapi", "usermanagement", "email_send", "verification", "statement", "statistics", "payment", "transfer",
]; // prettier-ignore
const members = [
  "grant_type", "scope", "client_id", "client_secret", "invoiceID", "amount", "currency", "terminal", "postLink",
  "failurePostLink", "secret_hash",
]; // prettier-ignore
/** One sample writes it so. */
const otherSpelling = "InvoiceID";

/** Rights of the bank, each for one order or for looking after what was ordered. */
export class Tokens {
  #bank: EpayBank;

  constructor(bank: EpayBank) {
    this.#bank = bank;
  }

  /** Asks for a token. Throws 400 for what cannot be understood, 401 for a wrong client or secret. */
  issue(request: MethodRequest): Token {
    const { form, note } = request;
    if (form === null) throw grantRefusal(400, "invalid_request", "a form is expected");
    for (const key of form.keys()) if (![...members, otherSpelling].includes(key)) note(`unknown key ${key}`);
    const get = (key: string) => form.get(key) ?? "";
    if (get("grant_type") !== "client_credentials") throw grantRefusal(400, "unsupported_grant_type", "grant_type");
    const own = this.#terminals().filter(({ clientId }) => clientId !== "" && clientId === get("client_id"));
    if (!own.some(({ clientSecret }) => clientSecret === get("client_secret"))) {
      throw grantRefusal(401, "invalid_client", "the client or its secret is wrong");
    }
    const scope = get("scope");
    if (scope === "" || scope.split(" ").some((word) => !scopes.includes(word))) {
      throw grantRefusal(400, "invalid_scope", "scope");
    }
    const terminalId = get("terminal") === "" ? null : get("terminal");
    const bound = boundTo(form);
    if (bound && !own.some((terminal) => terminal.terminalId === terminalId)) {
      throw grantRefusal(400, "invalid_request", "terminal is unknown, or another client's");
    }
    const { clock, config, ledger } = this.#bank;
    const token: Token = {
      token: randomBytes(16).toString("base64url").toUpperCase(),
      clientId: get("client_id"),
      scope,
      terminalId,
      bound,
      expiresAt: clock.now() + config.tokenSeconds * 1000,
      usedFor: null,
      confirmed: false,
    };
    ledger.tokens.push(token);
    this.#bank.changed();
    return token;
  }

  /** A token that is alive. Throws 401. */
  find(text: string | null): Token {
    const token = this.#bank.ledger.tokens.findLast((one) => one.token === text);
    if (!token) throw tokenRefusal("the token is missing or unknown");
    if (token.expiresAt <= this.#bank.clock.now()) throw tokenRefusal("the token has expired");
    return token;
  }

  /** Of a request that asks or looks after what was ordered. Throws 401 for a payment's. */
  service(request: MethodRequest): Token {
    const token = this.find(request.bearer);
    if (token.bound) throw tokenRefusal("the token is a payment's");
    return token;
  }

  /** Of a request that orders. Throws 401 for a service token, and for one that was ordered with already. */
  bound(request: MethodRequest): { token: Token; bound: NonNullable<Token["bound"]> } {
    const token = this.find(request.bearer);
    const { bound } = token;
    if (!bound) throw tokenRefusal("the token is bound to no order");
    if (token.usedFor !== null) {
      request.complain("token-reused", `the token of ${token.usedFor} came again`);
      throw tokenRefusal("the token has been used");
    }
    return { token, bound };
  }

  /** What a terminal is for; nothing for an unknown one. */
  purposes(terminalId: string): Purpose[] {
    return purposes.filter((purpose) => this.#bank.config.terminals[purpose].terminalId === terminalId);
  }

  /** Why check-status answers this token with settings: null when it may ask. */
  fault(token: Token): "104" | "106" | "109" | null {
    if (token.terminalId === null) return "104";
    const known = this.#terminals().filter(({ terminalId }) => terminalId === token.terminalId);
    if (known.length === 0) return "106";
    return known.some(({ clientId }) => clientId === token.clientId) ? null : "109";
  }

  #terminals(): Terminal[] {
    return Object.values(this.#bank.config.terminals);
  }
}

/** What the form binds its token to; null where it names none of it. Throws 400 where it names a part. */
function boundTo(form: URLSearchParams): Token["bound"] {
  const invoice = form.get("invoiceID") ?? form.get(otherSpelling) ?? "";
  const amount = form.get("amount") ?? "";
  const currency = form.get("currency") ?? "";
  if (invoice === "" && amount === "" && currency === "") return null;
  const amountMinor = toMinor(amount);
  if (!/^\d{6,15}$/.test(invoice)) throw grantRefusal(400, "invalid_request", "invoiceID has 6 to 15 digits");
  if (amountMinor === null || amountMinor < 0n) throw grantRefusal(400, "invalid_request", "amount");
  if (!/^[A-Z]{3}$/.test(currency)) throw grantRefusal(400, "invalid_request", "currency");
  return { invoice, amountMinor, currency };
}
