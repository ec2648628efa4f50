/** The composition root both hosts share: opens the stores, applies the settings, starts core and till API. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { API_BASE } from "../contract/till.ts";
import { watchClock } from "./adapters/clock.ts";
import { readIfThere } from "./adapters/files.ts";
import { createHttp, type TlsIdentity } from "./adapters/http.ts";
import { banks } from "./banks/index.ts";
import { createCore } from "./core/core.ts";
import type { Core } from "./core/index.ts";
import type { Ports } from "./core/ports.ts";
import { identityName, type Settings } from "./core/settings.ts";
import { EXIT, StartFailure, type ExitCode } from "./failure.ts";
import { applyDocument, readStored, tokenHash } from "./settings/apply.ts";
import { lineOf, ProvisionFailure } from "./settings/failure.ts";
import { exists, readDocument } from "./settings/read.ts";
import { META_PATH, NOTHING_STORED, settingsFrom, type StoredSettings } from "./settings/stored.ts";
import { openStores, type KeySource, type OpenStores } from "./stores.ts";
import { createTillApi, type TillApi } from "./till/api.ts";
import { loopbackPlace, type Place } from "./till/guard.ts";
import { outsidePlace } from "./outside.ts";
import { listen, ListenFailure, type Listening } from "./server.ts";
import { sendJson } from "./till/reply.ts";
import { createTokens } from "./till/tokens.ts";
import { startTraining, type Spawn, type TrainingBank } from "./training.ts";

export { EXIT, StartFailure } from "./failure.ts";
export type { ExitCode } from "./failure.ts";
export type { Child, Spawn } from "./training.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse, place: Place) => Promise<void>;

export interface HostParts {
  readonly version: string;
  /** The data folder; training lives in its folder `training` and touches nothing else. */
  readonly dataDir: string;
  readonly training: boolean;
  /** `insecure` takes a file that others can read. */
  readonly provision: { readonly path: string; readonly insecure: boolean } | null;
  /** What the vault's key comes from, for the folder it is asked for: a key file, or the system's safe storage. */
  keySource(dir: string): KeySource | Promise<KeySource>;
  /** Script of the certificate worker. */
  readonly certificateWorker: string;
  /** Script of the training bank, and how this host starts a child process. */
  readonly simulator: string;
  readonly spawn: Spawn;
  readonly listen: {
    /** On 127.0.0.1; 0: any. */
    readonly port: number;
    /** Serves everything on that port but the till API; null: the port is opened for the till API alone, and only if it is on. */
    readonly screen: ((core: Core) => Handler) | null;
    /** The till API, and only that, on the network. */
    readonly outside: {
      readonly address: string;
      readonly port: number;
      readonly cert: string;
      readonly key: string;
    } | null;
  };
  /** Told what the person who starts it should know. */
  say(line: string): void;
}

export interface App {
  readonly core: Core;
  readonly ports: Ports;
  readonly settings: Settings;
  /** The folder in use: the data folder, or its training folder. */
  readonly dir: string;
  readonly training: boolean;
  /** Origin of the server on this machine (`http://127.0.0.1:PORT`); null where none is open. */
  readonly origin: string | null;
  readonly till: { readonly address: string; readonly outside: string | null } | null;
  /** Stops everything in order: no more requests, no more timers, journal closed, folder free. */
  stop(): Promise<void>;
}

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
    throw startFailure(error);
  }
}

async function open(host: HostParts, undo: (() => unknown)[], unwind: () => Promise<void>): Promise<App> {
  const dir = host.training ? join(host.dataDir, "training") : host.dataDir;
  const outsideTls = await readTls(host.listen.outside);
  const source = await host.keySource(dir);
  if (source.warning !== null) host.say(source.warning);
  const stores = await openStores(dir, source, undo);
  const bank = host.training ? await startTraining(dir, host.simulator, host.spawn) : null;
  if (bank) undo.push(() => bank.close());
  const { stored, provisionFile } = await settle(host, stores, bank);
  const settings = settingsFrom(stored, { now: stores.clock.now(), training: host.training, provisionFile });
  const journal = await stores.openJournal(settings.till.id);

  const http = createHttp({ identity: (name) => identityOf(stores, name), log: stores.log });
  undo.push(() => http.close());
  const ports: Ports = {
    clock: stores.clock,
    ids: stores.ids,
    crypto: stores.crypto,
    http,
    journal,
    vault: stores.vault,
    log: stores.log,
  };
  const core = createCore({ version: host.version, ports, banks, settings, training: bank?.training ?? null });
  undo.push(() => core.stop());

  const till = stored.tokens.length > 0 ? makeTill(host, core, settings, stored, stores, undo) : null;
  if (!till && host.listen.outside)
    throw new StartFailure(EXIT.badInput, [
      "--listen: the till API is off; give it a token (till.token) in the provisioning file",
    ]);
  const servers = await serve(host, core, till, outsideTls, undo);
  undo.push(watchClock({ onChange: ({ kind }) => core.wake(kind === "jump" ? "clock" : "resume") }));
  await core.start();
  servers.begin();
  return {
    core,
    ports,
    settings,
    dir,
    training: host.training,
    origin: servers.origin,
    till:
      till && servers.origin !== null ? { address: `${servers.origin}${API_BASE}`, outside: servers.outside } : null,
    stop: unwind,
  };
}

/** Applies what is to be applied, and says what holds now. */
async function settle(
  host: HostParts,
  stores: OpenStores,
  bank: TrainingBank | null,
): Promise<{ stored: StoredSettings; provisionFile: string | null }> {
  const { journal } = stores;
  const tools = { ...stores, certificateWorker: host.certificateWorker };
  if (bank) {
    await applyDocument(tools, bank.document, "training");
    return { stored: (await readStored(journal)) ?? NOTHING_STORED, provisionFile: null };
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
  return { stored: (await readStored(journal)) ?? NOTHING_STORED, provisionFile };
}

async function identityOf(stores: OpenStores, profileId: string): Promise<TlsIdentity> {
  const text = await stores.vault.get(identityName(profileId));
  if (text === null) throw new Error("no identity of this name in the vault");
  return JSON.parse(text) as TlsIdentity;
}

function makeTill(
  host: HostParts,
  core: Core,
  settings: Settings,
  stored: StoredSettings,
  stores: OpenStores,
  undo: (() => unknown)[],
): TillApi {
  const tokens = createTokens(stored.tokens, (token) => tokenHash(stores.crypto, token));
  const till = createTillApi({ core, tokens, version: host.version, language: settings.language });
  undo.push(() => till.close());
  return till;
}

interface Servers {
  readonly origin: string | null;
  readonly outside: string | null;
  /** Requests wait until the core has read its journal. */
  begin(): void;
}

async function serve(
  host: HostParts,
  core: Core,
  till: TillApi | null,
  tls: { cert: string; key: string } | null,
  undo: (() => unknown)[],
): Promise<Servers> {
  const { port, screen, outside } = host.listen;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const page = screen?.(core) ?? null;
  const open = async (
    address: string,
    at: number,
    tlsParts: { cert: string; key: string } | null,
    own: Handler | null,
  ): Promise<{ listening: Listening; place: Place }> => {
    let place: Place | null = null;
    const listening = await listen(
      (request, response) => {
        void begun.then(() => {
          const api = request.url === API_BASE || request.url?.startsWith(`${API_BASE}/`);
          const handler = api ? till?.handle : own;
          if (handler && place) void handler(request, response, place);
          else
            sendJson(response, 404, {
              error: {
                code: "not_found",
                message: api ? "the till API is off" : "not found",
                remedy: "fixSettings",
                bankCode: null,
                bankMessage: null,
                incident: null,
              },
            });
        });
      },
      { address, port: at, ...(tlsParts ? { tls: tlsParts } : {}) },
    );
    undo.push(() => listening.close());
    place = tlsParts ? outsidePlace(tlsParts.cert, listening.address, listening.port) : loopbackPlace(listening.port);
    return { listening, place };
  };
  const inside = page || till ? await open("127.0.0.1", port, null, page) : null;
  const out = outside && tls && till ? await open(outside.address, outside.port, tls, null) : null;
  return { origin: inside?.place.origin ?? null, outside: out ? `${out.place.origin}${API_BASE}` : null, begin };
}

async function readTls(outside: HostParts["listen"]["outside"]): Promise<{ cert: string; key: string } | null> {
  if (!outside) return null;
  const read = async (option: string, path: string): Promise<string> => {
    const content = await readIfThere(path).catch(() => null);
    if (content === null) throw new StartFailure(EXIT.badInput, [`${option}: cannot be read`]);
    return content.toString("utf8");
  };
  const tls = { cert: await read("--tls-cert", outside.cert), key: await read("--tls-key", outside.key) };
  try {
    createSecureContext(tls);
  } catch {
    throw new StartFailure(EXIT.badInput, [
      "--tls-cert, --tls-key: not a PEM certificate and its own PEM key without a passphrase",
    ]);
  }
  return tls;
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
