import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../../contract/errors.ts";
import { ERROR_TEXTS } from "../../contract/messages/index.ts";
import { LANGUAGES } from "../../contract/states.ts";
import { canonicalCode, isDefiniteNo, meaningOf } from "../../main/banks/kaspi/codes.ts";
import {
  readDetails,
  readPurchases,
  readRefunded,
  readReturnCreated,
  readReturnStatus,
} from "../../main/banks/kaspi/read-refund.ts";
import {
  readAlive,
  readCancelled,
  readClient,
  readInvoiced,
  readLink,
  readQr,
  readRegistered,
  readStatus,
  readTradePoints,
} from "../../main/banks/kaspi/read.ts";
import { parseExact } from "../../main/banks/exact.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";

/** Every spelling of the document, its appendix 3 and public clients, with the canonical code and its meaning. */
const SPELLINGS: readonly [canonical: string, meaning: ErrorCode, ...spellings: string[]][] = [
  ["-99000001", "purchase_not_found", "-990000001", "-99000001"],
  ["-99000002", "trade_point_not_found", "-99000002", "-990000002", "- 990000002"],
  ["-99000003", "other_trade_point", "-99000003", "-990000003"],
  ["-99000005", "refund_too_large", "-990000005", "-99000005"],
  ["-99000006", "refund_unconfirmed", "-990000006", "-99000006"],
  ["-99000011", "wrong_purchase_status", "-99000011", "-990000011"],
  ["-99000020", "partial_refund_impossible", "-99000020", "-990000020"],
  ["99000010", "bank_refused", "99000010"],
  ["990000018", "trade_point_disabled", "9900000018", "990000018"],
  ["990000026", "trade_point_without_qr", "9900000026", "990000026"],
  ["990000028", "wrong_amount", "9900000028", "990000028"],
  ["990000029", "bank_refused", "9900000029", "990000029"],
  ["990000031", "bank_refused", "9900000031", "990000031"],
  ["990000032", "bank_refused", "9900000032", "990000032"],
  ["990000033", "no_payment_methods", "9900000033", "990000033", "99000033"],
  ["-14000002", "no_trade_points", "-14000002"],
  ["-1601", "purchase_not_found", "-1601", "- 1601"],
  ["-1501", "device_not_found", "-1501", "- 1501"],
  ["-1502", "device_inactive", "-1502"],
  ["-1503", "device_elsewhere", "-1503"],
  ["-999", "bank_unavailable", "-999"],
  ["-10000", "certificate_missing", "-10000"],
  ["-1401", "bank_refused", "-1401"],
  ["-1404", "bank_refused", "-1404"],
];
const rows = SPELLINGS.flatMap(([canonical, meaning, ...spellings]) =>
  spellings.map((spelling) => ({ spelling, canonical, meaning })),
);
const isNumber = (text: string): boolean => /^-?(0|[1-9]\d*)$/.test(text);

/** Neither says that nothing was done. */
const SAYS_NOTHING = ["-999", "-99000006"];

describe("StatusCode spellings", () => {
  it.each([...rows, ...["0", "-0", "00"].map((spelling) => ({ spelling, canonical: "0" }))])(
    "Q-01: $spelling is $canonical as text",
    ({ spelling, canonical }) => {
      expect(canonicalCode(spelling)).toBe(canonical);
    },
  );
  it.each(rows.filter(({ spelling }) => isNumber(spelling)))(
    "Q-01: $spelling is $canonical as a number",
    ({ spelling, canonical }) => {
      expect(canonicalCode(parseExact(spelling))).toBe(canonical);
    },
  );
  it.each([undefined, null, true, {}, [], "", "OK", "1.5", "1e3", "0x10", "-", "1234567890123"])(
    "Q-05: %o is no code, so never success",
    (value) => {
      expect(canonicalCode(value)).toBeNull();
    },
  );
});

/** How each method's reader shows a refusal: a status question is never ended by one. */
const READERS = [
  ["partner/tradepoints", readTradePoints, "told"],
  ["device/register", readRegistered, "told"],
  ["device/delete, health/ping, test/payment/*", readAlive, "told"],
  ["qr/create", readQr, "told"],
  ["qr/create-link", readLink, "told"],
  ["payment/status", readStatus, "asked"],
  ["return/create", readReturnCreated, "told"],
  ["return/status", readReturnStatus, "asked"],
  ["return/operations", readPurchases, "told"],
  ["payment/details", readDetails, "told"],
  ["payment/return", readRefunded, "money"],
  ["remote/client-info", readClient, "told"],
  ["remote/create", readInvoiced, "money"],
  ["remote/cancel", readCancelled, "money"],
] as const;

function kindOf(how: "told" | "asked" | "money", meaning: ErrorCode, canonical: string): string {
  if (how === "asked") return meaning === "purchase_not_found" ? "notFound" : "unclear";
  return how === "money" && SAYS_NOTHING.includes(canonical) ? "unclear" : "refused";
}

describe.each(READERS)("%s", (_method, read, how) => {
  const say = (code: string, status = 200): ReturnType<typeof read> => {
    const text = `{"StatusCode":${isNumber(code) ? code : JSON.stringify(code)},"Message":"слова банка"}`;
    return read({ status, headers: {}, text } satisfies HttpAnswer, "3");
  };
  it.each(rows)("Q-01: $spelling means $meaning, the bank's own spelling is kept", (row) => {
    for (const status of [200, 400, 500]) {
      expect(say(row.spelling, status)).toMatchObject({
        kind: kindOf(how, row.meaning, row.canonical),
        error: { code: row.meaning, bankCode: row.spelling, bankMessage: "слова банка" },
      });
    }
  });
  it.each(["-12345", "7", "99000034"])(
    "Q-02: %s is not in the document: never success, with the bank's words",
    (code) => {
      expect(say(code)).toMatchObject({
        kind: how === "told" ? "refused" : "unclear",
        error: { code: "bank_refused", bankCode: code, bankMessage: "слова банка" },
      });
    },
  );
});

describe("meanings", () => {
  it("Q-02: of a call that moves money, only a documented code that says so is a definite no", () => {
    for (const { canonical } of rows) expect(isDefiniteNo(canonical)).toBe(!SAYS_NOTHING.includes(canonical));
    for (const unknown of ["-12345", "7", "0", "constructor", "toString"]) expect(isDefiniteNo(unknown)).toBe(false);
  });
  it.each(["-1401", "-1404", "99000010", "990000029", "990000031", "990000032", "-12345"])(
    "Q-02: %s has no documented meaning: the bank's own words are shown",
    (code) => {
      expect(meaningOf(code)).toBe("bank_refused");
    },
  );
});

describe.each(LANGUAGES)("the words of every error in %s", (language) => {
  const texts = ERROR_TEXTS[language];
  it.each(ERROR_CODES)("%s says what happened and what to do next", (code) => {
    const { title, next } = texts[code];
    expect(title).toMatch(/^[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ].*[^.!\s]$/su);
    expect(title.length).toBeLessThanOrEqual(72);
    expect(next.length).toBeGreaterThan(10);
    expect(next.length).toBeLessThanOrEqual(140);
    for (const text of [title, next]) expect(text).not.toMatch(/[!]| {2}|please|пожалуйста|өтінеміз/i);
  });
  it("the same places are to be filled as in Russian, and none stands before a suffix", () => {
    const places = (text: string): string[] =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").toSorted();
    for (const code of ERROR_CODES) {
      const here = `${texts[code].title} ${texts[code].next}`;
      expect(places(here), code).toEqual(places(`${ERROR_TEXTS.ru[code].title} ${ERROR_TEXTS.ru[code].next}`));
      expect(here, code).not.toMatch(/\}\}[-\p{L}]/u);
    }
  });
});
