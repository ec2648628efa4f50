import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface HostProcess {
  readonly child: ChildProcess;
  /** The ready line; rejects with all that was said when the process ends before. */
  readonly ready: Promise<{
    url: string;
    customer: string | null;
    till: string | null;
    version: string;
    listen?: string;
  }>;
  readonly exit: Promise<number | null>;
  stdout(): string[];
  stderr(): string;
  port(): Promise<number>;
  /** Asks it to stop and waits. Says how long that took. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

/** Starts the Node host's bundle. `config` holds its vault keys, apart from the data and from this computer's key store; `node` are options of Node itself. */
export function startHost(
  bundle: string,
  config: string,
  args: readonly string[],
  more: { readonly node?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): HostProcess {
  const env = { ...process.env, XDG_CONFIG_HOME: config, APPDATA: config, QABYL_KEY_STORE: "none", ...more.env };
  const child = spawn(process.execPath, [...(more.node ?? []), bundle, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  const ready = new Promise<any>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line));
    });
    void exit.then((code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
  ready.catch(() => undefined);
  return {
    child,
    ready,
    exit,
    stdout: () => lines,
    stderr: () => errors,
    port: async () => Number(new URL((await ready).url).port),
    async stop(signal = "SIGTERM") {
      const begun = Date.now();
      child.kill(signal);
      return { code: await exit, ms: Date.now() - begun };
    },
  };
}
