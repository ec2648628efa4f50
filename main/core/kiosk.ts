/**
 * A screen that a customer stands alone at (modes `kiosk` and `vending`): what it may send while nobody has unlocked it, what it
 * sells, when it is out of service, and what is forgotten when he has gone. The page rests by itself; what is here is for a page
 * that is dead, or lies.
 */
import { PUBLIC_COMMANDS, type CommandInput, type CoreCommandName } from "../../contract/commands.ts";
import { appError, type AppError } from "../../contract/errors.ts";
import { isUnattended } from "../../contract/kiosk.ts";
import type { KioskView, Snapshot } from "../../contract/snapshot.ts";
import { isOpen, type Language } from "../../contract/states.ts";
import { GOODS_ACTOR, holdsTill } from "./goods.ts";
import type { Actor, People } from "./index.ts";
import type { PaymentRow } from "./payment.ts";
import type { Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { Refunds } from "./refunds.ts";
import type { RefundRow } from "./refund.ts";
import type { Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { currentOf } from "./snapshot.ts";
import { isoTime } from "./time.ts";

/** A cause that is gone again so soon is not shown. */
const OUT_AFTER = 3_000;
/** The page leaves a result by itself; so long after that it is dead. */
const FAILSAFE = 60_000;
/** The support code of money that was given back stays that long (design U36). */
const CODE_STAYS = 60_000;
/** What nobody knows is not left to the next customer. */
const DOUBT_STAYS = 120_000;
const JOURNAL_AGAIN = 5_000;

const PUBLIC: ReadonlySet<CoreCommandName> = new Set(PUBLIC_COMMANDS);
/** What a locked screen may name in a request: the bank, the products and their price. */
const FIELDS: ReadonlySet<string> = new Set(["amount", "provider", "method", "currency", "items"]);

export interface KioskDesk {
  /** A customer stands alone at this screen. */
  locked(): boolean;
  /** Why a locked screen may not send this; null where it may, or where the command is not from it. */
  refusal(actor: Actor, command: CoreCommandName, input: unknown): AppError | null;
  /** null: there is a cashier. */
  view(): KioskView | null;
  /** What the customer has chosen; null: nothing. */
  language(): Language | null;
  choose(language: Language): void;
  /** The customer has gone. Nothing happens while a payment, its goods or a refund of his is under way. */
  rest(): Promise<void>;
  /** Something has changed. */
  sync(): void;
}

export interface KioskParts {
  readonly ports: Pick<Ports, "clock" | "machine" | "log">;
  readonly schedule: Schedule;
  readonly settings: Settings;
  readonly people: Pick<People, "unlocked">;
  readonly providers: Pick<Providers, "reason">;
  readonly runner: Pick<Runner, "all" | "live" | "apply" | "journalDownSince">;
  readonly refunds: Pick<Refunds, "onScreen" | "dismiss">;
  changed(): void;
}

/** Makes the unattended screen of one till; in the other modes it does nothing. */
export function createKiosk(parts: KioskParts): KioskDesk {
  const { ports, schedule, settings, people, providers, runner, refunds } = parts;
  const { clock, machine, log } = ports;
  const isAlone = isUnattended(settings.mode);
  let chosen: Language | null = null;
  let out: { readonly error: AppError; readonly since: number; readonly mono: number } | null = null;
  /** What stands on the screen and will be put away. */
  let leaving: string | null = null;

  const locked = (): boolean => isAlone && !people.unlocked();
  const current = (): PaymentRow | null => currentOf(runner.all())?.row ?? null;
  const refund = (): RefundRow | null => (current() === null ? refunds.onScreen() : null);

  // ---- what a locked screen may ----

  function refusal(actor: Actor, command: CoreCommandName, input: unknown): AppError | null {
    if (actor.kind !== "person" || !locked()) return null;
    if (!PUBLIC.has(command)) return appError("forbidden");
    switch (command) {
      case "payments.create":
        return requestRefusal((input as CommandInput<"payments.create">).request);
      case "payments.renew":
        return renewRefusal((input as CommandInput<"payments.renew">).id);
      case "payments.cancel":
      case "payments.refresh":
      case "payments.dismiss":
        return current()?.id === (input as { readonly id: string }).id ? null : appError("not_found");
      case "refunds.cancel":
      case "refunds.refresh":
      case "refunds.dismiss":
        return isHis((input as { readonly id: string }).id) ? null : appError("not_found");
      default:
        return null;
    }
  }

  const isHis = (id: string): boolean => {
    const shown = refund();
    return shown?.id === id && shown.actor === GOODS_ACTOR;
  };

  function requestRefusal(request: CommandInput<"payments.create">["request"]): AppError | null {
    if (Object.keys(request).some((field) => !FIELDS.has(field)) || (request.method ?? "qr") !== "qr")
      return appError("forbidden");
    if (request.items === undefined)
      return appError("bad_request", { params: { field: "items", problem: "is missing" } });
    return isMachineDown() ? appError("machine_down") : null;
  }

  /** The price of what a program has asked for is its own, so that it has to ask anew. */
  function renewRefusal(id: string): AppError | null {
    const shown = current();
    const row = shown?.replaces === id ? shown : (runner.live(id)?.row ?? null);
    if (row === null || (shown?.id !== id && shown?.replaces !== id)) return appError("not_found");
    if (!row.actor.startsWith("person:") || row.detail.items.length === 0) return appError("not_supported");
    return isMachineDown() ? appError("machine_down") : null;
  }

  const isMachineDown = (): boolean => settings.mode === "vending" && machine.state() === "down";

  // ---- out of service ----

  function cause(): AppError | null {
    if (runner.journalDownSince() !== null) return appError("journal_unavailable");
    const [first, ...others] = settings.providers.map(({ name }) => providers.reason(name));
    if (first === undefined) return appError("not_configured", { params: { provider: "" } });
    if (first !== null && !others.includes(null)) return first;
    return isMachineDown() ? appError("machine_down") : null;
  }

  function look(): void {
    const error = cause();
    if (error === null) {
      out = null;
      return schedule.cancel("kiosk-out");
    }
    const isNew = out === null;
    out = { since: clock.now(), mono: clock.mono(), ...out, error };
    if (isNew) schedule.set("kiosk-out", out.mono + OUT_AFTER, parts.changed);
  }

  /** Never over a sale: between two customers alone. */
  function outOfService(): KioskView["outOfService"] {
    const isShown = out !== null && clock.mono() - out.mono >= OUT_AFTER && current() === null && refund() === null;
    return out !== null && isShown ? { since: isoTime(out.since, settings.timezone), reason: out.error } : null;
  }

  // ---- the customer has gone ----

  /** How long (milliseconds) what stands on the screen may stay; null: for as long as it takes. */
  function staying(): { readonly what: string; readonly ms: number } | null {
    const settledMs = settings.screen.autoReturnSeconds * 1000 + FAILSAFE;
    const row = current();
    if (row !== null) {
      if (canComplete(row)) return null;
      const goods = row.fulfilment?.state ?? null;
      const what = [row.id, row.state, goods, row.detail.refundedMinor].join(" ");
      if (row.state === "in_doubt" || row.state === "needs_review" || goods === "unknown")
        return { what, ms: DOUBT_STAYS };
      return { what, ms: goods === "not_given" ? settledMs + CODE_STAYS : settledMs };
    }
    const back = refund();
    if (back === null || isUnderWay(back)) return null;
    return { what: [back.id, back.state].join(" "), ms: back.settled ? settledMs + CODE_STAYS : DOUBT_STAYS };
  }

  function follow(): void {
    const stays = locked() ? staying() : null;
    const what = stays?.what ?? null;
    if (what !== leaving) {
      leaving = what;
      if (stays === null) schedule.cancel("kiosk-leave");
      else schedule.set("kiosk-leave", clock.mono() + stays.ms, leave);
    }
    if (chosen === null || current() !== null || refund() !== null) schedule.cancel("kiosk-language");
    else if (!isCounting) idle();
    isCounting = chosen !== null && current() === null && refund() === null;
  }

  /** The language that a customer has chosen, and then gone away from, is being counted down. */
  let isCounting = false;

  function idle(): void {
    const ms = settings.screen.idleSeconds * 1000 + FAILSAFE;
    schedule.set("kiosk-language", clock.mono() + ms, () => void rest().catch(() => undefined));
  }

  function leave(): void {
    log.warn("kiosk.left", { what: leaving });
    rest().catch(() => schedule.set("kiosk-leave", clock.mono() + JOURNAL_AGAIN, leave));
  }

  async function rest(): Promise<void> {
    if (!isAlone) return;
    const row = current();
    const back = refund();
    if (row !== null && canComplete(row)) return;
    if (back !== null && isUnderWay(back)) return;
    if (chosen !== null) {
      chosen = null;
      parts.changed();
    }
    const live = row === null ? undefined : runner.live(row.id);
    if (live) await runner.apply(live, { kind: "dismiss" });
    if (back === null) return;
    const done = await refunds.dismiss(back.id);
    if (!done.ok && done.error.code === "journal_unavailable") throw new Error("the journal refuses");
  }

  return {
    locked,
    refusal,
    view() {
      if (!isAlone) return null;
      const { catalogue, voice, elsewhere } = settings.kiosk;
      return {
        catalogue: catalogue.map(({ price, ...product }) => ({ ...product, minor: price })),
        voice,
        elsewhere,
        outOfService: outOfService(),
      };
    },
    language: () => chosen,
    choose(language) {
      chosen = language;
      isCounting = false;
      parts.changed();
    },
    rest,
    sync() {
      if (!isAlone) return;
      look();
      follow();
    },
  };
}

/** The customer may still pay, or still gets his goods. What nobody knows is asked about without him. */
function canComplete(row: PaymentRow): boolean {
  return (isOpen(row) && row.state !== "in_doubt") || holdsTill(row);
}

function isUnderWay({ state }: RefundRow): boolean {
  return state === "creating" || state === "awaiting_scan" || state === "choosing" || state === "sending";
}

/** A snapshot with nothing in it but the sale of the customer who stands here; `isHis`: the refund on the screen is his. */
export function lockedView(snapshot: Snapshot, isHis: boolean): Snapshot {
  const { current, refund } = snapshot;
  return {
    ...snapshot,
    lastProvider: null,
    current: current === null ? null : { ...current, resolution: null },
    refund: isHis ? refund : null,
    parked: [],
    watched: 0,
    banners: [],
    inDoubt: { count: 0, since: null, announce: false },
  };
}
