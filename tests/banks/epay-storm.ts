/** What ePay's storms are made of: one bank, one till, bad weather, and a process that dies. */
import type { EpayOptions } from "../../simulator/index.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock, type ScaledClock } from "../support/scaled-clock.ts";
import { startEpaySide, type EpaySide } from "./epay-side.ts";
import { chanceOf, type Chance } from "./halyk-storm.ts";
import { inTurn, SECOND } from "./scene.ts";

const SCALE = 40;

export interface EpayStorm {
  readonly seed: number;
  readonly clock: ScaledClock;
  readonly side: EpaySide;
  readonly till: RealDesk;
  readonly chance: Chance;
  /** The process dies and comes back; one death after the other. */
  die(): Promise<void>;
}

/** What this bank is like, drawn once for a storm. */
function weatherOf(draw: Chance): EpayOptions {
  return {
    scheme: draw.one(["sms", "dms"] as const),
    expiresIn: draw.one(["number", "text"] as const),
    tokenSeconds: draw.one([7_200, 1_200, 900, 300]),
    keyForm: draw.one(["spki-line", "spki-as-pkcs1", "pkcs1", "spki"] as const),
    statusLagMs: draw.one([0, 0, 3, 20, 90]) * SECOND,
    decideMs: draw.one([0, 0, 4, 45, 400]) * SECOND,
    undecided: draw.one(["NEW", "107"] as const),
    rejectedAs: draw.one(["transaction", "transaction", "101"] as const),
    errorStatus: draw.one([400, 200] as const),
    challengeStatus: draw.one(["3D", "NEW", "FINGERPRINT"] as const),
    saved3ds: draw.happens(0.4),
    confirmAnswer: draw.one(["json", "redirect"] as const),
    operationAnswer: draw.one(["empty", "json"] as const),
  };
}

export async function openEpayStorm(seed: number): Promise<EpayStorm> {
  const clock = scaledClock(SCALE);
  const chance = chanceOf(seed);
  const cyrillicCryptogram = String(chance.of(1).happens(0.3));
  const side = await startEpaySide(clock, { simulator: weatherOf(chance.of(0)), options: { cyrillicCryptogram } });
  const till = await openRealDesk({ clock, bank: side, min: 1 });
  let last: Promise<void> = Promise.resolve();
  const die = (): Promise<void> => (last = last.then(() => till.restart()));
  return { seed, clock, side, till, chance, die };
}

/** A whole storm, from opening to closing. */
export async function weathered(seed: number, run: (storm: EpayStorm) => Promise<void>): Promise<void> {
  const storm = await inTurn(() => openEpayStorm(seed));
  try {
    await run(storm);
  } finally {
    storm.clock.stop();
    await Promise.all([storm.till.close(), storm.side.stop()]);
  }
}

/** It dies at any time while `goesOn`. */
export async function kills({ clock, chance, die }: EpayStorm, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(900);
  for (;;) {
    await clock.sleep(draw.from(60, 300) * SECOND + draw.from(0, 1000));
    if (!goesOn()) return;
    await die();
  }
}

/** The bank cannot be reached at all for a while, now and then. */
export async function outages({ clock, side: { simulator }, chance }: EpayStorm, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(901);
  for (;;) {
    await clock.sleep(draw.from(60, 300) * SECOND);
    if (!goesOn()) return;
    await simulator.down();
    await clock.sleep(draw.from(2, 25) * SECOND);
    await simulator.up();
  }
}
