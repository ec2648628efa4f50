/** The proof's results as text: a table for the terminal, and the part of docs/reliability.md that is made from them. */
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { addLosses, LOSS_KINDS, type Losses, type PartResult } from "./part.ts";

const BEGIN = "<!-- figures: made by `npm run prove -- --long`, not by hand -->";
const END = "<!-- end of figures -->";

const WORDS: Readonly<Record<keyof Losses, string>> = {
  lost: "lost",
  doubled: "doubled",
  wrongAmount: "wrong amount",
  falsePaid: "said paid, was not",
  falseNotPaid: "said not paid, was",
  doubleRefund: "refunded too much",
  stuck: "stuck",
};

/** Whether anything was lost, or done that nobody meant. */
export function lost({ losses }: PartResult): boolean {
  return LOSS_KINDS.some((kind) => losses[kind] !== 0);
}

/** The same, or a promise was broken besides. */
export function failed(result: PartResult): boolean {
  return result.failures.length > 0 || lost(result);
}

/** A Markdown table: each part of ours, all of ours, and below it the anti-patterns in the same scenarios. */
export function table(results: readonly PartResult[]): string {
  const head = ["", "runs", ...LOSS_KINDS.map((kind) => WORDS[kind])];
  const row = (name: string, runs: string, losses: Losses): string[] => [
    name,
    runs,
    ...LOSS_KINDS.map((kind) => String(losses[kind])),
  ];
  const ours = results.map(({ name, runs, unit, losses }) => row(name, `${grouped(runs)} ${unit}`, losses));
  const rivals = results.flatMap((result) =>
    Object.entries(result.rivals ?? {}).map(([name, losses]) => row(`*${name}*`, "", losses)),
  );
  const all = row("**Qabyl, all**", "", addLosses(results.map(({ losses }) => losses)));
  return markdown([head, ...ours, all, ...rivals]);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, 3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** The document with its figures replaced. Throws when it has no place for them. */
export function withReport(document: string, results: readonly PartResult[], at: Date, seed: number): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("docs/reliability.md has no place for the figures");
  return `${before}${BEGIN}\n\n${figures(results, at, seed)}\n\n${END}${after}`;
}

function figures(results: readonly PartResult[], at: Date, seed: number): string {
  const [cpu] = cpus();
  const machine = [
    `${cpu?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${type()} ${release()}`,
    `Node ${process.version}`,
  ];
  const parts = results.map(
    ({ name, figures: found }) =>
      `- **${name}**: ${Object.entries(found)
        .map(([what, value]) => `${what} ${typeof value === "number" ? grouped(value) : value}`)
        .join("; ")}.`,
  );
  const head = `${at.toISOString().slice(0, 10)}, ${machine.join("; ")}. Seed ${seed}.`;
  const cases = results.flatMap(({ name, cases: found }) =>
    found === undefined ? [] : [`What the till says in each cell of **${name}**:`, markdown(found)],
  );
  const open = results.flatMap(({ name, failures }) => failures.map((words) => `- **${name}**: ${words}`));
  const missed = open.length === 0 ? [] : ["Not passed in this run, though nothing was lost:", open.join("\n")];
  return [head, table(results), ...missed, "What was measured besides:", parts.join("\n"), ...cases].join("\n\n");
}

const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, " ");
