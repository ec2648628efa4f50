import { isObject } from "./json.ts";

/** Which calls a fault strikes: matching calls number `nth` to `nth + count - 1`. */
export interface FaultMatch {
  /** "qr/create", "payment/status", Halyk's "generate/code", "status", …; absent or "*": any call. */
  method?: string;
  paymentId?: string;
  /** From 1, the default. */
  nth?: number;
  /** Default 1, or the length of a list of statuses. */
  count?: number | "all";
}

/** `acts`: whether the bank carries the call out. All milliseconds are the bank's virtual time. */
export type FaultAction =
  /** Reset at once. Without a method: the TCP connection, before TLS; with one: when the headers are read. */
  | { kind: "refuse" }
  /** Answered late. `acts` first (default): carried out on arrival; last: only when it answers. */
  | { kind: "delay"; ms: number; acts?: "first" | "last" }
  /** Dies before it is carried out. */
  | { kind: "drop" }
  /** Carried out, never answered, connection destroyed. */
  | { kind: "eat" }
  /** The connection dies now, the call is carried out afterwards. */
  | { kind: "late"; ms: number }
  /** Accepted, never answered, connection left open. Not carried out unless `acts`. */
  | { kind: "hang"; acts?: boolean }
  /** The body ends before its Content-Length; carried out unless `acts` is false. */
  | { kind: "truncate"; bytes?: number; acts?: boolean }
  /** Bytes that are no JSON; carried out unless `acts` is false. */
  | { kind: "garbage"; acts?: boolean }
  /** A proxy's HTML page, 502 unless `status`. Not carried out unless `acts`. */
  | { kind: "html"; status?: number; acts?: boolean }
  /** Any HTTP status without the bank's envelope. Not carried out unless `acts`. */
  | { kind: "http"; status: number; body?: string; headers?: Record<string, string>; acts?: boolean }
  /** The right answer in pieces. */
  | { kind: "slow"; pieceBytes?: number; ms: number }
  /**
   * Another till gives `minor` tiyn of the same purchase back: when the call arrives and before anything is done
   * about it, or `ms` later (0: right after). The call goes on as it would, or as another fault on it demands.
   */
  | { kind: "foreign"; minor: number; ms?: number }
  /** Another answer than the bank's; several such faults add up. */
  | ({ kind: "answer" } & AnswerChange);

/** `statusCode`, `message`, `data` and `also` change Kaspi's envelope and are refused by a bank that has none. */
export interface AnswerChange {
  /** Raw JSON text, so that every spelling of Q-01 can be sent: `-990000002`, `"- 1601"`. */
  statusCode?: string;
  message?: string | null;
  /** Status words for Data.Status (Halyk: status), one a hit when it is a list. */
  status?: string | string[];
  data?: "null" | "missing";
  /** Merged into Data (Halyk: into the body); a value is `{raw: "…"}` for verbatim JSON text. */
  extra?: Record<string, unknown>;
  /** Renames envelope keys (Halyk: those of the body), such as {"Message": "message"}. */
  rename?: Record<string, string>;
  /** Further envelope keys with raw JSON text, such as {"message": "\"again\""}. */
  also?: Record<string, string>;
  /** The whole body instead of the bank's. */
  body?: string;
  httpStatus?: number;
  contentType?: string;
  /** Default: false when `statusCode` is given and is not 0, else true. */
  acts?: boolean;
}

export type Fault = FaultMatch & FaultAction;

export interface ActiveFault {
  id: string;
  fault: Fault;
  /** Calls that matched so far, and how many of them were struck. */
  seen: number;
  hits: number;
}

export interface Struck {
  id: string;
  /** Which of its hits this is, from 0. */
  hit: number;
  fault: Fault;
}

const kinds = [
  'refuse', 'delay', 'drop', 'eat', 'late', 'hang', 'truncate', 'garbage', 'html', 'http', 'slow', 'answer',
  'foreign',
]; // prettier-ignore
const needsMs = ["delay", "late", "slow"];

/** Checks a fault that came as JSON. Throws with what is wrong. */
export function readFault(value: unknown): Fault {
  if (!isObject(value)) throw new Error("fault: an object is expected");
  if (typeof value.kind !== "string" || !kinds.includes(value.kind)) throw new Error("fault: unknown kind");
  if (needsMs.includes(value.kind) && typeof value.ms !== "number") throw new Error("fault: ms is missing");
  if (value.kind === "http" && typeof value.status !== "number") throw new Error("fault: status is missing");
  if (value.kind === "foreign" && !(Number.isSafeInteger(value.minor) && Number(value.minor) > 0)) {
    throw new Error("fault: minor is a number of tiyn from 1");
  }
  if (value.nth !== undefined && !(Number.isInteger(value.nth) && Number(value.nth) >= 1)) {
    throw new Error("fault: nth counts from 1");
  }
  if (
    value.count !== undefined &&
    value.count !== "all" &&
    !(Number.isInteger(value.count) && Number(value.count) >= 1)
  ) {
    throw new Error('fault: count is a number from 1, or "all"');
  }
  return value as unknown as Fault;
}

const envelopeKeys = ["statusCode", "message", "data", "also"];

/** The status word of this hit. */
export function wordOf(status: string | string[], hit: number): string {
  const words = Array.isArray(status) ? status : [status];
  return words[Math.min(hit, words.length - 1)] ?? "";
}

function countOf(fault: Fault): number {
  if (fault.count === "all") return Infinity;
  if (fault.count !== undefined) return fault.count;
  return fault.kind === "answer" && Array.isArray(fault.status) ? fault.status.length : 1;
}

export class Faults {
  #active: ActiveFault[] = [];
  #next = 1;
  #envelope: boolean;

  /** `envelope`: whether the bank's answers stand in Kaspi's envelope. */
  constructor({ envelope }: { envelope: boolean }) {
    this.#envelope = envelope;
  }

  /** Returns the fault's id. */
  add(fault: Fault): string {
    const unfit = this.#envelope ? undefined : envelopeKeys.find((key) => Object.hasOwn(fault, key));
    if (unfit !== undefined) throw new Error(`fault: ${unfit} is of Kaspi's envelope`);
    const id = `f${this.#next++}`;
    this.#active.push({ id, fault: readFault(fault), seen: 0, hits: 0 });
    return id;
  }

  remove(id: string): boolean {
    const before = this.#active.length;
    this.#active = this.#active.filter((entry) => entry.id !== id);
    return this.#active.length < before;
  }

  clear(): void {
    this.#active = [];
  }

  list(): ActiveFault[] {
    return this.#active.map((entry) => ({ ...entry }));
  }

  /**
   * The faults that strike this call. A refusal strikes before the body is read, all others after
   * it, so each stage counts its own.
   */
  strike(stage: "connection" | "headers" | "body", name: string | null, paymentId: string | null): Struck[] {
    const struck: Struck[] = [];
    for (const entry of this.#active) {
      const { fault } = entry;
      const anyMethod = fault.method === undefined || fault.method === "*";
      if ((fault.kind === "refuse") !== (stage !== "body")) continue;
      if (stage === "connection" && (!anyMethod || fault.paymentId !== undefined)) continue;
      if (!anyMethod && fault.method !== name) continue;
      if (fault.paymentId !== undefined && fault.paymentId !== paymentId) continue;
      entry.seen++;
      const first = fault.nth ?? 1;
      if (entry.seen < first || entry.seen >= first + countOf(fault)) continue;
      struck.push({ id: entry.id, hit: entry.hits++, fault });
    }
    return struck;
  }
}

/** Whether the bank carries the call out under this fault. */
export function actsUnder(fault: Fault): boolean {
  switch (fault.kind) {
    case "refuse":
    case "drop":
      return false;
    case "hang":
    case "html":
    case "http":
      return fault.acts ?? false;
    case "truncate":
    case "garbage":
      return fault.acts ?? true;
    case "answer":
      return fault.acts ?? (fault.statusCode === undefined || fault.statusCode === "0");
    default:
      return true;
  }
}
