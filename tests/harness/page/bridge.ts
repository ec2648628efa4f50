type Coded = readonly [string, ...unknown[]];

export interface Bridge {
  /** Gives a function a fixed number under which the other world can call it. */
  serve(id: number, fn: (...args: never[]) => unknown): void;
  call(id: number, args: unknown[]): unknown;
}

/**
 * One side of the passage between the page's world and the preload's. A CustomEvent is dispatched synchronously to
 * both worlds and its detail is structured-cloned on the way, which gives calls, copies and no shared object. Electron's
 * rules on top: functions and promises become proxies, a function sent back is the original again, errors keep only
 * their message, prototypes are dropped, anything else must be cloneable. Self-contained: sent into the page as text.
 */
export function makeBridge(key: string, side: "main" | "isolated"): Bridge {
  const other = side === "main" ? "isolated" : "main";
  // Kept before the page can replace them.
  const { dispatchEvent, addEventListener } = EventTarget.prototype;
  const { toString, hasOwnProperty } = Object.prototype;
  const { getPrototypeOf, defineProperty, keys } = Object;
  const { isArray } = Array;
  const { apply } = Reflect;
  const { stopImmediatePropagation } = Event.prototype;
  const Custom = CustomEvent;
  const PromiseHere = Promise;
  const { then } = Promise.prototype;
  const clone = structuredClone;
  const target = window;

  const functions = new Map<number, (...args: never[]) => unknown>();
  const numbers = new WeakMap<object, number>();
  const proxies = new WeakMap<object, number>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (value: unknown) => void }>();
  let lastFunction = 1000;
  let lastPromise = 0;
  let answer: { ok: boolean; value: Coded } | undefined;

  function fire(verb: string, detail: unknown): void {
    apply(dispatchEvent, target, [new Custom(`${key}:${other}:${verb}`, { detail })]);
  }

  function hear<T>(verb: string, listener: (detail: T) => void): void {
    apply(addEventListener, target, [
      `${key}:${side}:${verb}`,
      (event: CustomEvent<T>) => {
        apply(stopImmediatePropagation, event, []);
        listener(event.detail);
      },
    ]);
  }

  function encode(value: unknown, depth = 0): Coded {
    if (depth >= 1000) {
      throw new Error(
        "Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.",
      );
    }
    if (typeof value === "symbol") return ["value", undefined];
    if (typeof value === "function") {
      const original = proxies.get(value);
      if (original !== undefined) return ["original", original];
      let id = numbers.get(value);
      if (id === undefined) {
        id = ++lastFunction;
        numbers.set(value, id);
        functions.set(id, value as (...args: never[]) => unknown);
      }
      return ["function", id];
    }
    if (typeof value !== "object" || value === null) return ["value", value];
    if (value instanceof PromiseHere) {
      const id = ++lastPromise;
      void apply(then, value, [
        (result: unknown) => settle(id, true, result),
        (reason: unknown) => settle(id, false, reason),
      ]);
      return ["promise", id];
    }
    const tag = apply(toString, value, []);
    if (tag === "[object Error]") {
      const { message } = value as Error;
      return ["error", typeof message === "string" ? message : ""];
    }
    if (isArray(value)) {
      const items: Coded[] = [];
      for (let at = 0; at < value.length; at++) items[at] = encode(value[at], depth + 1);
      return ["array", items];
    }
    if (tag === "[object Object]" && getPrototypeOf(value) !== undefined) {
      const names: string[] = [];
      const items: Coded[] = [];
      for (const name of keys(value)) {
        const item = (value as Record<string, unknown>)[name];
        // Symbols are omitted, as in Electron's table of supported types.
        if (typeof item === "symbol") continue;
        names[names.length] = name;
        items[items.length] = encode(item, depth + 1);
      }
      return ["object", names, items];
    }
    try {
      clone(value);
    } catch {
      throw new Error("An object could not be cloned.");
    }
    return ["value", value];
  }

  function decode([kind, first, second]: Coded): unknown {
    if (kind === "function") {
      const id = first as number;
      const proxy = (...args: unknown[]): unknown => call(id, args);
      proxies.set(proxy, id);
      return proxy;
    }
    if (kind === "original") return functions.get(first as number);
    if (kind === "promise") {
      return new PromiseHere((resolve, reject) => waiting.set(first as number, { resolve, reject }));
    }
    if (kind === "error") return new Error(first as string);
    if (kind === "array") {
      const coded = first as Coded[];
      const items: unknown[] = [];
      for (let at = 0; at < coded.length; at++) items[at] = decode(coded[at] as Coded);
      return items;
    }
    if (kind === "object") {
      const object = {};
      const names = first as string[];
      for (let at = 0; at < names.length; at++) {
        const value = decode((second as Coded[])[at] as Coded);
        defineProperty(object, names[at] as string, { value, enumerable: true, configurable: true, writable: true });
      }
      return object;
    }
    return first;
  }

  function settle(id: number, ok: boolean, value: unknown): void {
    let coded: Coded;
    let kept = ok;
    try {
      coded = encode(value);
    } catch (error) {
      kept = false;
      coded = ["error", (error as Error).message];
    }
    fire("settle", { id, ok: kept, value: coded });
  }

  function call(id: number, args: unknown[]): unknown {
    const coded: Coded[] = [];
    for (let at = 0; at < args.length; at++) coded[at] = encode(args[at]);
    answer = undefined;
    fire("call", { id, args: coded });
    const got = answer as { ok: boolean; value: Coded } | undefined;
    answer = undefined;
    if (got === undefined) throw new Error("harness: the other world does not answer");
    if (!got.ok) throw decode(got.value) as Error;
    return decode(got.value);
  }

  hear<{ id: number; args: Coded[] }>("call", ({ id, args }) => {
    let result: { ok: boolean; value: Coded };
    try {
      const fn = functions.get(id);
      if (fn === undefined) throw new Error("harness: no such function");
      const values: unknown[] = [];
      for (let at = 0; at < args.length; at++) values[at] = decode(args[at] as Coded);
      result = { ok: true, value: encode(apply(fn, undefined, values)) };
    } catch (error) {
      const own = typeof error === "object" && error !== null && apply(hasOwnProperty, error, ["message"]);
      const message = own ? (error as Error).message : undefined;
      const unknown =
        "An unknown exception occurred in the isolated context, an error occurred but a valid exception was not thrown.";
      result = { ok: false, value: ["error", typeof message === "string" ? message : unknown] };
    }
    fire("return", result);
  });
  hear<{ ok: boolean; value: Coded }>("return", (result) => {
    answer = result;
  });
  hear<{ id: number; ok: boolean; value: Coded }>("settle", ({ id, ok, value }) => {
    const pending = waiting.get(id);
    waiting.delete(id);
    if (ok) pending?.resolve(decode(value));
    else pending?.reject(decode(value));
  });

  return {
    serve: (id, fn) => functions.set(id, fn),
    call,
  };
}
