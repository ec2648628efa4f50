/** How the Node host begins anew after a fault: a new process image, so that nothing of the old one is left. */
import { spawn } from "node:child_process";

export interface Restart {
  /** The environment as it was at the start: the vault's key may have stood in it, and is taken out after reading. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whoever started us starts us again: systemd says so itself, others by an option. */
  readonly supervised: boolean;
  /** Options of the command line; with the port in use, where a page still looks for us. */
  readonly args: readonly string[];
}

/** systemd names the process that it started; whatever runs below that inherits the line and is not it. */
export function isSupervised(env: Restart["env"], pid: number): boolean {
  return env["SYSTEMD_EXEC_PID"] === String(pid);
}

/** Does not return. Exits with 1 where somebody else starts us again. */
export function restart({ env, supervised, args }: Restart): void {
  const [script] = process.argv.slice(1, 2);
  if (supervised || script === undefined) process.exit(1);
  const argv = [...process.execArgv, script, ...args];
  // Keeps process id, terminal and the reader of our line: a start script that waits for us notices nothing.
  if (process.execve && process.platform !== "win32")
    process.execve(process.execPath, [process.execPath, ...argv], { ...env });
  spawn(process.execPath, argv, { detached: true, stdio: "inherit", env: { ...env } }).unref();
  process.exit(1);
}

/** The same options with `port` in place of what they say about it. */
export function withPort(args: readonly string[], port: number): string[] {
  const kept = args.filter((arg, at) => arg !== "--port" && !arg.startsWith("--port=") && args[at - 1] !== "--port");
  return [...kept, "--port", String(port)];
}
