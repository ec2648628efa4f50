import { groupDigits, minor } from "../contract/money.ts";
import type { Minor } from "../contract/money.ts";

/** The sum being typed: whole tiyn, and how many digits stand after the comma (null: no comma yet). */
export interface Entry {
  readonly minor: Minor;
  readonly decimals: 0 | 1 | 2 | null;
}

export type PadKey = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "00" | "dot" | "back" | "clear";

export const EMPTY: Entry = { minor: minor(0), decimals: null };

/** The sum after a key. Digits beyond `digits` before the comma, or two after it, change nothing. */
export function press(entry: Entry, key: PadKey, digits: number): Entry {
  switch (key) {
    case "clear":
      return EMPTY;
    case "back":
      return back(entry);
    case "dot":
      return entry.decimals === null ? { ...entry, decimals: 0 } : entry;
    case "00":
      return press(press(entry, "0", digits), "0", digits);
    default:
      return digit(entry, Number(key), digits);
  }
}

function digit(entry: Entry, value: number, digits: number): Entry {
  switch (entry.decimals) {
    case null: {
      const next = entry.minor * 10 + value * 100;
      return next >= 10 ** digits * 100 ? entry : { ...entry, minor: minor(next) };
    }
    case 0:
      return { minor: minor(entry.minor + value * 10), decimals: 1 };
    case 1:
      return { minor: minor(entry.minor + value), decimals: 2 };
    case 2:
      return entry;
  }
}

function back({ minor: sum, decimals }: Entry): Entry {
  switch (decimals) {
    case null:
      return { minor: minor(Math.floor(sum / 1000) * 100), decimals: null };
    case 0:
      return { minor: sum, decimals: null };
    case 1:
      return { minor: minor(sum - (sum % 100)), decimals: 0 };
    case 2:
      return { minor: minor(sum - (sum % 10)), decimals: 1 };
  }
}

/** The sum as it is being typed: "12," and "12,5" too. */
export function entryDigits({ minor: sum, decimals }: Entry): string {
  const tiyn = sum % 100;
  const whole = groupDigits(minor(sum - tiyn));
  if (decimals === null) return whole;
  return `${whole},${String(tiyn).padStart(2, "0").slice(0, decimals)}`;
}
