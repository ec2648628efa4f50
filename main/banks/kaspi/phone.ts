/** +7, 7 or 8 and ten digits, or the ten alone, as people write them: with spaces, dashes and brackets. */
const WRITTEN = /^(?:\+7|[78])?(\d{10})$/;
/** Mobile: 7 first; 71x and 72x are the codes of towns. */
const MOBILE = /^7[03-9]\d{8}$/;

/** The same inside a sentence. */
const QUOTED = /(?<!\d)(?:\+?7|8)?[\s(-]*(7[03-9]\d)[\s)-]*\d{3}[\s-]*(\d{2})[\s-]*(\d{2})(?!\d)/g;

/** Hides the middle of each mobile number that a bank quotes in its words: they are kept and shown. */
export function maskPhones(text: string): string {
  return text.replaceAll(QUOTED, (quoted, code: string, third: string, last: string) => {
    const before = /^\s*/.exec(quoted)?.[0] ?? "";
    return `${before}+7 ${code} ••• ${third} ${last}`;
  });
}

/**
 * A telephone number in the form the document sends (`8XXXXXXXXXX`, Q-20).
 * @param text as a person typed it
 * @returns null for what is no mobile number of Kazakhstan
 */
export function kaspiPhone(text: string): string | null {
  const national = WRITTEN.exec(text.replaceAll(/[\s\u00a0()\u2010-\u2015-]/g, ""))?.[1];
  return national !== undefined && MOBILE.test(national) ? `8${national}` : null;
}
