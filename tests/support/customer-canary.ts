/** What may reach the customer's display, by its name; everything else of a cashier's snapshot is made to be recognised. */
import type { Snapshot } from "../../contract/snapshot.ts";

/** In each text that must not be shown. */
export const CANARY = "QZCANARY";
/** Each number that must not be shown begins with these figures. */
export const CANARY_FIGURES = "731597";

const list = (...names: string[]): RegExp => new RegExp(`^(${names.join("|")})$`);
const SHOWN = {
  texts: list(
    "boot",
    "view",
    "app\\.(mode|environment|language|timezone)",
    "merchant\\.name",
    "night\\.(from|to)",
    "current\\.(number|kind|provider|method|currency|state|link|updatedAt)",
    "current\\.(qr\\.payload|countdown\\.kind|error\\.code|fulfilment\\.(state|moneyBack))",
    "current\\.items\\.\\d+\\.name\\.(kk|ru|en)",
    "refund\\.(number|provider|currency|state|updatedAt|qr\\.payload|countdown\\.kind)",
    // Asked for by its own rows, and no more than a selector there.
    "refund\\.id",
  ),
  numbers: list(
    "version",
    "night\\.percent",
    "current\\.(minor|countdown\\.(remainingMs|totalMs)|fulfilment\\.remainingMs)",
    "current\\.items\\.\\d+\\.(minor|quantity)",
    "refund\\.(minor|countdown\\.(remainingMs|totalMs))",
  ),
};
/** A bank's own text, of which three words are known and may be shown. */
const METHOD = /^current\.paymentMethods\.\d+$/;

/** The same snapshot with every other text and number in it turned into a canary: also those of fields that come one day. */
export function poisoned(snapshot: Snapshot): Snapshot {
  let figures = Number(`${CANARY_FIGURES}000`);
  const turn = (value: unknown, path: string): unknown => {
    if (typeof value === "string") {
      const isKnown = METHOD.test(path) && ["Gold", "Red", "Loan"].includes(value);
      return SHOWN.texts.test(path) || isKnown ? value : `${CANARY} ${path} ${value}`;
    }
    if (typeof value === "number") return SHOWN.numbers.test(path) ? value : (figures += 1);
    if (Array.isArray(value)) return value.map((one, index) => turn(one, `${path}.${index}`));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, turn(one, path === "" ? name : `${path}.${name}`)]),
    );
  };
  return turn(snapshot, "") as Snapshot;
}

/** What in a text must not be there; null: nothing. Sums are looked for as they are written, too. */
export function canaryIn(text: string): string | null {
  const plain = text.replaceAll(/[\s\u2009\u00a0,.]/g, "");
  const at = text.includes(CANARY) ? text.indexOf(CANARY) : plain.indexOf(CANARY_FIGURES);
  if (at < 0) return null;
  return (text.includes(CANARY) ? text : plain).slice(Math.max(0, at - 60), at + 120);
}

/** The names of all that is in the customer's snapshot, without the numbers of lists. */
export const CUSTOMER_KEYS: ReadonlySet<string> = new Set(
  [
    "boot",
    "version",
    "view",
    "shop",
    "app",
    "night",
    "sale",
    "refund",
    ...["training", "environment", "language", "timezone"].map((name) => `app.${name}`),
    ...["from", "to", "percent"].map((name) => `night.${name}`),
    ...["number", "kind", "provider", "link", "minor", "currency", "step", "code", "warned", "countdown"].map(
      (name) => `sale.${name}`,
    ),
    ...["paymentMethods", "items", "goods", "scanned", "settled", "at"].map((name) => `sale.${name}`),
    ...["kind", "remainingMs", "totalMs"].flatMap((name) => [`sale.countdown.${name}`, `refund.countdown.${name}`]),
    ...["name", "name.kk", "name.ru", "name.en", "minor", "quantity"].map((name) => `sale.items.${name}`),
    ...["state", "moneyBack", "remainingMs"].map((name) => `sale.goods.${name}`),
    ...["number", "provider", "minor", "currency", "step", "code", "countdown", "at"].map((name) => `refund.${name}`),
  ].values(),
);

/** Every name in a value, with its way there. */
export function keysOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysOf(one, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const own = path === "" ? name : `${path}.${name}`;
    return [own, ...keysOf(one, own)];
  });
}
