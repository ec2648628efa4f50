import type * as Electron from "electron";
import { fork, type ChildProcess, type IOType } from "node:child_process";
import { fileURLToPath } from "node:url";
import { record } from "../record.ts";
import { apiName, strict, StrictEmitter, type Conforms } from "../strict.ts";
import { requireReady } from "./lifecycle.ts";

const children = new Set<UtilityProcess>();

export class UtilityProcess extends StrictEmitter {
  readonly #child: ChildProcess;
  #pid: number | undefined;

  constructor(modulePath: string, args: readonly string[], options: Electron.ForkOptions) {
    super();
    const { stdio = "inherit" } = options;
    const streams: readonly unknown[] = Array.isArray(stdio) ? stdio : ["ignore", stdio, stdio];
    if (streams[0] !== "ignore") throw new Error("stdin value other than ignore is not supported.");
    const bootstrap = fileURLToPath(new URL("../utility-child.ts", import.meta.url));
    this.#child = fork(modulePath, [...args], {
      execArgv: ["--import", bootstrap, ...(options.execArgv ?? [])],
      env: (options.env ?? process.env) as NodeJS.ProcessEnv,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: ["ignore", streams[1] as IOType, streams[2] as IOType, "ipc"],
      serialization: "advanced",
    });
    record("utilityProcess.fork", modulePath, args, options.serviceName ?? "");
    children.add(this);
    this.#child.once("spawn", () => {
      this.#pid = this.#child.pid;
      this.emit("spawn");
    });
    this.#child.on("message", (message) => this.emit("message", message));
    this.#child.once("error", (error_) => this.emit("error", "FatalError", modulePath, String(error_)));
    this.#child.once("exit", (code, signal) => {
      children.delete(this);
      this.#pid = undefined;
      this.emit("exit", code ?? (signal === "SIGTERM" ? 15 : 9));
    });
  }

  override get [apiName](): string {
    return "UtilityProcess";
  }
  get pid(): number | undefined {
    return this.#pid;
  }
  get stdout(): NodeJS.ReadableStream | null {
    return this.#child.stdout;
  }
  get stderr(): NodeJS.ReadableStream | null {
    return this.#child.stderr;
  }
  postMessage(message: unknown): void {
    let copy: unknown;
    try {
      copy = structuredClone(message);
    } catch {
      throw new Error("An object could not be cloned.");
    }
    if (this.#child.connected) this.#child.send(copy as object);
  }
  kill(): boolean {
    return this.#pid !== undefined && this.#child.kill("SIGTERM");
  }
}

export type UtilityProcessConforms = Conforms<Electron.UtilityProcess, UtilityProcess>;

export const utilityProcess = strict("utilityProcess", {
  fork(modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}): Electron.UtilityProcess {
    requireReady("utilityProcess cannot be created before app is ready");
    return new UtilityProcess(modulePath, args, options) as unknown as Electron.UtilityProcess;
  },
});

/** They never outlive the app. */
export function endUtilityProcesses(): void {
  for (const child of children) child.kill();
}
