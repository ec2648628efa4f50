import { create } from "zustand";
import type { PaymentRequest } from "../contract/commands.ts";
import type { AppError } from "../contract/errors.ts";
import type { Payment } from "../contract/payment.ts";
import type { PaymentView, Snapshot } from "../contract/snapshot.ts";
import type { Language, Provider } from "../contract/states.ts";
import type { Link } from "./bridge.ts";
import { isTrial, useTrial } from "./desk/trial.ts";
import { EMPTY } from "./entry.ts";
import type { Entry } from "./entry.ts";

/** A payment that a person asked for and the snapshot does not show yet. A card is no part of it: it is sent, and then gone. */
export interface Starting {
  /** Made once per human intent: every repetition of this request carries the same one. */
  readonly key: string;
  readonly minor: number;
  readonly provider: Provider;
  readonly method: Method;
  /** Only with the method `invoice`. */
  readonly invoice: InvoiceTo | null;
  /** The attempt that this one renews or replaces. */
  readonly of: Pick<PaymentView, "id" | "saleId"> | null;
  readonly renews: boolean;
  /** What is bought, where the customer chose it on this screen. */
  readonly items?: NonNullable<PaymentRequest["items"]>;
}

/** The ways that are begun with a card. */
export type CardMethod = "card" | "cardVerification" | "transfer";
export type Method = "qr" | "link" | "invoice" | CardMethod;

/** The form that is open. What is typed into it stays in its inputs and is never here. */
export interface CardForm {
  readonly provider: Provider;
  readonly method: CardMethod;
}

/** To whom an invoice goes. The number stays on this page: the till writes only its mask down. */
export interface InvoiceTo {
  readonly phone: string;
  readonly comment: string;
  /** The masked name that the bank gave for the number; null: nobody has asked. */
  readonly name: string | null;
  /** A second one for the same number and sum is meant; names the first. */
  readonly confirmDuplicateOf: string | null;
}

/** The till refused to start it and wrote nothing into its journal. */
export interface Problem {
  readonly error: AppError;
  readonly starting: Starting;
  /** The payment that stands in the way, as the till named it. */
  readonly other: Payment | null;
}

/** What the person has opened. A payment or a refund on the screen comes first. */
export type Place = "history" | "refund" | "desk" | "doubt";

/** The invoice that is being written. */
export interface InvoiceDraft {
  readonly provider: Provider;
  readonly digits: string;
  readonly comment: string;
  /** What the bank said of these digits. */
  readonly found: { readonly name: string; readonly phone: string } | null;
}

/** When what is on the screen runs out, on the page's own monotonic clock. */
export interface Countdown {
  readonly id: string;
  readonly kind: "scan" | "confirm" | "page" | "check";
  readonly endsAt: number;
  readonly totalMs: number;
}

/** One customer's time at a till without a cashier: what he has chosen and not paid for yet. */
export interface Visit {
  /** A start whose answer was lost in one visit is not taken up in the next. */
  readonly number: number;
  /** Somebody has touched the attract screen. */
  readonly begun: boolean;
  /** The till's own language, while the customer has another. */
  readonly home: Language | null;
  /** The chosen product of the catalogue. */
  readonly item: string | null;
  readonly quantity: number;
  /** The page of the catalogue, from 0. */
  readonly page: number;
  /** The result at which somebody asked to stay: its name by `stayName`. */
  readonly stays: string | null;
  /** The technician's corner was found. */
  readonly technician: boolean;
}

export interface State {
  readonly snapshot: Snapshot | null;
  readonly countdown: Countdown | null;
  readonly refundCountdown: Countdown | null;
  readonly place: Place | null;
  /** The purchase of ours that is to go back; null: none is chosen yet. */
  readonly refundOf: Payment | null;
  /** The sale that the history begins with; null: its list. */
  readonly saleOpened: Pick<PaymentView, "id" | "number"> | null;
  /** The refund that was just given up here: its end is no news to whoever did it. */
  readonly refundLeft: string | null;
  readonly invoice: InvoiceDraft | null;
  readonly form: CardForm | null;
  /** Whom the invoice on the screen went to, where the bank was asked. */
  readonly invoiced: { readonly id: string; readonly name: string } | null;
  readonly language: Language;
  readonly entry: Entry;
  /** Chosen with "another way": the next payment belongs to that sale. */
  readonly sale: Starting["of"];
  readonly starting: Starting | null;
  readonly problem: Problem | null;
  /** A command other than a start was refused. */
  readonly notice: AppError | null;
  readonly busy: ReadonlySet<string>;
  readonly visit: Visit;
  /** A window of the bank's has stayed open after its payment had gone on, and the till cannot close it. */
  readonly windowLeft: boolean;
  readonly link: "up" | "silent" | "locked";
}

const NOBODY: Visit = {
  number: 0,
  begun: false,
  home: null,
  item: null,
  quantity: 1,
  page: 0,
  stays: null,
  technician: false,
};

type Kept = "snapshot" | "language" | "link" | "visit";

/** Everything that a person leaves in the store, as it is before he comes. By its type it forgets no field. */
const FRESH: Omit<State, Kept> = {
  countdown: null,
  refundCountdown: null,
  place: null,
  refundOf: null,
  saleOpened: null,
  refundLeft: null,
  invoice: null,
  form: null,
  invoiced: null,
  entry: EMPTY,
  sale: null,
  starting: null,
  problem: null,
  notice: null,
  busy: new Set(),
  windowLeft: false,
};

export const useStore = create<State>(() => ({
  ...FRESH,
  snapshot: null,
  language: "kk",
  link: "up",
  visit: NOBODY,
}));

const restarted = ({ language, visit }: State): Omit<State, "snapshot" | "link"> => ({
  ...FRESH,
  language: visit.home ?? language,
  visit: { ...NOBODY, number: visit.number + 1 },
});

/** The customer has gone: whatever he typed, chose and was told leaves the store, his language with it. */
export const resetSession = (): void => useStore.setState(restarted);

/** The remaining time is as of the sending: a later word about the same countdown that differs by less is only jitter. */
const JITTER_MS = 400;

type Counted = {
  readonly id: string;
  readonly countdown: {
    readonly kind: Countdown["kind"];
    readonly remainingMs: number;
    readonly totalMs: number;
  } | null;
};

function countdownOf(of: Counted | null, known: Countdown | null): Countdown | null {
  const told = of?.countdown;
  if (!of || !told) return null;
  const endsAt = performance.now() + told.remainingMs;
  if (known?.id === of.id && known.kind === told.kind && Math.abs(known.endsAt - endsAt) < JITTER_MS) return known;
  return { id: of.id, kind: told.kind, endsAt, totalMs: told.totalMs };
}

/** Takes a whole snapshot in, as one change of the store and so one commit of React. */
export function receive(next: Snapshot): void {
  useStore.setState((state) => {
    const before = state.snapshot;
    if (before?.boot === next.boot && next.version < before.version) return state;
    const { current, refund } = next;
    const { starting } = state;
    const started = starting !== null && current !== null && current.id !== (starting.renews ? starting.of?.id : null);
    // The typed sum is on its way now. One of another amount, from the till API, leaves it where it was.
    const taken = current !== null && before?.current == null && current.minor === state.entry.minor;
    const moved =
      current?.id !== before?.current?.id ||
      current?.state !== before?.current?.state ||
      refund?.id !== before?.refund?.id ||
      refund?.state !== before?.refund?.state;
    // History, settings and a refund that was only being typed are left for what comes onto the screen.
    const sale = current !== null && !isTrial(useTrial.getState(), current.id);
    const comes = (sale && before?.current == null) || (refund !== null && before?.refund == null);
    const name = started ? starting.invoice?.name : null;
    // Nothing of a sale outlives it on a screen that the next customer stands before.
    const left =
      next.kiosk !== null &&
      next.app.locked &&
      (before?.current != null || before?.refund != null) &&
      current === null &&
      refund === null &&
      starting === null;
    const over = left ? restarted(state) : {};
    return {
      ...over,
      snapshot: next,
      countdown: countdownOf(current, state.countdown),
      refundCountdown: countdownOf(refund, state.refundCountdown),
      // What was chosen here holds until the till itself names another language.
      language: before?.app.language === next.app.language ? { ...state, ...over }.language : next.app.language,
      ...(started ? { starting: null, invoice: null, form: null } : {}),
      ...(name && current ? { invoiced: { id: current.id, name } } : {}),
      ...(taken ? { entry: EMPTY, sale: null } : {}),
      ...(comes ? { place: null, refundOf: null, saleOpened: null, form: null } : {}),
      ...(moved ? { notice: null } : {}),
      ...(moved && current !== null ? { problem: null } : {}),
    };
  });
}

const SILENT_AFTER_MS = 2000;
let silence: ReturnType<typeof setTimeout> | undefined;

/** Takes a change of the link to the till program in; a short break is not worth a word. */
export function relink(link: Link): void {
  clearTimeout(silence);
  if (link === "down") silence = setTimeout(() => useStore.setState({ link: "silent" }), SILENT_AFTER_MS);
  else useStore.setState({ link });
}
