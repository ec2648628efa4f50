/** Practising each mode: how it is asked for, and what a till without a cashier sells then. */
import { join } from "node:path";
import { TRAINING_PIN } from "../contract/kiosk.ts";
import { MODES, type Provision } from "../contract/provision.ts";
import { readIfThere } from "./adapters/files.ts";
import { pictureField } from "./settings/read.ts";

export type Mode = Provision["mode"];

/** What `--mode` asks for, or the line that says what is wrong with it. `text` null: it was not given. */
export function practisedMode(
  text: string | null,
  training: boolean,
): { readonly mode: Mode } | { readonly line: string } {
  if (text === null) return { mode: "cashier" };
  if (!training) return { line: "--mode: only with --training; else the mode is in the provisioning file" };
  const mode = MODES.find((known) => known === text);
  return mode === undefined ? { line: `--mode: must be one of ${MODES.join(", ")}` } : { mode };
}

/** Sums that a learner can tell apart. Each picture is a file of assets/demo. */
const PRODUCTS = [
  { id: "11", name: { kk: "Су 0,5 л", ru: "Вода 0,5 л", en: "Water 0.5 l" }, price: "250.00", picture: "water" },
  {
    id: "12",
    name: { kk: "Сүт қосылған шай", ru: "Чай с молоком", en: "Tea with milk" },
    price: "300.00",
    picture: "tea",
  },
  { id: "13", name: { kk: "Кофе", ru: "Кофе", en: "Coffee" }, price: "700.00", picture: "coffee" },
  { id: "21", name: { kk: "Шоколад", ru: "Шоколад", en: "Chocolate" }, price: "550.00", picture: "chocolate" },
  { id: "22", name: { kk: "Алма шырыны", ru: "Яблочный сок", en: "Apple juice" }, price: "450.00", picture: "juice" },
  { id: "23", name: { kk: "Бауырсақ", ru: "Баурсаки", en: "Baursak" }, price: "400.00", picture: "baursak" },
] as const;

/** What the training shop's settings say of a mode. */
export function practice(mode: Mode): Readonly<Record<string, unknown>> {
  if (mode !== "kiosk" && mode !== "vending") return { mode };
  return {
    mode,
    // Somebody must be able to leave it: the unlocking screen says this PIN.
    adminPin: TRAINING_PIN,
    kiosk: {
      catalogue: PRODUCTS.map((product) => ({ ...product, picture: `${product.picture}.png` })),
      elsewhere: { kk: "№ 1 касса", ru: "Касса 1", en: "Till 1" },
      // Nobody wants to be restarted while learning.
      restartAt: null,
    },
  };
}

/** The pictures of those products, by the field that names them; without the ones that were not built in. */
export async function practicePictures(folder: string, { kiosk }: Provision): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [index, { picture }] of kiosk.catalogue.entries()) {
    const content = picture === null ? null : await readIfThere(join(folder, picture));
    if (content !== null) files.set(pictureField(index), content);
  }
  return files;
}
