/** The checks that run no test: each is one program, and counts as one in the summary. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./node24.mjs";
import { root } from "./paths.mjs";
import { run } from "./processes.mjs";

/** @type {readonly { name: string, command: readonly string[] }[]} */
export const checks = [
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings", "--report-unused-disable-directives", "."] },
  { name: "fences", command: ["scripts/fences.mjs"] },
  { name: "types", command: ["tsc", "-b"] },
  { name: "dead code", command: ["knip"] },
];

/**
 * The script behind a tool's command, so that it is started without a shell on every system.
 * @param {string} tool
 */
export function scriptOf(tool) {
  if (tool.endsWith(".mjs")) return join(root, tool);
  const folder = join(root, "node_modules", { tsc: "typescript" }[tool] ?? tool);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[tool]);
}

/**
 * Runs one check.
 * @param {string} node
 * @param {{ command: readonly string[] }} check
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function runCheck(node, check) {
  const [tool, ...args] = check.command;
  const script = scriptOf(String(tool));
  const ended = await run(node, [script, ...args], { cwd: root, env: environment(node), timeoutMs: 120_000 });
  const output = ended.timedOut
    ? `${ended.output}\nnot done within 2 minutes`
    : ended.output || String(ended.error ?? "");
  return { ok: ended.code === 0, output };
}
