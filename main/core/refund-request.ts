/** A new refund: what is asked for, what the till refuses before anything is journaled, and the first commit. */
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import { formatAmount, formatMoney, minor as toMinor, parseAmount, type Minor } from "../../contract/money.ts";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { Refund, RefundRequest } from "../../contract/refund.ts";
import type { Role } from "../../contract/states.ts";
import { GOODS_ACTOR, holdsTill } from "./goods.ts";
import type { PaymentRow } from "./payment.ts";
import type { CallRow, Profile } from "./ports.ts";
import { toPayment } from "./present.ts";
import { tooLittle } from "./refund-bank.ts";
import type { Intent } from "./refund-reduce.ts";
import type { LiveRefund, RefundRunner } from "./refund-runner.ts";
import type { RefundSender } from "./refund-send.ts";
import { createRefundTargets, keyOf, type Target } from "./refund-target.ts";
import { NEW_REFUND_DETAIL, type RefundDetail, type RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";
import type { Also, Live } from "./runner.ts";
import { currentOf } from "./snapshot.ts";
import { businessDay } from "./time.ts";
import { within } from "./within.ts";

const ANSWER_WITHIN = 5_000;
/** Who may write down that money went back elsewhere. */
const ANYBODY: readonly Role[] = ["cashier", "senior", "technician", "owner"];
/** Who may give back more than the limit. */
export const SENIORS: readonly Role[] = ["senior", "technician", "owner"];

export interface RequestHelpers {
  show(row: RefundRow): Refund;
  allow(actor: string, amount: Minor, pin: string | undefined): Promise<Result<string | null>>;
  onScreen(): readonly LiveRefund[];
}

export interface RefundRequests {
  create(actor: string, input: CommandInput<"refunds.create">): Promise<Result<CommandOutput["refunds.create"]>>;
  /**
   * Begins the refund of a sale whose goods were not given: all that is left of it. In one commit with the sale, which names it
   * from then on. Refuses as a person's request does, with `goods_decided` where the money is not owed any more, and with
   * `not_finished` what needs the customer who has gone (`isAlone`).
   */
  giveBack(sale: Live, isAlone: boolean): Promise<Result<null>>;
}

type Refusal = Extract<Result<never>, { ok: false }>;
interface Begun {
  readonly row: RefundRow;
  readonly live: LiveRefund | null;
  readonly created: boolean;
  /** What the answer waits for. */
  readonly work: Promise<unknown>;
}

export function createRefundRequests(
  parts: RefundParts,
  refunds: RefundRunner,
  sender: RefundSender,
  { show, allow, onScreen }: RequestHelpers,
): RefundRequests {
  const { ports, settings, providers, runner, people, openPayment, changed } = parts;
  const { clock, journal } = ports;
  const { timezone } = settings;
  const targets = createRefundTargets(parts, refunds, sender);

  const refuse = (error: AppError, more: { refund?: RefundRow; payment?: PaymentRow } = {}): Refusal => ({
    ok: false,
    error,
    ...(more.refund ? { refund: show(more.refund) } : {}),
    ...(more.payment ? { payment: toPayment(more.payment, timezone) } : {}),
  });

  // One request at a time from the first check to the committed intent: two clerks cannot both find the sale free.
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = turn.then(run);
    turn = result.catch(() => undefined);
    return result;
  }

  async function create(
    actor: string,
    { key, request }: CommandInput<"refunds.create">,
  ): Promise<Result<CommandOutput["refunds.create"]>> {
    const begun = await inTurn(() => begin(actor, key, request));
    if (!begun.ok) return begun;
    const { row, live, created, work } = begun.value;
    await within(clock, work, ANSWER_WITHIN);
    return { ok: true, value: { created, refund: show(live?.row ?? row) } };
  }

  async function begin(actor: string, key: string, request: RefundRequest): Promise<Result<Begun>> {
    const amount = "amount" in request ? parseAmount(request.amount) : null;
    const mac = macOf(request, amount);
    const known = await journal.refundByKey(key);
    if (known) {
      if (known.idemMac !== mac) return refuse(appError("key_reused"), { refund: known });
      const live = refunds.live(known.id) ?? null;
      return { ok: true, value: { row: known, live, created: false, work: Promise.resolve() } };
    }
    const sale = await journal.paymentByKey(key);
    if (sale) return refuse(appError("key_reused"), { payment: sale });
    if ("amount" in request && (amount === null || amount === 0)) return refuse(appError("bad_amount"));

    const found = await targets.find(request, amount);
    if (!found.ok) return found;
    const target = found.value;
    // Its goods may be coming out at this very moment.
    if (target.payment && holdsTill(target.payment))
      return refuse(appError("not_finished"), { payment: target.payment });
    const other = await targets.undecided(target);
    if (other) return refuse(appError("refund_open", { params: { number: other.number } }), { refund: other });
    if ("recorded" in request) return record(actor, key, mac, request, target);

    const possible = wayOf(target);
    if (!possible.ok) return possible;
    const way = possible.value;
    const pin = "pin" in request ? request.pin : undefined;
    const allowed = target.minor === null ? null : await allow(actor, target.minor, pin);
    if (allowed?.ok === false) return allowed;
    const by = allowed?.value ?? null;
    const person = actor.startsWith("person:");
    const row = await newRow(actor, key, mac, target, { way, onScreen: way === "customer" || person, by });
    return way === "customer" ? showCode(row, target) : sendOff(row, target, by);
  }

  function giveBack(sale: Live, isAlone: boolean): Promise<Result<null>> {
    return inTurn(async () => {
      const { row: payment } = sale;
      const { id, fulfilment: goods } = payment;
      const owed = toMinor(payment.minor - payment.detail.refundedMinor);
      const found = await targets.find({ paymentId: id, amount: formatAmount(owed) }, owed);
      if (!found.ok) return found;
      const target = found.value;
      const other = await targets.undecided(target);
      if (other) return refuse(appError("refund_open", { params: { number: other.number } }), { refund: other });
      const way = wayOf(target);
      if (!way.ok) return way;
      if (way.value === "customer" && isAlone) return refuse(appError("not_finished"));
      const name = `fulfil:${id}:${(goods?.tries ?? 0) + 1}`;
      // The commit with the sale makes it once; the key only tells whose it is, and a program may have used it.
      const taken = (await journal.refundByKey(name)) ?? (await journal.paymentByKey(name));
      const key = taken === null ? name : `${name}:${ports.ids.requestId().slice(0, 8)}`;
      const mac = ports.crypto.mac("request", key);
      const detail = { way: way.value, onScreen: way.value === "customer" };
      const row = await newRow(GOODS_ACTOR, key, mac, target, detail);
      const done = await (way.value === "customer" ? showCode(row, target, sale) : sendOff(row, target, null, sale));
      return done.ok ? { ok: true, value: null } : done;
    });
  }

  /** How it can go back, or why it cannot. */
  function wayOf(target: Target): Result<"customer" | "till"> {
    const way = providers.bank(target.profile.provider)?.refunds(target.profile) ?? "elsewhere";
    if (way === "elsewhere")
      return refuse(appError("refund_elsewhere"), target.payment ? { payment: target.payment } : {});
    if (way === "till" && keyOf(target) === null) return refuse(appError("not_supported"));
    const little = target.minor === null ? null : tooLittle(providers, target.profile, target.minor);
    if (little) return refuse(little);
    return (way === "customer" ? screenTaken() : null) ?? { ok: true, value: way };
  }

  /** The same words under the same key are the same request; a PIN is no part of what is meant. */
  function macOf(request: RefundRequest, amount: Minor | null): string {
    const { pin: _pin, ...meant } = { pin: undefined, ...request };
    const sorted = Object.entries({ ...meant, ...("amount" in request ? { amount } : {}) });
    return ports.crypto.mac("request", JSON.stringify(["refund", ...sorted.toSorted(([a], [b]) => (a < b ? -1 : 1))]));
  }

  /** The code needs the screen: not beside an open payment, nor beside another customer's refund. */
  function screenTaken(): Refusal | null {
    const open = openPayment();
    if (open) return refuse(appError("till_busy", { params: { number: open.number } }));
    const here = [...refunds.all()].find(
      ({ row }) =>
        row.detail.way === "customer" && ["creating", "awaiting_scan", "choosing", "sending"].includes(row.state),
    );
    return here ? refuse(appError("refund_open", { params: { number: here.row.number } }), { refund: here.row }) : null;
  }

  // ---- the first commit ----

  async function newRow(
    actor: string,
    key: string,
    mac: string,
    target: Target,
    detail: Partial<RefundDetail>,
  ): Promise<RefundRow> {
    const { profile, payment, purchaseId, rrn, minor } = target;
    const at = clock.now();
    const next = (await journal.counter("refund")) ?? 1n;
    return {
      seq: 0,
      id: ports.ids.uuid(),
      version: 1,
      number: `${settings.till.id}-R${String(next).padStart(6, "0")}`,
      tillId: settings.till.id,
      paymentId: payment?.id ?? null,
      purchaseKey: keyOf(target),
      profileId: profile.id,
      provider: profile.provider,
      environment: profile.environment,
      minor,
      currency: "KZT",
      state: "creating",
      settled: false,
      watching: false,
      a0: null,
      a0At: null,
      bankId: null,
      bankReturnId: null,
      idemKey: key,
      idemMac: mac,
      actor,
      businessDay: businessDay(at, timezone),
      shiftId: null,
      resolution: null,
      error: null,
      createdAt: at,
      updatedAt: at,
      detail: {
        ...NEW_REFUND_DETAIL,
        purchaseId,
        rrn,
        purchaseMinor: payment?.minor ?? null,
        purchaseAt: payment?.createdAt ?? null,
        saleNumber: payment?.number ?? null,
        history: [{ at, state: "creating", cause: "created" }],
        ...detail,
      },
    };
  }

  const counterAfter = (row: RefundRow): { name: string; next: bigint } => ({
    name: "refund",
    next: BigInt(row.number.slice(row.number.lastIndexOf("R") + 1)) + 1n,
  });

  /** The intent on disk, then in memory and on the screen. */
  async function commit(
    row: RefundRow,
    profile: Profile,
    { call, sale }: { readonly call?: CallRow; readonly sale?: Live | undefined },
  ): Promise<LiveRefund | null> {
    await makeRoom(row);
    const batch = {
      refunds: [row],
      ...refunds.eventsOf(row, null),
      profiles: [profile],
      counters: [counterAfter(row)],
      ...(call ? { calls: [call] } : {}),
    };
    if (sale) return commitBeside(row, batch, sale);
    const { seqs, head } = await runner.commit({ at: clock.now(), ...batch });
    const live = refunds.adopt({ ...row, seq: seqs[row.id] ?? 0 });
    changed(head);
    return live;
  }

  /** In the sale's own turn; null where its goods have been given meanwhile. */
  async function commitBeside(row: RefundRow, batch: Also, sale: Live): Promise<LiveRefund | null> {
    const way = row.detail.way === "customer" ? "customer" : "till";
    const event = { kind: "backBegun", refundId: row.id, refundNumber: row.number, way } as const;
    if (!(await runner.applyIfNew(sale, event, batch))) return null;
    const stored = await journal.refund(row.id);
    if (stored === null) throw new Error(`refund ${row.id} is not in the journal`);
    const live = refunds.adopt(stored);
    changed(-1);
    return live;
  }

  /** Results that nobody has put away leave the screen to the new refund. */
  async function makeRoom(row: RefundRow): Promise<void> {
    if (!row.detail.onScreen) return;
    for (const live of onScreen()) if (live.row.settled) await refunds.apply(live, { kind: "dismiss" });
    const payment = currentOf(runner.all());
    if (payment && !openPayment()) await runner.apply(payment, { kind: "dismiss" });
  }

  async function showCode(row: RefundRow, { profile }: Target, sale?: Live): Promise<Result<Begun>> {
    try {
      const call = await refunds.codes.call(row);
      const live = await commit(row, profile, { call, sale });
      if (live === null) return refuse(appError("goods_decided"));
      return begun(live, refunds.codes.create(live, call));
    } catch {
      return refuse(appError("journal_unavailable"));
    }
  }

  async function sendOff(row: RefundRow, { profile }: Target, by: string | null, sale?: Live): Promise<Result<Begun>> {
    const { purchaseId, purchaseMinor, purchaseAt, saleNumber } = row.detail;
    const { purchaseKey, paymentId, minor } = row;
    if (purchaseKey === null || minor === null) return refuse(appError("not_supported"));
    try {
      const live = await commit(row, profile, { sale });
      if (live === null) return refuse(appError("goods_decided"));
      const intent: Intent = {
        purchaseId,
        purchaseKey,
        purchaseMinor,
        purchaseAt,
        paymentId,
        saleNumber,
        minor,
        by,
      };
      const attempt = sender.attempt(live, intent);
      // One that is held is not waited for.
      const work = attempt.begun.then(() => (live.row.detail.heldUntil === null ? attempt.done : undefined));
      return begun(live, work);
    } catch {
      return refuse(appError("journal_unavailable"));
    }
  }

  const begun = (live: LiveRefund, work: Promise<unknown>): Result<Begun> => ({
    ok: true,
    value: { row: live.row, live, created: true, work },
  });

  // ---- done elsewhere ----

  /** A person says that it was done elsewhere (Kaspi Pay, Q-42): no call, and no more than this till knows to be left. */
  async function record(
    actor: string,
    key: string,
    mac: string,
    {
      reason,
      by,
      pin,
    }: { readonly reason: string; readonly by?: string | undefined; readonly pin?: string | undefined },
    target: Target,
  ): Promise<Result<Begun>> {
    const { payment, minor } = target;
    if (!payment || minor === null) return refuse(appError("not_supported"));
    const early = await isBeyond(payment.id, target, minor);
    if (early) return early;
    const person = actor.startsWith("person:");
    const who = person
      ? await witness(minor, pin, by ?? nameOf(actor))
      : ({ ok: true, value: by ?? nameOf(actor) } as const);
    if (!who.ok) return who;
    // A PIN takes its time, and so does what goes back meanwhile.
    const beyond = await isBeyond(payment.id, target, minor);
    if (beyond) return beyond;
    const plain = await newRow(actor, key, mac, target, {
      way: "recorded",
      onScreen: person,
      evidence: "person",
      by: who.value,
      reason,
    });
    const row: RefundRow = {
      ...plain,
      state: "recorded",
      settled: true,
      detail: { ...plain.detail, history: [{ at: plain.createdAt, state: "recorded", cause: "recorded" }] },
    };
    try {
      await makeRoom(row);
      await runner.amend(
        payment.id,
        { kind: "refunded", minor },
        { refunds: [row], ...refunds.eventsOf(row, null), counters: [counterAfter(row)] },
      );
    } catch {
      return refuse(appError("journal_unavailable"));
    }
    const stored = (await journal.refund(row.id)) ?? row;
    if (person) refunds.adopt(stored);
    changed(-1);
    return { ok: true, value: { row: stored, live: null, created: true, work: Promise.resolve() } };
  }

  /** Why no more of it can be recorded: a refund is undecided, or less than that is left as far as this till knows. */
  async function isBeyond(id: string, target: Target, minor: Minor): Promise<Refusal | null> {
    const other = await targets.undecided(target);
    if (other) return refuse(appError("refund_open", { params: { number: other.number } }), { refund: other });
    const payment = runner.live(id)?.row ?? (await journal.payment(id));
    if (!payment) return refuse(appError("not_found"));
    const left = payment.minor - payment.detail.refundedMinor;
    if (left <= 0) return refuse(appError("already_refunded"), { payment });
    if (minor > left)
      return refuse(appError("refund_too_large", { params: { available: formatMoney(toMinor(left)) } }), { payment });
    return null;
  }

  /** Where people have PINs, the record carries the name of the one who typed his. */
  async function witness(amount: Minor, pin: string | undefined, name: string): Promise<Result<string>> {
    const limit = settings.refundPinAbove;
    const above = limit !== null && amount > limit;
    if (!people.known() && !above) return { ok: true, value: name };
    if (pin === undefined)
      return refuse(appError("pin_needed", { params: { limit: formatMoney(above ? limit : toMinor(0)) } }));
    const found = await people.identify(pin, above ? SENIORS : ANYBODY);
    return found.ok ? { ok: true, value: found.value.name } : found;
  }

  return { create, giveBack };
}

/** "api:1c" -> "1c". */
function nameOf(actor: string): string {
  return actor.slice(actor.indexOf(":") + 1);
}
