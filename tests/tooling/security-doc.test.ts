/** docs/security.md names a test for what it says is defended: each is there, and has tests. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";

const file = join(root, "docs", "security.md");
const text = readFileSync(file, "utf8");
const links = [...new Set([...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link))];
const table = text.slice(text.indexOf("## What is defended"), text.indexOf("## What is not defended"));

describe("docs/security.md", () => {
  test.each(links)("names %s, which is there", (link) => {
    const path = join(dirname(file), link);
    expect(existsSync(path)).toBe(true);
    if (path.endsWith(".test.ts")) expect(readFileSync(path, "utf8")).toMatch(/^\s*(?:it|test)(?:\.\w+)*\(/m);
  });
  test("has a test in every line of what is defended", () => {
    const lines = table.split("\n").filter((line) => /^\| (?!---|what \|)/.test(line));
    expect(lines.length).toBeGreaterThan(15);
    expect(lines.filter((line) => !line.split("|").at(-2)?.includes(".test.ts)"))).toEqual([]);
  });
  test("says who is expected, and what is not defended", () => {
    for (const heading of ["## The threat model", "## What is not defended", "## What this does not protect from"])
      expect(text).toContain(heading);
  });
});
