/** The table: Markdown, so that it can go into docs/performance.md as it is. */
import { mean, median, quantile } from "./figures.mjs";

/** @typedef {import("./run.mjs").Results} Results */
/** @typedef {{ what: string, samples: string, figures: string, value: number | null, goal: number | null, unit: string }} Row */

const ms = (/** @type {number} */ value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const mib = (/** @type {number | null} */ bytes) =>
  bytes === null ? "not measured" : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const percent = (/** @type {number | null} */ value) => (value === null ? "not measured" : `${value.toFixed(2)} %`);

/**
 * @param {Results} results
 * @param {{ processor: string, memory: string, system: string, browser: string, quick: boolean, loads: { before: number | null, after: number | null } }} about
 */
export function report(results, about) {
  const rows = [...salesRows(results), openingRow(results)];
  const missed = rows.filter((row) => row.goal !== null && row.value !== null && row.value > row.goal).length;
  const unmeasured = rows.filter((row) => row.value === null).length;
  const text = [
    "",
    `Processor: ${about.processor}. Memory: ${about.memory}. System: ${about.system}.`,
    `Node ${process.version.slice(1)}, Chromium ${about.browser || "not started"}, headless${about.quick ? "; --quick: few samples" : ""}.`,
    loadLine(about.loads),
    "",
    ...table(
      ["measure", "samples", "figures", "held against the goal", "goal", "of the goal", ""],
      rows.map(({ what, samples, figures, value, goal, unit }) => {
        const told = (/** @type {number} */ number) => (unit === "ms" ? ms(number) : number.toFixed(3));
        if (value === null || goal === null) return [what, samples, figures, "not measured", "", "", ""];
        const verdict = value <= goal ? "pass" : "MISS";
        const wanted = unit === "ms" ? `≤ ${goal} ms` : `≤ ${goal}`;
        return [what, samples, figures, told(value), wanted, (value / goal).toFixed(2), verdict];
      }),
    ),
    "",
    ...table(["also measured", "figure"], details(results)),
    "",
    "",
  ].join("\n");
  return { text, missed, unmeasured };
}

/** @param {{ before: number | null, after: number | null }} loads */
function loadLine({ before, after }) {
  if (before === null || after === null) return "Load of the machine: not told by the system.";
  const line = `Waiting programs for each core: ${before.toFixed(2)} before, ${after.toFixed(2)} after.`;
  return before > 0.5 || after > 1.5
    ? `${line} THE MACHINE WAS BUSY WITH OTHER WORK: these figures are worse than the app.`
    : line;
}

/**
 * @param {Results} results
 * @returns {Row[]}
 */
function salesRows({ sales }) {
  const codes = sales?.codes.map((code) => code.ours) ?? [];
  const words = sales?.words ?? [];
  return [
    spread("tap to painted QR, without the bank's round trip", codes, 60),
    spread(
      "the bank's word to pixels, without the polling",
      words.map((word) => word.toPixels),
      100,
    ),
    detection("detection lag over T/2 + R", words),
  ];
}

/**
 * @param {string} what
 * @param {readonly number[]} values
 * @param {number} goal
 * @returns {Row}
 */
function spread(what, values, goal) {
  if (values.length === 0) return { what, samples: "0", figures: "", value: null, goal, unit: "ms" };
  const p95 = quantile(values, 0.95);
  return {
    what,
    samples: String(values.length),
    figures: `p50 ${ms(median(values))}, p95 ${ms(p95)}`,
    value: p95,
    goal,
    unit: "ms",
  };
}

/**
 * The mean lag against what cannot be avoided: half the polling interval, and R, the mean of a status call with its way
 * to the pixels.
 * @param {string} what
 * @param {readonly { pollSeconds: number, lag: number, exchange: number, toPixels: number }[]} words
 * @returns {Row}
 */
function detection(what, words) {
  const goal = 1.05;
  if (words.length === 0) return { what, samples: "0", figures: "", value: null, goal, unit: "" };
  const lag = mean(words.map((word) => word.lag));
  const half = mean(words.map((word) => word.pollSeconds * 500));
  const r = mean(words.map((word) => word.exchange + word.toPixels));
  const figures = `mean ${ms(lag)} over ${ms(half)} + ${ms(r)}`;
  return { what, samples: String(words.length), figures, value: lag / (half + r), goal, unit: "" };
}

/**
 * How far chance alone may move that ratio (one standard deviation at most). The phases are chosen one in each of n
 * equal parts of the interval: what is left to chance is the place within the part, which matters most in the part
 * where a question of the till falls, since the lag there jumps from nothing to a whole interval.
 * @param {readonly unknown[]} words
 */
function noise({ length: n }) {
  return Math.sqrt(1 + 1 / (3 * n)) / n;
}

/**
 * @param {Results} results
 * @returns {Row}
 */
function openingRow({ opening }) {
  const what = "start to usable screen over a blank React page";
  if (!opening || opening.pairs === 0) return { what, samples: "0", figures: "", value: null, goal: 1.3, unit: "" };
  const figures = `median ${ms(opening.till)} over ${ms(opening.blank)}`;
  return { what, samples: `${opening.pairs} pairs`, figures, value: opening.ratio, goal: 1.3, unit: "" };
}

/**
 * @param {Results} results
 * @returns {string[][]}
 */
function details({ starts, opening, sales, footprint }) {
  /** @type {string[][]} */
  const lines = [];
  if (starts) {
    lines.push([
      "host: process start to ready line",
      `median ${ms(median(starts.later))} of ${starts.later.length}; ${ms(starts.first)} the first time, with the provisioning file`,
    ]);
  }
  if (opening && opening.pairs > 0) {
    lines.push([
      "usable screen beyond the blank page",
      `${ms(opening.till - opening.blank)}; ratios from ${Math.min(...opening.ratios).toFixed(2)} to ${Math.max(...opening.ratios).toFixed(2)}`,
    ]);
  }
  if (sales && sales.codes.length > 0) {
    const part = (/** @type {"whole" | "out" | "back"} */ name) => median(sales.codes.map((code) => code[name]));
    const by = (/** @type {"key" | "tap"} */ name) => {
      const values = sales.codes.filter((code) => code.by === name).map((code) => code.ours);
      return values.length === 0 ? "none" : `p95 ${ms(quantile(values, 0.95))}`;
    };
    lines.push([
      "tap to painted QR: its parts",
      `p50 ${ms(part("whole"))} with the bank; ${ms(part("out"))} from the tap to the bank's door, ${ms(part("back"))} from its answer to the pixels`,
    ]);
    lines.push(["tap to painted QR: Enter, tile", `${by("key")}, ${by("tap")}`]);
    lines.push(["tap to painted QR: first sale after the start", sales.first ? ms(sales.first.ours) : "not measured"]);
    for (const seconds of [1, 2]) {
      const words = sales.words.filter((word) => word.pollSeconds === seconds);
      const row = detection("", words);
      if (row.value !== null)
        lines.push([
          `detection lag over T/2 + R at T = ${seconds} s`,
          `${row.value.toFixed(3)}, chance alone ± ${noise(words).toFixed(3)}; ${row.samples} samples, ${row.figures}`,
        ]);
    }
    if (sales.gaps.length > 0)
      lines.push([
        "between two status calls, in T",
        `p50 ${median(sales.gaps).toFixed(3)}, longest ${Math.max(...sales.gaps).toFixed(3)} of ${sales.gaps.length}`,
      ]);
    lines.push([
      "round trip to the bank's port; precision of the common clock",
      `${sales.roundTrip.toFixed(2)} ms; ± ${(sales.sure + 0.5).toFixed(1)} ms`,
    ]);
  }
  if (footprint) {
    const { idle, memory, payments, perPayment } = footprint;
    const [first] = memory;
    const last = memory.at(-1);
    const residents = memory.map((point) => `${mib(point.resident)} after ${point.payments}`).join(", ");
    lines.push(["host: resident memory by payments", residents]);
    lines.push([
      "page: JavaScript heap",
      `${mib(first?.heap ?? null)} at the start, ${mib(last?.heap ?? null)} after ${payments} payments`,
    ]);
    lines.push([`idle for ${idle.seconds.toFixed(0)} s: host`, `${percent(idle.host)} of one core`]);
    lines.push([
      `idle for ${idle.seconds.toFixed(0)} s: browser, all processes`,
      `${percent(idle.browser)} of one core`,
    ]);
    if (perPayment !== null)
      lines.push(["a whole payment through the till API, all sides on this machine", ms(perPayment)]);
  }
  return lines.length === 0 ? [["nothing", ""]] : lines;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const widths = head.map((cell, i) => Math.max(3, cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(Number(widths[i]))).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
