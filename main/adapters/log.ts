/** Log lines as JSON in rotated files. What may stand in a line is decided here by kind, not by trust in the caller. */
import { join } from "node:path";
import { pino } from "pino";
import pinoRoll from "pino-roll";
import { passesLuhn } from "../../contract/card-number.ts";
import type { Log, LogFields } from "../core/ports.ts";
import { privateDirectory } from "./files.ts";

export interface LogOptions {
  /** The data folder; lines go to `logs` in it. */
  readonly dir: string;
  /** Size at which a file is closed, for pino-roll: "5m". */
  readonly size?: string;
  /** Closed files that are kept. */
  readonly keep?: number;
}

export interface LogFile extends Log {
  /** Writes what is still on its way. */
  close(): Promise<void>;
}

const TEXT_LIMIT = 500;
const SHORTEST_CARD = 13;
const LONGEST_CARD = 19;
const WORK_LIMIT = 4 * TEXT_LIMIT;
const FIELDS_LIMIT = 40;
const HIDDEN = "[hidden]";
const SECRET =
  /pass|secret|token|authori[sz]ation|cookie|api.?key|private.?key|credential|cryptogram|cv[cv]|pa.?re[qs]|^md$|hpan|card.?(number|no)|(^|[_.])(pan|pin|expiry)$|[a-z](Pan|Pin|Expiry)$/i;
/** A secret under its name in running text: of JSON, a header, a message. */
const NAMED_SECRET =
  /\b([\w.-]{0,40}(?:pass(?:word|phrase)?|secret|token|api[-_]?key|authori[sz]ation|cookie|cryptogram|cv[cv]2?|pareq|pares|pin|pan)|md)(\\*["']?\s*[:=]\s*\\*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&,;}"']+)/gi;
/** A form's field in running text, where no address stands before it. */
const FORM_SECRET = /\b(access|access_token|refresh_token|client_secret|secret_hash|password|pareq|pares|md)=[^\s&]*/gi;
const OWN: ReadonlySet<string> = new Set(["level", "time", "event", "msg"]);

/** Opens the log. Never throws while logging: a full disk loses lines, not payments. */
export async function openLog({ dir, size = "5m", keep = 10 }: LogOptions): Promise<LogFile> {
  const folder = join(dir, "logs");
  await privateDirectory(folder);
  const stream = await pinoRoll({
    file: join(folder, "qabyl"),
    extension: ".log",
    size,
    limit: { count: keep, removeOtherLogFiles: true },
    mode: 0o600,
  });
  let broken = false;
  stream.on("error", () => (broken = true));
  const logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );
  return {
    info: (event, fields) => logger.info({ event: cleanText(event), ...cleanFields(fields) }),
    warn: (event, fields) => logger.warn({ event: cleanText(event), ...cleanFields(fields) }),
    error: (event, fields) => logger.error({ event: cleanText(event), ...cleanFields(fields) }),
    close: () =>
      new Promise((resolve) => {
        // One that could not be opened (a read-only disk) ends without a word.
        if (broken) return resolve();
        stream.once("close", () => resolve());
        stream.once("error", () => resolve());
        stream.end();
      }),
  };
}

/** Says nothing; for tests and tools. */
export const silentLog: Log = { info() {}, warn() {}, error() {} };

/** The fields that may be written: short texts, numbers and booleans, under names that are no secret's. */
export function cleanFields(fields: LogFields = {}): Record<string, string | number | boolean | null> {
  const clean: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields).slice(0, FIELDS_LIMIT)) {
    const key = OWN.has(name) ? `_${name}` : cleanText(name).slice(0, 64);
    if (SECRET.test(name)) clean[key] = HIDDEN;
    else if (typeof value === "string") clean[key] = cleanText(value);
    else if (typeof value === "number" || typeof value === "boolean" || value === null) clean[key] = value;
    else if (value !== undefined) clean[key] = `[${typeof value}]`; // an object may hold anything
  }
  return clean;
}

// --- helpers ---

/** One line of printable text: no control or direction characters, no query strings, keys or card numbers. */
function cleanText(text: string): string {
  // First cleaned, then cut: half a card number is none that could be known. The first cut only bounds the work.
  const whole = text.length <= WORK_LIMIT ? text : text.slice(0, WORK_LIMIT).replace(/[\d .\-\u00a0\u202f]+$/u, "");
  const clean = whole
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu, " ")
    .replaceAll(/-----BEGIN[\s\S]*/g, HIDDEN)
    .replaceAll(/(:\/\/[^\s?#]*)[?#]\S*/g, "$1?…") // ePay puts its token into the query
    .replaceAll(/(:\/\/)[^\s/@]*@/g, "$1")
    .replaceAll(/\b(Bearer|Basic)\s+[\w+/.~-]{6,}=*/gi, `$1 ${HIDDEN}`)
    .replaceAll(FORM_SECRET, `$1=${HIDDEN}`)
    .replaceAll(NAMED_SECRET, `$1$2${HIDDEN}`)
    .replaceAll(/\d(?:[ .\-\u00a0\u202f]?\d){12,}/g, withoutCards);
  return clean.length > TEXT_LIMIT || whole.length < text.length ? `${clean.slice(0, TEXT_LIMIT)}…` : clean;
}

/** Digits in groups: any run of whole groups that is a card's number. One unbroken number is looked at as a whole. */
function withoutCards(digits: string): string {
  const parts = digits.split(/(\D)/);
  for (let from = 0; from < parts.length; from += 2)
    for (let to = Math.min(parts.length, from + 2 * LONGEST_CARD - 1); to > from; to -= 2)
      if (isCardNumber(parts.slice(from, to).join(""))) {
        const rest = [...parts.slice(0, from), HIDDEN, ...parts.slice(to)].join("");
        return rest.replaceAll(/\d(?:[ .\-\u00a0\u202f]?\d){12,}/g, withoutCards);
      }
  return digits;
}

function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  return digits.length >= SHORTEST_CARD && digits.length <= LONGEST_CARD && passesLuhn(digits);
}
