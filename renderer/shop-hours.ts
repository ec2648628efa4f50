/** Whether the shop's clock ("23:05") stands between two times of day; the second may be on the next morning. */
export function isBetween(time: string, from: string, to: string): boolean {
  return from <= to ? from <= time && time < to : from <= time || time < to;
}
