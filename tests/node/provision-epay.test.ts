import { describe, expect, it } from "vitest";
import { readProvision } from "../../contract/provision.ts";
import { withField, type Raw } from "../support/provision.ts";
import { EPAY_TERMINALS, goodEpay, withEpay } from "../support/provision-epay.ts";

function linesOf(raw: unknown): string[] {
  const checked = readProvision(raw);
  return (checked.ok ? [] : checked.problems).map(({ path, words }) => `${path}: ${words}`);
}

const epay = (field: string): string => `providers.epay.${field}`;
const terminal = (field: string): string => epay(`terminals.payment.${field}`);
const production = withEpay({ environment: "production" });
const gone = undefined;

/** Everything it may hold: contract section 2. */
const WHOLE: Raw = goodEpay({
  oauthUrl: "https://testoauth.homebank.kz/epay2/oauth2/token",
  apiUrl: "https://testepay.homebank.kz/api",
  ca: [],
  postLink: "https://merchant.example/epay",
  failurePostLink: null,
  backLink: null,
  failureBackLink: null,
  publicKeyUrl: null,
  confirmPath: "/payments/confirm",
  cyrillicCryptogram: false,
  invoiceRange: { from: "100000", to: "999999" },
  limits: { min: "1.00", max: "1000000.00" },
  cards: false,
  transfers: false,
  operations: false,
});

/** rule · path that must be named · value put there (or a whole file) */
const BAD: readonly [rule: string, path: string, value: unknown, raw?: Raw][] = [
  ["environment is required", epay("environment"), gone],
  ["environment is test or production", epay("environment"), "training"],
  ["an address is one", epay("apiUrl"), "testepay.homebank.kz"],
  ["an address has no question", epay("oauthUrl"), "https://oauth.example/token?a=1"],
  ["an address is https", epay("apiUrl"), "http://10.0.0.1/api"],
  ["the key's address is https", epay("publicKeyUrl"), "http://10.0.0.1/public.rsa"],
  ["test address is not for production", epay("apiUrl"), "https://testepay.homebank.kz/api", production],
  ["nor the other page's", epay("apiUrl"), "https://test-epay.homebank.kz/api", production],
  ["nor its tokens'", epay("oauthUrl"), "https://test-epay-oauth.epayment.kz/oauth2/token", production],
  ["nor where the key is", epay("publicKeyUrl"), "https://testepay.homebank.kz/api/public.rsa", production],
  ["real money is not for the test", epay("apiUrl"), "https://epay-api.homebank.kz"],
  ["nor are its tokens", epay("oauthUrl"), "https://epay-oauth.homebank.kz/oauth2/token"],
  ["ca is a list", epay("ca"), "root.crt"],
  ["terminals are required", epay("terminals"), gone],
  ["a payment terminal is required", epay("terminals.payment"), gone],
  ["a client is required", terminal("clientId"), gone],
  ["a client is not empty", terminal("clientId"), " "],
  ["a secret is required", terminal("clientSecret"), gone],
  ["a secret is on one line", terminal("clientSecret"), "SECRET\nline"],
  ["a secret is Latin", terminal("clientSecret"), "СЕКРЕТ"],
  ["a terminal is required", terminal("terminalId"), gone],
  ["a terminal is a UUID", terminal("terminalId"), "98120001"],
  ["another terminal is whole", epay("terminals.verification"), {}],
  ["a terminal has no other key", terminal("name"), "x"],
  ["a purpose is known", epay("terminals.refund"), EPAY_TERMINALS.payment],
  ["a link is an address", epay("postLink"), "shop.example/paid"],
  ["a link has no question", epay("failureBackLink"), "https://shop.example/?x"],
  ["a path begins with a slash", epay("confirmPath"), "payments/confirm"],
  ["a path has no query", epay("confirmPath"), "/payments/confirm?Access=x"],
  ["cryptogram is yes or no", epay("cyrillicCryptogram"), "no"],
  ["invoiceRange is text", epay("invoiceRange.from"), 1, withEpay({ invoiceRange: {} })],
  ["invoiceRange has six digits (Q-72)", epay("invoiceRange.to"), "1000000", withEpay({ invoiceRange: {} })],
  ["invoiceRange has its order", epay("invoiceRange.to"), "99999", withEpay({ invoiceRange: {} })],
  ["limits have their order", epay("limits.max"), "0.50", withEpay({ limits: {} })],
  ["cards is yes or no", epay("cards"), "yes"],
  ["transfers is yes or no", epay("transfers"), 1],
  ["operations is yes or no", epay("operations"), null],
  ["it has no other key", epay("terminal"), "x"],
];

describe("a provisioning file with one wrong field of ePay", () => {
  it.each(BAD)("%s (%s)", (_, path, value, raw) => {
    const lines = linesOf(withField(raw ?? withEpay(), path, value));
    const named = new Set(lines.map((line) => line.split(": ")[0]?.slice(0, path.length)));
    expect([...named]).toEqual([path]);
    expect(lines.join("\n")).not.toContain("SECRET");
  });
});

describe("ePay in a provisioning file", () => {
  it("passes whole", () => expect(linesOf(withField(withEpay(), "providers.epay", WHOLE))).toEqual([]));
  it("needs no more than one terminal, in test and with real money", () => {
    const { payment } = EPAY_TERMINALS;
    for (const environment of ["test", "production"])
      expect(readProvision(withEpay({ environment, terminals: { payment } }))).toMatchObject({
        ok: true,
        value: {
          providers: {
            epay: {
              terminals: { verification: null, transfer: null },
              cards: false,
              transfers: false,
              operations: false,
              invoiceRange: { from: "100000", to: "999999" },
            },
          },
        },
      });
  });
  it("may name the loopback with http, and the shop's own server", () => {
    const own = {
      apiUrl: "http://127.0.0.1:1/api",
      oauthUrl: "http://localhost:1/token",
      postLink: "http://10.0.0.5/x",
    };
    expect(linesOf(withEpay(own))).toEqual([]);
  });
});
