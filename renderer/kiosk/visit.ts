/** What a customer does at an unattended till, before there is a payment and after it. */
import { formatMoney, minor } from "../../contract/money.ts";
import type { ItemView, PaymentView, ProviderView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { once, payItems, send, setLanguage } from "../actions.ts";
import { resetSession, useStore } from "../store.ts";
import type { Starting, Visit } from "../store.ts";
import { announce } from "../ui/Announcer.tsx";
import { chosen } from "./scene.ts";

/** As many pieces of one product as one purchase holds; a machine hands out one. */
const MOST = 9;

const change = (more: Partial<Visit>): void =>
  useStore.setState(({ visit }) => ({ visit: { ...visit, ...more }, notice: null }));

/** The first touch: the language is this customer's from here on. */
export function begin(language: Language): void {
  const { visit, language: home } = useStore.getState();
  setLanguage(language);
  change({ begun: true, home: visit.home ?? home });
}

/** Another language in the middle of it. */
export function speak(language: Language): void {
  const { visit, language: home } = useStore.getState();
  setLanguage(language);
  change({ home: visit.home ?? home });
}

export const choose = (item: string): void => change({ item, quantity: 1 });
export const turnTo = (page: number): void => change({ page });
export const setQuantity = (quantity: number): void => change({ quantity });
export const openCorner = (): void => change({ technician: true });
export const stayAt = (stays: string): void => change({ stays });

/** Back from a product: to the catalogue, or to the start where there is nothing else to choose. */
export function leaveProduct(): void {
  if ((useStore.getState().snapshot?.kiosk?.catalogue.length ?? 0) > 1) change({ item: null, quantity: 1 });
  else endVisit();
}

/** Nobody is here any more, and nothing of a payment is on the screen. */
export function endVisit(): void {
  resetSession();
  announce("");
}

/** Puts what stands on the screen away: the core takes it off, and with that the visit ends. */
export function leaveSale({ current, refund }: Pick<Snapshot, "current" | "refund">): void {
  if (current) void once("payments.dismiss", current.id, { id: current.id });
  if (refund) void once("refunds.dismiss", refund.id, { id: refund.id });
}

/** The customer's language and what he chose are forgotten by the core too. */
export const tellResting = (): void => void send("kiosk.rest", {});

/** What is to be paid for: its sum is asked for, shown and paid, and comes from nowhere else. */
export interface Choice {
  readonly id: string;
  readonly quantity: number;
  readonly minor: number;
  /** As many as can be bought at once. */
  readonly most: number;
}

export function choiceOf(snapshot: Snapshot, visit: Visit): Choice | null {
  const product = chosen(snapshot, { visit });
  if (!product) return null;
  const most = snapshot.app.mode === "vending" ? 1 : MOST;
  const quantity = Math.min(visit.quantity, most);
  return { id: product.id, quantity, minor: product.minor * quantity, most };
}

/** The banks that show a code; a card cannot be put into this screen. */
export const banksOf = ({ providers }: Snapshot): readonly ProviderView[] =>
  providers.filter(({ methods }) => methods.includes("qr"));

/** Why a bank cannot be chosen for this sum; null: it can. */
export function hindrance(provider: ProviderView, sum: number): "item.off" | "item.most" | null {
  if (!provider.ready || sum < provider.minMinor) return "item.off";
  return sum > provider.maxMinor ? "item.most" : null;
}

export const payFor = (provider: ProviderView, { id, quantity, minor: sum }: Choice): void =>
  payItems(provider.name, sum, [{ id, quantity }]);

/** "Вода 0,5 л × 2", as it was named at the sale. */
export const itemsLine = (items: readonly ItemView[], language: Language): string =>
  items.map(({ name, quantity }) => (quantity > 1 ? `${name[language]} × ${quantity}` : name[language])).join(", ");

/** What a start that is no payment yet is for, by the catalogue it was chosen from: the name stays above its sum. */
export const boughtOf = ({ kiosk }: Snapshot, wanted: Starting["items"] = []): readonly ItemView[] =>
  wanted.flatMap(({ id, quantity }) => {
    const product = kiosk?.catalogue.find((one) => one.id === id);
    return product ? [{ id, name: product.name, minor: product.minor, quantity }] : [];
  });

/** A sum of a payment or of the refund that stands in its place. */
export const sumOf = (of: Pick<PaymentView, "minor" | "currency">): string => formatMoney(minor(of.minor), of.currency);

/** Whether this screen may ask for a new code: what a program of the shop, or the machine, has asked for it has to ask for anew. */
export const canAskAnew = ({ items, actor }: PaymentView): boolean => items.length > 0 && actor.startsWith("person:");

/** What stands on the screen, of a payment or of a refund that outlived its payment there. */
export interface Shown {
  readonly id: string;
  readonly number: string;
  readonly minor: number;
  readonly items: readonly ItemView[];
}

export function shownOf(current: PaymentView | null, refund: RefundView | null): Shown | null {
  if (current) return current;
  if (!refund) return null;
  const number = refund.sale?.number ?? refund.number;
  return { id: refund.id, number, minor: refund.minor ?? refund.sale?.minor ?? 0, items: [] };
}
