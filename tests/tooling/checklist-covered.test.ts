/**
 * The lines of the Electron checklist that a unit test (U) or the stand-in for Electron (H) can show, each begins the title of a
 * test that shows it ("C5, C6: …"), so that none is lost when tests are moved about.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const TESTS = new URL("../", import.meta.url);
const span = (letter: string, last: number, ...without: number[]): string[] =>
  Array.from({ length: last }, (_, index) => index + 1)
    .filter((number) => !without.includes(number))
    .map((number) => `${letter}${number}`);

/** Without those that only a packed build or a look on the spot can show: A3, D2, E6. */
const SHOWN_HERE = [
  ...span("A", 8, 3),
  ...span("B", 5),
  ...span("C", 14),
  ...span("D", 11, 2),
  ...span("E", 10, 6),
  "F1",
  "F2",
  "F6",
  "F8",
  ...span("G", 2),
];
const TITLE =
  /\b(?:it|test|describe|scene|shop)(?:\.\w+)*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

const titles = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  // ePay's documents have chapters E1 to E7, by which its own tests are named.
  .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && !/epay/.test(file))
  .flatMap((file) => [...readFileSync(new URL(file, TESTS), "utf8").matchAll(TITLE)].map(([, title = ""]) => title));
const shown = new Set(
  titles.flatMap((title) => (/^["`]((?:[A-Z]\d{1,2}(?:, )?)+):/.exec(title)?.[1] ?? "").split(", ")),
);

describe("the Electron checklist", () => {
  it("titles are found at all", () => {
    expect(titles.length).toBeGreaterThan(1_000);
    expect(SHOWN_HERE).toHaveLength(51);
  });
  it.each(SHOWN_HERE)("%s is shown by a test", (id) => expect(shown.has(id), `no title begins with ${id}`).toBe(true));
});
