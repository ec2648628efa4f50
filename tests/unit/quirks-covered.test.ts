/**
 * The quirks of the banks' documents are numbered (docs/kaspi.md, docs/halyk-qr.md, docs/epay.md). Each number stands in the title of a
 * test that shows what is done about it, so that none is lost when tests are moved about.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const TESTS = new URL("../", import.meta.url);
const span = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const DOCUMENTS = { "Kaspi QR": span(1, 52), "Halyk QR": [...span(53, 68), 100], "Halyk ePay": span(69, 98) } as const;
/** Of all documents. */
const LAST = 100;
/** Wrong cross-references in the document: nothing to do about them but not to derive anything from section numbers. */
const NOTHING_TO_DO = new Set([47]);

/** First argument of a call that makes a test or a group of tests: a title over one line or two. */
const TITLE =
  /\b(?:it|test|describe|scene|shop)(?:\.\w+)*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

/** Of all tests but those of the documents' tables, whose titles name the first and the last. */
function titles(): { readonly file: string; readonly title: string }[] {
  return readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && !file.endsWith("-docs.test.ts"))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, TESTS), "utf8");
      return [...text.matchAll(TITLE)].map((match) => ({ file, title: match[1] ?? "" }));
    });
}

describe("the quirks of the documents", () => {
  const all = titles();
  const named = new Set(
    all.flatMap(({ title }) => [...title.matchAll(/\bQ-(\d{2,3})\b/g)].map(([, number]) => Number(number))),
  );

  it("titles are found at all, in many files", () => {
    expect(new Set(all.map(({ file }) => file)).size).toBeGreaterThan(20);
    expect(all.length).toBeGreaterThan(400);
    expect([...named].filter((number) => number < 1 || number > LAST)).toEqual([]);
  });

  const numbers = Object.entries(DOCUMENTS).flatMap(([document, all]) => all.map((number) => ({ document, number })));
  it.each(numbers.filter(({ number }) => !NOTHING_TO_DO.has(number)))(
    "$document: number $number is shown by a test",
    ({ number }) => {
      const name = `Q-${String(number).padStart(2, "0")}`;
      expect(named.has(number), `no title names ${name}`).toBe(true);
    },
  );
});
