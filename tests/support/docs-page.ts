import { readFileSync } from "node:fs";
import { expect } from "vitest";

const root = new URL("../../", import.meta.url);

/** A file of the project, by its path. */
export const text = (path: string): string => readFileSync(new URL(path, root), "utf8");

export const rootUrl = (path: string): URL => new URL(path, root);

/** What is quoted in a cell. */
export const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, one]) => one ?? "");

/** The cells of the table rows of a text, without those that begin with a name of `heads`. */
export function rowsOf(part: string, heads: readonly string[]): string[][] {
  return part
    .split("\n")
    .filter((line) => line.startsWith("| ") && !heads.some((head) => line.startsWith(`| ${head}`)))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

/** What stands under a heading of a page, up to the next one. */
export function underHeading(page: string, heading: string): string {
  const [, part] = page.split(`\n${heading}\n`);
  if (part === undefined) throw new Error(`no ${heading}`);
  return part.split(/\n#{2,3} /)[0] ?? "";
}

/** The cell names a file, and a name that stands in it. */
export function expectThere(cell: string | undefined): void {
  const [path = "", name = ""] = quoted(cell);
  expect(new RegExp(`\\b${name}\\b`).test(text(path)), `${path} ${name}`).toBe(true);
}
