/** Which display of this computer is the till's and which the customer's (D11). By name: a system gives new numbers at will. */
import { screen, type Display } from "electron";
import type { DisplaySettings, DisplayView } from "../../contract/kiosk.ts";

/** `any`: whichever display is not the till's. */
const ANY = "any";

type Known = Pick<Display, "id" | "label" | "bounds">;

/** The name that stands in the settings: the display's own where no other has it, else the system's number of it. */
export function nameOf({ id, label }: Known, all: readonly Known[]): string {
  const own = label.trim();
  const isOnly = own !== "" && own !== ANY && all.filter((other) => other.label.trim() === own).length === 1;
  return isOnly ? own.slice(0, 120) : `#${id}`;
}

/**
 * Where till and customer are to stand. The till is never without a display: one that is not there now gives way to the primary
 * one. The customer's never takes the till's place; null: there is none for it.
 */
export function chooseDisplays<D extends Known>(
  { till: tillName, customer: customerName }: Pick<DisplaySettings, "till" | "customer">,
  all: readonly D[],
  primary: D,
): { readonly till: D; readonly customer: D | null } {
  const named = (name: string): D | null => all.find((display) => nameOf(display, all) === name) ?? null;
  const till = (tillName === null ? null : named(tillName)) ?? primary;
  const others = all.filter(({ id }) => id !== till.id);
  if (customerName === null) return { till, customer: null };
  const wanted = customerName === ANY ? (others[0] ?? null) : named(customerName);
  return { till, customer: wanted !== null && wanted.id !== till.id ? wanted : null };
}

/** The display that the settings name for the till, else the primary one. After `ready` only. */
export function tillDisplay(name: string | null): Display {
  return chooseDisplays({ till: name, customer: null }, screen.getAllDisplays(), screen.getPrimaryDisplay()).till;
}

/** The customer's display; null: the settings want none, or it is not there. After `ready` only. */
export function customerDisplay(settings: Pick<DisplaySettings, "till" | "customer">): Display | null {
  return chooseDisplays(settings, screen.getAllDisplays(), screen.getPrimaryDisplay()).customer;
}

/** What the technician chooses from. After `ready` only. */
export function displayViews(): DisplayView[] {
  const all = screen.getAllDisplays();
  const { id: primary } = screen.getPrimaryDisplay();
  return all.map((display) => ({
    id: nameOf(display, all),
    label: display.label.trim(),
    width: display.bounds.width,
    height: display.bounds.height,
    primary: display.id === primary,
  }));
}

/** Told when a display has come, gone, or changed its size, place or scale. Returns the end of it. After `ready` only. */
export function watchDisplays(listener: () => void): () => void {
  const told = (): void => listener();
  screen.on("display-added", told);
  screen.on("display-removed", told);
  screen.on("display-metrics-changed", told);
  return () => {
    screen.off("display-added", told);
    screen.off("display-removed", told);
    screen.off("display-metrics-changed", told);
  };
}
