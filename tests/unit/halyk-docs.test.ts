/** docs/halyk-qr.md says what is there: every method, every field and every quirk, each where it is and what proves it. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectThere, quoted, rootUrl, rowsOf, text, underHeading } from "../support/docs-page.ts";
import { tables } from "./halyk-support.ts";

const page = text("docs/halyk-qr.md");
const rows = (part: string): string[][] => rowsOf(part, ["field |"]);
const under = (heading: string): string => underHeading(page, heading);

const HEADINGS: Readonly<Record<string, string>> = {
  "generate-code request": "### Generation, request",
  "generate-code response": "### Generation, answer",
  "status request": "### Status, request by our number",
  "status request by billNumber": "### Status, request by the bank's number",
  "status response": "### Status, answer",
  event: "### Event (QrCode)",
  "status-change request": "### Change of status, request",
  "refund request": "### Refund, request",
  "refund response": "### Refund, answer",
};

describe("the tables of fields", () => {
  it("are those of the document, all nine", () => {
    expect(Object.keys(HEADINGS)).toEqual(Object.keys(tables.tables));
    expect(Object.values(tables.tables).flat().length).toBe(91);
  });
  it.each(Object.entries(HEADINGS))(
    "%s: every field of the document, in its order, required or not",
    (table, heading) => {
      const told = rows(under(heading)).map(([name, required]) => ({
        name: quoted(name)[0],
        mandatory: required === "yes",
      }));
      expect(told).toEqual((tables.tables[table] ?? []).map(({ name, mandatory }) => ({ name, mandatory })));
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
  const methods = rows(under("## Methods")).filter(([h]) => /^H\d$/.test(h ?? ""));
  it("has H1 to H6, in order", () => {
    expect([...new Set(methods.map(([h]) => h))]).toEqual(["H1", "H2", "H3", "H4", "H5", "H6"]);
  });
  it.each(methods)("%s %s is where the table says", (_h, _method, made, read, asked, tests) => {
    const [name = ""] = quoted(made);
    expect(text("main/banks/halyk-qr/index.ts")).toMatch(new RegExp(`^ {2}${name}(:|\\()`, "m"));
    const [reader = "", readName = ""] = quoted(read);
    expect(text(reader)).toContain(`export function ${readName}(`);
    expect(text(quoted(asked)[0] ?? "")).toMatch(new RegExp(`\\.${name}(\\?\\.|\\.bind)?\\(`));
    expect(existsSync(rootUrl(quoted(tests)[0] ?? "?"))).toBe(true);
  });
});

describe("what else the document has", () => {
  it("its test settings", () => {
    const settings = rows(under("## Settings of the document")).filter(([name]) => name !== "");
    expect(settings.map(([name]) => name)).toEqual([
      "Base url",
      "Basic Auth Username",
      "Basic Auth Password",
      "Kafka topic for callbacks",
      "Kafka bootstrap server",
    ]);
    for (const [, , where] of settings) expectThere(where);
  });
  it("the steps of its status policy", () => {
    expect(rows(under("## Status policy")).flatMap(([step]) => quoted(step))).toEqual(tables.policy);
  });
  it("the use of the status method for filling in details is named as not built", () => {
    expect(under("## Methods").replaceAll(/\s+/g, " ")).toMatch(
      /filling out information[^.]*\*\*deliberately not built\*\*/,
    );
  });
});

describe("the table of quirks", () => {
  const quirks = rows(under("## Quirks")).filter(([q]) => /^Q-\d+$/.test(q ?? ""));
  it("has Q-53 to Q-68 and Q-100, in order", () => {
    const numbers = [...Array.from({ length: 16 }, (_, index) => 53 + index), 100];
    expect(quirks.map(([q]) => q)).toEqual(numbers.map((number) => `Q-${number}`));
  });
  it.each(quirks)("%s: %s: is where the table says, and its tests name it", (quirk, _what, _done, where, tests) => {
    for (const path of quoted(where)) expect(existsSync(rootUrl(path)), path).toBe(true);
    expect(quoted(tests).length).toBeGreaterThan(0);
    for (const path of quoted(tests)) expect(text(path), path).toContain(quirk);
  });
});
