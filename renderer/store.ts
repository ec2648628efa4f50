import { create } from "zustand";
import type { AppError } from "../contract/errors.ts";
import type { PaymentView, Snapshot } from "../contract/snapshot.ts";
import type { Language, Provider } from "../contract/states.ts";
import type { Link } from "./bridge.ts";
import { EMPTY } from "./entry.ts";
import type { Entry } from "./entry.ts";

/** A payment that a person asked for and the snapshot does not show yet. */
export interface Starting {
  /** Made once per human intent: every repetition of this request carries the same one. */
  readonly key: string;
  readonly minor: number;
  readonly provider: Provider;
  /** The attempt that this one renews or replaces. */
  readonly of: Pick<PaymentView, "id" | "saleId"> | null;
  readonly renews: boolean;
}

/** The till refused to start it and wrote nothing into its journal. */
export interface Problem {
  readonly error: AppError;
  readonly starting: Starting;
}

/** When the payment on the screen runs out, on the page's own monotonic clock. */
export interface Countdown {
  readonly id: string;
  readonly kind: "scan" | "confirm";
  readonly endsAt: number;
  readonly totalMs: number;
}

export interface State {
  readonly snapshot: Snapshot | null;
  readonly countdown: Countdown | null;
  readonly language: Language;
  readonly entry: Entry;
  /** Chosen with "another way": the next payment belongs to that sale. */
  readonly sale: Starting["of"];
  readonly starting: Starting | null;
  readonly problem: Problem | null;
  /** A command other than a start was refused. */
  readonly notice: AppError | null;
  readonly busy: ReadonlySet<string>;
  readonly link: "up" | "silent" | "locked";
}

export const useStore = create<State>(() => ({
  snapshot: null,
  countdown: null,
  language: "kk",
  entry: EMPTY,
  sale: null,
  starting: null,
  problem: null,
  notice: null,
  busy: new Set(),
  link: "up",
}));

/** The remaining time is as of the sending: a later word about the same countdown that differs by less is only jitter. */
const JITTER_MS = 400;

function countdownOf(payment: PaymentView | null, known: Countdown | null): Countdown | null {
  const told = payment?.countdown;
  if (!payment || !told) return null;
  const endsAt = performance.now() + told.remainingMs;
  if (known?.id === payment.id && known.kind === told.kind && Math.abs(known.endsAt - endsAt) < JITTER_MS) return known;
  return { id: payment.id, kind: told.kind, endsAt, totalMs: told.totalMs };
}

/** Takes a whole snapshot in, as one change of the store and so one commit of React. */
export function receive(next: Snapshot): void {
  useStore.setState((state) => {
    const before = state.snapshot;
    if (before?.boot === next.boot && next.version < before.version) return state;
    const { current } = next;
    const started =
      state.starting !== null &&
      current !== null &&
      current.id !== (state.starting.renews ? state.starting.of?.id : null);
    // The typed sum is on its way now. One of another amount, from the till API, leaves it where it was.
    const taken = current !== null && before?.current == null && current.minor === state.entry.minor;
    const moved = current?.id !== before?.current?.id || current?.state !== before?.current?.state;
    return {
      snapshot: next,
      countdown: countdownOf(current, state.countdown),
      // What was chosen here holds until the till itself names another language.
      language: before?.app.language === next.app.language ? state.language : next.app.language,
      ...(started ? { starting: null } : {}),
      ...(taken ? { entry: EMPTY, sale: null } : {}),
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
