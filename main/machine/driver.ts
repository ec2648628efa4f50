/**
 * What the machine says as commands to the core, and what the core does as words to the machine. It keeps no truth of its own:
 * each answer is read from the journal, so both sides may die at any time and say everything again (docs/machine.md).
 */
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import type { ErrorCode, Result } from "../../contract/errors.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Actor, Core } from "../core/index.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { Hello, Link, Said } from "./link.ts";
import { LINE, orderOf, paymentIdOf, stateOf, viewOf, type Order } from "./orders.ts";

const ACTOR: Actor = { kind: "api", name: LINE, scopes: ["pay", "read"] };
export type Call = <N extends CommandName>(name: N, input: CommandInput<N>) => Promise<Result<CommandOutput[N]>>;

/** How often what waits is said again, and how often a machine is asked what became of goods, in milliseconds. */
const AGAIN = 2_000;
const ASK_AGAIN = 10_000;
const ASK_UNKNOWN = 60_000;
const PAGE = 200;
/** Those with a code to scan. */
const BANKS = ["kaspi", "halykQr"] as const;
/** A sale from the screen with more pieces than this has no place in one line. */
const PIECES = 8;

const isOpen = ({ state, fulfilment }: Payment): boolean =>
  state === "paid" && fulfilment !== null && fulfilment.state !== "given" && fulfilment.state !== "not_given";

export interface Driver {
  hello(hello: Hello): void;
  said(message: Said): void;
  /** Something was journaled. */
  journaled(): void;
  stop(): void;
}

export interface DriverOptions {
  readonly core: Pick<Core, "call">;
  readonly clock: Clock;
  readonly log: Log;
  readonly send: Link["send"];
}

/** Of one line. Nothing is sent before the first HELLO. */
export function createDriver({ core, clock, log, send }: DriverOptions): Driver {
  const call = ((name, input) => core.call(ACTOR, name, input)) as Call;
  let machine: string | null = null;
  let cursor: number | null = null;
  let stopped = false;
  /** Whose goods are not decided, by order. */
  const open = new Map<string, Order>();
  /** What is being done about a line: the same line again meanwhile is not done twice. */
  const underWay = new Map<string, Promise<void>>();
  let pumping: Promise<void> | null = null;
  let again = false;
  let timer: unknown = null;

  // ---- what the machine says ----

  function said(message: Said): void {
    if (machine === null || stopped) return;
    if (message.word === "NAK") return log.warn("machine.nak", { why: message.why, order: message.order });
    const { order } = message;
    const name = JSON.stringify(message);
    if (underWay.has(name)) return;
    heard(order);
    // One after the other for each order: a GIVEN must not overtake its own BEGIN.
    const before = [...underWay].filter(([other]) => other.includes(`"order":"${order}"`)).map(([, work]) => work);
    const work = Promise.all(before)
      .then(() => answer(message))
      .catch((error: unknown) => log.error("machine.failed", { word: message.word, detail: String(error) }))
      .finally(() => underWay.delete(name));
    underWay.set(name, work);
  }

  async function answer(message: Exclude<Said, { word: "NAK" }>): Promise<void> {
    const { word, order } = message;
    if (word === "TURNING") return;
    if (word === "NONE") return log.warn("machine.none", { order });
    const found = await find(order);
    if (!found.ok) return send("NAK", { why: found.error.code, order });
    if (word === "VEND") return vend(message, found.value);
    const payment = found.value;
    if (payment === null) {
      if (word === "BEGIN") return send("STOP", { order, why: "unknown" });
      if (word === "CANCEL") return send("STATE", { order, state: "none" });
      // Nothing was ever sold under this number here: there is nothing to write down, and it need not say it again.
      return send("DONE", { order, state: "none" });
    }
    if (word === "CANCEL") return cancel(order, payment);
    if (word === "BEGIN") return begin(order, payment);
    return report(message, payment);
  }

  async function vend(message: Extract<Said, { word: "VEND" }>, known: Payment | null): Promise<void> {
    const { order, amount, item, bank } = message;
    if (known !== null) {
      if (known.amount !== amount) return send("NAK", { why: "key_reused", order });
      return tell(order, known);
    }
    const id = orderOf(machine ?? "", order);
    const provider = BANKS.find((one) => one === bank) ?? (await firstReady());
    if (id === null || provider === null)
      return send("STATE", { order, state: "refused", why: id === null ? "order" : "not_ready" });
    const request = { amount, provider, externalId: id };
    const create = (items: object): Promise<Result<CommandOutput["payments.create"]>> =>
      call("payments.create", { key: `machine:${id}`, request: { ...request, ...items } });
    let made = await create(item === undefined ? {} : { items: [{ id: item, quantity: 1 }] });
    // Its name is for the screen alone; a shelf that the settings do not know is still the machine's to sell.
    if (!made.ok && made.error.code === "not_in_catalogue") made = await create({});
    if (made.ok) return tell(order, made.value.payment);
    send("STATE", { order, state: "refused", why: made.error.code });
  }

  /** Where the machine has not said which: the first that can be used now. */
  async function firstReady(): Promise<(typeof BANKS)[number] | null> {
    const health = await call("health", {});
    if (!health.ok) return null;
    const { providers } = health.value;
    return BANKS.find((name) => providers[name]?.ready === true) ?? null;
  }

  async function cancel(order: string, payment: Payment): Promise<void> {
    const result = await call("payments.cancel", { id: payment.id });
    if (result.ok) return tell(order, result.value);
    const now = await call("payments.get", { id: payment.id });
    if (now.ok) tell(order, now.value);
  }

  async function begin(order: string, { id }: Payment): Promise<void> {
    const result = await call("payments.dispense", { id });
    if (result.ok) return send("GO", { order });
    const { code } = result.error;
    const never: ReadonlySet<ErrorCode> = new Set(["goods_decided", "not_supported", "not_found"]);
    if (never.has(code)) send("STOP", { order, why: code });
    else send("NAK", { why: code, order });
  }

  async function report(
    message: Extract<Said, { word: "GIVEN" | "FAILED" | "LOST" }>,
    { id, fulfilment }: Payment,
  ): Promise<void> {
    const { word, order } = message;
    if (word === "LOST") {
      // Where nobody had begun, the money would go back by time alone, and the goods may be out.
      const result = fulfilment?.state === "waiting" ? await call("payments.dispense", { id }) : null;
      if (result?.ok === false) return send("NAK", { why: result.error.code, order });
      return send("DONE", { order, state: "unknown" });
    }
    const outcome = word === "GIVEN" ? { ok: true } : { ok: false, reason: message.reason };
    const result = await call("payments.fulfil", { id, ...outcome });
    if (result.ok) return send("DONE", { order, state: result.value.fulfilment?.state ?? "none" });
    const { code } = result.error;
    // It stands in the journal as a contradiction that a person decides.
    if (code === "goods_decided") send("DONE", { order, state: "disputed" });
    else if (code === "not_supported" || code === "not_found") send("DONE", { order, state: "none" });
    else send("NAK", { why: code, order });
  }

  /** The payment of an order: the machine's own by the number it was given, one of the screen by its id. */
  async function find(order: string): Promise<Result<Payment | null>> {
    const id = paymentIdOf(order);
    if (id !== null) {
      const result = await call("payments.get", { id });
      if (!result.ok) return result.error.code === "not_found" ? { ok: true, value: null } : result;
      // By its id it was told of the screen's sales, and of nobody else's.
      const isScreens = (viewOf(machine ?? "", result.value)?.pieces ?? null) !== null;
      return { ok: true, value: isScreens ? result.value : null };
    }
    const externalId = orderOf(machine ?? "", order);
    if (externalId === null) return { ok: true, value: null };
    const result = await call("payments.list", { externalId });
    if (!result.ok) return result;
    const own = result.value.items.find(({ actor }) => actor === `api:${LINE}`);
    return { ok: true, value: own ?? null };
  }

  // ---- what the core does ----

  function hello({ id }: Hello): void {
    machine = id;
    // From the beginning: what was decided while nobody listened is not among the events that are still to come.
    cursor = null;
    pump();
    nudge();
  }

  function pump(): void {
    again = true;
    pumping ??= read()
      .catch((error: unknown) => log.error("machine.failed", { word: "journal", detail: String(error) }))
      .finally(() => (pumping = null));
  }

  async function read(): Promise<void> {
    while (again && !stopped && machine !== null) {
      again = false;
      if (cursor === null && !(await load())) return;
      const result = await call("events.after", { seq: cursor ?? 0, limit: PAGE });
      if (!result.ok) return;
      const { reset, events, head } = result.value;
      if (reset) {
        cursor = null;
        again = true;
        continue;
      }
      for (const { kind, body } of events) if (kind === "payment") see(JSON.parse(body) as Payment);
      cursor = events.at(-1)?.seq ?? cursor;
      if ((cursor ?? 0) < head && events.length > 0) again = true;
    }
  }

  /** The paid ones whose goods are not decided; they hold the till, so they are the newest. */
  async function load(): Promise<boolean> {
    const health = await call("health", {});
    const list = await call("payments.list", { state: "paid" });
    if (!health.ok || !list.ok) return false;
    open.clear();
    for (const payment of list.value.items) if (isOpen(payment)) see(payment);
    cursor = health.value.journal.seq;
    return true;
  }

  function see(payment: Payment): void {
    const order = stopped || machine === null ? null : viewOf(machine, payment);
    if (order === null) return;
    const known = open.get(order.order);
    if (isOpen(payment)) {
      if (known?.state === order.state) return;
      open.set(order.order, order);
      // It has just said BEGIN: what became of it will come.
      if (known !== undefined && order.state === "go") order.heardAt = clock.mono();
      else say(order);
      return nudge();
    }
    open.delete(order.order);
    // Of a sale at the screen the machine has heard only when it was paid.
    if (order.pieces === null || known !== undefined) tell(order.order, payment);
  }

  function tell(order: string, payment: Payment): void {
    const { state, why } = stateOf(payment);
    send("STATE", { order, state, why });
  }

  function say(order: Order): void {
    order.saidAt = clock.mono();
    if (order.state !== "paid") return send("ASK", { order: order.order });
    if (order.pieces === null) return send("STATE", { order: order.order, state: "paid" });
    if (order.pieces.length <= PIECES) return send("SELECT", { order: order.order, item: order.pieces.join(",") });
    // Nothing has been handed out: it is said to be so, and the money goes back.
    void call("payments.fulfil", { id: order.id, ok: false, reason: "more pieces than one line holds" });
  }

  function heard(order: string): void {
    const one = open.get(order);
    if (one) one.heardAt = clock.mono();
  }

  /** What waits for the machine is said again until it answers. */
  function nudge(): void {
    clock.clearTimeout(timer);
    if (stopped || machine === null) return;
    const now = clock.mono();
    for (const order of open.values()) {
      const pause = order.state === "paid" ? AGAIN : order.state === "go" ? ASK_AGAIN : ASK_UNKNOWN;
      const quietSince = Math.max(order.saidAt ?? -Infinity, order.heardAt ?? -Infinity);
      if (now - quietSince >= pause) say(order);
    }
    if (open.size > 0) timer = clock.setTimeout(nudge, AGAIN);
  }

  return {
    hello,
    said,
    journaled: pump,
    stop() {
      stopped = true;
      clock.clearTimeout(timer);
    },
  };
}
