/** The ways the bank writes dates. */
export const dateStyles = ["short-offset", "milliseconds", "unpadded-day", "no-zone", "utc", "null", "word"] as const;
export type DateStyle = (typeof dateStyles)[number];

const MARCH_2024 = Date.UTC(2024, 1, 29, 18);

/** Kazakhstan kept +06 until 2024-03-01 and keeps +05 since. */
export function kazakhstanOffsetHours(at: number): number {
  return at < MARCH_2024 ? 6 : 5;
}

/** A date in one of the bank's spellings; null where the spelling is the absence of a date. */
export function writeDate(at: number, style: DateStyle): string | null {
  const hours = kazakhstanOffsetHours(at);
  const local = new Date(at + hours * 3_600_000).toISOString();
  const toSeconds = local.slice(0, 19);
  const toMilliseconds = local.slice(0, 23);
  switch (style) {
    case "short-offset":
      return `${toSeconds}+0${hours}`;
    case "milliseconds":
      return `${toMilliseconds}+0${hours}:00`;
    case "unpadded-day":
      return `${toMilliseconds.replace(/-0(\d)T/, "-$1T")}+0${hours}:00`;
    case "no-zone":
      return `${toMilliseconds}6667`;
    case "utc":
      return new Date(at).toISOString();
    case "word":
      return "datetime";
    case "null":
      return null;
  }
}
