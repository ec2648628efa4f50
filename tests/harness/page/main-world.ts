import type { Bridge } from "./bridge.ts";

/** What the page's own world may be asked, and may ask, under fixed numbers of the bridge. */
export const BRIDGE_CALLS = { expose: 1, ask: 2 } as const;

/**
 * Runs in the page's world before the page's scripts. Puts the API there that the preload exposes, and lets Chromium's
 * permission questions go through the app first, since the debugging protocol has no event for them. Self-contained.
 */
export function installMainWorld(bridge: Bridge, calls: typeof BRIDGE_CALLS): void {
  type Method = (this: object, ...args: unknown[]) => unknown;
  const { apply, ownKeys } = Reflect;
  const { freeze, defineProperty, prototype } = Object;
  const { hasOwnProperty } = prototype;
  const Refusal = DOMException;

  const deepFreeze = (value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || ArrayBuffer.isView(value))
      return;
    for (const key of ownKeys(value)) deepFreeze((value as Record<PropertyKey, unknown>)[key]);
    freeze(value);
  };

  bridge.serve(calls.expose, (name: string, api: unknown) => {
    if (apply(hasOwnProperty, window, [name])) {
      throw new Error("Cannot bind an API on top of an existing property on the window object");
    }
    deepFreeze(api);
    defineProperty(window, name, { value: api, enumerable: true, writable: false, configurable: false });
  });

  const ask = (what: string, name: string, details: object = {}): Promise<string> =>
    bridge.call(calls.ask, [what, name, details]) as Promise<string>;

  /** Replaces a method by one that asks the app first. `decide` says what happens with the answer. */
  function wrap(
    owner: object | undefined,
    method: string,
    decide: (run: () => unknown, args: unknown[]) => unknown,
  ): void {
    const original = (owner as Record<string, Method> | undefined)?.[method];
    if (owner === undefined || original === undefined) return;
    const wrapped = function (this: object, ...args: unknown[]): unknown {
      return decide(() => apply(original, this, args), args);
    };
    defineProperty(owner, method, { value: wrapped, configurable: true, writable: true, enumerable: true });
  }

  /** Chromium itself gives the refusal, after the app's answer became its permission setting. */
  const thenRun =
    (name: string | ((args: unknown[]) => string), details?: (args: unknown[]) => object) =>
    (run: () => unknown, args: unknown[]): unknown =>
      ask("request", typeof name === "string" ? name : name(args), details?.(args)).then(run);

  const orRefuse =
    (name: string, error: () => Error) =>
    (run: () => unknown): unknown =>
      ask("request", name).then((answer) => {
        if (answer !== "granted") throw error();
        return run();
      });

  const proto = (name: string): object | undefined =>
    (globalThis as unknown as Record<string, { prototype?: object } | undefined>)[name]?.prototype;

  wrap(proto("Permissions"), "query", (run, args) =>
    ask("check", String((args[0] as { name?: unknown } | undefined)?.name)).then(run),
  );
  wrap(proto("Geolocation"), "getCurrentPosition", thenRun("geolocation"));
  wrap(proto("Geolocation"), "watchPosition", (run) => {
    void ask("request", "geolocation").then(run);
    return 0;
  });
  wrap(globalThis.Notification, "requestPermission", thenRun("notifications"));
  wrap(
    proto("MediaDevices"),
    "getUserMedia",
    thenRun("media", ([wanted]) => {
      const { audio, video } = (wanted ?? {}) as { audio?: unknown; video?: unknown };
      return { mediaTypes: [...(audio ? ["audio"] : []), ...(video ? ["video"] : [])] };
    }),
  );
  wrap(
    proto("Navigator"),
    "requestMIDIAccess",
    thenRun(([wanted]) => ((wanted as { sysex?: boolean } | undefined)?.sysex === true ? "midiSysex" : "midi")),
  );
  wrap(proto("Clipboard"), "read", thenRun("clipboard-read"));
  wrap(proto("Clipboard"), "readText", thenRun("clipboard-read"));
  wrap(proto("Clipboard"), "write", thenRun("clipboard-sanitized-write"));
  wrap(proto("Clipboard"), "writeText", thenRun("clipboard-sanitized-write"));
  wrap(proto("Document"), "requestStorageAccess", thenRun("storage-access"));
  wrap(proto("Window"), "getScreenDetails", thenRun("window-management"));
  wrap(window, "getScreenDetails", thenRun("window-management"));
  const refusedCheck = (): Error => new TypeError("Permissions check failed");
  wrap(proto("Element"), "requestFullscreen", orRefuse("fullscreen", refusedCheck));
  wrap(proto("Element"), "requestPointerLock", orRefuse("pointerLock", refusedCheck));

  wrap(proto("MediaDevices"), "getDisplayMedia", () =>
    ask("display-media", "display-capture").then((answer) => {
      throw new Refusal(
        answer === "unsupported" ? "Not supported" : "Permission denied",
        answer === "unsupported" ? "NotSupportedError" : "NotAllowedError",
      );
    }),
  );
  for (const [owner, method, device] of [
    ["Serial", "requestPort", "serial"],
    ["HID", "requestDevice", "hid"],
    ["USB", "requestDevice", "usb"],
    ["Bluetooth", "requestDevice", "bluetooth"],
  ] as const) {
    wrap(proto(owner), method, () =>
      ask("device", device).then(() => {
        throw new Refusal(`No device selected by the user.`, "NotFoundError");
      }),
    );
  }

  // Electron closes the window through its preventable 'close' event; Chromium would just close the tab.
  wrap(window, "close", () => void ask("close", "window"));
}
