/**
 * The banks' event streams. A message is a hint and never a result: all it does is to have the bank asked at once about
 * a payment that is ours. Whatever else comes, twice, late, forged or broken, changes nothing and costs next to nothing.
 */
import type { Provider } from "../../contract/states.ts";
import type { Hint } from "./bank.ts";
import type { PaymentRow } from "./payment.ts";
import type { EventSource, Ports, Profile } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { isAskedByTimer, isWorthAsking } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";
import type { Settings } from "./settings.ts";

/** A bill has a handful of statuses; more than these without any change at the bank are somebody's noise. */
const RAWS_PER_PAYMENT = 8;
/** Payments whose statuses, and numbers whose strangeness, are remembered. */
const REMEMBERED = 1_000;
const RAW_LENGTH = 64;
/** Look-ups in the journal, for numbers that are not on the till now: so many at once, then one for each pause. */
const LOOKS = 10;
const LOOK_PAUSE = 2_000;

export interface Hints {
  /** Listens for every provider that has an event stream. */
  start(): void;
  /** Whether hints can be counted on for payments of this profile: their polls may be rare. */
  isUp(profileId: string): boolean;
  /** `off` where no stream is set up. */
  state(provider: Provider): "off" | "up" | "down";
  /** Ends listening; nothing is asked afterwards. */
  stop(): Promise<void>;
}

export interface HintsOptions {
  readonly ports: Pick<Ports, "clock" | "events" | "journal" | "log">;
  readonly settings: Settings;
  readonly providers: Pick<Providers, "bank">;
  readonly runner: Pick<Runner, "all" | "live" | "adoptOld" | "ask" | "hurry" | "repace">;
}

/** Makes the listener of one till. Nothing is opened before `start`. */
export function createHints({ ports, settings, providers, runner }: HintsOptions): Hints {
  const { clock, journal, log } = ports;
  const sources: EventSource[] = [];
  /** By profile. */
  const up = new Map<string, boolean>();
  const heard = new Map<string, { readonly version: number; readonly raws: Set<string> }>();
  const strange = new Set<string>();
  let looks = LOOKS;
  let looksAt = clock.mono();
  let stopped = false;

  function listen(profile: Profile): void {
    up.set(profile.id, false);
    sources.push(
      ports.events.listen(profile.id, {
        message: (text) => message(profile, text),
        health: (healthy) => health(profile, healthy),
      }),
    );
  }

  function health(profile: Profile, healthy: boolean): void {
    if (stopped || up.get(profile.id) === healthy) return;
    up.set(profile.id, healthy);
    runner.repace();
    if (!healthy) return;
    // What happened between the last answer and the first message is in no message: one more question at the usual pace.
    for (const live of runner.all())
      if (live.row.profileId === profile.id && isAskedByTimer(live.row)) void runner.ask(live);
  }

  function message(profile: Profile, text: string): void {
    if (stopped) return;
    const hint = providers.bank(profile.provider)?.hint?.(profile, text) ?? null;
    if (hint === null || (hint.bankId === null && hint.invoiceId === null)) return;
    for (const live of runner.all()) if (isAbout(hint, profile, live.row)) return hurry(live, hint);
    void lookBack(profile, hint);
  }

  /** At most one question for each status between two changes of the payment: a forged one must not use up the true one. */
  function hurry(live: Live, hint: Hint): void {
    if (isWorthAsking(live.row) && isNews(live.row, hint.raw)) runner.hurry(live, hint.raw);
  }

  function isNews({ id, version }: PaymentRow, raw: string): boolean {
    const last = heard.get(id);
    const raws = last?.version === version ? last.raws : new Set<string>();
    const short = raw.slice(0, RAW_LENGTH);
    if (raws.has(short) || raws.size >= RAWS_PER_PAYMENT) return false;
    if (!last) bounded(heard);
    heard.set(id, { version, raws: raws.add(short) });
    return true;
  }

  /** One that is in the journal alone is over: it is asked about only if the bank seems to have changed its mind. */
  async function lookBack(profile: Profile, hint: Hint): Promise<void> {
    const number = JSON.stringify([profile.id, hint.bankId, hint.invoiceId]);
    if (strange.has(number) || !mayLook()) return;
    bounded(strange);
    strange.add(number);
    try {
      const row = await find(profile, hint);
      if (row === null || stopped) return;
      strange.delete(number);
      const live = runner.live(row.id);
      if (live) return hurry(live, hint);
      if (isWorthAsking(row) && isNews(row, hint.raw)) runner.hurry(runner.adoptOld(row), hint.raw);
    } catch (error) {
      log.warn("hint.look.failed", { provider: profile.provider, detail: String(error) });
    }
  }

  async function find(profile: Profile, hint: Hint): Promise<PaymentRow | null> {
    const { bankId, invoiceId } = hint;
    const found = [
      ...(bankId === null ? [] : await journal.payments({ bankId, limit: 5 })),
      ...(invoiceId === null ? [] : await journal.payments({ invoiceId, limit: 5 })),
    ];
    return found.find((row) => isAbout(hint, profile, row)) ?? null;
  }

  function mayLook(): boolean {
    const now = clock.mono();
    const gained = Math.floor((now - looksAt) / LOOK_PAUSE);
    if (gained > 0) {
      looks = Math.min(LOOKS, looks + gained);
      looksAt += gained * LOOK_PAUSE;
    }
    if (looks === 0) return false;
    looks -= 1;
    return true;
  }

  return {
    start() {
      for (const { name, profile, events } of settings.providers)
        if (events && providers.bank(name)?.hint) listen(profile);
    },
    isUp: (profileId) => !stopped && up.get(profileId) === true,
    state(provider) {
      const found = settings.providers.find(({ name }) => name === provider);
      const healthy = found && up.get(found.profile.id);
      return healthy === undefined ? "off" : healthy ? "up" : "down";
    },
    async stop() {
      stopped = true;
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

/**
 * Also a payment of an earlier profile of the same bank. The bank's number decides where both sides have it; our own
 * number stands in for it while the creation is on its way or its answer was lost.
 */
function isAbout({ bankId, invoiceId }: Hint, profile: Profile, row: PaymentRow): boolean {
  if (row.provider !== profile.provider) return false;
  if (bankId !== null && row.bankId !== null) return bankId === row.bankId;
  return invoiceId !== null && invoiceId === row.detail.invoiceId;
}

/** Room for one more: the oldest is forgotten. */
function bounded(memory: Map<string, unknown> | Set<string>): void {
  const [oldest] = memory.keys();
  if (memory.size >= REMEMBERED && oldest !== undefined) memory.delete(oldest);
}
