/** Puts the core together: commands in, snapshots out. */
import { COMMANDS, type CoreCommandName, type CommandInput, type CommandOutput } from "../../contract/commands.ts";
import { DESK_COMMANDS } from "../../contract/desk.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { isUnattended } from "../../contract/kiosk.ts";
import type { Snapshots } from "../../contract/customer.ts";
import type { Snapshot, View } from "../../contract/snapshot.ts";
import { isOpen, isPostedMethod, LANGUAGES, type Language, type Provider } from "../../contract/states.ts";
import { blackBox } from "./black-box.ts";
import { createBankPages } from "./bank-page.ts";
import { doubtOf } from "./doubt.ts";
import { createCards } from "./cards.ts";
import type { Actor, Core, CoreOptions, Training } from "./index.ts";
import type { PaymentRow } from "./payment.ts";
import { createPayments } from "./payments.ts";
import { HttpFailure, type NoticeRow } from "./ports.ts";
import { checkCommand } from "./command-input.ts";
import { customerView } from "./customer-view.ts";
import { createFulfilment } from "./fulfilment.ts";
import { GOODS_ACTOR, GOODS_EPOCH, holdsTill } from "./goods.ts";
import { createHints } from "./hints.ts";
import { createKiosk, lockedView } from "./kiosk.ts";
import { toCard, toPayment } from "./present.ts";
import { createProviders } from "./providers.ts";
import { listHistory } from "./history.ts";
import { createRefunds } from "./refunds.ts";
import { createReviews } from "./reviews.ts";
import { createRunner } from "./runner.ts";
import { createSchedule } from "./schedule.ts";
import { buildSnapshot, currentOf, drawer } from "./snapshot.ts";
import { DAY, isAskedAtStart } from "./reduce.ts";
import { comesLate } from "./reduce-posted.ts";

type Handlers = {
  [N in CoreCommandName]: (actor: string, input: CommandInput<N>) => Promise<Result<CommandOutput[N]>>;
};

/** Makes the core of one till on its ports. Nothing is read or sent before `start`. */
export function createCore(options: CoreOptions): Core {
  const { ports, settings, training } = options;
  const { clock, journal, log } = ports;
  const boot = ports.ids.uuid();
  const watchers = new Set<() => void>();
  const journalListeners = new Set<(head: number) => void>();
  let version = 0;
  let language: Language = settings.language;
  let lastProvider: Provider | null = null;
  let notices: NoticeRow[] = [];
  let trainingFault: Snapshot["trainingFault"] = settings.training ? "none" : null;
  let started = false;

  const schedule = createSchedule(clock);
  const providers = createProviders(ports, schedule, settings, options.banks, () => publish(), eventsOf);
  const cards = createCards(ports);
  let stopped = false;
  const pages = createBankPages({
    ports,
    schedule,
    providers,
    apply: (live, event, more) => runner.apply(live, event, more),
    applyIfNew: (live, event, more) => runner.applyIfNew(live, event, more),
    isStopped: () => stopped,
    changed: () => changed(-1),
  });
  const runner = createRunner(ports, schedule, providers, {
    cards,
    pages,
    timezone: settings.timezone,
    changed,
    notices: newNotices,
    noticed: (made) => void notices.push(...made),
    hurried: (profileId) => hints.isUp(profileId),
  });
  const hints = createHints({ ports, settings, providers, runner });
  const refunds = createRefunds({
    ports,
    schedule,
    settings,
    providers,
    runner,
    people: options.people,
    openPayment: () => [...runner.all()].find(({ row }) => isOpen(row) || holdsTill(row))?.row ?? null,
    changed,
  });
  const payments = createPayments(
    ports,
    boot,
    settings,
    providers,
    runner,
    { cards, pages },
    refunds,
    (provider, head) => {
      lastProvider = provider;
      changed(head);
    },
  );

  const fulfilment = createFulfilment({ ports, schedule, timezone: settings.timezone, providers, runner, refunds });

  const kiosk = createKiosk({
    ports,
    schedule,
    settings,
    people: options.people,
    providers,
    runner,
    refunds,
    changed: () => changed(-1),
  });

  const reviews = createReviews({
    ports,
    schedule,
    timezone: settings.timezone,
    people: options.people,
    providers,
    runner,
    refunds,
    draw: (live) => drawer(ports, settings.timezone, runner, providers, pages)(live),
    changed: () => changed(-1),
  });

  function eventsOf(provider: Provider): ReturnType<typeof hints.state> {
    return hints.state(provider);
  }

  function snapshot(): Snapshot {
    const state = {
      boot,
      version,
      appVersion: options.version,
      settings,
      language: kiosk.language() ?? language,
      lastProvider,
      notices,
      trainingFault,
      pinKnown: options.people.known(),
      findings: ports.findings.all(),
      inDoubt: reviews.summary(),
      locked: kiosk.locked(),
      kiosk: kiosk.view(),
    };
    const whole = buildSnapshot(state, ports, runner, providers, refunds, pages);
    return state.locked ? lockedView(whole, refunds.onScreen()?.actor === GOODS_ACTOR) : whole;
  }

  const views: { readonly [V in View]: () => Snapshots[V] } = {
    cashier: snapshot,
    customer() {
      const whole = snapshot();
      return customerView(whole, whole.refund !== null && refunds.asksCustomer(whole.refund.id));
    },
  };

  function publish(): void {
    if (!started) return;
    reviews.sync();
    fulfilment.sync();
    kiosk.sync();
    version += 1;
    for (const tell of watchers) tell();
  }

  function changed(head: number): void {
    prune();
    publish();
    if (head >= 0) for (const listener of journalListeners) listener(head);
  }

  /** What is settled, put away and without news has no business in memory. */
  function prune(): void {
    if (!started) return;
    for (const { row, asking, refusing, out } of runner.all()) {
      const noticed = notices.some((notice) => notice.paymentId === row.id && notice.acknowledgedAt === null);
      // One that something still holds would be written twice with one version if it were taken up anew beside it.
      const held = asking !== null || refusing !== null || out > 0;
      const isDoubtful = doubtOf(row, clock.now()) !== null || row.fulfilment?.open === true;
      if (row.settled && (row.detail.dismissed || row.parked) && !noticed && !held && !isDoubtful)
        runner.forget(row.id);
    }
  }

  async function newNotices(before: PaymentRow, after: PaymentRow): Promise<readonly NoticeRow[]> {
    const made: NoticeRow[] = [];
    const notice = (kind: string): void => {
      made.push({
        id: ports.ids.uuid(),
        kind,
        paymentId: after.id,
        at: clock.now(),
        acknowledgedAt: null,
        acknowledgedBy: null,
      });
    };
    // Money of one that is over and stays what it is: no screen tells that.
    const wasOver = before.settled && after.settled && isPostedMethod(after.method);
    if (wasOver && after.detail.claimed && !before.detail.claimed) notice("late");
    if (before.state === after.state || (after.state !== "paid" && after.state !== "authorized")) return made;
    const wasHeld = before.state === "authorized";
    // A late success of the sale that is still on the screen is told by the screen itself (design U19). What comes of
    // held money is no news: a person takes it.
    const outcome = before.resolution?.outcome ?? null;
    const late = after.state === "paid" ? after.late && (!wasHeld || outcome !== null) : comesLate(before);
    // That a person's word was right is no news either; money that is only held has yet to be taken.
    const known = after.state === "paid" && outcome === "treatedAsPaid";
    if (late && !known && currentOf(runner.all())?.row.id !== after.id) notice("late");
    if (after.kind !== "sale") return made;
    const sale = await journal.payments({ saleId: after.saleId, limit: 20 });
    // Held twice is as much the customer's money as paid twice; told when it was held, told again when both are taken.
    const isTaken = ({ state }: PaymentRow): boolean => state === "paid" || (state === "authorized" && !wasHeld);
    if (sale.some((row) => row.kind === "sale" && row.id !== after.id && isTaken(row))) notice("double-paid");
    return made;
  }

  async function acknowledge(actor: string, id: string): Promise<Result<null>> {
    const notice = notices.find((candidate) => candidate.id === id);
    if (!notice && ports.findings.all().some((finding) => finding.id === id)) return acknowledgeFinding(actor, id);
    if (!notice) return { ok: false, error: appError("not_found") };
    const read: NoticeRow = { ...notice, acknowledgedAt: clock.now(), acknowledgedBy: actor };
    try {
      const { head } = await runner.commit({ at: clock.now(), notices: [read] });
      notices = notices.filter((candidate) => candidate.id !== id);
      changed(head);
      return { ok: true, value: null };
    } catch {
      return { ok: false, error: appError("journal_unavailable") };
    }
  }

  async function acknowledgeFinding(actor: string, id: string): Promise<Result<null>> {
    try {
      const done = await ports.findings.acknowledge(id, actor);
      return done ? { ok: true, value: null } : { ok: false, error: appError("not_supported") };
    } catch {
      return { ok: false, error: appError("journal_unavailable") };
    }
  }

  async function phone({ id, action, session }: CommandInput<"training.phone">): Promise<Result<null>> {
    const live = runner.live(id);
    if (!live && training && action === "scan") return scanRefundCode(training, id);
    const technician = session !== undefined && options.people.session(session) !== null;
    const allowed = training !== null || (technician && live?.row.environment === "test");
    if (!allowed || !live) return { ok: false, error: appError("not_supported") };
    const { provider, profileId, bankId } = live.row;
    const bank = providers.bank(provider);
    try {
      if (!bank?.emulate) {
        if (!training || bankId === null) return { ok: false, error: appError("not_supported") };
        await training.customer(provider, bankId, action);
        return { ok: true, value: null };
      }
      const ctx = await providers.context(profileId);
      const answer = await providers.send(ctx, bank.emulate(ctx, live.row, action));
      return answer.kind === "alive" ? { ok: true, value: null } : { ok: false, error: answer.error };
    } catch (error) {
      const unreachable = !bank?.emulate || error instanceof HttpFailure;
      return { ok: false, error: appError(unreachable ? "bank_unreachable" : "internal") };
    }
  }

  async function scanRefundCode(bank: Training, id: string): Promise<Result<null>> {
    const refund = await refunds.get(id);
    if (!refund.ok) return refund;
    const { state, bankReturnId } = refund.value;
    if (state !== "awaiting_scan" || bankReturnId === null) return { ok: false, error: appError("already_final") };
    try {
      await bank.scanReturn(bankReturnId);
      return { ok: true, value: null };
    } catch {
      return { ok: false, error: appError("bank_unreachable") };
    }
  }

  const handlers: Handlers = {
    "payments.create": (actor, input) => payments.create(actor, input),
    "payments.renew": (actor, input) => payments.renew(actor, input),
    "payments.get": (_, { id }) => payments.get(id),
    "payments.list": (_, query) => payments.list(query),
    "payments.cancel": (_, { id }) => payments.cancel(id),
    "payments.refresh": (_, { id }) => payments.refresh(id),
    "payments.dismiss": (_, { id }) => payments.dismiss(id),
    "payments.lookUp": (_, input) => payments.lookUp(input),
    "payments.capture": (_, input) => payments.capture(input),
    "payments.void": (_, { id }) => payments.release(id),
    "payments.bankPage": (_, input) => payments.bankPage(input),
    "cards.list": async () => {
      const known = settings.providers.map(({ profile }) => profile);
      const items = (await cards.list()).filter((card) =>
        known.some(({ provider, environment }) => provider === card.provider && environment === card.environment),
      );
      return { ok: true, value: { items: items.map((card) => toCard(card, settings.timezone)) } };
    },
    "cards.remove": async (_, { id }) =>
      (await cards.remove(id)) ? { ok: true, value: null } : { ok: false, error: appError("card_unknown") },
    "refunds.create": (actor, input) => refunds.create(actor, input),
    "refunds.get": (_, { id }) => refunds.get(id),
    "refunds.list": (_, query) => refunds.list(query),
    "refunds.select": (actor, input) => refunds.select(actor, input),
    "refunds.cancel": (_, { id }) => refunds.cancel(id),
    "refunds.refresh": (_, { id }) => refunds.refresh(id),
    "refunds.dismiss": (_, { id }) => refunds.dismiss(id),
    "refunds.look": (_, input) => refunds.look(input),
    "history.list": (_, query) => listHistory(ports, settings.timezone, query),
    "notices.acknowledge": (actor, { id }) => acknowledge(actor, id),
    "review.list": () => reviews.list(),
    "review.resolve": (_, input) => reviews.resolve(input),
    "review.seen": () => reviews.seen(),
    support: () => blackBox(ports, settings, options.version),
    "bank.prepare": async (_, { provider }) => {
      providers.prepare(provider);
      return { ok: true, value: null };
    },
    "language.set": async (_, input) => {
      if (isUnattended(settings.mode)) {
        kiosk.choose(input.language);
        return { ok: true, value: null };
      }
      language = input.language;
      publish();
      await runner.commit({ at: clock.now(), meta: { language } }).catch(() => undefined);
      return { ok: true, value: null };
    },
    "payments.dispense": (actor, { id }) => fulfilment.dispense(actor, id),
    "payments.fulfil": (actor, input) => fulfilment.fulfil(actor, input),
    "kiosk.rest": async () => {
      // The page that comes to rest is the customer's: one that was loaded anew has no session, and nobody else may use what is left.
      if (isUnattended(settings.mode)) options.people.lock();
      try {
        await kiosk.rest();
        return { ok: true, value: null };
      } catch {
        return { ok: false, error: appError("journal_unavailable") };
      }
    },
    health: async (actor) => {
      const value = await health();
      // How many are in doubt is the shop's, as it is in the snapshot.
      const isCustomer = actor.startsWith("person:") && kiosk.locked();
      return { ok: true, value: isCustomer ? { ...value, inDoubt: 0 } : value };
    },
    "events.after": async (_, { seq, limit }) => ({ ok: true, value: await eventsAfter(seq, limit) }),
    "training.phone": (_, input) => phone(input),
    "training.fault": async (_, { fault }) => {
      if (!training) return { ok: false, error: appError("not_supported") };
      await training.fault(fault);
      trainingFault = fault;
      publish();
      return { ok: true, value: null };
    },
  };

  async function health(): Promise<CommandOutput["health"]> {
    const { environment } = snapshot().app;
    const down = runner.journalDownSince() !== null;
    const info = await journal.info();
    const all = providers.health();
    const ready = settings.providers.length > 0 && Object.values(all).every((provider) => provider.ready);
    // Tampering does not stop the shop, but whoever watches over it is told.
    const sound = !ports.findings.all().some(({ kind }) => kind === "chain");
    return {
      status: ready && !down && sound ? "ok" : "degraded",
      version: options.version,
      environment,
      providers: all,
      journal: { ok: !down, schema: info.schema, seq: info.head, epoch: info.epoch },
      inDoubt: reviews.summary().count,
      machine: ports.machine.state(),
    };
  }

  /** What must not lose its way to the bank now: also a refund that a program sends, without the screen. */
  function inHand(): { readonly number: string } | null {
    const open = [...runner.all()].find(({ row }) => isOpen(row) || holdsTill(row))?.row ?? refunds.holdsScreen();
    return open ?? refunds.open().find(({ state }) => state === "sending") ?? null;
  }

  async function deleteDevice(provider: Provider): Promise<Result<null>> {
    // What an undecided refund came to is read with the device's token.
    const waits = inHand() ?? refunds.open().find(({ state }) => state === "in_doubt") ?? null;
    if (waits) return { ok: false, error: appError("till_busy", { params: { number: waits.number } }) };
    return providers.forgetDevice(provider);
  }

  async function eventsAfter(seq: number, limit: number): Promise<CommandOutput["events.after"]> {
    const { head } = await journal.info();
    const first = await journal.firstEvent();
    // A number in the gap that a restored journal has: what its reader was told is not in this one.
    const isLost = seq > 0 && seq < head && (await journal.events(seq - 1, 1))[0]?.seq !== seq;
    const reset = isLost || seq > head || seq + 1 < first;
    const events = reset ? [] : await journal.events(seq, limit);
    const open = reset
      ? [...runner.all()]
          .filter(({ row }) => !row.settled || row.fulfilment?.open === true)
          .map(({ row }) => toPayment(row, settings.timezone))
      : [];
    return {
      reset,
      head,
      events: events.map(({ seq: at, kind, ref, version: then, body }) => {
        const whole = kind === "refund" ? refunds.at(ref, then) : null;
        return { seq: at, kind, body: whole === null ? body : JSON.stringify(whole) };
      }),
      open,
      openRefunds: reset ? refunds.open() : [],
    };
  }

  async function call(actor: Actor, name: string, input: unknown): Promise<Result<unknown>> {
    if (!Object.hasOwn(COMMANDS, name) || Object.hasOwn(DESK_COMMANDS, name))
      return { ok: false, error: appError("unknown_command", { params: { name: name.slice(0, 64) } }) };
    const command = name as CoreCommandName;
    const checked = checkCommand(actor, command, input);
    if (!checked.ok) return checked;
    const forbidden = kiosk.refusal(actor, command, checked.value);
    if (forbidden) return { ok: false, error: forbidden };
    const handler = handlers[command] as (actor: string, input: unknown) => Promise<Result<unknown>>;
    const isAlone = actor.kind === "person" && kiosk.locked();
    try {
      const done = await handler(`${actor.kind}:${actor.name}`, checked.value);
      // What stands in the way may be somebody else's.
      return isAlone && !done.ok ? { ok: false, error: done.error } : done;
    } catch (error) {
      const incident = ports.ids.requestId().slice(0, 8);
      log.error("command.failed", { command, incident, detail: String(error) });
      return { ok: false, error: appError("internal", { incident }) };
    }
  }

  async function recover(): Promise<void> {
    // A choice that cannot be read is no reason not to ask about open payments.
    const choice = (name: string): Promise<string | null> => journal.meta(name).catch(() => null);
    const stored = await choice("language");
    const kept = isUnattended(settings.mode) ? null : LANGUAGES.find((known) => known === stored);
    language = kept ?? settings.language;
    const last = await choice("lastProvider");
    lastProvider = settings.providers.find((provider) => provider.name === last)?.name ?? null;
    notices = (await journal.notices()).filter((notice) => notice.acknowledgedAt === null);
    const rows = [...(await journal.unfinished())];
    for (const { paymentId } of notices) {
      const isThere = rows.some((known) => known.id === paymentId);
      const row = isThere ? null : await journal.payment(paymentId).catch(() => null);
      if (row) rows.push(row);
    }
    for (const row of rows) {
      const [sent] = row.state === "creating" || row.bankId === null ? (await journal.calls(row.id)).toReversed() : [];
      // A result of long ago that waits for a person, or whose notice does, stands in the list, not on the screen.
      const isOld = row.settled && clock.now() - row.updatedAt >= DAY;
      const live = isOld ? runner.adoptOld(row) : runner.adopt(row);
      await runner.apply(live, runner.restarted(row, sent?.danger ?? null));
    }
    await restoredGoods();
    await refunds.recover();
    await providers.recover();
  }

  /** Under another epoch than the till sold in, a backup was put back: no money goes back by a silence that may not be one. */
  async function restoredGoods(): Promise<void> {
    const { epoch } = await journal.info();
    // What cannot be read is not the same.
    const known = await journal.meta(GOODS_EPOCH).catch(() => null);
    if (known === epoch) return;
    for (const live of runner.all())
      if (live.row.fulfilment?.open === true) await runner.apply(live, { kind: "goodsRestored" });
  }

  const ends = [
    ports.findings.watch(() => publish()),
    ports.machine.watch(() => publish()),
    options.people.watch(() => publish()),
  ];

  return {
    async start() {
      await recover();
      reviews.begin();
      started = true;
      providers.start();
      hints.start();
      runner.askAll();
      refunds.begin();
      for (const live of runner.all()) {
        const { row } = live;
        runner.resume(live);
        if (isAskedAtStart(row)) void runner.ask(live);
      }
      prune();
      publish();
    },
    call,
    watch(view, listener) {
      const tell = (): void => listener(views[view]());
      watchers.add(tell);
      if (started) tell();
      return () => void watchers.delete(tell);
    },
    onJournal(listener) {
      journalListeners.add(listener);
      return () => void journalListeners.delete(listener);
    },
    bank: {
      registerAgain: providers.registerAgain,
      deleteDevice,
      reason: providers.reason,
      events: eventsOf,
      busy: () => inHand() !== null,
    },
    wake(reason) {
      log.info("wake", { reason });
      runner.askAll();
      refunds.wake();
      providers.lookNow();
    },
    async stop() {
      const closing = hints.stop();
      stopped = true;
      fulfilment.stop();
      for (const end of ends) end();
      pages.stop();
      providers.stop();
      await refunds.stop();
      await runner.stop();
      await closing;
      watchers.clear();
      journalListeners.clear();
    },
  };
}
