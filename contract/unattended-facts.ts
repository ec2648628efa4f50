/** What a page needs to know of an unattended till. Its own file: with the schemas beside it, zod would travel into every page. */

/** Modes in which a customer stands alone at the screen. */
export function isUnattended(mode: string): boolean {
  return mode === "kiosk" || mode === "vending";
}

/** Opens the settings of a till without a cashier in training, and is shown where it is asked for. */
export const TRAINING_PIN = "0000";

/** Bytes of a picture. */
export const PICTURE_CAP = 300 * 1024;
export const CATALOGUE_CAP = 60;

/** Speeds of a serial line, in bits a second. */
export const BAUDS = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const;
