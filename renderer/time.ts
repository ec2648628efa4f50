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
