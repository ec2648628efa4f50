/**
 * Structured clone over a text channel. The platform's own `structuredClone` decides what may cross and drops
 * prototypes; this only writes the clone down, so it sees nothing but plain values. Self-contained on purpose: its
 * source text is also sent into the page.
 */
export function makeCodec(): { pack: (value: unknown) => string; unpack: (text: string) => unknown } {
  type Coded = string | number | boolean | null | readonly unknown[];
  const refused = "An object could not be cloned.";
  const clone = structuredClone;
  const errors: Record<string, ErrorConstructor> = {
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  };
  const views: Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView> = {
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  };
  const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

  function toBase64(buffer: ArrayBuffer): string {
    const bytes = new Uint8Array(buffer);
    let binary = "";
    for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(binary);
  }

  function fromBase64(text: string): ArrayBuffer {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes.buffer;
  }

  // Objects are numbered in the order both sides meet them, so that sharing and cycles survive as ["ref", number].
  function write(value: unknown, seen: Map<object, number>): Coded {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (value === undefined) return ["undefined"];
    if (typeof value === "number") {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : ["number", Object.is(value, -0) ? "-0" : `${value}`];
    }
    if (typeof value === "bigint") return ["bigint", `${value}`];
    if (typeof value !== "object") throw new Error(refused);
    const known = seen.get(value);
    if (known !== undefined) return ["ref", known];
    const tag = tagOf(value);
    if (ArrayBuffer.isView(value)) {
      const length = "length" in value ? (value.length as number) : value.byteLength;
      const buffer = write(value.buffer, seen);
      seen.set(value, seen.size);
      return ["view", tag, buffer, value.byteOffset, length];
    }
    seen.set(value, seen.size);
    if (Array.isArray(value)) {
      const items: Coded[] = [];
      for (let at = 0; at < value.length; at++) items.push(at in value ? write(value[at], seen) : ["hole"]);
      return ["array", items];
    }
    if (value instanceof Map) return ["map", [...value].map(([key, item]) => [write(key, seen), write(item, seen)])];
    if (value instanceof Set) return ["set", [...value].map((item) => write(item, seen))];
    if (value instanceof Error) {
      const cause = "cause" in value ? write(value.cause, seen) : ["hole"];
      return ["error", value.name, value.message, value.stack ?? "", cause];
    }
    if (tag === "Date") return ["date", write(+(value as Date), seen)];
    if (tag === "RegExp") return ["regexp", (value as RegExp).source, (value as RegExp).flags];
    if (tag === "ArrayBuffer") return ["buffer", toBase64(value as ArrayBuffer)];
    if (tag === "String" || tag === "Number" || tag === "Boolean")
      return ["boxed", write((value as { valueOf(): unknown }).valueOf(), seen)];
    // structuredClone lets platform objects through (Blob, File, CryptoKey); Electron's serializer does not.
    if (tag !== "Object") throw new Error(refused);
    return ["object", Object.entries(value).map(([key, item]) => [key, write(item, seen)])];
  }

  function read(coded: Coded, seen: unknown[]): unknown {
    if (!Array.isArray(coded)) return coded;
    const [kind, first, second, third, fourth] = coded as [string, never, never, never, never];
    const note = <T>(value: T): T => {
      seen.push(value);
      return value;
    };
    switch (kind) {
      case "undefined":
        return undefined;
      case "number":
        return Number(first);
      case "bigint":
        return BigInt(first);
      case "ref":
        return seen[first];
      case "date":
        return note(new Date(read(first, []) as number));
      case "regexp":
        return note(new RegExp(first, second));
      case "buffer":
        return note(fromBase64(first));
      case "boxed":
        return note(Object(read(first, [])) as object);
      case "view": {
        const View = views[first] ?? Uint8Array;
        return note(new View(read(second, seen) as ArrayBuffer, third, fourth));
      }
      case "error": {
        const error = note(new (errors[first] ?? Error)(second));
        Object.defineProperty(error, "stack", { value: third, configurable: true, writable: true });
        if ((fourth as Coded[])[0] !== "hole") {
          Object.defineProperty(error, "cause", { value: read(fourth, seen), configurable: true, writable: true });
        }
        return error;
      }
      case "array": {
        const array = note([] as unknown[]);
        array.length = (first as Coded[]).length;
        (first as Coded[]).forEach((item, at) => {
          if (!(Array.isArray(item) && item[0] === "hole")) array[at] = read(item, seen);
        });
        return array;
      }
      case "map": {
        const map = note(new Map<unknown, unknown>());
        for (const [key, item] of first as [Coded, Coded][]) map.set(read(key, seen), read(item, seen));
        return map;
      }
      case "set": {
        const set = note(new Set<unknown>());
        for (const item of first as Coded[]) set.add(read(item, seen));
        return set;
      }
      default: {
        const object = note({});
        for (const [key, item] of first as [string, Coded][]) {
          const value = read(item, seen);
          Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
        }
        return object;
      }
    }
  }

  return {
    pack(value) {
      let copy: unknown;
      try {
        copy = clone(value);
      } catch {
        throw new Error(refused);
      }
      return JSON.stringify(write(copy, new Map()));
    },
    unpack: (text) => read(JSON.parse(text) as Coded, []),
  };
}

export const { pack, unpack } = makeCodec();
