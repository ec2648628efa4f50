/** What people and programs may do with refunds, and what the till refuses: contract section 3, "A refund". */
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import { formatMoney, parseAmount, type Minor } from "../../contract/money.ts";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { Refund } from "../../contract/refund.ts";
import type { DoubtCause } from "../../contract/review.ts";
import type { RefundView } from "../../contract/snapshot.ts";
import { refundDoubtOf } from "./doubt.ts";
import { GOODS_ACTOR } from "./goods.ts";
import type { People } from "./index.ts";
import { askPage, BAD_CURSOR, cutPage } from "./page.ts";
import type { Resolution } from "./payment.ts";
import type { Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { purchaseKeyOf } from "./refund-bank.ts";
import { lookAt } from "./refund-look.ts";
import { toRefund, toRefundView } from "./refund-present.ts";
import { GIVE_UP, LAST_READING } from "./refund-readings.ts";
import { isBeforeSending, isHeld, isTreated, type Intent } from "./refund-reduce.ts";
import { createRefundRequests, SENIORS } from "./refund-request.ts";
import { createRefundRunner, type LiveRefund } from "./refund-runner.ts";
import { createRefundSender } from "./refund-send.ts";
import type { KnownPurchase, RefundRow } from "./refund.ts";
import type { Live, Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";
import { within } from "./within.ts";

/** `POST /refunds` and a choice answer after this long if the bank has not spoken. */
const ANSWER_WITHIN = 5_000;
const REFRESH_WITHIN = 10_000;
const PAGE = 50;

export interface Refunds {
  create(actor: string, input: CommandInput<"refunds.create">): Promise<Result<CommandOutput["refunds.create"]>>;
  get(id: string): Promise<Result<Refund>>;
  list(query: CommandInput<"refunds.list">): Promise<Result<CommandOutput["refunds.list"]>>;
  select(actor: string, input: CommandInput<"refunds.select">): Promise<Result<Refund>>;
  cancel(id: string): Promise<Result<Refund>>;
  refresh(id: string): Promise<Result<Refund>>;
  dismiss(id: string): Promise<Result<Refund>>;
  look(input: CommandInput<"refunds.look">): Promise<Result<CommandOutput["refunds.look"]>>;
  /** Reads what is unfinished from the journal and journals what the restart means for it. Nothing is sent. */
  recover(): Promise<void>;
  /** Schedules the first questions; after this the window may show. */
  begin(): void;
  /** Network is back, machine woke up: readings that are due are taken at once. */
  wake(): void;
  /** The refund on the screen; null where a payment stands, or nothing. */
  current(): RefundView | null;
  /** The same as it was committed last. */
  onScreen(): RefundRow | null;
  /** Whether it begins with the customer's scan. */
  asksCustomer(id: string): boolean;
  /** What nobody knows, wherever it stands. */
  doubted(): readonly DoubtedRefund[];
  /** A named person's decision. False where there was nothing to decide any more. Rejects when the journal refuses. */
  resolve(id: string, resolution: Resolution, matter: string): Promise<boolean>;
  /** Those of them that have left the screen. */
  undecided(): readonly RefundView[];
  /**
   * A refund that a payment must not push from the screen: `choosing` or `sending` there, and a code for goods that were not
   * given, which is made once.
   */
  holdsScreen(): RefundRow | null;
  /** A payment takes the screen: a refund code that waits for its scan is given up, a result is put away. */
  leaveScreen(): Promise<void>;
  /** Unsettled ones as the till API shows them. */
  open(): readonly Refund[];
  /** One at exactly this version, with the purchases that the journal's own event leaves out; null when it has gone on. */
  at(id: string, version: number): Refund | null;
  /**
   * Begins the refund of a sale whose goods were not given; refuses as `create` does, and with `not_finished` what needs the
   * customer who has gone (`isAlone`).
   */
  giveBack(sale: Live, isAlone: boolean): Promise<Result<null>>;
  /** The refund as it was committed last; null: there is none. */
  row(id: string): Promise<RefundRow | null>;
  /** One that is in the journal alone though it has not ended: as after a restart. */
  takeUp(id: string): Promise<void>;
  /** Nothing is sent afterwards; what is being written is waited for. */
  stop(): Promise<void>;
}

export interface RefundParts {
  readonly ports: Ports;
  readonly schedule: Schedule;
  readonly settings: Settings;
  readonly providers: Providers;
  readonly runner: Runner;
  readonly people: People;
  /** A payment on this till is open: its screen is not free for a refund code. */
  readonly openPayment: () => { readonly number: string } | null;
  /** A commit has been made; the screen and the event stream may be told. */
  readonly changed: (head: number) => void;
}

type Refusal = Extract<Result<never>, { ok: false }>;

/** A refund that nobody knows the end of. */
export interface DoubtedRefund {
  readonly row: RefundRow;
  readonly cause: DoubtCause;
  readonly view: RefundView;
  /** The till is still finding out by itself. */
  readonly isBeingFound: boolean;
  readonly canAsk: boolean;
  /** It is read by itself until then (epoch milliseconds); null: on request alone. */
  readonly asksUntil: number | null;
}

/** Makes the refund desk of one till. */
export function createRefunds(parts: RefundParts): Refunds {
  const { ports, settings, people } = parts;
  const { clock, journal } = ports;
  const { timezone } = settings;
  const refunds = createRefundRunner(parts, scanned);
  const sender = createRefundSender(parts, refunds);
  const requests = createRefundRequests(parts, refunds, sender, { show, allow, onScreen: () => [...shown()] });

  function show(row: RefundRow): Refund {
    return toRefund(row, timezone);
  }

  function refuse(error: AppError, row?: RefundRow | null): Refusal {
    return { ok: false, error, ...(row ? { refund: show(row) } : {}) };
  }

  const accept = ({ row }: LiveRefund): Result<Refund> => ({ ok: true, value: show(row) });

  const rowOf = async (id: string): Promise<RefundRow | null> => refunds.live(id)?.row ?? (await journal.refund(id));

  /** Whose word stands behind an amount: null where none is needed, else the person with this PIN, or why not. */
  async function allow(actor: string, amount: Minor, pin: string | undefined): Promise<Result<string | null>> {
    const limit = settings.refundPinAbove;
    if (limit === null || amount <= limit || !actor.startsWith("person:")) return { ok: true, value: null };
    if (pin === undefined) return refuse(appError("pin_needed", { params: { limit: formatMoney(limit) } }));
    const person = await people.identify(pin, SENIORS);
    return person.ok ? { ok: true, value: person.value.name } : person;
  }

  // ---- choosing ----

  /** With a purchase named beforehand nothing is left to choose, if it is among the customer's. */
  function scanned(live: LiveRefund): void {
    const { purchaseId, operations } = live.row.detail;
    const { minor } = live.row;
    const wanted = operations.find((purchase) => purchase.id === purchaseId);
    if (wanted && minor !== null) sender.attempt(live, intentOf(live.row, wanted, minor, live.row.detail.by));
  }

  function intentOf(row: RefundRow, purchase: KnownPurchase, minor: Minor, by: string | null): Intent {
    return {
      purchaseId: purchase.id,
      purchaseKey: purchaseKeyOf(row, purchase.id),
      purchaseMinor: purchase.minor,
      purchaseAt: purchase.at,
      paymentId: purchase.paymentId,
      saleNumber: purchase.number,
      minor,
      by,
    };
  }

  async function select(
    actor: string,
    { id, operationId, amount, pin }: CommandInput<"refunds.select">,
  ): Promise<Result<Refund>> {
    const row = await rowOf(id);
    if (!row) return refuse(appError("not_found"));
    if (row.state !== "choosing" && row.state !== "not_executed")
      return refuse(appError(row.settled ? "already_final" : "not_finished"), row);
    const live = refunds.adopt(row);
    const minor = parseAmount(amount);
    if (minor === null || minor === 0) return refuse(appError("bad_amount"), row);
    refunds.touch(live);
    const purchase = await chosen(live.row, operationId, minor);
    if (!purchase) return refuse(appError("not_found"), live.row);
    const allowed = await allow(actor, minor, pin);
    if (!allowed.ok) return { ...allowed, refund: show(live.row) };
    const { begun, done } = sender.attempt(live, intentOf(live.row, purchase, minor, allowed.value));
    const stop = await begun;
    if (stop) return refuse(stop.error, stop.other ?? live.row);
    if (live.row.detail.heldUntil === null) await within(clock, done, ANSWER_WITHIN);
    return accept(live);
  }

  /**
   * The purchase that is meant: one the customer's scan has shown, or a paid sale of ours that is older than the ten the
   * bank lists (Q-40; whose it is the bank decides). Trying again is for the same purchase and amount alone.
   */
  async function chosen(row: RefundRow, operationId: string, minor: Minor): Promise<KnownPurchase | null> {
    if (row.state === "not_executed") {
      const { purchaseId, purchaseMinor, purchaseAt, saleNumber } = row.detail;
      if (purchaseId !== operationId || row.minor !== minor) return null;
      return {
        id: purchaseId,
        minor: purchaseMinor ?? minor,
        at: purchaseAt,
        paymentId: row.paymentId,
        number: saleNumber,
      };
    }
    const listed = row.detail.operations.find((purchase) => purchase.id === operationId);
    if (listed) return listed;
    const [ours] = await refunds.codes.mark(row, [{ id: operationId, minor, at: null }]);
    const payment = ours?.paymentId == null ? null : await journal.payment(ours.paymentId);
    if (!ours || payment?.state !== "paid") return null;
    return { ...ours, minor: payment.minor, at: payment.createdAt };
  }

  // ---- the screen ----

  function* shown(): Iterable<LiveRefund> {
    for (const live of refunds.all()) if (live.row.detail.onScreen && !live.row.detail.dismissed) yield live;
  }

  function newest(): LiveRefund | null {
    return [...shown()].toSorted((a, b) => b.row.seq - a.row.seq)[0] ?? null;
  }

  function doubted(live: LiveRefund, cause: DoubtCause): DoubtedRefund {
    const { row, doubtAt } = live;
    const { detail } = row;
    const isRead = row.state === "in_doubt" && !isHeld(row) && doubtAt !== null;
    const isBeingFound =
      row.state === "sending" ||
      isHeld(row) ||
      (isRead && clock.mono() < doubtAt + LAST_READING && cause === "no_answer");
    const asksUntil = isRead && detail.doubtAt !== null ? detail.doubtAt + GIVE_UP : null;
    return { row, cause, view: draw(live), isBeingFound, canAsk: refunds.canAsk(live), asksUntil };
  }

  const draw = (live: LiveRefund): RefundView => toRefundView(live.row, refunds.pulse(live), clock.mono(), timezone);

  async function act(live: LiveRefund, kind: "cancel" | "dismiss"): Promise<Result<Refund>> {
    try {
      await refunds.apply(live, { kind });
      if (live.row.settled) sender.wake(live.row.id);
      return accept(live);
    } catch {
      return refuse(appError("journal_unavailable"), live.row);
    }
  }

  return {
    create: requests.create,
    giveBack: requests.giveBack,
    row: rowOf,
    async takeUp(id) {
      const row = refunds.live(id) ? null : await journal.refund(id);
      if (row && !row.settled) await refunds.apply(refunds.adopt(row), { kind: "restart" });
    },
    async get(id) {
      const row = await rowOf(id);
      return row ? { ok: true, value: show(row) } : refuse(appError("not_found"));
    },
    async list(query) {
      const { state, paymentId, from, to, cursor, limit = PAGE } = query;
      const asked = askPage(cursor, limit);
      if (asked === null) return refuse(BAD_CURSOR);
      const rows = await journal.refunds({
        ...asked,
        ...(state === undefined ? {} : { state }),
        ...(paymentId === undefined ? {} : { paymentId }),
        ...(from === undefined ? {} : { fromMs: Date.parse(from) }),
        ...(to === undefined ? {} : { toMs: Date.parse(to) }),
      });
      const { page, nextCursor } = cutPage(rows, limit);
      return { ok: true, value: { items: page.map(show), nextCursor } };
    },
    select,
    async cancel(id) {
      const row = await rowOf(id);
      if (!row) return refuse(appError("not_found"));
      if (row.state === "cancelled") return { ok: true, value: show(row) };
      const live = refunds.live(id);
      if (!live || !isBeforeSending(row)) return refuse(appError(row.settled ? "already_final" : "not_finished"), row);
      const done = await act(live, "cancel");
      // It was sent while this waited for its turn.
      return done.ok && live.row.state !== "cancelled" ? refuse(appError("not_finished"), live.row) : done;
    },
    async refresh(id) {
      const row = await rowOf(id);
      if (!row) return refuse(appError("not_found"));
      // One that a person has decided about has left the memory; the bank's word still counts.
      const live = refunds.live(id) ?? (isTreated(row) ? refunds.adopt(row) : undefined);
      if (!live) return { ok: true, value: show(row) };
      await within(clock, refunds.ask(live), REFRESH_WITHIN);
      if (live.row.detail.heldUntil === null) sender.wake(id);
      return accept(live);
    },
    async dismiss(id) {
      const row = await rowOf(id);
      if (!row) return refuse(appError("not_found"));
      if (isBeforeSending(row) || row.state === "sending") return refuse(appError("not_finished"), row);
      const live = refunds.live(id);
      return live ? act(live, "dismiss") : { ok: true, value: show(row) };
    },
    async look(input) {
      const live = "refundId" in input ? refunds.live(input.refundId) : undefined;
      if (live) refunds.touch(live);
      return lookAt(parts, live?.row ?? null, input);
    },
    async recover() {
      for (const row of await journal.unfinishedRefunds()) await refunds.apply(refunds.adopt(row), { kind: "restart" });
    },
    begin: refunds.begin,
    wake: refunds.wake,
    current() {
      const live = newest();
      return live === null ? null : draw(live);
    },
    onScreen: () => newest()?.row ?? null,
    asksCustomer: (id) => refunds.live(id)?.row.detail.way === "customer",
    doubted() {
      const current = newest();
      return [...refunds.all()].flatMap((live) => {
        const cause = refundDoubtOf(live.row, live === current);
        return cause === null ? [] : [doubted(live, cause)];
      });
    },
    async resolve(id, resolution, matter) {
      const live = refunds.live(id);
      if (!live) return false;
      await refunds.apply(live, { kind: "resolved", resolution, matter });
      return live.row.resolution === resolution;
    },
    undecided() {
      const current = newest();
      return [...refunds.all()]
        .filter((live) => live !== current && refundDoubtOf(live.row, false) !== null)
        .toSorted((a, b) => a.row.seq - b.row.seq)
        .map(draw);
    },
    holdsScreen: () => [...shown()].find(({ row }) => holdsScreen(row))?.row ?? null,
    async leaveScreen() {
      for (const live of shown()) {
        const code = live.row.state === "creating" || live.row.state === "awaiting_scan";
        if (code && live.row.detail.way === "customer") await refunds.apply(live, { kind: "cancel" });
        await refunds.apply(live, { kind: "dismiss" });
      }
    },
    open: () => [...refunds.all()].filter(({ row }) => !row.settled).map(({ row }) => show(row)),
    at(id, version) {
      const row = refunds.live(id)?.row;
      return row?.version === version ? show(row) : null;
    },
    stop: refunds.stop,
  };
}

function holdsScreen({ state, actor }: RefundRow): boolean {
  if (state === "choosing" || state === "sending") return true;
  return actor === GOODS_ACTOR && (state === "creating" || state === "awaiting_scan");
}
