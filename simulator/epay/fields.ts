import { isObject, NumberText, type Json } from "../json.ts";
import { toMinor } from "../money.ts";
import { codes } from "./codes.ts";
import { codeRefusal } from "./refusal.ts";

/** The members of a JSON object, read whatever their casing. */
export class Fields {
  #members = new Map<string, Json>();

  /** Notes a member that is none of `known`, or is one in another casing than the samples'. Throws for no object. */
  constructor(body: Json | undefined, known: readonly string[], note: (problem: string) => void) {
    if (!isObject(body)) throw wrong("a JSON object is expected");
    const spelled = new Map(known.map((key) => [key.toLowerCase(), key]));
    for (const [key, value] of Object.entries(body)) {
      const right = spelled.get(key.toLowerCase());
      if (right === undefined) note(`unknown key ${key}`);
      else if (right !== key) note(`${key} is written ${right}`);
      this.#members.set(key.toLowerCase(), value);
    }
  }

  get(key: string): Json | undefined {
    return this.#members.get(key.toLowerCase());
  }

  /** "" when absent or null. Throws for what is no string. */
  text(key: string): string {
    const value = this.get(key) ?? "";
    if (typeof value !== "string") throw wrong(`${key} is no string`);
    return value;
  }

  /** Throws when absent or empty. */
  mandatory(key: string): string {
    const value = this.text(key);
    if (value === "") throw wrong(`${key} is missing`);
    return value;
  }

  /** Throws when absent: the tables say "boolean type". */
  boolean(key: string): boolean {
    const value = this.get(key);
    if (typeof value !== "boolean") throw wrong(`${key} is no boolean`);
    return value;
  }

  /** Tiyn of a number with at most two places; a text is none. Throws. */
  amount(key: string): bigint {
    const value = this.get(key);
    const minor = value instanceof NumberText ? toMinor(value.source) : null;
    if (minor === null || minor < 0n) throw wrong(`${key} is wrong`);
    return minor;
  }

  /** A member that is an object. Throws for anything else. */
  object(key: string, known: readonly string[], note: (problem: string) => void): Fields {
    const value = this.get(key);
    if (!isObject(value)) throw wrong(`${key} is no object`);
    return new Fields(value, known, note);
  }
}

/** What cannot be understood. */
export function wrong(message: string) {
  return codeRefusal(400, codes.invalid, message);
}
