/** Runs the parts of the proof, each as a process of its own, and tells what they found. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Part, PartOptions, PartResult } from "./part.ts";
import { failed, lost, table, withReport } from "./report.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const REPORT = join(HERE, "..", "..", "docs", "reliability.md");
/** What measures time, and so wants the machine for itself; the others run two at once. */
const ALONE: readonly string[] = ["kill", "deaths"];
const ORDER: readonly string[] = [
  ...ALONE,
  "soak",
  "model",
  "vending",
  "damage",
  "matrix",
  "clock",
  "refunds",
  "rivals",
  "fuzz",
];
/** Before the last line of a part's output. */
const RESULT = "result ";
const BOUND_MS = 45 * 60_000;

const partsThere = (): readonly string[] =>
  readdirSync(HERE)
    .filter((name) => existsSync(join(HERE, name, "part.ts")))
    .toSorted((a, b) => place(a) - place(b));
const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

function readOptions() {
  const { values } = parseArgs({
    options: {
      long: { type: "boolean", default: false },
      seed: { type: "string" },
      only: { type: "string" },
      count: { type: "string" },
      kills: { type: "string" },
      part: { type: "string" },
    },
  });
  const seed = values.seed === undefined ? randomInt(1, 1_000_000) : numberOf("--seed", values.seed);
  const there = partsThere();
  const only = values.only?.split(",") ?? there;
  const unknown = only.filter((name) => !there.includes(name));
  if (unknown.length > 0) throw new Error(`--only: no part ${unknown.join(", ")}; there are ${there.join(", ")}`);
  const count = values.count === undefined ? null : numberOf("--count", values.count);
  const kills = values.kills === undefined ? null : numberOf("--kills", values.kills);
  const scale: PartOptions["scale"] = values.long ? "long" : "short";
  return { scale, seed, only, count, kills, part: values.part ?? null, whole: values.only === undefined };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option}: a whole number from 1`);
  return value;
}

/** In the part's own process. */
async function runPart(name: string, options: Omit<PartOptions, "report">): Promise<void> {
  const { run } = (await import(join(HERE, name, "part.ts"))) as { readonly run: Part };
  const found = await run({ ...options, report: (line) => void process.stdout.write(`${name}: ${line}\n`) });
  const cpu = await cpuSeconds();
  const result: PartResult = { ...found, figures: { ...found.figures, ...(cpu !== null && { "CPU seconds": cpu }) } };
  await new Promise<void>((done) => process.stdout.write(`${RESULT}${JSON.stringify(result)}\n`, () => done()));
}

/** Of this process and of all its processes that have ended, as Linux counts it (a hundredth each); null elsewhere. */
async function cpuSeconds(): Promise<number | null> {
  const text = await readFile("/proc/self/stat", "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return Math.round(ticks / 100);
}

interface Ran {
  readonly result: PartResult | null;
  readonly seconds: number;
}

function startPart(name: string, args: readonly string[]): Promise<Ran> {
  const begun = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "--part", name, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const bound = setTimeout(() => child.kill("SIGKILL"), BOUND_MS);
  let rest = "";
  let result: PartResult | null = null;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines)
      if (line.startsWith(RESULT)) result = JSON.parse(line.slice(RESULT.length)) as PartResult;
      else process.stdout.write(`${line}\n`);
  });
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(bound);
      resolve({ result: code === 0 ? result : null, seconds: (performance.now() - begun) / 1000 });
    }),
  );
}

async function main(): Promise<number> {
  const { scale, seed, only, count, kills, part, whole } = readOptions();
  if (part !== null) {
    await runPart(part, { seed, scale, count: (part === "kill" ? kills : null) ?? count });
    return 0;
  }
  process.stdout.write(`seed ${seed}\n`);
  const args = ["--seed", String(seed), ...(scale === "long" ? ["--long"] : [])];
  if (count !== null) args.push("--count", String(count));
  if (kills !== null) args.push("--kills", String(kills));
  const results: PartResult[] = [];
  const broken: string[] = [];
  const run = async (name: string): Promise<void> => {
    const { result, seconds } = await startPart(name, args);
    process.stdout.write(`${name}: ${result === null ? "did not end" : "done"} in ${seconds.toFixed(0)} s\n`);
    if (result === null) broken.push(name);
    else results.push({ ...result, figures: { ...result.figures, seconds: Math.round(seconds) } });
  };
  const begun = new Date();
  for (const name of only.filter((one) => ALONE.includes(one))) await run(name);
  const others = only.filter((one) => !ALONE.includes(one));
  const worker = async (): Promise<void> => {
    for (let name = others.shift(); name !== undefined; name = others.shift()) await run(name);
  };
  await Promise.all([worker(), worker()]);
  results.sort((a, b) => place(a.name) - place(b.name));
  process.stdout.write(`\n${table(results)}\n`);
  for (const name of broken) process.stdout.write(`${name} did not end: see above\n`);
  for (const { name, failures } of results) for (const words of failures) process.stdout.write(`${name}: ${words}\n`);
  const cpu = results.reduce((sum, { figures }) => sum + Number(figures["CPU seconds"] ?? 0), 0);
  const minutes = ((Date.now() - begun.getTime()) / 60_000).toFixed(1);
  process.stdout.write(`${minutes} minutes; ${cpu} CPU seconds\n`);
  const bad = broken.length > 0 || results.some(failed);
  // A proof of some parts, or one that lost something, is no figure to show; what it did not pass besides stands under them.
  const isWhole = broken.length === 0 && !results.some(lost);
  if (scale === "long" && whole && count === null && kills === null && isWhole) {
    await writeFile(REPORT, withReport(await readFile(REPORT, "utf8"), results, begun, seed));
    process.stdout.write("docs/reliability.md is written\n");
  }
  return bad ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
