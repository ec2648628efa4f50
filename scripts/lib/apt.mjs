/** Debian's packages for the tests. */
import { existsSync } from "node:fs";
import { run } from "./processes.mjs";

/** @type {Promise<string | null> | undefined} */
let updated;

/** Whether packages can be installed by apt-get without asking anybody. */
export function hasApt() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/**
 * Installs packages by apt-get, whose lists are brought up to date once in a run.
 * @param {readonly string[]} packages
 * @returns {Promise<string | null>} what went wrong
 */
export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  updated ??= step("apt-get", ["update"], env, 60_000);
  await updated;
  return step("apt-get", ["install", "-y", "--no-install-recommends", ...packages], env, 180_000);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {number} timeoutMs
 * @returns {Promise<string | null>} what went wrong
 */
export async function step(command, args, env, timeoutMs) {
  const ended = await run(command, args, { env, timeoutMs });
  if (ended.code === 0) return null;
  if (ended.timedOut) return `not done within ${timeoutMs / 1000} s`;
  const lines = ended.output.trim().split("\n");
  return (
    lines.findLast((line) => /error|^E:/i.test(line)) ?? (lines.at(-1) || String(ended.error?.message ?? ended.code))
  );
}
