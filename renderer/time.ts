/** Times on the screen are the shop's, whatever the machine thinks. */
function formatter(timezone: string, seconds: boolean): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" } : {}),
  };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: timezone });
  } catch {
    // An unknown zone must not take the screen down with it.
    return new Intl.DateTimeFormat("en-GB", options);
  }
}

/** "14:33:07" in the shop's zone; `short` leaves the seconds out. */
export function clockTime(iso: string, timezone: string, short = false): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : formatter(timezone, !short).format(at);
}

/** "22.11, 14:33" in the shop's zone. */
export function dayTime(iso: string, timezone: string): string {
  const day = shopDay(iso, timezone);
  return day === "" ? "" : `${day.slice(8)}.${day.slice(5, 7)}, ${clockTime(iso, timezone, true)}`;
}

/** The shop's date of a moment as YYYY-MM-DD. */
export function shopDay(iso: string | number, timezone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const options = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-CA", { ...options, timeZone: timezone }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-CA", options).format(at);
  }
}
