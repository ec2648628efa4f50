import type { makeCodec } from "../clone.ts";
import type { Bridge } from "./bridge.ts";
import type { BRIDGE_CALLS } from "./main-world.ts";

export interface PreloadWorldOptions {
  /** Name of the binding that carries text to the main process; it exists in this world only. */
  readonly binding: string;
  /** Name of the function by which the main process delivers text here. */
  readonly deliver: string;
  readonly calls: typeof BRIDGE_CALLS;
  readonly preloadPath: string | null;
  /** Set when the file could not be read or compiled. */
  readonly preloadError: { name: string; message: string } | null;
  readonly process: Record<string, unknown>;
}

type Preload = (...args: unknown[]) => void;
type Listener = (...args: unknown[]) => void;

/**
 * Runs in the isolated world of every frame: IPC, and in the main frame the preload script as a sandboxed renderer runs
 * it (Electron, lib/sandboxed_renderer/preload.ts). Self-contained.
 */
export function installPreloadWorld(
  options: PreloadWorldOptions,
  codec: ReturnType<typeof makeCodec>,
  bridge: Bridge,
  preload: Preload | null,
): void {
  const { pack, unpack } = codec;
  const world = globalThis as unknown as Record<string, unknown>;
  const post = world[options.binding] as (text: string) => void;
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;

  const strict = <T extends object>(name: string, members: T): T =>
    new Proxy(members, {
      get(target, key, receiver) {
        if (typeof key === "symbol" || key in target || key === "then" || key === "__esModule" || key === "toJSON") {
          return Reflect.get(target, key, receiver) as unknown;
        }
        throw new Error(`harness: ${name}.${key} is not implemented`);
      },
    });

  class EventEmitter {
    readonly #listeners = new Map<string, { listener: Listener; once: boolean }[]>();
    #add(name: string, listener: Listener, once: boolean): this {
      if (typeof listener !== "function") throw new TypeError('The "listener" argument must be of type function');
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, once }]);
      return this;
    }
    on(name: string, listener: Listener): this {
      return this.#add(name, listener, false);
    }
    addListener(name: string, listener: Listener): this {
      return this.#add(name, listener, false);
    }
    once(name: string, listener: Listener): this {
      return this.#add(name, listener, true);
    }
    off(name: string, listener: Listener): this {
      const list = this.#listeners.get(name) ?? [];
      const at = list.findLastIndex((entry) => entry.listener === listener);
      if (at !== -1) this.#listeners.set(name, list.toSpliced(at, 1));
      return this;
    }
    removeListener(name: string, listener: Listener): this {
      return this.off(name, listener);
    }
    removeAllListeners(name?: string): this {
      if (name === undefined) this.#listeners.clear();
      else this.#listeners.delete(name);
      return this;
    }
    listenerCount(name: string): number {
      return this.#listeners.get(name)?.length ?? 0;
    }
    emit(name: string, ...args: unknown[]): boolean {
      const list = this.#listeners.get(name) ?? [];
      for (const { listener, once } of list) {
        if (once) this.off(name, listener);
        listener(...args);
      }
      return list.length > 0;
    }
  }

  const request = (message: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      pending.set(id, { resolve, reject });
      post(JSON.stringify({ ...message, id }));
    });

  const events = new EventEmitter();
  const ipcRenderer = strict("electron.ipcRenderer", {
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const data = pack(args);
      const { error, result } = (await request({ kind: "invoke", channel, data })) as {
        error?: string;
        result?: string;
      };
      if (error !== undefined) throw new Error(`Error invoking remote method '${channel}': ${error}`);
      return unpack(result as string);
    },
    send(channel: string, ...args: unknown[]): void {
      post(JSON.stringify({ kind: "send", channel, data: pack(args) }));
    },
    sendSync(): never {
      throw new Error("harness: ipcRenderer.sendSync is refused (it blocks the renderer)");
    },
    on: (channel: string, listener: Listener) => (events.on(channel, listener), ipcRenderer),
    once: (channel: string, listener: Listener) => (events.once(channel, listener), ipcRenderer),
    off: (channel: string, listener: Listener) => (events.off(channel, listener), ipcRenderer),
    addListener: (channel: string, listener: Listener) => (events.on(channel, listener), ipcRenderer),
    removeListener: (channel: string, listener: Listener) => (events.off(channel, listener), ipcRenderer),
    removeAllListeners: (channel?: string) => (events.removeAllListeners(channel), ipcRenderer),
    listenerCount: (channel: string) => events.listenerCount(channel),
  });

  const contextBridge = strict("electron.contextBridge", {
    exposeInMainWorld(name: string, api: unknown): void {
      bridge.call(options.calls.expose, [name, api]);
    },
  });

  const webFrame = strict("electron.webFrame", {
    setVisualZoomLevelLimits(minimum: number, maximum: number): void {
      post(JSON.stringify({ kind: "record", name: "webFrame.setVisualZoomLevelLimits", args: [minimum, maximum] }));
    },
    getZoomFactor: () => 1,
    getZoomLevel: () => 0,
  });

  const modules: Record<string, object> = {
    electron: strict("electron", { contextBridge, ipcRenderer, webFrame }),
    events: Object.assign(EventEmitter, { EventEmitter, default: EventEmitter }),
    timers: { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate },
    url: { URL, URLSearchParams },
  };

  function setImmediate(callback: Listener, ...args: unknown[]): number {
    return setTimeout(callback, 0, ...args) as unknown as number;
  }
  function clearImmediate(id: number): void {
    clearTimeout(id);
  }
  function require(name: string): object {
    const found = modules[name.startsWith("node:") ? name.slice(5) : name];
    if (found === undefined || name === "node:electron") throw new Error(`module not found: ${name}`);
    return found;
  }

  Object.defineProperty(world, options.deliver, {
    value: (text: string) => {
      const message = JSON.parse(text) as { id?: number; channel?: string; data?: string; reply?: unknown };
      if (message.id !== undefined) {
        const waiter = pending.get(message.id);
        pending.delete(message.id);
        waiter?.resolve(message.reply);
      } else {
        const args = unpack(message.data ?? "[]") as unknown[];
        events.emit(message.channel ?? "", { sender: ipcRenderer, ports: [] }, ...args);
      }
    },
  });
  Object.defineProperty(world, `${options.deliver}Attack`, {
    value: (channel: string, data: string) => ipcRenderer.invoke(channel, ...(unpack(data) as unknown[])),
  });

  bridge.serve(options.calls.ask, (what: string, name: string, details: object) =>
    request({ kind: "ask", what, name, details }),
  );

  // Electron's preload does not run in sub-frames.
  if (options.preloadPath === null || window !== window.top) return;
  try {
    if (options.preloadError !== null) {
      throw Object.assign(new Error(options.preloadError.message), { name: options.preloadError.name });
    }
    const preloadProcess = strict("process", Object.assign(new EventEmitter(), options.process));
    const buffer = strict("Buffer", function Buffer() {});
    const module = { exports: {} };
    preload?.(require, preloadProcess, module.exports, module, buffer, globalThis, setImmediate, clearImmediate);
  } catch (error) {
    console.error(`Unable to load preload script: ${options.preloadPath}`);
    console.error(error);
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    post(JSON.stringify({ kind: "preload-error", error: { name, message, stack: stack ?? "" } }));
  }
}
