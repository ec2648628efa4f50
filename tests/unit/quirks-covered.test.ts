/**
 * The quirks of Kaspi's document are numbered (docs/kaspi.md). Each number stands in the title of a test that shows what is
 * done about it, so that none is lost when tests are moved about.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const TESTS = new URL("../", import.meta.url);
const LAST = 52;
/** Wrong cross-references in the document: nothing to do about them but not to derive anything from section numbers. */
const NOTHING_TO_DO = new Set([47]);

/** First argument of a call that makes a test or a group of tests: a title over one line or two. */
const TITLE =
  /\b(?:it|test|describe|scene|shop)(?:\.\w+)*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

/** Of all tests but the one of the document's table, whose title names the first and the last. */
function titles(): { readonly file: string; readonly title: string }[] {
  return readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && !file.endsWith("kaspi-docs.test.ts"))
    .flatMap((file) => {
      const text = readFileSync(new URL(file, TESTS), "utf8");
      return [...text.matchAll(TITLE)].map((match) => ({ file, title: match[1] ?? "" }));
    });
}

describe("the quirks of Kaspi's document", () => {
  const all = titles();
  const named = new Set(
    all.flatMap(({ title }) => [...title.matchAll(/\bQ-(\d{2,3})\b/g)].map(([, number]) => Number(number))),
  );

  it("titles are found at all, in many files", () => {
    expect(new Set(all.map(({ file }) => file)).size).toBeGreaterThan(20);
    expect(all.length).toBeGreaterThan(400);
    expect(named.has(LAST + 1)).toBe(false);
  });

  for (let number = 1; number <= LAST; number += 1) {
    if (NOTHING_TO_DO.has(number)) continue;
    const name = `Q-${String(number).padStart(2, "0")}`;
    it(`number ${number} is shown by a test`, () => {
      expect(named.has(number), `no title names ${name}`).toBe(true);
    });
  }
});
