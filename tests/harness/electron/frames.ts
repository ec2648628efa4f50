import type * as Electron from "electron";
import { pack } from "../clone.ts";
import { DELIVER, WORLD } from "../page/scripts.ts";
import type { CdpSession } from "../cdp.ts";
import { apiName, StrictEmitter, type Conforms } from "../strict.ts";
import { fromPage } from "../urls.ts";

interface CdpFrame {
  id: string;
  parentId?: string;
  loaderId: string;
  name?: string;
  url: string;
  urlFragment?: string;
  securityOrigin?: string;
  unreachableUrl?: string;
}

interface Context {
  id: number;
  name: string;
  auxData?: { frameId?: string };
}

interface FrameInternals {
  contextOf(frame: WebFrameMain): number | null;
  setContext(frame: WebFrameMain, context: number | null): void;
  end(frame: WebFrameMain): void;
  moveWithin(frame: WebFrameMain, url: string): void;
  isGone(frame: WebFrameMain): boolean;
  /** Unlike `parent`, answers for a document that is gone too. */
  isMain(frame: WebFrameMain): boolean;
  idOf(frame: WebFrameMain): string;
  sessionOf(frame: WebFrameMain): CdpSession;
  pageUrlOf(frame: WebFrameMain): string;
}

/** The harness's own access to a frame; not reachable through the module `electron`. */
export let frameInternals: FrameInternals;

/** A document in a frame. A navigation makes a new one, as Electron's RenderFrameHost does. */
export class WebFrameMain extends StrictEmitter {
  readonly #tree: FrameTree;
  readonly #id: string;
  readonly #parentId: string | undefined;
  readonly #pageUrl: string;
  #fragment: string;
  #pageOrigin: string;
  /** The isolated world's context; null until it exists and after the document is gone. */
  #context: number | null = null;
  #gone = false;
  readonly name: string;
  readonly routingId: number;

  constructor(tree: FrameTree, frame: CdpFrame, routingId: number) {
    super();
    this.#tree = tree;
    this.#id = frame.id;
    this.#parentId = frame.parentId;
    this.#pageUrl = frame.url;
    this.#fragment = frame.urlFragment ?? "";
    this.#pageOrigin = frame.securityOrigin ?? "null";
    this.name = frame.name ?? "";
    this.routingId = routingId;
  }

  override get [apiName](): string {
    return "WebFrameMain";
  }

  #alive(): void {
    if (this.#gone) throw new Error("Render frame was disposed before WebFrameMain could be accessed");
  }

  get url(): string {
    this.#alive();
    return fromPage(this.#pageUrl + this.#fragment);
  }
  get origin(): string {
    this.#alive();
    return this.#pageOrigin === "://" ? "null" : fromPage(`${this.#pageOrigin}/`).replace(/\/$/, "");
  }
  get parent(): Electron.WebFrameMain | null {
    this.#alive();
    return this.#parentId === undefined ? null : asFrame(this.#tree.get(this.#parentId));
  }
  get top(): Electron.WebFrameMain | null {
    this.#alive();
    return asFrame(this.#tree.main);
  }
  get frames(): Electron.WebFrameMain[] {
    this.#alive();
    return this.#tree
      .all()
      .filter((frame) => frame.#parentId === this.#id)
      .map(asFrame);
  }
  get framesInSubtree(): Electron.WebFrameMain[] {
    this.#alive();
    return [asFrame(this), ...this.frames.flatMap((frame) => frame.framesInSubtree)];
  }
  get processId(): number {
    return this.#tree.processId;
  }
  get frameToken(): string {
    this.#alive();
    return this.#id;
  }
  get detached(): boolean {
    return this.#gone;
  }
  isDestroyed(): boolean {
    return this.#gone;
  }
  send(channel: string, ...args: unknown[]): void {
    const data = packArguments(args);
    this.#alive();
    deliver(this, { channel, data });
  }

  static {
    frameInternals = {
      contextOf: (frame) => frame.#context,
      setContext: (frame, context) => {
        frame.#context = context;
      },
      end: (frame) => {
        frame.#gone = true;
        frame.#context = null;
      },
      moveWithin: (frame, fragmentUrl) => {
        frame.#fragment = fragmentUrl.slice(frame.#pageUrl.length);
      },
      isGone: (frame) => frame.#gone,
      isMain: (frame) => frame.#parentId === undefined,
      idOf: (frame) => frame.#id,
      sessionOf: (frame) => frame.#tree.session,
      pageUrlOf: (frame) => frame.#pageUrl,
    };
  }
}

export type WebFrameMainConforms = Conforms<Electron.WebFrameMain, WebFrameMain>;

/** As the app sees a frame: null once its document is gone. */
export function asFrame(frame: WebFrameMain | null): Electron.WebFrameMain {
  return (frame !== null && frameInternals.isGone(frame) ? null : frame) as unknown as Electron.WebFrameMain;
}

function packArguments(args: unknown[]): string {
  return pack(args);
}

/** Gives a message to the isolated world of a frame; a document without one never hears it, as in Electron. */
export function deliver(frame: WebFrameMain, message: object): void {
  const context = frameInternals.contextOf(frame);
  if (context === null) return;
  frameInternals.sessionOf(frame).post("Runtime.callFunctionOn", {
    functionDeclaration: `function (text) { globalThis.${DELIVER}?.(text) }`,
    executionContextId: context,
    arguments: [{ value: JSON.stringify(message) }],
  });
}

export interface FrameEvents {
  navigated(frame: WebFrameMain, details: { isMainFrame: boolean; unreachableUrl: string | undefined }): void;
  navigatedWithin(frame: WebFrameMain): void;
}

/** All frames of one window, kept by the debugging protocol's events. */
export class FrameTree {
  readonly session: CdpSession;
  readonly processId: number;
  readonly #frames = new Map<string, WebFrameMain>();
  #mainId = "";
  #routing = 0;

  constructor(session: CdpSession, processId: number, events: FrameEvents) {
    this.session = session;
    this.processId = processId;
    session.on<{ frame: CdpFrame }>("Page.frameNavigated", ({ frame }) => {
      const created = this.#replace(frame);
      const isMainFrame = frame.parentId === undefined;
      if (isMainFrame) this.#mainId = frame.id;
      events.navigated(created, { isMainFrame, unreachableUrl: frame.unreachableUrl });
    });
    session.on<{ frameId: string; parentFrameId: string }>("Page.frameAttached", ({ frameId, parentFrameId }) => {
      this.#replace({ id: frameId, parentId: parentFrameId, loaderId: "", url: "about:blank" });
    });
    session.on<{ frameId: string; reason: string }>("Page.frameDetached", ({ frameId, reason }) => {
      if (reason === "swap") return;
      const frame = this.#frames.get(frameId);
      if (frame !== undefined) frameInternals.end(frame);
      this.#frames.delete(frameId);
    });
    session.on<{ frameId: string; url: string }>("Page.navigatedWithinDocument", ({ frameId, url }) => {
      const frame = this.#frames.get(frameId);
      if (frame === undefined) return;
      frameInternals.moveWithin(frame, url);
      events.navigatedWithin(frame);
    });
    session.on<{ context: Context }>("Runtime.executionContextCreated", ({ context }) => {
      const frame = this.#frames.get(context.auxData?.frameId ?? "");
      if (frame !== undefined && context.name === WORLD) frameInternals.setContext(frame, context.id);
    });
    session.on<{ executionContextId: number }>("Runtime.executionContextDestroyed", ({ executionContextId }) => {
      const frame = this.byContext(executionContextId);
      if (frame !== null) frameInternals.setContext(frame, null);
    });
    session.on("Runtime.executionContextsCleared", () => {
      for (const frame of this.#frames.values()) frameInternals.setContext(frame, null);
    });
  }

  /** The tree as it stands when the window opens. */
  start(frame: CdpFrame): void {
    this.#mainId = frame.id;
    if (!this.#frames.has(frame.id)) this.#replace(frame);
  }

  /** The renderer process died: no document is left. */
  end(): void {
    for (const frame of this.#frames.values()) frameInternals.end(frame);
  }

  #replace(frame: CdpFrame): WebFrameMain {
    const old = this.#frames.get(frame.id);
    if (old !== undefined) frameInternals.end(old);
    const created = new WebFrameMain(this, frame, ++this.#routing);
    this.#frames.set(frame.id, created);
    return created;
  }

  get main(): WebFrameMain | null {
    return this.get(this.#mainId);
  }
  get(id: string): WebFrameMain | null {
    return this.#frames.get(id) ?? null;
  }
  all(): WebFrameMain[] {
    return [...this.#frames.values()];
  }
  byContext(context: number): WebFrameMain | null {
    return this.all().find((frame) => frameInternals.contextOf(frame) === context) ?? null;
  }
}
