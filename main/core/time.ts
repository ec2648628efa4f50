/** Times for people and programs: the shop's zone decides, by date (Kazakhstan moved from +06 to +05 on 2024-03-01). */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
    formats.set(timezone, format);
  }
  return format;
}

function parts(at: number, timezone: string): Record<string, string> {
  return Object.fromEntries(
    formatFor(timezone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
}

/** ISO 8601 with the zone's offset at that moment: 2026-11-22T08:15:00.000+05:00. `at` is epoch milliseconds. */
export function isoTime(at: number, timezone: string): string {
  const p = parts(at, timezone);
  const offset = p["timeZoneName"]?.replace("GMT", "") || "+00:00";
  const milliseconds = String(((at % 1000) + 1000) % 1000).padStart(3, "0");
  return `${p["year"]}-${p["month"]}-${p["day"]}T${p["hour"]}:${p["minute"]}:${p["second"]}.${milliseconds}${offset}`;
}

/** The shop's date (YYYY-MM-DD) at a moment. */
export function businessDay(at: number, timezone: string): string {
  const p = parts(at, timezone);
  return `${p["year"]}-${p["month"]}-${p["day"]}`;
}
