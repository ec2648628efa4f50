/** Opening a body that the bank's document itself shows broken. */
import { parseObject } from "../exact.ts";

export interface Body {
  readonly fields: object;
  /**
   * It was no JSON as it came. Such a body may say where a payment stands, since the mending touches no word in it; it
   * proves nothing: no money, no bill and no refund is ever believed from it.
   */
  readonly repaired: boolean;
}

/** Far above any answer of this service: what is longer is not worth mending. */
const LONGEST = 200_000;

/** A JSON object: read strictly, else mended once; null for anything else. Never throws. */
export function readBody(text: string): Body | null {
  if (text.length > LONGEST) return null;
  const strict = parseObject(text);
  if (strict !== null) return { fields: strict, repaired: false };
  const mended = mend(text);
  const fields = mended === text ? null : parseObject(mended);
  return fields === null ? null : { fields, repaired: true };
}

/**
 * A whole string and, where it follows at once, one quotation mark too many before , } or ]: the document's
 * `"Loan terms""`. Going from string to string keeps an empty one, `""`, whole; `$` ends one that is never closed, so that
 * no character is looked at twice.
 */
const STRING = /("(?:[^"\\]|\\[^]?)*)(?:"("(?=\s*[,}\]]))?|$)/g;

function mend(text: string): string {
  return text.replaceAll(STRING, (whole: string, open: string, extra?: string) =>
    extra === undefined ? whole : `${open}"`,
  );
}
