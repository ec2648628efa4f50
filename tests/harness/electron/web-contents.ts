import type * as Electron from "electron";
import type { CdpSession } from "../cdp.ts";
import { pack } from "../clone.ts";
import { BINDING, DELIVER, WORLD, windowScripts } from "../page/scripts.ts";
import { record } from "../record.ts";
import { apiName, emitEvent, makeEvent, strict, StrictEmitter, type Conforms, type HarnessEvent } from "../strict.ts";
import { fromPage, toPage } from "../urls.ts";
import { currentBrowser, type Attached } from "./browser.ts";
import { asFrame, deliver, frameInternals, FrameTree, type WebFrameMain } from "./frames.ts";
import { dispatchIpc, type IpcMessage } from "./ipc-main.ts";
import { answerRequest, type PausedRequest, type Posted } from "./network.ts";
import {
  checkPermission,
  requestDevice,
  requestDisplayMedia,
  requestPermission,
  type Question,
} from "./permissions.ts";
import { cleaners, sessionInternals, type Session } from "./session.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a window does for its contents. */
export interface Owner {
  readonly preload: string | null;
  readonly session: Session;
  size(): Size;
  /** The page called `window.close()`. */
  closeRequested(): void;
  readyToShow(): void;
  titleUpdated(title: string): void;
  /** The page is gone without the app's doing. */
  lost(): void;
  /** A page opened a window and the app allows it. */
  openChild(url: string, override: object): Electron.BrowserWindow;
}

interface Binding {
  readonly kind: "invoke" | "send" | "ask" | "preload-error" | "record";
  readonly id: number;
  readonly what: string;
  readonly name: string;
  readonly details: object;
  readonly args: unknown[];
  readonly error: { name: string; message: string; stack: string };
}

/** Not a name an app could listen to. */
const LOAD_ENDED = Symbol("load ended");

const all = new Map<number, WebContents>();
let lastId = 0;

export interface WebContentsInternals {
  open(contents: WebContents): Promise<void>;
  opened(contents: WebContents): Promise<CdpSession>;
  setSize(contents: WebContents, size: Size): Promise<void>;
  destroy(contents: WebContents): void;
  crash(contents: WebContents): Promise<void>;
  attack(contents: WebContents, frameUrl: string, channel: string, args: unknown[]): Promise<unknown>;
  frames(contents: WebContents): WebFrameMain[];
  ignoresMenuShortcuts(contents: WebContents): boolean;
}

/** The harness's own access to web contents; not reachable through the module `electron`. */
export let contentsInternals: WebContentsInternals;

let adopt: (attached: Attached) => boolean;
let byTarget: (frameId: string) => WebContents | null;
let lostTarget: (targetId: string) => void;

export class WebContents extends StrictEmitter {
  readonly id: number;
  readonly #owner: Owner;
  #page: CdpSession | undefined;
  #opened: Promise<CdpSession>;
  #frames: FrameTree | undefined;
  #targetId = "";
  #destroyed = false;
  #crashed = false;
  #loading = false;
  #title = "";
  #url = "";
  #ignoreMenuShortcuts = false;
  #openHandler: Parameters<Electron.WebContents["setWindowOpenHandler"]>[0] | undefined;
  /** The app itself started the next main-frame request: it is no `will-navigate`. */
  #ownNavigation = false;
  /** What the app's own navigation carries, when it is a POST. */
  #ownPost: Posted | null = null;
  #pendingOpens: { url: string; name: string; features: string; disposition: string }[] = [];
  #resolveOpened: (page: CdpSession) => void = () => undefined;
  #rejectOpened: (error: Error) => void = () => undefined;
  #loadError: { code: number; name: string; url: string } | undefined;

  constructor(owner: Owner) {
    super();
    this.id = ++lastId;
    this.#owner = owner;
    this.#opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    this.#opened.catch(() => undefined);
    all.set(this.id, this);
  }

  override get [apiName](): string {
    return "webContents";
  }

  get session(): Electron.Session {
    return this.#owner.session as unknown as Electron.Session;
  }
  get mainFrame(): Electron.WebFrameMain {
    return asFrame(this.#frames?.main ?? null);
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  isCrashed(): boolean {
    return this.#crashed;
  }
  isLoading(): boolean {
    return this.#loading;
  }
  getURL(): string {
    return this.#url;
  }
  getTitle(): string {
    return this.#title;
  }
  getType(): "window" {
    return "window";
  }
  getProcessId(): number {
    return this.id + 1000;
  }
  getZoomFactor(): number {
    return 1;
  }
  isDevToolsOpened(): boolean {
    return false;
  }
  focus(): void {
    record("webContents.focus", this.id);
  }
  openDevTools(): void {
    record("webContents.openDevTools", this.id);
  }
  closeDevTools(): void {
    record("webContents.closeDevTools", this.id);
  }
  setIgnoreMenuShortcuts(ignore: boolean): void {
    this.#ignoreMenuShortcuts = ignore;
    record("webContents.setIgnoreMenuShortcuts", this.id, ignore);
  }
  async setVisualZoomLevelLimits(minimum: number, maximum: number): Promise<void> {
    record("webContents.setVisualZoomLevelLimits", this.id, minimum, maximum);
  }
  setZoomFactor(factor: number): void {
    record("webContents.setZoomFactor", this.id, factor);
  }
  setZoomLevel(level: number): void {
    record("webContents.setZoomLevel", this.id, level);
  }
  setBackgroundThrottling(allowed: boolean): void {
    record("webContents.setBackgroundThrottling", this.id, allowed);
  }
  setWindowOpenHandler(handler: Parameters<Electron.WebContents["setWindowOpenHandler"]>[0]): void {
    this.#openHandler = handler;
    record("webContents.setWindowOpenHandler", this.id);
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== "string") throw new TypeError("Missing required channel argument");
    const data = pack(args);
    const main = this.#frames?.main ?? null;
    if (main !== null) deliver(main, { channel, data });
  }

  async loadURL(url: string, options: Electron.LoadURLOptions = {}): Promise<void> {
    const page = await this.#opened;
    const finished = this.#finished(url);
    // Both are awaited below; a refusal that comes first must not count as unhandled.
    finished.catch(() => undefined);
    this.#ownNavigation = true;
    this.#ownPost = postedBy(options);
    const { errorText } = await page.send<{ errorText?: string }>("Page.navigate", { url: toPage(url) });
    this.#ownNavigation = false;
    if (errorText === "net::ERR_ABORTED") {
      this.emit(LOAD_ENDED, { code: -3, name: "ERR_ABORTED", url });
    }
    await finished;
  }

  #finished(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: { code: number; name: string; url: string }): void => {
        this.off(LOAD_ENDED, done);
        if (error === undefined) return resolve();
        const text = `${error.name} (${error.code}) loading '${url}'`;
        reject(Object.assign(new Error(text), { code: error.name, errno: error.code, url }));
      };
      this.on(LOAD_ENDED, done);
    });
  }

  reload(): void {
    record("webContents.reload", this.id);
    this.#ownNavigation = true;
    this.#page?.post("Page.reload");
  }
  reloadIgnoringCache(): void {
    this.#ownNavigation = true;
    this.#page?.post("Page.reload", { ignoreCache: true });
  }
  stop(): void {
    this.#page?.post("Page.stopLoading");
  }
  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    const page = await this.#opened;
    const { result, exceptionDetails } = await page.send<{
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string }; text: string };
    }>("Runtime.evaluate", { expression: code, userGesture, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  forcefullyCrashRenderer(): void {
    record("webContents.forcefullyCrashRenderer", this.id);
    void contentsInternals.crash(this);
  }
  close(): void {
    this.#owner.closeRequested();
  }

  async #open(): Promise<void> {
    try {
      const attached = await currentBrowser().open(await sessionInternals.contextOf(this.#owner.session));
      const page = attached.session;
      this.#targetId = attached.target.targetId;
      if (this.#destroyed) {
        currentBrowser().root.post("Target.closeTarget", { targetId: this.#targetId });
        throw new Error("Object has been destroyed");
      }
      this.#listen(page);
      // A paused page answers nothing that needs its renderer: everything is sent first, then it runs.
      const frameTree = page.send<{ frameTree: { frame: never } }>("Page.getFrameTree");
      const versions = { ...process.versions };
      const scripts = windowScripts(this.#owner.preload, versions);
      const orders = [
        page.send("Page.enable"),
        page.send("Runtime.enable"),
        page.send("Log.enable"),
        page.send("Network.enable"),
        page.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }),
        page.send("Page.setLifecycleEventsEnabled", { enabled: true }),
        page.send("Runtime.addBinding", { name: BINDING, executionContextName: WORLD }),
        page.send("Page.addScriptToEvaluateOnNewDocument", { source: scripts.mainWorld }),
        page.send("Page.addScriptToEvaluateOnNewDocument", { source: scripts.preloadWorld, worldName: WORLD }),
        this.#resize(page, this.#owner.size()),
        page.send("Runtime.runIfWaitingForDebugger"),
      ];
      this.#frames?.start((await frameTree).frameTree.frame);
      await Promise.all(orders);
      this.#page = page;
      this.#resolveOpened(page);
    } catch (error) {
      this.#rejectOpened(error as Error);
    }
  }

  #resize(page: CdpSession, { width, height }: Size): Promise<unknown> {
    return page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  }

  #listen(page: CdpSession): void {
    this.#frames = new FrameTree(page, this.getProcessId(), {
      navigated: (frame, details) => this.#navigated(frame, details),
      navigatedWithin: (frame) => {
        const isMainFrame = frameInternals.isMain(frame);
        if (isMainFrame) this.#url = frame.url;
        emitEvent(this, "did-navigate-in-page", {}, frame.url, isMainFrame, frame.processId, frame.routingId);
      },
    });
    page.on<PausedRequest>("Fetch.requestPaused", (request) => void this.#request(page, request));
    page.on<{ name: string; payload: string; executionContextId: number }>("Runtime.bindingCalled", (call) => {
      const frame = this.#frames?.byContext(call.executionContextId);
      if (call.name === BINDING && frame) this.#fromPage(frame, JSON.parse(call.payload) as Binding);
    });
    page.on("Page.domContentEventFired", () => emitEvent(this, "dom-ready"));
    page.on("Page.loadEventFired", () => this.#loaded());
    page.on<{ frameId: string; name: string }>("Page.lifecycleEvent", ({ frameId, name }) => {
      const main = this.#frames?.main;
      if (name !== "firstContentfulPaint" || !main || frameInternals.idOf(main) !== frameId) return;
      this.#owner.readyToShow();
    });
    page.on<{ frameId: string; url: string }>("Page.frameStartedNavigating", ({ frameId, url }) => {
      const frame = this.#frames?.get(frameId) ?? null;
      const isMainFrame = frame !== null && frameInternals.isMain(frame);
      if (isMainFrame && !this.#loading) {
        this.#loading = true;
        this.emit("did-start-loading");
      }
      const details = { url: fromPage(url), isSameDocument: false, isMainFrame, frame: asFrame(frame) };
      emitEvent(this, "did-start-navigation", details, details.url, false, isMainFrame);
    });
    page.on<{ frameId: string }>("Page.frameStoppedLoading", ({ frameId }) => this.#stopped(frameId));
    page.on<{ url: string; disposition: string; frameId: string }>("Page.frameRequestedNavigation", (asked) => {
      if (asked.disposition === "currentTab" || asked.disposition === "download") return;
      const { url } = asked;
      const disposition = asked.disposition === "newWindow" ? "new-window" : "foreground-tab";
      if (!this.#pendingOpens.some((open) => open.url === url)) {
        this.#pendingOpens.push({ url, name: "", features: "", disposition });
      }
    });
    page.on<{ url: string; windowName: string; windowFeatures: string[] }>("Page.windowOpen", (open) => {
      this.#pendingOpens = this.#pendingOpens.filter(({ url }) => url !== open.url);
      const disposition = open.windowFeatures.includes("popup") ? "new-window" : "foreground-tab";
      const name = open.windowName === "_blank" ? "" : open.windowName;
      this.#pendingOpens.push({ url: open.url, name, features: open.windowFeatures.join(","), disposition });
    });
    page.on("Inspector.targetCrashed", () => this.#processGone({ reason: "crashed", exitCode: 5 }));
    page.on("Inspector.targetReloadedAfterCrash", () => {
      this.#crashed = false;
    });
    this.#console(page);
  }

  #console(page: CdpSession): void {
    const levels: Record<string, string> = { warning: "warning", error: "error", assert: "error", debug: "debug" };
    const say = (level: string, message: string, lineNumber: number, sourceId: string): void => {
      const frame = asFrame(this.#frames?.main ?? null);
      emitEvent(this, "console-message", { level, message, lineNumber, sourceId: fromPage(sourceId), frame });
    };
    page.on<{
      type: string;
      args: { value?: unknown; description?: string }[];
      stackTrace?: { callFrames: { lineNumber: number; url: string }[] };
    }>("Runtime.consoleAPICalled", ({ type, args, stackTrace }) => {
      const top = stackTrace?.callFrames[0];
      const text = args.map(({ value, description }) =>
        typeof value === "string" ? value : (description ?? JSON.stringify(value) ?? "undefined"),
      );
      say(levels[type] ?? "info", text.join(" "), (top?.lineNumber ?? -1) + 1, top?.url ?? "");
    });
    page.on<{
      exceptionDetails: { text: string; lineNumber: number; url?: string; exception?: { description?: string } };
    }>("Runtime.exceptionThrown", ({ exceptionDetails: { text, lineNumber, url, exception } }) => {
      say("error", `Uncaught ${exception?.description ?? text}`, lineNumber + 1, url ?? "");
    });
    page.on<{ entry: { level: string; text: string; lineNumber?: number; url?: string } }>(
      "Log.entryAdded",
      ({ entry }) => {
        say(entry.level === "verbose" ? "debug" : entry.level, entry.text, entry.lineNumber ?? 0, entry.url ?? "");
      },
    );
    page.on<{ url: string; requestId: string }>("Network.webSocketCreated", ({ url, requestId }) => {
      // Interception cannot hold a WebSocket; the resolver rules of the browser refuse it. The app is still told.
      record("harness.networkRefused", url, "webSocket");
      const details = { id: requestId, url, method: "GET", resourceType: "webSocket", ...this.#where(null) };
      void sessionInternals.ask(this.#owner.session, "onBeforeRequest", details);
    });
  }

  #where(frame: WebFrameMain | null): Record<string, unknown> {
    return { webContentsId: this.id, webContents: this, frame: asFrame(frame), timestamp: Date.now() };
  }

  #navigated(frame: WebFrameMain, details: { isMainFrame: boolean; unreachableUrl: string | undefined }): void {
    const { isMainFrame, unreachableUrl } = details;
    if (unreachableUrl !== undefined) {
      const url = fromPage(unreachableUrl);
      const { code, name } = this.#loadError ?? { code: -2, name: "ERR_FAILED" };
      if (isMainFrame) this.#loadError = { code, name, url };
      if (isMainFrame) this.#url = url;
      emitEvent(this, "did-fail-load", {}, code, name, url, isMainFrame, frame.processId, frame.routingId);
      return;
    }
    if (isMainFrame) {
      this.#loadError = undefined;
      this.#url = frame.url;
      emitEvent(this, "did-navigate", {}, frame.url, 200, "OK");
    }
    emitEvent(this, "did-frame-navigate", {}, frame.url, 200, "OK", isMainFrame, frame.processId, frame.routingId);
  }

  #loaded(): void {
    const error = this.#loadError;
    this.#page?.send<{ result: { value?: string } }>("Runtime.evaluate", { expression: "document.title" }).then(
      ({ result }) => {
        if (this.#title === result.value) return;
        this.#title = result.value ?? "";
        if (!emitEvent(this, "page-title-updated", {}, this.#title, true)) this.#owner.titleUpdated(this.#title);
      },
      () => undefined,
    );
    if (error === undefined) emitEvent(this, "did-finish-load");
    this.emit(LOAD_ENDED, error);
  }

  #stopped(frameId: string): void {
    const frame = this.#frames?.get(frameId);
    if (!frame) return;
    const isMainFrame = frameInternals.isMain(frame);
    emitEvent(this, "did-frame-finish-load", {}, isMainFrame, frame.processId, frame.routingId);
    if (!isMainFrame || !this.#loading) return;
    this.#loading = false;
    this.emit("did-stop-loading");
  }

  #processGone(details: Electron.RenderProcessGoneDetails): void {
    if (this.#destroyed) return;
    this.#crashed = true;
    this.#loading = false;
    this.#frames?.end();
    record("harness.renderProcessGone", this.id, details);
    this.emit(LOAD_ENDED, { code: -2, name: "ERR_FAILED", url: this.#url });
    emitEvent(this, "render-process-gone", {}, details);
  }

  async #request(page: CdpSession, paused: PausedRequest): Promise<void> {
    const isNavigation = paused.resourceType === "Document";
    const frame = this.#frames?.get(paused.frameId) ?? null;
    const isMainFrame = frame !== null && frame === this.#frames?.main;
    let denied = false;
    let posted: Posted | null = null;
    if (isNavigation) {
      const own = this.#ownNavigation && isMainFrame;
      if (own && paused.redirectedRequestId === undefined) [posted, this.#ownPost] = [this.#ownPost, null];
      if (isMainFrame && paused.redirectedRequestId === undefined) this.#ownNavigation = false;
      denied = this.#deny(frame, paused, isMainFrame, own);
    }
    const where = this.#where(frame);
    try {
      const failure = denied
        ? await page.send("Fetch.failRequest", { requestId: paused.requestId, errorReason: "Aborted" }).then(() => null)
        : await answerRequest(page, this.#owner.session, paused, where, isMainFrame, posted);
      if (failure !== null && isNavigation) this.#loadError = { ...failure, url: fromPage(paused.request.url) };
    } catch (error) {
      // The page was closed or navigated away while its request was being answered.
      record("harness.requestLost", fromPage(paused.request.url), String(error));
    }
  }

  /** Asks the app whether a document may be loaded; Electron, docs/api/web-contents.md, 'will-frame-navigate'. */
  #deny(frame: WebFrameMain | null, paused: PausedRequest, isMainFrame: boolean, own: boolean): boolean {
    const url = fromPage(paused.request.url);
    const details = (): object => ({ url, isSameDocument: false, isMainFrame, frame: asFrame(frame), initiator: null });
    const legacy = [url, false, isMainFrame, frame?.processId, frame?.routingId];
    if (paused.redirectedRequestId !== undefined) return emitEvent(this, "will-redirect", details(), ...legacy);
    if (own) return false;
    record("harness.navigation", url, isMainFrame);
    if (emitEvent(this, "will-frame-navigate", details(), ...legacy)) return true;
    return isMainFrame && emitEvent(this, "will-navigate", details(), ...legacy);
  }

  #fromPage(frame: WebFrameMain, message: Binding): void {
    const sender = this as unknown as Electron.WebContents;
    if (message.kind === "invoke" || message.kind === "send") {
      void dispatchIpc(sender, frame, message as unknown as IpcMessage);
    } else if (message.kind === "preload-error") {
      const error = Object.assign(new Error(message.error.message), message.error);
      emitEvent(this, "preload-error", {}, this.#owner.preload, error);
    } else if (message.kind === "record") {
      record(message.name, ...message.args);
    } else {
      void this.#ask(frame, message);
    }
  }

  async #ask(frame: WebFrameMain, { id, what, name, details }: Binding): Promise<void> {
    const webContents = this as unknown as Electron.WebContents;
    const question: Question = { session: this.#owner.session, webContents, frame, name, details };
    const answers: Record<string, (asked: Question) => Promise<string>> = {
      request: requestPermission,
      check: checkPermission,
      device: requestDevice,
      "display-media": requestDisplayMedia,
      close: async () => {
        this.#owner.closeRequested();
        return "granted";
      },
    };
    try {
      deliver(frame, { id, reply: await answers[what]?.(question) });
    } catch (error) {
      record("harness.askFailed", what, name, String(error));
      deliver(frame, { id, reply: "denied" });
    }
  }

  /** A page opened a window; true when it was this one's page. */
  #adopt(attached: Attached): boolean {
    if (attached.target.openerId !== this.#targetId) return false;
    const open = this.#pendingOpens.shift() ?? {
      url: attached.target.url,
      name: "",
      features: "",
      disposition: "other",
    };
    const url = fromPage(open.url);
    const details = {
      url,
      frameName: open.name,
      features: open.features,
      disposition: open.disposition as Electron.HandlerDetails["disposition"],
      referrer: { url: this.#url, policy: "strict-origin-when-cross-origin" as const },
    };
    // No handler: allowed, as in Electron.
    const answer = this.#openHandler?.(details) ?? { action: "allow" as const };
    record("harness.windowOpen", url, answer.action);
    // Chromium's own pop-up is never used: its first document may inherit the window object of the empty one, where the
    // debugging protocol runs no scripts, so it would have no preload. An allowed one is opened anew, without opener.
    discard(attached);
    if (answer.action !== "allow") return true;
    const child = this.#owner.openChild(url, answer.overrideBrowserWindowOptions ?? {});
    this.emit("did-create-window", child, { ...details, options: {} });
    return true;
  }

  static {
    contentsInternals = {
      open: (contents) => contents.#open(),
      opened: (contents) => contents.#opened,
      setSize: async (contents, size) => {
        await contents.#resize(await contents.#opened, size);
      },
      destroy: (contents) => {
        if (contents.#destroyed) return;
        contents.#destroyed = true;
        contents.#frames?.end();
        all.delete(contents.id);
        if (contents.#targetId !== "")
          currentBrowser().root.post("Target.closeTarget", { targetId: contents.#targetId });
        contents.emit(LOAD_ENDED, { code: -3, name: "ERR_ABORTED", url: contents.#url });
        contents.emit("destroyed");
      },
      crash: async (contents) => {
        const page = await contents.#opened;
        const gone = new Promise<void>((resolve) => contents.once("render-process-gone", () => resolve()));
        page.post("Page.crash");
        await gone;
      },
      attack: async (contents, frameUrl, channel, args) => {
        const frame = contents.#frames?.all().find(({ url }) => url.startsWith(frameUrl));
        const context = frame && frameInternals.contextOf(frame);
        if (!contents.#page || context === null || context === undefined) {
          const urls = contents.#frames?.all().map(({ url }) => url);
          throw new Error(`harness: no frame at ${frameUrl} (there are: ${urls?.join(", ")})`);
        }
        const { result, exceptionDetails } = await contents.#page.send<{
          result: { value?: unknown };
          exceptionDetails?: { exception?: { description?: string }; text: string };
        }>("Runtime.callFunctionOn", {
          functionDeclaration: `(channel, data) => ${DELIVER}Attack(channel, data)`,
          executionContextId: context,
          arguments: [{ value: channel }, { value: pack(args) }],
          awaitPromise: true,
          returnByValue: true,
        });
        if (exceptionDetails) {
          throw new Error(exceptionDetails.exception?.description?.split("\n")[0] ?? exceptionDetails.text);
        }
        return result.value;
      },
      frames: (contents) => contents.#frames?.all() ?? [],
      ignoresMenuShortcuts: (contents) => contents.#ignoreMenuShortcuts,
    };
    adopt = (attached) => [...all.values()].some((contents) => contents.#adopt(attached));
    byTarget = (frameId) => [...all.values()].find((contents) => contents.#frames?.get(frameId)) ?? null;
    lostTarget = (targetId) => {
      for (const contents of all.values()) if (contents.#targetId === targetId) contents.#owner.lost();
    };
    cleaners.push(async (session, storageTypes) => {
      for (const contents of all.values()) {
        if (contents.#owner.session !== session || !contents.#page || contents.#url === "") continue;
        const origin = new URL(toPage(contents.#url)).origin;
        if (origin !== "null") await contents.#page.send("Storage.clearDataForOrigin", { origin, storageTypes });
      }
    });
  }
}

export type WebContentsConforms = Conforms<Electron.WebContents, WebContents>;

/** `Page.navigate` can only GET: the request is made a POST when it passes by. */
function postedBy({ postData, extraHeaders = "" }: Electron.LoadURLOptions): Posted | null {
  if (postData === undefined) return null;
  const parts = postData.map((part) => {
    if (part.type !== "rawData") throw new Error("harness: only rawData can be posted");
    return part.bytes;
  });
  const headers = extraHeaders.split("\n").map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  return { body: Buffer.concat(parts), headers: Object.fromEntries(headers.filter(([name]) => name !== "")) };
}

/** Closes a page that is still paused. It is let run first: closed while paused, it can block its opener's renderer. */
function discard({ session, target }: Attached): void {
  session.on<{ requestId: string }>("Fetch.requestPaused", ({ requestId }) => {
    session.post("Fetch.failRequest", { requestId, errorReason: "Aborted" });
  });
  session.post("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  session.post("Runtime.runIfWaitingForDebugger");
  currentBrowser().root.post("Target.closeTarget", { targetId: target.targetId });
}

interface Download {
  guid: string;
  frameId: string;
  url: string;
  suggestedFilename: string;
}

/** Listens to what concerns windows but is told to the browser as a whole. */
export function watchBrowser(): void {
  const { root } = currentBrowser();
  currentBrowser().setAdopter((attached) => adopt(attached));
  root.on<{ targetId: string }>("Target.detachedFromTarget", ({ targetId }) => lostTarget(targetId));
  root.on<Download>("Browser.downloadWillBegin", ({ guid, frameId, url, suggestedFilename }) => {
    const contents = byTarget(frameId);
    let cancelled = false;
    const item = strict("DownloadItem", {
      getURL: () => fromPage(url),
      getFilename: () => suggestedFilename,
      cancel: () => {
        cancelled = true;
      },
      setSavePath: (path: string) => record("DownloadItem.setSavePath", path),
    });
    const event: HarnessEvent = makeEvent({});
    contents?.session.emit("will-download", event, item, contents);
    // Nothing is ever written to disk here; a download that the app let pass is told, so that a test can fail.
    record("harness.download", fromPage(url), { prevented: event.defaultPrevented || cancelled });
    root.post("Browser.cancelDownload", { guid });
  });
}

const asContents = (contents: WebContents | undefined): Electron.WebContents =>
  contents as unknown as Electron.WebContents;

export const webContents = strict("webContents", {
  getAllWebContents: () => [...all.values()].map(asContents),
  fromId: (id: number) => asContents(all.get(id)),
});

webContents satisfies Pick<typeof Electron.webContents, "getAllWebContents" | "fromId">;
