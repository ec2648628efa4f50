/** The whole app in this process, as a host starts it, without a browser: real stores, real TLS, the real clock. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import type { DeskView } from "../../contract/desk.ts";
import type { AppError, Result } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { startApp, type App } from "../../main/app.ts";
import { NO_BANK_PAGES } from "../../main/core/ports.ts";

export interface TillApp {
  readonly app: App;
  readonly dir: string;
  snapshot(): Snapshot;
  /** How often the host was asked to end. */
  left(): number;
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput[N]>>;
  /** Throws what the till refused. */
  must<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput[N]>;
  fails<N extends CommandName>(name: N, input: CommandInput<N>): Promise<AppError>;
  until(what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  restart(provision?: string): Promise<void>;
  close(): Promise<void>;
}

export interface TillAppOptions {
  readonly worker: string;
  readonly provision?: string;
  /** Opens the server for the till API on this port. */
  readonly port?: number;
}

export async function openTillApp({ worker, provision, port = 0 }: TillAppOptions): Promise<TillApp> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-app-"));
  let app: App;
  let latest: Snapshot | null = null;
  let left = 0;
  const start = async (file?: string): Promise<void> => {
    app = await startApp({
      version: "0.0.0-test",
      dataDir: dir,
      training: false,
      provision: file === undefined ? null : { path: file, insecure: false },
      keySource: () => ({ kind: "key-file", name: "test", warning: null, key: async () => Buffer.alloc(32, 7) }),
      certificateWorker: worker,
      simulator: "",
      pages: NO_BANK_PAGES,
      leave: () => (left += 1),
      spawn: () => Promise.reject(new Error("no training here")),
      listen: { port, screen: null, outside: null },
      say: () => undefined,
    });
    app.core.watch("cashier", (snapshot) => (latest = snapshot));
  };
  await start(provision);
  const till: TillApp = {
    get app() {
      return app;
    },
    dir,
    snapshot() {
      if (!latest) throw new Error("no snapshot yet");
      return latest;
    },
    left: () => left,
    call: (name, input) => app.core.call({ kind: "person", name: "cashier" }, name, input) as never,
    async must(name, input) {
      const result = await till.call(name, input);
      if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.error)}`);
      return result.value;
    },
    async fails(name, input) {
      const result = await till.call(name, input);
      if (result.ok) throw new Error(`${name} was done`);
      return result.error;
    },
    async until(what, holds) {
      for (let i = 0; i < 400; i += 1) {
        if (latest && holds(latest)) return latest;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(
        `${what} did not happen: ${JSON.stringify(latest?.providers)} ${JSON.stringify(latest?.current)}`,
      );
    },
    async restart(file) {
      await app.stop();
      await start(file);
    },
    async close() {
      await app.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return till;
}

/** One layer of the desk's last check. */
export function layerOf(view: DeskView, layer: string): { state: string; code: string | null } {
  const found = view.check?.checks.find((one) => one.layer === layer);
  return { state: found?.state ?? "none", code: found?.error?.code ?? null };
}
