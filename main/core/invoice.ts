/**
 * Invoices to a customer's telephone (Kaspi 4.6): the number is checked and masked, a second invoice for the same
 * telephone and amount is caught, and one is taken back by the bank's word. The whole number and name are kept nowhere.
 */
import { appError, type Result } from "../../contract/errors.ts";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { Minor } from "../../contract/money.ts";
import type { CancelAnswer } from "./bank.ts";
import { answered, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import type { PaymentRow } from "./payment.ts";
import { HttpFailure, type CallRow, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { DAY, type PaymentEvent } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";
import { createTurn } from "./turn.ts";

/** The bank's own limit for a device (Kaspi 4.6.1, Q-43). */
const LOOKUPS = 50;
const LOOKUP_WINDOW = 60_000;
const NAME_LENGTH = 40;
const REVIEWED = 200;

export interface Invoices {
  /**
   * Asks the bank whose number it is. Counted before it is sent, and never queued: above 50 in 60 s it answers
   * `lookup_limit` {seconds}. `bad_phone`, `not_supported`, `not_ready`, `journal_unavailable` and the bank's words.
   */
  lookUp(input: CommandInput<"payments.lookUp">): Promise<Result<CommandOutput["payments.lookUp"]>>;
  /** The newest invoice of the last 24 h to this telephone over this amount whose answer was lost; else null. */
  lostTwin(phoneMac: string, minor: Minor): Promise<PaymentRow | null>;
  /**
   * Asks the bank to take an invoice back (Kaspi 4.6.3): once, journaled first; who asks meanwhile waits for the same
   * answer. Only the bank's word changes the state. Rejects when the journal refuses.
   */
  takeBack(live: Live): Promise<void>;
}

/** Makes the invoice desk of one till. */
export function createInvoices(ports: Ports, providers: Providers, runner: Runner): Invoices {
  const { clock, journal } = ports;
  /** Monotonic times of the look-ups of the last minute, by profile. */
  const counted = new Map<string, number[]>();
  const inTurn = createTurn();
  const takingBack = new Map<string, Promise<void>>();

  const metaName = (profileId: string): string => `lookups:${profileId}`;

  /** A wall clock that was set back makes an old look-up count as one of just now, never as one to come. */
  async function lookupsOf(profileId: string): Promise<number[]> {
    const now = clock.mono();
    let times = counted.get(profileId);
    if (!times) {
      const kept: number[] = JSON.parse((await journal.meta(metaName(profileId))) ?? "[]");
      times = kept.map((at) => now - Math.max(0, clock.now() - at));
    }
    const recent = times.filter((at) => now - at < LOOKUP_WINDOW);
    counted.set(profileId, recent);
    return recent;
  }

  /** Counts one look-up; answers how many are left, or how many seconds to wait. */
  async function count(profileId: string): Promise<Result<number>> {
    const times = await lookupsOf(profileId);
    const [oldest] = times;
    const now = clock.mono();
    if (times.length >= LOOKUPS && oldest !== undefined) {
      const seconds = String(Math.max(1, Math.ceil((oldest + LOOKUP_WINDOW - now) / 1000)));
      return { ok: false, error: appError("lookup_limit", { params: { seconds } }) };
    }
    times.push(now);
    const kept = JSON.stringify(times.map((at) => clock.now() - (now - at)));
    try {
      await runner.commit({ at: clock.now(), meta: { [metaName(profileId)]: kept } });
    } catch {
      return { ok: false, error: appError("journal_unavailable") };
    }
    return { ok: true, value: LOOKUPS - times.length };
  }

  async function askBack(live: Live): Promise<void> {
    const ctx = await providers.context(live.row.profileId);
    const call = providers.bank(live.row.provider)?.cancel?.(ctx, live.row);
    if (!call) return;
    const line = lineOf(ports, ctx, call, { paymentId: live.row.id, refundId: null });
    await runner.apply(live, { kind: "takeBack" }, { calls: [line] });
    if (live.row.state !== "awaiting_payment") return;
    let event: PaymentEvent;
    let done: CallRow;
    try {
      const answer = await providers.send(ctx, call);
      event = toldBy(answer);
      done = answered(line, clock.now(), answer.kind === "word" ? "0" : answer.error.bankCode);
    } catch (error) {
      const failure = asFailure(error);
      const left = failure.reach !== "connect";
      event = left ? { kind: "takeBackLost" } : { kind: "takeBackRefused", error: failureError(failure) };
      done = unanswered(line, clock.now(), failure);
    }
    await runner.apply(live, event, { calls: [done] });
    if ((event.kind !== "word" && event.kind !== "silence") || live.row.state !== "awaiting_payment") return;
    // Neither taken back nor refused: one look at the status decides, and who paid meanwhile has paid.
    await runner.ask(live, true);
    if (live.row.state === "awaiting_payment") await runner.apply(live, { kind: "takeBackLost" });
  }

  return {
    takeBack(live) {
      const { id } = live.row;
      const asked = takingBack.get(id) ?? askBack(live).finally(() => takingBack.delete(id));
      takingBack.set(id, asked);
      return asked;
    },
    async lookUp({ provider: name, phone: text }) {
      const provider = providers.find(name);
      if (!provider) return { ok: false, error: appError("not_configured", { params: { provider: name } }) };
      const { bank, settings } = provider;
      if (!bank.client || !bank.phoneOf || !bank.methods(settings.profile).includes("invoice"))
        return { ok: false, error: appError("not_supported") };
      const phone = bank.phoneOf(text);
      if (phone === null) return { ok: false, error: appError("bad_phone") };
      const unready = providers.reason(name);
      if (unready)
        return {
          ok: false,
          error: appError("not_ready", { params: { reason: unready.code }, remedy: unready.remedy }),
        };
      const left = await inTurn(() => count(settings.profile.id));
      if (!left.ok) return left;
      const ctx = await providers.context(settings.profile.id);
      try {
        const answer = await providers.send(ctx, bank.client(ctx, phone));
        if (answer.kind !== "client") return { ok: false, error: answer.error };
        return { ok: true, value: { name: maskName(answer.name), phone: maskPhone(phone), left: left.value } };
      } catch (error) {
        if (error instanceof HttpFailure) return { ok: false, error: failureError(error) };
        throw error;
      }
    },
    async lostTwin(phoneMac, minor) {
      const since = clock.now() - DAY;
      const reviewed = await journal.payments({ state: "needs_review", fromMs: since, limit: REVIEWED });
      // Whatever a person has decided meanwhile: it may still stand on the customer's telephone.
      const fits = ({ state, minor: sum, detail, createdAt }: PaymentRow): boolean =>
        state === "needs_review" && sum === minor && detail.phoneMac === phoneMac && createdAt > since;
      const live = [...runner.all()].map(({ row }) => row);
      return [...live, ...reviewed].filter(fits).toSorted((a, b) => b.seq - a.seq)[0] ?? null;
    },
  };
}

function toldBy(answer: CancelAnswer): PaymentEvent {
  if (answer.kind === "word") return { kind: "word", word: answer };
  return answer.kind === "refused" ? { kind: "takeBackRefused", error: answer.error } : { kind: "silence" };
}

/** "Айгуль Сериковна Ким" -> "Айгуль С. К.": enough to ask the customer, too little to know him by. */
export function maskName(name: string): string {
  const [first = "", ...rest] = name
    .normalize("NFC")
    .split(/[\s\p{C}]+/u)
    .filter((word) => word !== "");
  const shown = Array.from(first).slice(0, NAME_LENGTH).join("");
  const initials = rest.map((word) => `${Array.from(word)[0]?.toLocaleUpperCase("ru") ?? ""}.`);
  return [shown, ...initials]
    .join(" ")
    .slice(0, NAME_LENGTH * 2)
    .trim();
}

/** "87077777777" -> "+7 707 ••• 77 77". Takes a number in a bank's own form; its last ten digits count. */
export function maskPhone(phone: string): string {
  const digits = phone.replaceAll(/\D/g, "").slice(-10);
  return `+7 ${digits.slice(0, 3)} ••• ${digits.slice(6, 8)} ${digits.slice(8)}`;
}
