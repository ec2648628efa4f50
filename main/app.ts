/** The composition root both hosts share: opens the stores, applies the settings, starts core, desk and till API. */
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { DisplayView } from "../contract/kiosk.ts";
import { API_BASE } from "../contract/till.ts";
import { watchClock } from "./adapters/clock.ts";
import type { Core } from "./core/index.ts";
import type { BankPages, Log, NewEvent } from "./core/ports.ts";
import { EXIT, StartFailure, type ExitCode } from "./failure.ts";
import { ListenFailure } from "./server.ts";
import { openServers, readTls, type Handler, type Listen, type Servers } from "./servers.ts";
import { openPictures, picturesIn } from "./pictures.ts";
import { applyDocument, type Stores } from "./settings/apply.ts";
import { picturesOf } from "./settings/desk-kiosk.ts";
import { lineOf, ProvisionFailure } from "./settings/failure.ts";
import { exists, readDocument } from "./settings/read.ts";
import { META_ORGANIZATION, META_PATH, NOTHING_STORED, readStored, type StoredSettings } from "./settings/stored.ts";
import { openShop } from "./shop.ts";
import { journalFailure, openStores, type KeySource, type OpenStores } from "./stores.ts";
import { startTraining, type Spawn, type TrainingBank } from "./training.ts";
import type { Mode } from "./training-mode.ts";
import { createApiSwitch } from "./api-switch.ts";

export { EXIT, StartFailure } from "./failure.ts";
export type { ExitCode } from "./failure.ts";
export type { Child, Spawn } from "./training.ts";

export interface HostParts {
  readonly version: string;
  /** The data folder; training lives in its folder `training` and touches nothing else. */
  readonly dataDir: string;
  readonly training: boolean;
  /** What is practised; a cashier's till when it is left out. */
  readonly trainingMode?: Mode;
  /** `insecure` takes a file that others can read. */
  readonly provision: { readonly path: string; readonly insecure: boolean } | null;
  /** What the vault's key comes from, for the folder it is asked for: a key file, or the system's safe storage. */
  keySource(dir: string): KeySource | Promise<KeySource>;
  /** Script of the certificate worker. */
  readonly certificateWorker: string;
  /** Script of the training bank, and how this host starts a child process. */
  readonly simulator: string;
  readonly spawn: Spawn;
  /** Shows the bank's own page to the payer. */
  readonly pages: BankPages;
  /** A technician lets an unattended till go: ends the program, or its window where a browser shows the screen. */
  leave(): void;
  /** The displays of this computer, where the host knows them. */
  displays?(): readonly DisplayView[];
  readonly listen: Listen & {
    /** Serves everything on that port but the till API; null: the port is opened for the till API alone, and only if it is on. */
    readonly screen: ((core: Core) => Handler) | null;
  };
  /** Told what the person who starts it should know. */
  say(line: string): void;
}

export interface App {
  readonly core: Core;
  readonly log: Log;
  /** The folder in use: the data folder, or its training folder. */
  readonly dir: string;
  readonly training: boolean;
  /** Origin of the server on this machine (`http://127.0.0.1:PORT`); null while none is open. */
  readonly origin: string | null;
  readonly till: { readonly address: string; readonly outside: string | null } | null;
  /** What a host itself goes by of the settings in use; they change while it runs, and each change makes a snapshot. */
  setup(): Setup;
  /** Writes what this program did itself into the journal's chain. Rejects when the disk refuses. */
  record(events: readonly NewEvent[]): Promise<unknown>;
  /** Stops everything in order: no more requests, no more timers, journal closed, folder free. */
  stop(): Promise<void>;
  /** Stops the core alone, for `stop` to follow; false: something is in hand, and nothing was touched. See `Front.stopIfFree`. */
  stopIfFree(): Promise<boolean>;
}

export type Setup = Pick<StoredSettings, "mode" | "timezone" | "kiosk" | "displays">;

/** The same folder for both hosts: they share the till, and its lock. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Qabyl");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "Qabyl");
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "qabyl");
}

/** Starts the app or throws StartFailure; then nothing is left open. */
export async function startApp(host: HostParts): Promise<App> {
  const undo: (() => unknown)[] = [];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await Promise.resolve(step()).catch(() => undefined);
  };
  try {
    return await open(host, undo, unwind);
  } catch (error) {
    await unwind();
    throw startFailure(journalFailure(error, dirOf(host)));
  }
}

const dirOf = ({ dataDir, training }: HostParts): string => (training ? join(dataDir, "training") : dataDir);

async function open(host: HostParts, undo: (() => unknown)[], unwind: () => Promise<void>): Promise<App> {
  const dir = dirOf(host);
  const tls = await readTls(host.listen.outside);
  const source = await host.keySource(dir);
  if (source.warning !== null) host.say(source.warning);
  const stores = await openStores(dir, source, undo);
  const bank = host.training
    ? await startTraining({ dir, module: host.simulator, spawn: host.spawn, mode: host.trainingMode ?? "cashier" })
    : null;
  if (bank) undo.push(() => bank.close());
  const pictures = openPictures(picturesIn(dir));
  const provisionFile = await provision(host, { ...stores, pictures }, bank);
  const inUse = {
    stored: (await readStored(stores.journal)) ?? NOTHING_STORED,
    organization: await stores.journal.meta(META_ORGANIZATION),
  };
  // What a crash between taking in and storing has left behind; a folder that cannot be written keeps them.
  await pictures.keepOnly(picturesOf(inUse.stored)).catch(() => undefined);
  if (host.listen.outside && inUse.stored.tokens.length === 0)
    throw new StartFailure(EXIT.badInput, [
      "--listen: the till API is off; give it a token (till.token) in the provisioning file",
    ]);

  let servers: Servers | null = null;
  const { front, drop, machine } = await openShop({
    version: host.version,
    certificateWorker: host.certificateWorker,
    training: bank?.training ?? null,
    dir,
    stores,
    pages: host.pages,
    leave: () => host.leave(),
    displays: () => host.displays?.() ?? [],
    pictures,
    inUse,
    provisionFile,
    undo,
    async useTokens(tokens) {
      if (tokens.length > 0 && !(await servers?.openInside())) return false;
      api.use(tokens);
      return true;
    },
  });
  const api = createApiSwitch({ core: front, stores, version: host.version, language: () => inUse.stored.language });
  undo.push(() => api.close());
  api.use(inUse.stored.tokens);
  const page = host.listen.screen?.(front) ?? null;
  servers = await openServers({ listen: host.listen, tls, page, api: api.handler, undo });
  undo.push(watchClock({ onChange: ({ kind }) => front.wake(kind === "jump" ? "clock" : "resume") }));
  await front.start();
  machine.begin(front);
  servers.begin();
  // A bank of our own gives no certificates.
  if (!host.training) void drop.start();
  const opened = servers;
  return {
    core: front,
    log: stores.log,
    dir,
    training: host.training,
    get origin() {
      return opened.origin();
    },
    get till() {
      const origin = opened.origin();
      return api.handler() && origin !== null ? { address: `${origin}${API_BASE}`, outside: opened.outside } : null;
    },
    setup: () => inUse.stored,
    record: (events) => stores.journal.commit({ at: stores.clock.now(), events }),
    stop: unwind,
    stopIfFree: () => front.stopIfFree(),
  };
}

/** Applies the file that is to be applied, and says which one is still there with its secrets. */
async function provision(
  host: HostParts,
  stores: OpenStores & Pick<Stores, "pictures">,
  bank: TrainingBank | null,
): Promise<string | null> {
  const { journal } = stores;
  const tools = { ...stores, journal, certificateWorker: host.certificateWorker };
  if (bank) {
    await applyDocument(tools, bank.document, "training");
    return null;
  }
  if (host.provision) {
    const path = resolve(host.provision.path);
    // The technician was told to delete it; the start script still names it.
    if (!(await exists(path)) && (await readStored(journal)) !== null)
      host.say(`${path} is not there any more: starting with what was applied before`);
    else if ((await applyDocument(tools, await readDocument(path, host.provision.insecure))) === "applied")
      host.say("the provisioning file has been applied");
  }
  const last = await journal.meta(META_PATH);
  const provisionFile = last !== null && isAbsolute(last) && (await exists(last)) ? last : null;
  if (provisionFile) host.say(`${provisionFile} holds secrets that are in the vault now: delete it`);
  return provisionFile;
}

function startFailure(error: unknown): StartFailure {
  if (error instanceof StartFailure) return error;
  if (error instanceof ProvisionFailure) return new StartFailure(EXIT.badInput, error.problems.map(lineOf), error);
  if (error instanceof ListenFailure) {
    const code: ExitCode = error.code === "EADDRINUSE" ? EXIT.portTaken : EXIT.badInput;
    return new StartFailure(
      code,
      [error.code === "EADDRINUSE" ? `${error.message}: the port is taken` : error.message],
      error,
    );
  }
  return new StartFailure(EXIT.internal, [error instanceof Error ? error.message : String(error)], error);
}
