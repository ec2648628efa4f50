/** docs/kaspi.md says what is there: every method of the document and every quirk, each where it is and what proves it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");
const page = text("docs/kaspi.md");

/** The cells of the table rows that begin with a name of this form. */
function rows(name: RegExp): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1))
    .filter(([first]) => name.test(first ?? ""));
}

const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, one]) => one ?? "");

interface Sample {
  readonly name: string;
  readonly section: string;
  readonly path: string;
}
const folder = "tests/fixtures/documents/kaspi/";
const samples: readonly Sample[] = readdirSync(new URL(folder, root)).map((name) => {
  const { source, request } = JSON.parse(text(`${folder}${name}`)) as {
    source: { section: string };
    request: { path: string };
  };
  return { name, section: source.section, path: request.path };
});

describe("the table of methods", () => {
  const methods = rows(/^K\d+$/);
  it("has K1 to K20, in order", () => {
    expect(methods.map(([k]) => k)).toEqual(Array.from({ length: 20 }, (_, index) => `K${index + 1}`));
  });
  it("Q-47: its sections are those the document's own samples stand in, all 43 of them", () => {
    const told = methods.flatMap(([, method, ...cells]) =>
      ["1", "2", "3"].flatMap((scheme, index) => {
        const section = cells[index];
        const path = method?.match(/ (\/[^`]+)/)?.[1] ?? "";
        return section === "–" ? [] : [`/r${scheme}/v01${path} ${section}`];
      }),
    );
    // The path without what belongs to one call: an id, a BIN, a query.
    const plain = (path: string): string => path.replace(/\?.*$/, "").replace(/\/\d+$/, "");
    expect(told.toSorted()).toEqual(samples.map(({ path, section }) => `${plain(path)} ${section}`).toSorted());
  });
  it.each(methods)("%s %s is where the table says", (_k, _method, _one, _two, _three, made, read, asked, work) => {
    expect(text("main/banks/kaspi/index.ts")).toMatch(new RegExp(`^ {2}${quoted(made)[0]}(:|\\()`, "m"));
    const [reader = "", name = ""] = quoted(read);
    expect(text(reader)).toContain(`export function ${name}(`);
    const place = quoted(asked)[0] ?? "";
    expect(text(place)).toMatch(new RegExp(`\\.${quoted(made)[0]}(\\?\\.|\\.bind)?\\(`));
    expect(existsSync(new URL(quoted(work)[0] ?? "?", root))).toBe(true);
  });
});

describe("the table of quirks", () => {
  const quirks = rows(/^Q-\d+$/);
  it("has Q-01 to Q-52, in order", () => {
    expect(quirks.map(([q]) => q)).toEqual(
      Array.from({ length: 52 }, (_, index) => `Q-${String(index + 1).padStart(2, "0")}`),
    );
  });
  it.each(quirks)("%s: %s: is where the table says, and its tests name it", (quirk, _what, _done, where, tests) => {
    for (const path of quoted(where)) expect(existsSync(new URL(path, root)), path).toBe(true);
    expect(quoted(tests).length).toBeGreaterThan(0);
    for (const path of quoted(tests)) expect(text(path), path).toContain(quirk);
  });
});
