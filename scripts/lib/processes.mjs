/** Child processes: started without a shell, stopped as a whole tree, by their own pid only. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root, windows } from "./paths.mjs";

/** A stopping program has this long before it is killed; the promise to the user is three seconds in all. */
const GRACE_MS = 2_500;

/**
 * Starts a program at the head of its own process group, so that it can be stopped with everything it started,
 * and so that Ctrl-C in the terminal reaches it once, through us, and not twice.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  return spawn(command, args, { ...options, detached: !windows, shell: false, windowsHide: false });
}

/**
 * Starts the app's Node host, on a leash: see leash.cjs.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {"pipe" | "inherit"} stdout
 */
export function startHost(node, args, env, stdout) {
  const script = join(root, "dist", "node.cjs");
  return start(
    node,
    ["--enable-source-maps", "--require", join(root, "scripts", "lib", "leash.cjs"), script, ...args],
    {
      env: { ...env, QABYL_LEASH: "1" },
      stdio: ["ignore", stdout, "inherit", "ipc"],
    },
  );
}

/**
 * Kills a process started with `start` and everything below it.
 * @param {import("node:child_process").ChildProcess} child
 */
export function killTree(child) {
  if (child.pid === undefined) return;
  if (windows) {
    spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/**
 * Waits for a child's end.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, error: Error | null }>}
 */
export function ended(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("exit", (code, signal) => resolve({ code, signal, error: null }));
  });
}

/**
 * Runs a program to its end or until the time is over. With `graceMs` it is first asked to end, so that a runner can
 * put away its browsers and write down what it knows.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeoutMs?: number, graceMs?: number, stdio?: import("node:child_process").StdioOptions }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, error: Error | null, timedOut: boolean, output: string }>}
 */
export async function run(command, args, options = {}) {
  const child = start(command, args, { cwd: options.cwd, env: options.env, stdio: options.stdio ?? "pipe" });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
  let timedOut = false;
  /** @type {NodeJS.Timeout | undefined} */
  let limit =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          if (options.graceMs === undefined) return killTree(child);
          child.kill("SIGINT");
          limit = setTimeout(() => killTree(child), options.graceMs);
        }, options.timeoutMs);
  const forget = stopWithUs(child);
  const end = await ended(child);
  forget();
  clearTimeout(limit);
  // Output still in the pipe arrives after the exit; a grandchild that keeps the pipe open must not hold us up.
  if (child.stdout !== null && !child.stdout.readableEnded)
    await Promise.race([new Promise((resolve) => child.once("close", resolve)), sleep(500)]);
  return { ...end, timedOut, output };
}

let asked = false;

/** Whether the person, or whoever started us, has asked to stop. */
export function stopping() {
  return asked;
}

/**
 * Passes a request to stop on to the child, and kills it when it does not stop in time. Asked to stop are we by a
 * signal, or by the end of npm: `npm run` killed outright passes nothing on, and the till must not outlive it.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void} stops watching
 */
export function stopWithUs(child) {
  /** @type {NodeJS.Timeout | undefined} */
  let kill;
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    asked = true;
    if (kill !== undefined) return;
    child.kill(windows ? undefined : signal);
    kill = setTimeout(() => killTree(child), GRACE_MS);
  };
  const onInt = () => stop("SIGINT");
  const onTerm = () => stop("SIGTERM");
  process.on("SIGINT", onInt);
  process.on("SIGTERM", onTerm);
  process.on("SIGHUP", onTerm);
  process.on("SIGBREAK", onInt);
  const parent = process.ppid;
  const orphaned =
    process.env["npm_lifecycle_event"] === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid === parent) return;
          asked = true;
          killTree(child);
        }, 100);
  return () => {
    process.off("SIGINT", onInt);
    process.off("SIGTERM", onTerm);
    process.off("SIGHUP", onTerm);
    process.off("SIGBREAK", onInt);
    clearInterval(orphaned);
    clearTimeout(kill);
  };
}
