/**
 * docs/epay.md says what is there: every method, every field, every code and every quirk, each where it is and what proves
 * it; and what check-status means, cell by cell as the code has it.
 */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectThere, quoted, rootUrl, rowsOf, text, underHeading } from "../support/docs-page.ts";
import { isUndecided, meaningOf } from "../../main/banks/epay/codes.ts";
import { checkRow, checkTransaction, json, readStatus, statusBody, tables, transactionOf } from "./epay-support.ts";

const page = text("docs/epay.md");
const rows = (part: string): string[][] => rowsOf(part, ["field", "code", "statusName", "|"]);
const under = (heading: string): string => underHeading(page, heading);

const HEADINGS: Readonly<Record<string, string>> = {
  input: "### Post, table of the Google Pay document",
  "google pay": "### Google Pay, request",
  "service token": "### Service token, request",
  "token answer": "### Token, answer",
  verification: "### Card check, table",
  cryptogram: "### Cryptogram",
  "transfer token": "### Transfer token, request",
  "transfer token answer": "### Transfer token, answer",
  transfer: "### Transfer, request",
  "transfer answer": "### Transfer, answer",
  "transfer error": "### Transfer, error",
  "verification answer (sample)": "### Card check and confirmation, answer (sample)",
  "3D Secure (sample)": "### 3D Secure (sample)",
  "error (sample)": "### Error (sample)",
  "confirmation (sample)": "### Confirmation (sample)",
  "check-status (sample)": "### Check-status, answer (sample)",
};

describe("the tables of fields", () => {
  it("are those of the documents, and of the samples that have none", () => {
    const known = Object.keys(tables.tables).filter((name) => name !== "resultcode" && name !== "status name");
    expect(Object.keys(HEADINGS).toSorted()).toEqual(known.toSorted());
    expect(known.flatMap((name) => tables.tables[name] ?? []).length).toBe(219);
  });
  it.each(Object.entries(HEADINGS))(
    "%s: every field of the document, in its order, required or not",
    (table, heading) => {
      const told = rows(under(heading)).map(([name, required]) => ({ name: quoted(name)[0], required }));
      const named = { true: "yes", false: "no", undefined: "" };
      expect(told).toEqual(
        (tables.tables[table] ?? []).map(({ name, mandatory }) => ({ name, required: named[`${mandatory}`] })),
      );
    },
  );
  it.each(Object.values(HEADINGS))("%s: each is where the row says, or the row says why it is not used", (heading) => {
    for (const [name, , where, why] of rows(under(heading))) {
      if (where !== "–") expectThere(where);
      else expect(why, name).not.toBe("");
    }
  });
});

describe("the table of methods", () => {
  const methods = rows(under("## Methods"));
  it("has E1 to E7, in order, and what stands outside the documents", () => {
    expect([...new Set(methods.map(([e]) => e))]).toEqual(["E1", "E1s", "E2", "E3", "E4", "E5", "E6", "E7", "outside"]);
    const paths = tables.addresses.flatMap((address) => /homebank\.kz(?:\/api)?(\/[a-z].*)/.exec(address)?.[1] ?? []);
    const named = methods.map(([, method]) => method).join(" ");
    for (const path of paths.filter((one) => !one.includes("oauth2") && one !== "/public.rsa"))
      expect(named).toContain(path.replace(":invoiceid", "{invoiceId}").replace(":token", ""));
  });
  it.each(methods)("%s %s is where the table says", (_e, _method, made, read, asked, tests) => {
    const [path = "", name = ""] = quoted(made);
    expect(text(path)).toMatch(new RegExp(`^(?: {2}|export function )${name}(:|\\()`, "m"));
    const [reader = "", readName = ""] = quoted(read);
    expect(text(reader)).toContain(`export function ${readName}(`);
    const caller = path.endsWith("token.ts") ? /\bask\b/ : new RegExp(`\\.${name}(\\?\\.)?\\(`);
    expect(text(quoted(asked)[0] ?? "")).toMatch(caller);
    expect(existsSync(rootUrl(quoted(tests)[0] ?? "?"))).toBe(true);
  });
  it("the documents' addresses are where the table says", () => {
    const given = rows(under("## Addresses"));
    for (const [, where] of given) expectThere(where);
    const told = given.map(([address]) => quoted(address)[0] ?? "");
    for (const address of tables.addresses)
      expect(
        told.some((one) => address === one || address.startsWith(`${one}/`)),
        address,
      ).toBe(true);
    for (const one of told) expect(text("contract/banks/epay.ts")).toContain(`"${one}"`);
  });
});

describe("the table of check-status", () => {
  const codes = ["100", "101", "102", "103", "104", "106", "107", "109", "999"];
  const cells = rows(under("## Check-status: resultCode and statusName")).flatMap(([name = "", ...told]) =>
    told.map((to, at) => ({ name, code: codes[at] ?? "", to })),
  );
  it("has every code and word of the document", () => {
    expect(cells.length).toBe(codes.length * 13);
    for (const { name } of tables.tables["resultcode"] ?? []) expect(codes).toContain(name);
    for (const { name } of tables.tables["status name"] ?? [])
      expect(cells.some((cell) => quoted(cell.name)[0] === name)).toBe(true);
  });
  it.each(cells)("$name with $code is $to", ({ name, code, to }) => {
    const statusName = quoted(name)[0];
    const back = statusName === "REFUND" ? { amount: 12.22, payoutAmount: 10 } : {};
    const transaction = statusName === undefined ? null : transactionOf({ statusName, ...back });
    // VERIFIED is a card check's own word.
    const given =
      statusName === "VERIFIED"
        ? readStatus(json(statusBody(checkTransaction({ statusName }), code)), checkRow())
        : readStatus(json(statusBody(transaction, code)));
    const word = given.kind === "word" ? `${given.word}${given.unsure ? ", unsure" : ""}` : given.kind;
    expect(word).toBe(to);
  });
});

describe("the table of codes", () => {
  const told = rows(under("## Codes")).flatMap(([codes = "", meaning]) =>
    codes.split(", ").map((code) => ({ code, meaning: quoted(meaning)[0] ?? "" })),
  );
  it.each(told)("$code is $meaning", ({ code, meaning }) => {
    expect(isUndecided(code) ? "bank_undecided" : meaningOf(code)).toBe(meaning);
  });
  it("names every code there is", () => {
    const named = new Set(told.map(({ code }) => code));
    const source = text("main/banks/epay/codes.ts");
    for (const [code] of source.matchAll(/\b\d{3,4}\b(?=[,\]])/g)) expect(named.has(code), code).toBe(true);
    expect(named.size).toBe(told.length);
  });
});

describe("the table of quirks", () => {
  const quirks = rows(under("## Quirks"));
  it("has Q-69 to Q-98, in order", () => {
    expect(quirks.map(([q]) => q)).toEqual(Array.from({ length: 30 }, (_, index) => `Q-${69 + index}`));
  });
  it.each(quirks)("%s: %s: is where the table says, and its tests name it", (quirk, _what, _done, where, tests) => {
    for (const path of quoted(where)) expect(existsSync(rootUrl(path)), path).toBe(true);
    expect(quoted(tests).length).toBeGreaterThan(0);
    for (const path of quoted(tests)) expect(text(path), path).toContain(quirk);
  });
});
