/** What the payer's browser brings back from the bank's page, as both hosts take it: a form of a few kilobytes. */
export const FORM_CAP = 64 * 1024;

/** The fields of an urlencoded form; null when a name stands in it twice, where nobody knows which one counts. */
export function readForm(text: string): Readonly<Record<string, string>> | null {
  const pairs = [...new URLSearchParams(text)];
  return new Set(pairs.map(([name]) => name)).size === pairs.length ? Object.fromEntries(pairs) : null;
}
