import { useEffect, useState } from "react";
import type { CustomerSnapshot } from "../../contract/customer.ts";
import { clockTime } from "../time.ts";

const LOOK_MS = 30_000;

/** Brightness in percent at this moment of the shop's day; null: in full. `from` may be later than `to`: over midnight. */
export function dimmedAt(night: CustomerSnapshot["night"], timezone: string, now: Date): number | null {
  if (night === null) return null;
  const { from, to, percent } = night;
  const time = clockTime(now.toISOString(), timezone, true);
  const isNight = from <= to ? time >= from && time < to : time >= from || time < to;
  return isNight ? percent : null;
}

/** The same, looked at again as time goes on. */
export function useDimmed(night: CustomerSnapshot["night"], timezone: string): number | null {
  const [now, look] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => look(new Date()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return dimmedAt(night, timezone, now);
}
