import type { Banner, BannerKind, PaymentView, Snapshot } from "../contract/snapshot.ts";
import { isPostedMethod } from "../contract/states.ts";
import type { PaymentState, RefundState } from "../contract/states.ts";

export type Cue = "scanned" | "paid" | "no" | "attention";

const OF_STATE: Partial<Record<PaymentState, Cue>> = {
  awaiting_confirmation: "scanned",
  awaiting_3ds: "scanned",
  authorized: "attention",
  paid: "paid",
  verified: "scanned",
  declined: "no",
  expired: "no",
  failed: "no",
  in_doubt: "attention",
  needs_review: "attention",
};

const OF_REFUND: Partial<Record<RefundState, Cue>> = {
  choosing: "scanned",
  refunded: "paid",
  recorded: "paid",
  failed: "no",
  expired: "no",
  in_doubt: "attention",
  not_executed: "attention",
  needs_review: "attention",
};

const OF_BANNER: Partial<Record<BannerKind, Cue>> = {
  late: "paid",
  offline: "attention",
  journal: "attention",
  "in-doubt": "attention",
  "double-paid": "attention",
  contradiction: "attention",
  chain: "attention",
};

/** Late money that is no shop's yet, held or sent from card to card, calls somebody; it is not the joy of a paid sale. */
const cueOfBanner = ({ kind, payment }: Banner): Cue | undefined =>
  kind === "late" && payment && (payment.state !== "paid" || payment.kind !== "sale") ? "attention" : OF_BANNER[kind];

/** A code that does not fit its sale, shown with a warning. */
const isDoubtedCode = ({ state, error }: PaymentView): boolean =>
  state === "awaiting_scan" && error?.code === "qr_mismatch";

/** Two rising notes are money for the shop, and a knock that a customer is awaited: a transfer is not the one, the bank not the other. */
function cueOfPayment(payment: PaymentView): Cue | undefined {
  const { state, kind, method } = payment;
  if (isDoubtedCode(payment)) return "attention";
  if (state === "paid" && kind !== "sale") return "scanned";
  if (state === "awaiting_confirmation" && isPostedMethod(method)) return undefined;
  return OF_STATE[state];
}

/** What the change from one snapshot to the next sounds like: one cue at most, the sale or refund on the screen first. */
export function cueOf(before: Snapshot, next: Snapshot): Cue | null {
  const { current, refund } = next;
  if (current && (current.id !== before.current?.id || current.state !== before.current.state)) {
    const cue = cueOfPayment(current);
    if (cue) return cue;
  }
  if (refund && (refund.id !== before.refund?.id || refund.state !== before.refund.state)) {
    const cue = OF_REFUND[refund.state];
    if (cue) return cue;
  }
  const known = new Set(before.banners.map(({ id }) => id));
  // What leaves the screen in doubt becomes a banner: it has been heard already.
  const left = new Set([before.current?.id, before.refund?.id]);
  const heard = (id: string | undefined): boolean => id !== undefined && left.has(id);
  const cues = next.banners
    .filter(
      (banner) =>
        !known.has(banner.id) && !(banner.kind === "in-doubt" && heard(banner.payment?.id ?? banner.refund?.id)),
    )
    .map(cueOfBanner);
  return cues.find((cue) => cue === "paid") ?? cues.find((cue) => cue !== undefined) ?? null;
}

/** Frequency in Hz, start and length in seconds (design, "Sound"). */
const NOTES: Record<
  Cue,
  {
    readonly type: OscillatorType;
    readonly gain: number;
    readonly notes: readonly (readonly [number, number, number])[];
  }
> = {
  scanned: { type: "sine", gain: 0.5, notes: [[190, 0, 0.06]] },
  paid: {
    type: "triangle",
    gain: 0.35,
    notes: [
      [784, 0, 0.06],
      [1175, 0.06, 0.08],
    ],
  },
  no: {
    type: "triangle",
    gain: 0.3,
    notes: [
      [392, 0, 0.08],
      [294, 0.09, 0.09],
    ],
  },
  attention: {
    type: "triangle",
    gain: 0.35,
    notes: [
      [247, 0, 0.09],
      [247, 0.11, 0.09],
    ],
  },
};

/** A cue that could only start later than this would belong to another moment (design U17). */
const IN_TIME_MS = 150;

let context: AudioContext | null = null;
let endsAt = 0;

/** Where a voice plays, and when on its clock the last cue is over: the two never sound at once. null: nothing woke it yet. */
export const soundAt = (): { readonly audio: AudioContext; readonly quietAt: number } | null =>
  context && { audio: context, quietAt: endsAt };

/** Wakes the sound at a touch: browsers keep it silent until there was one. */
export function wakeSound(): void {
  context ??= new AudioContext({ latencyHint: "interactive" });
  if (context.state === "suspended") void context.resume().catch(() => undefined);
}

/** Plays a cue now, or not at all. */
export async function play(cue: Cue): Promise<void> {
  const asked = performance.now();
  try {
    wakeSound();
    if (!context) return;
    if (context.state !== "running") await context.resume();
    if (performance.now() - asked > IN_TIME_MS) return;
    const { type, gain, notes } = NOTES[cue];
    endsAt = context.currentTime + Math.max(...notes.map(([, from, length]) => from + length));
    for (const [frequency, from, length] of notes)
      note(context, type, frequency, context.currentTime + from, length, gain);
  } catch {
    // A till without a sound card takes money all the same.
  }
}

function note(
  audio: AudioContext,
  type: OscillatorType,
  frequency: number,
  at: number,
  length: number,
  loud: number,
): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = type;
  tone.frequency.value = frequency;
  // Both ends of a note at zero volume, or it clicks.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(loud, at + 0.006);
  volume.gain.exponentialRampToValueAtTime(0.001, at + length);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + length);
}
