/** The unattended till at the desk: its catalogue and pictures, the rules of its mode, and the way out of the program. */
import type { KioskSettings } from "../../contract/kiosk.ts";
import { formatAmount, minor, parseAmount, type Minor } from "../../contract/money.ts";
import { checkDisplays, checkMode, checkProducts } from "../../contract/unattended.ts";
import { refused, storeAndSwap, type DeskParts, type Visitor } from "./desk-parts.ts";
import { readPicture } from "./pictures.ts";
import { providersOf, type StoredSettings } from "./stored.ts";

/** So that the answer is out before the program is. */
const ANSWER_MS = 300;

export interface KioskDesk {
  save(kiosk: KioskSettings): Promise<void>;
  /** Takes a picture in and gives its name: base64 of a file. `bad_picture` with the reason in words. */
  picture(file: string): Promise<string>;
  /** Ends the program. `till_busy` while a sale is open: its customer stands before the screen. */
  leave(person: Visitor): Promise<void>;
}

export function createKioskDesk(parts: DeskParts): KioskDesk {
  const { inUse, stores, log } = parts;
  const { pictures } = stores;
  return {
    async save(kiosk) {
      const catalogue = kiosk.catalogue.map((item) => ({
        ...item,
        price: formatAmount(parseAmount(item.price) ?? minor(0)),
      }));
      const stored = { ...inUse.stored, kiosk: { ...kiosk, catalogue } };
      checkProducts(stored.kiosk.catalogue, limitsOf(stored), refuse);
      mustSuitMode(stored);
      for (const name of picturesOf(stored)) if (!(await pictures.has(name))) throw refused("bad_picture");
      await storeAndSwap(parts, stored);
      // Left over, they are let go of at the next start.
      await pictures.keepOnly(picturesOf(stored)).catch((error: unknown) => {
        log.warn("pictures.kept", { detail: String(error) });
      });
    },
    async picture(file) {
      const bytes = Buffer.from(file, "base64");
      const read = readPicture(bytes);
      if (!read.ok) throw refused("bad_picture", { problem: read.words });
      try {
        return await pictures.take(bytes, read.kind);
      } catch (error) {
        log.error("picture.unwritten", { detail: String(error) });
        throw refused("not_written");
      }
    },
    async leave({ id, name }) {
      if (parts.running.busy()) throw refused("till_busy");
      const { mode } = inUse.stored;
      log.info("kiosk.left", { person: id, mode });
      const event = { kind: "left", ref: id, version: 1, body: JSON.stringify({ person: id, name, mode }) };
      // A full disk keeps nobody in: nothing that is bought is decided here.
      await stores.journal.commit({ at: stores.clock.now(), events: [event] }).catch((error: unknown) => {
        log.error("kiosk.left.unwritten", { detail: String(error) });
      });
      stores.clock.setTimeout(parts.leave, ANSWER_MS);
    },
  };
}

/** The pictures that products show. */
export function picturesOf({ kiosk }: Pick<StoredSettings, "kiosk">): string[] {
  return kiosk.catalogue.flatMap(({ picture }) => (picture === null ? [] : [picture]));
}

/** Throws a refusal where settings that are about to be stored leave a till without a cashier short of something. */
export function mustSuitMode({ mode, kiosk, displays, tokens, people }: StoredSettings): void {
  checkDisplays(displays, refuse);
  const facts = {
    mode,
    products: kiosk.catalogue.length,
    machine: kiosk.machine !== null,
    program: tokens.some(({ may }) => may.includes("pay")),
    keeper: people.some(({ role }) => role === "technician" || role === "owner"),
  };
  checkMode(facts, refuse);
}

function refuse(field: string, problem: string): never {
  throw refused("bad_setting", { field, problem });
}

/** Of the banks that show a code: no others can be paid with by a customer alone. */
function limitsOf(stored: StoredSettings): { min: Minor; max: Minor }[] {
  const codes = [...providersOf(stored, "kaspi"), ...providersOf(stored, "halykQr")];
  return codes.map(({ min, max }) => ({ min: minor(min), max: minor(max) }));
}
