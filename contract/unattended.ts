/** The rules of a till without a cashier that join several settings: for the provisioning file and for the technician's desk. */
import { isUnattended, type DisplaySettings } from "./kiosk.ts";
import { formatAmount, parseAmount, type Minor } from "./money.ts";
import type { AddProblem } from "./problem.ts";

/** Whole tiyn. */
interface Limits {
  readonly min: Minor;
  readonly max: Minor;
}

/** What a mode needs beside itself. */
export interface ModeFacts {
  readonly mode: unknown;
  readonly products: number;
  readonly machine: boolean;
  /** A program may ask for payments and say how the goods stand: a token of the till API with `pay`. */
  readonly program: boolean;
  /** Somebody may unlock it: a technician or the owner has a PIN. */
  readonly keeper: boolean;
}

/** What a mode without a cashier lacks, in words, at the field `mode`. */
export function checkMode({ mode, products, machine, program, keeper }: ModeFacts, add: AddProblem): void {
  if (typeof mode !== "string" || !isUnattended(mode)) return;
  if (!keeper)
    add(
      "mode",
      `"${mode}" needs somebody who can unlock it: adminPin, or a technician or owner in people; nobody could ever leave it or look into what is in doubt`,
    );
  if (mode === "kiosk" && products === 0 && !program)
    add("mode", '"kiosk" needs a way to an amount: kiosk.catalogue, or a token in till.tokens with the right "pay"');
  // Without anybody to report, time would give all money back.
  if (mode === "vending" && !machine && !program)
    add(
      "mode",
      '"vending" needs somebody who says that the goods were given: kiosk.machine, or a token in till.tokens with the right "pay"',
    );
}

/** Products by their field. Any of it may be wrong in itself; its own field says so then. No limits: no bank is set up yet. */
export function checkProducts(
  items: readonly { readonly id: unknown; readonly price: unknown }[],
  limits: readonly Limits[],
  add: AddProblem,
): void {
  const ids = new Set<unknown>();
  items.forEach(({ id, price }, index) => {
    const at = `kiosk.catalogue[${index}]`;
    if (typeof id === "string" && ids.has(id)) add(`${at}.id`, "is used twice");
    ids.add(id);
    const sum = typeof price === "string" ? parseAmount(price) : null;
    if (sum === null) return;
    if (sum === 0) add(`${at}.price`, "must be more than 0");
    else if (limits.length > 0 && !limits.some(({ min, max }) => sum >= min && sum <= max))
      add(`${at}.price`, `no bank of this till takes it (${limits.map(rangeText).join(", ")})`);
  });
}

const rangeText = ({ min, max }: Limits): string => `${formatAmount(min)} to ${formatAmount(max)}`;

/** The same display cannot be the till's and the customer's; a night has two ends. */
export function checkDisplays(displays: Partial<Record<keyof DisplaySettings, unknown>>, add: AddProblem): void {
  const { till, customer, night } = displays;
  if (typeof till === "string" && till === customer) add("displays.customer", "is the till's own display");
  const { from, to } = (night ?? {}) as { readonly from?: unknown; readonly to?: unknown };
  if (typeof from === "string" && from === to)
    add("displays.night.to", "must be another time than displays.night.from");
}
