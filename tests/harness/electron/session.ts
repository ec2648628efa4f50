import type * as Electron from "electron";
import { record, refuseToStart } from "../record.ts";
import { apiName, strict, StrictEmitter, type Conforms } from "../strict.ts";
import { knowScheme, privilegesOf, setSchemes } from "../urls.ts";
import { currentBrowser } from "./browser.ts";
import { requireNotReady, requireReady } from "./lifecycle.ts";

type ProtocolHandler = (request: Request) => Response | Promise<Response>;

let protocolHandlerOf: (protocol: Protocol, scheme: string) => ProtocolHandler | undefined;

class Protocol extends StrictEmitter {
  readonly #handlers = new Map<string, ProtocolHandler>();

  override get [apiName](): string {
    return "protocol";
  }

  handle(scheme: string, handler: ProtocolHandler): void {
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    knowScheme(scheme);
    this.#handlers.set(scheme, handler);
    record("protocol.handle", scheme);
  }
  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }
  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme);
  }

  static {
    protocolHandlerOf = (protocol, scheme) => protocol.#handlers.get(scheme);
  }
}

type WebRequestName =
  | "onBeforeRequest"
  | "onBeforeSendHeaders"
  | "onHeadersReceived"
  | "onCompleted"
  | "onErrorOccurred";
type WebRequestListener = (details: never, callback: (response: object) => void) => void;

function matches(patterns: readonly string[], url: string): boolean {
  return patterns.some((pattern) => {
    if (pattern === "<all_urls>") return true;
    const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    return new RegExp(`^${source}$`).test(url);
  });
}

export interface WebRequestAnswer {
  cancel?: boolean;
  redirectURL?: string;
  requestHeaders?: Record<string, string | string[]>;
  responseHeaders?: Record<string, string | string[]>;
}

let askWebRequest: (
  webRequest: WebRequest,
  name: WebRequestName,
  details: { url: string } & Record<string, unknown>,
) => Promise<WebRequestAnswer>;

class WebRequest {
  readonly #listeners = new Map<WebRequestName, { urls: readonly string[]; listener: WebRequestListener }>();

  constructor() {
    const set =
      (name: WebRequestName) =>
      (first: unknown, second?: unknown): void => {
        const listener = (second === undefined ? first : second) as WebRequestListener | null;
        const urls = second === undefined ? undefined : (first as Electron.WebRequestFilter).urls;
        record(`session.webRequest.${name}`);
        if (listener === null) this.#listeners.delete(name);
        else this.#listeners.set(name, { urls: urls ?? ["<all_urls>"], listener });
      };
    const names = [
      "onBeforeRequest",
      "onBeforeSendHeaders",
      "onHeadersReceived",
      "onCompleted",
      "onErrorOccurred",
    ] as const;
    Object.assign(this, Object.fromEntries(names.map((name) => [name, set(name)])));
    strict("session.webRequest", this);
  }

  static {
    askWebRequest = async (webRequest, name, details) => {
      const entry = webRequest.#listeners.get(name);
      if (entry === undefined || !matches(entry.urls, details.url)) return {};
      if (name === "onCompleted" || name === "onErrorOccurred") {
        entry.listener(details as never, () => undefined);
        return {};
      }
      return new Promise((resolve) => entry.listener(details as never, (response) => resolve(response ?? {})));
    };
  }
}

type PermissionRequestHandler = Exclude<Parameters<Electron.Session["setPermissionRequestHandler"]>[0], null>;
type PermissionCheckHandler = Exclude<Parameters<Electron.Session["setPermissionCheckHandler"]>[0], null>;
type DevicePermissionHandler = Parameters<Electron.Session["setDevicePermissionHandler"]>[0];
type DisplayMediaHandler = Parameters<Electron.Session["setDisplayMediaRequestHandler"]>[0];
type CertificateVerifier = Parameters<Electron.Session["setCertificateVerifyProc"]>[0];

interface SessionInternals {
  partitionOf(session: Session): string;
  contextOf(session: Session): Promise<string | undefined>;
  handlerOf(session: Session, scheme: string): ProtocolHandler | undefined;
  ask: (
    session: Session,
    name: WebRequestName,
    details: { url: string } & Record<string, unknown>,
  ) => Promise<WebRequestAnswer>;
  permissionRequest(session: Session): PermissionRequestHandler | null;
  permissionCheck(session: Session): PermissionCheckHandler | null;
  displayMedia(session: Session): DisplayMediaHandler;
}

/** The harness's own access to a session; not reachable through the module `electron`. */
export let sessionInternals: SessionInternals;

export class Session extends StrictEmitter {
  readonly #partition: string;
  readonly #protocol = new Protocol();
  readonly #webRequest = new WebRequest();
  #context: Promise<string | undefined> | undefined;
  #permissionRequest: PermissionRequestHandler | null = null;
  #permissionCheck: PermissionCheckHandler | null = null;
  #displayMedia: DisplayMediaHandler = null;

  constructor(partition: string) {
    super();
    this.#partition = partition;
  }

  override get [apiName](): string {
    return "session";
  }
  get protocol(): Electron.Protocol {
    return this.#protocol as unknown as Electron.Protocol;
  }
  get webRequest(): Electron.WebRequest {
    return this.#webRequest as unknown as Electron.WebRequest;
  }
  isPersistent(): boolean {
    return this.#partition === "" || this.#partition.startsWith("persist:");
  }
  get storagePath(): string | null {
    return null;
  }
  setPermissionRequestHandler(handler: PermissionRequestHandler | null): void {
    this.#permissionRequest = handler;
    record("session.setPermissionRequestHandler", this.#partition, handler !== null);
  }
  setPermissionCheckHandler(handler: PermissionCheckHandler | null): void {
    this.#permissionCheck = handler;
    record("session.setPermissionCheckHandler", this.#partition, handler !== null);
  }
  setDevicePermissionHandler(handler: DevicePermissionHandler): void {
    record("session.setDevicePermissionHandler", this.#partition, handler !== null);
  }
  setDisplayMediaRequestHandler(handler: DisplayMediaHandler): void {
    this.#displayMedia = handler;
    record("session.setDisplayMediaRequestHandler", this.#partition, handler !== null);
  }
  setCertificateVerifyProc(proc: CertificateVerifier): void {
    record("session.setCertificateVerifyProc", this.#partition, proc !== null);
  }
  setSpellCheckerEnabled(enable: boolean): void {
    record("session.setSpellCheckerEnabled", this.#partition, enable);
  }
  async setProxy(config: Electron.ProxyConfig): Promise<void> {
    record("session.setProxy", this.#partition, config);
  }
  async clearStorageData(options?: Electron.ClearStorageDataOptions): Promise<void> {
    record("session.clearStorageData", this.#partition, options ?? null);
    await this.#clear("all");
  }
  async clearData(options?: Electron.ClearDataOptions): Promise<void> {
    record("session.clearData", this.#partition, options ?? null);
    await this.#clear("all");
  }
  async clearCache(): Promise<void> {
    record("session.clearCache", this.#partition);
    await this.#clear("cache_storage");
  }
  async clearAuthCache(): Promise<void> {
    record("session.clearAuthCache", this.#partition);
  }
  async clearHostResolverCache(): Promise<void> {
    record("session.clearHostResolverCache", this.#partition);
  }
  async closeAllConnections(): Promise<void> {
    record("session.closeAllConnections", this.#partition);
  }

  #clear(storageTypes: string): Promise<void> {
    const tasks = cleaners.map((clean) => clean(this, storageTypes));
    return Promise.all(tasks).then(() => undefined);
  }

  static {
    sessionInternals = {
      partitionOf: (session) => session.#partition,
      contextOf: (session) => (session.#context ??= openContext(session.#partition)),
      handlerOf: (session, scheme) => protocolHandlerOf(session.#protocol, scheme),
      ask: (session, name, details) => askWebRequest(session.#webRequest, name, details),
      permissionRequest: (session) => session.#permissionRequest,
      permissionCheck: (session) => session.#permissionCheck,
      displayMedia: (session) => session.#displayMedia,
    };
  }
}

export type SessionConforms = Conforms<Electron.Session, Session>;

/** How open windows clear their session's storage; filled by web contents. */
export const cleaners: ((session: Session, storageTypes: string) => Promise<void>)[] = [];

/** Every partition but the default one has a browser context of its own; all of them are in memory. */
async function openContext(partition: string): Promise<string | undefined> {
  if (partition === "") return undefined;
  const created = await currentBrowser().root.send<{ browserContextId: string }>("Target.createBrowserContext");
  await watchDownloads(created.browserContextId);
  return created.browserContextId;
}

export async function watchDownloads(browserContextId?: string): Promise<void> {
  const context = browserContextId === undefined ? {} : { browserContextId };
  await currentBrowser().root.send("Browser.setDownloadBehavior", {
    behavior: "deny",
    eventsEnabled: true,
    ...context,
  });
}

const sessions = new Map<string, Session>();

export function sessionFor(partition: string, options?: Electron.FromPartitionOptions): Session {
  requireReady("Session can only be received when app is ready", TypeError);
  let session = sessions.get(partition);
  if (session === undefined) {
    sessions.set(partition, (session = new Session(partition)));
    if (partition !== "") record("session.fromPartition", partition, options ?? null);
    // Late, so that the module `app` is complete: 'session-created' goes out through it.
    onSessionCreated(session);
  }
  return session;
}

let onSessionCreated: (session: Session) => void = () => undefined;

export function setSessionCreatedListener(listener: (session: Session) => void): void {
  onSessionCreated = listener;
}

const asSession = (session: Session): Electron.Session => session as unknown as Electron.Session;

export const session = strict("session", {
  fromPartition: (partition: string, options?: Electron.FromPartitionOptions) =>
    asSession(sessionFor(partition, options)),
  get defaultSession() {
    return asSession(sessionFor(""));
  },
});

session satisfies Pick<typeof Electron.session, "fromPartition" | "defaultSession">;

let registered = false;

export const protocol = strict("protocol", {
  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    requireNotReady("protocol.registerSchemesAsPrivileged should be called before app is ready");
    if (registered) throw new Error("harness: protocol.registerSchemesAsPrivileged can be called only once");
    for (const { scheme, privileges } of schemes) {
      if (privileges?.bypassCSP === true) refuseToStart(`scheme ${scheme} has bypassCSP`);
      if (privileges?.standard !== true)
        throw new Error(`harness: scheme ${scheme} is not 'standard', not implemented`);
    }
    registered = true;
    setSchemes(schemes);
    record("protocol.registerSchemesAsPrivileged", schemes);
  },
  handle: (scheme: string, handler: ProtocolHandler) => session.defaultSession.protocol.handle(scheme, handler),
  unhandle: (scheme: string) => session.defaultSession.protocol.unhandle(scheme),
  isProtocolHandled: (scheme: string) => session.defaultSession.protocol.isProtocolHandled(scheme),
});

protocol satisfies Pick<typeof Electron.protocol, Extract<keyof typeof protocol, keyof typeof Electron.protocol>>;

/** True when a page may `fetch` the scheme. */
export function mayFetch(scheme: string): boolean {
  const privileges = privilegesOf(scheme);
  return privileges === undefined || privileges.supportFetchAPI === true;
}
