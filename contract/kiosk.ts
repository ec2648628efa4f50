/** What an unattended till is set up with: what it sells, where else to pay, when goods are overdue, who hands them out. */
import { z } from "zod";
import { amountText } from "./payment.ts";
import { BAUDS, CATALOGUE_CAP } from "./unattended-facts.ts";

export { CATALOGUE_CAP, isUnattended, PICTURE_CAP, TRAINING_PIN } from "./unattended-facts.ts";

const text = z.string().trim().min(1).max(80);

/** A text for the customer in each language. */
export const localText = z.strictObject({ kk: text, ru: text, en: text });
export type LocalText = z.infer<typeof localText>;

/** The number on the machine's shelf, or the shop's own code. */
export const itemId = z.string().regex(/^[A-Za-z0-9_-]{1,16}$/, "must be 1 to 16 Latin letters, digits, - or _");

/** A picture that was taken in: named by the first 32 hex digits of its SHA-256. */
export const pictureName = z.string().regex(/^[0-9a-f]{32}\.(png|jpg|webp)$/);

/** Something to buy, at a price that only the settings know: a screen names the product, never the sum. */
export const catalogueItem = z.strictObject({
  id: itemId,
  name: localText,
  price: amountText,
  picture: pictureName.nullable(),
});
export type CatalogueItem = z.infer<typeof catalogueItem>;

export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 04:30");

const isPort = (digits: string): boolean => Number(digits) >= 1 && Number(digits) <= 65_535;

/**
 * The line to the machine that hands the goods out (docs/machine.md). TCP to this machine only: whoever speaks on the line is
 * believed, so it must not lead through a network.
 */
export const machineLine = z.union([
  z.strictObject({
    tcp: z
      .string()
      .regex(/^(127\.0\.0\.1|localhost):\d{1,5}$/, "must be 127.0.0.1:PORT")
      .refine(
        (text) => isPort(text.slice(text.indexOf(":") + 1)),
        "must be 127.0.0.1:PORT, with a port from 1 to 65535",
      ),
  }),
  z.strictObject({
    serial: z.string().regex(/^(\/dev\/[A-Za-z0-9._/-]{1,60}|COM\d{1,3})$/, "must be a device such as /dev/ttyUSB0"),
    baud: z.literal(BAUDS, `must be one of ${BAUDS.join(", ")}`).default(9600),
  }),
]);
export type MachineLine = z.infer<typeof machineLine>;

export const FULFIL_SECONDS = 60;
export const DISPENSE_SECONDS = 90;

export const kioskSettings = z.strictObject({
  catalogue: z.array(catalogueItem).max(CATALOGUE_CAP),
  /** Where else a customer can pay while this till is out of service. */
  elsewhere: localText.nullable(),
  /** Vending: so long after `paid` nobody may have begun to hand out, and the money goes back. */
  fulfilSeconds: z.int().min(10).max(3600),
  /** Vending: so long after it has begun nobody may have said how it ended, and a person has to look. */
  dispenseSeconds: z.int().min(5).max(3600),
  machine: machineLine.nullable(),
  /** The sum and the result are spoken aloud. */
  voice: z.boolean(),
  /** The shop's time at which a till that nobody uses begins anew each day; null: never. */
  restartAt: timeOfDay.nullable(),
});
export type KioskSettings = z.infer<typeof kioskSettings>;

export const USUAL_KIOSK: KioskSettings = {
  catalogue: [],
  elsewhere: null,
  fulfilSeconds: FULFIL_SECONDS,
  dispenseSeconds: DISPENSE_SECONDS,
  machine: null,
  voice: true,
  restartAt: "04:30",
};

/** A display of this computer, as the settings name it. Sizes in pixels as a page sees them. */
export interface DisplayView {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly primary: boolean;
}

/** The displays by their name in `DisplayView.id`; `customer` null: there is no second display. */
export const displaySettings = z.strictObject({
  /** null: the primary one. */
  till: z.string().min(1).max(120).nullable(),
  /** The customer's display: its name, `any`: whichever is not the till's; null: none. */
  customer: z.string().min(1).max(120).nullable(),
  /** The attract screen is dimmed between these times (the shop's), to `percent` of its brightness; null: never. */
  night: z.strictObject({ from: timeOfDay, to: timeOfDay, percent: z.int().min(5).max(100) }).nullable(),
});
export type DisplaySettings = z.infer<typeof displaySettings>;
export const USUAL_DISPLAYS: DisplaySettings = { till: null, customer: null, night: null };
