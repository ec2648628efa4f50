/** That the proof can fail: each loss is found in books that have it, and a loss or a broken promise is never a success. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { compareSales, type Sale, type Taken } from "./books.ts";
import { LOSS_KINDS, NO_LOSSES, type Losses, type PartResult } from "./part.ts";
import { failed, table, withReport } from "./report.ts";
import { perThousand } from "./soak/slope.ts";

const sale = (more: Partial<Sale> = {}): Sale => ({ sale: "a", minor: 500, says: "paid", ...more });
const taken = (more: Partial<Taken> = {}): Taken => ({ sale: "a", minor: 500, captured: true, ...more });
const found = (sales: readonly Sale[], bank: readonly Taken[]): Partial<Losses> => {
  const { losses } = compareSales(sales, bank);
  return Object.fromEntries(LOSS_KINDS.filter((kind) => losses[kind] > 0).map((kind) => [kind, losses[kind]]));
};

describe("the comparison of books", () => {
  it("finds nothing in books that agree", () => {
    expect(found([sale()], [taken()])).toEqual({});
    expect(found([sale({ says: "not_paid" })], [taken({ captured: false })])).toEqual({});
    expect(found([sale({ says: "doubt" })], [taken()])).toEqual({});
    expect(found([sale({ meantBack: 200 })], [taken({ backMinor: 200 })])).toEqual({});
    // Made anew because the first answer was lost: nobody can pay the first.
    expect(found([sale()], [taken({ captured: false }), taken()])).toEqual({});
  });

  it.each<[string, readonly Sale[], readonly Taken[], Partial<Losses>]>([
    ["money nobody knows of", [], [taken()], { lost: 1 }],
    ["paid, and called not paid", [sale({ says: "not_paid" })], [taken()], { lost: 1, falseNotPaid: 1 }],
    ["paid twice", [sale()], [taken(), taken()], { doubled: 1 }],
    ["another sum", [sale()], [taken({ minor: 5_000 })], { wrongAmount: 1 }],
    ["called paid without money", [sale()], [taken({ captured: false })], { falsePaid: 1 }],
    ["no end", [sale({ says: "open" })], [], { stuck: 1 }],
    ["a refund without end", [sale({ openRefunds: 1 })], [taken()], { stuck: 1 }],
    ["more back than was meant", [sale({ meantBack: 200 })], [taken({ backMinor: 400 })], { doubleRefund: 1 }],
  ])("finds %s", (_, sales, bank, wanted) => expect(found(sales, bank)).toEqual(wanted));
});

describe("the table", () => {
  const result: PartResult = {
    name: "kill",
    runs: 12_345,
    unit: "kills",
    figures: { "back, longest": "400 ms", sales: 1_200 },
    losses: NO_LOSSES,
    failures: [],
    seeds: [7],
    rivals: { "force done": { ...NO_LOSSES, lost: 3 } },
  };

  it("is no success with any loss or any broken promise", () => {
    expect(failed(result)).toBe(false);
    for (const kind of LOSS_KINDS) expect(failed({ ...result, losses: { ...NO_LOSSES, [kind]: 1 } })).toBe(true);
    expect(failed({ ...result, failures: ["seed 7: back after 9000 ms"] })).toBe(true);
  });

  it("has a row for each part, one for all and one for each anti-pattern", () => {
    const rows = table([result, { ...result, name: "model", losses: { ...NO_LOSSES, stuck: 2 } }]).split("\n");
    expect(rows.find((row) => row.startsWith("| kill"))).toContain("12 345 kills");
    expect(rows.find((row) => row.startsWith("| **Qabyl, all**"))).toMatch(/ 2 \|$/);
    expect(rows.filter((row) => row.startsWith("| *force done*"))).toHaveLength(2);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it("is written into the document between its marks, and nowhere else", () => {
    const document = readFileSync(join(root, "docs", "reliability.md"), "utf8");
    const at = new Date("2026-11-22T10:00:00Z");
    const once = withReport(document, [result], at, 7);
    expect(once).toContain("2026-11-22");
    expect(once).toContain("| kill");
    expect(withReport(once, [result], at, 7)).toBe(once);
    expect(once).not.toContain("Not passed");
    const short = withReport(document, [{ ...result, failures: ["seed 7: back after 9000 ms"] }], at, 7);
    expect(short).toContain(
      "Not passed in this run, though nothing was lost:\n\n- **kill**: seed 7: back after 9000 ms",
    );
    const [before, after] = [once.split("<!-- figures")[0], once.split("<!-- end of figures -->")[1]];
    expect(document.startsWith(before ?? "?") && document.endsWith(after ?? "?")).toBe(true);
    expect(() => withReport("no marks", [result], at, 7)).toThrow("no place");
  });
});

it("growth is the slope through all samples", () => {
  const samples = [0, 500, 1_000, 1_500].map((payments) => ({ payments, memory: 100 + payments * 0.003 }));
  expect(perThousand(samples, ({ memory }) => memory)).toBeCloseTo(3);
  expect(perThousand(samples, () => 5)).toBe(0);
});
