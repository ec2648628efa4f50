import { JSON_TYPE } from "../deliver.ts";
import type { Body, PlainAnswer } from "../answer.ts";
import type { EpayBank } from "./bank.ts";
import { takenBody, tokenBody } from "./bodies.ts";
import { challenged, challengePage, plainPage, type Page } from "./page.ts";
import { cardsAuth, confirm, confirmed, cryptopay, hasCryptogram, redirected } from "./posts.ts";
import type { MethodRequest } from "./request.ts";
import { checkStatus } from "./status.ts";

export const OAUTH_PATH = "/epay2/oauth2/token";
export const API_PATH = "/api";
const HTML_TYPE = "text/html; charset=utf-8";

export interface BankMethod {
  /** What faults and the ledger call it; of a token it is known when the body was read. */
  name(request: MethodRequest): string;
  httpMethods: readonly ("GET" | "POST")[];
  /** Its groups are the request's parameters; null: not this method. */
  match(path: string, bank: EpayBank): string[] | null;
  /** The invoice number the request is about. */
  invoice(bank: EpayBank, request: MethodRequest): string | null;
  /** Whether the key of cards is needed: it is made when it first is. */
  needsKey?(request: MethodRequest): boolean;
  run(bank: EpayBank, request: MethodRequest): PlainAnswer;
}

const json = (body: Body): PlainAnswer => ({ status: 200, contentType: JSON_TYPE, headers: {}, body });
const text = (contentType: string, content: string, status = 200): PlainAnswer => ({
  status,
  contentType,
  headers: {},
  body: null,
  text: content,
});
const page = ({ status, html }: Page): PlainAnswer => text(HTML_TYPE, html, status);
const at = (path: string) => (asked: string) => (asked === path ? [] : null);
const under =
  (pattern: RegExp) =>
  (asked: string): string[] | null =>
    pattern.exec(asked)?.slice(1).map(decoded) ?? null;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A member of a body, in whatever casing. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

const asText = (value: unknown): string | null => (typeof value === "string" ? value : null);

const token: BankMethod = {
  name: ({ form }) => {
    const isService = form !== null && !["invoiceID", "InvoiceID", "amount"].some((key) => form.get(key));
    return isService ? "token/service" : "token";
  },
  httpMethods: ["POST"],
  match: at(OAUTH_PATH),
  invoice: (_bank, { form }) => form?.get("invoiceID") ?? form?.get("InvoiceID") ?? null,
  run: (bank, request) => json(tokenBody(bank.tokens.issue(request), bank.config)),
};

const key: BankMethod = {
  name: () => "key",
  httpMethods: ["GET"],
  match: at(`${API_PATH}/public.rsa`),
  invoice: () => null,
  needsKey: () => true,
  run: (bank) => text("text/plain", bank.key.publicText()),
};

const cryptopayMethod: BankMethod = {
  name: () => "cryptopay",
  httpMethods: ["POST"],
  match: at(`${API_PATH}/payment/cryptopay`),
  invoice: (_bank, { body }) => asText(member(body, "invoiceId")),
  needsKey: ({ body }) => hasCryptogram(body),
  run: (bank, request) => json(cryptopay(bank, request)),
};

const confirmMethod: BankMethod = {
  name: () => "confirm",
  httpMethods: ["POST"],
  match: (path, { config }) => (path === API_PATH + config.confirmPath ? [] : null),
  invoice: (bank, request) => confirmed(bank, request)?.invoice ?? null,
  run(bank, request) {
    if (bank.config.confirmAnswer === "json") return json(takenBody(confirm(bank, request)));
    const Location = redirected(bank, () => confirm(bank, request));
    return { ...text("text/plain", "", 302), headers: { Location } };
  },
};

const cardsAuthMethod: BankMethod = {
  name: () => "cards/auth",
  httpMethods: ["POST"],
  match: at(`${API_PATH}/payments/cards/auth`),
  invoice: (_bank, { body }) => asText(member(member(body, "order"), "id") ?? member(body, "invoiceId")),
  run: (bank, request) => json(cardsAuth(bank, request)),
};

const status = (name: string, kind: "payment" | "p2p"): BankMethod => ({
  name: () => name,
  httpMethods: ["GET"],
  match: under(new RegExp(`^${API_PATH}/check-status/${kind}/transaction/([^/]+)$`)),
  invoice: (_bank, { parameters }) => parameters[0] ?? null,
  run: (bank, request) => json(checkStatus(bank, request, kind === "p2p")),
});

const operation = (name: "charge" | "cancel" | "refund"): BankMethod => ({
  name: () => name,
  httpMethods: ["POST"],
  match: under(new RegExp(`^${API_PATH}/operation/([^/]+)/${name}$`)),
  invoice: (bank, { parameters }) => bank.ledger.transactions.get(parameters[0] ?? "")?.invoice ?? null,
  run(bank, request) {
    const { id } = bank.operations[name](request);
    return bank.config.operationAnswer === "empty" ? text("text/plain", "") : json({ code: 0, id });
  },
});

const acs = (name: string, path: string, run: BankMethod["run"]): BankMethod => ({
  name: () => name,
  httpMethods: ["GET", "POST"],
  match: at(path),
  invoice: (bank, request) => challenged(bank, request)?.invoice ?? null,
  run,
});

const pages = [
  acs("acs", "/acs/pa", (bank, request) => page(challengePage(bank, request))),
  acs("acs/done", "/acs/done", () => page(plainPage())),
  acs("acs/popup", "/acs/popup", () => page(plainPage())),
  acs("acs/granted", "/acs/granted", () => page(plainPage())),
  acs("acs/download", "/acs/download", () => ({
    ...text("application/octet-stream", "nothing"),
    headers: { "Content-Disposition": 'attachment; filename="bank.exe"' },
  })),
];

const all = [
  token,
  key,
  cryptopayMethod,
  confirmMethod,
  cardsAuthMethod,
  status("check-status", "payment"),
  status("check-status/p2p", "p2p"),
  operation("charge"),
  operation("cancel"),
  operation("refund"),
  ...pages,
];

/** `pages`: the port without TLS serves nothing but the bank's page. */
export type Reach = "all" | "pages";

export function findMethod(
  bank: EpayBank,
  path: string,
  reach: Reach,
): { method: BankMethod; parameters: string[] } | null {
  for (const method of reach === "all" ? all : pages) {
    const parameters = method.match(path, bank);
    if (parameters) return { method, parameters };
  }
  return null;
}
