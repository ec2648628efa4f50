/** What people and programs may do with payments, and what the till refuses: contract section 3. */
import { appError, type Result } from "../../contract/errors.ts";
import { formatMoney, parseAmount } from "../../contract/money.ts";
import type { CommandInput, CommandOutput, PaymentQuery, PaymentRequest } from "../../contract/commands.ts";
import { isOpen, isPostedMethod } from "../../contract/states.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Bank } from "./bank.ts";
import type { PaymentPages } from "./bank-page.ts";
import type { Cards } from "./cards.ts";
import { doubtOf, isClosed, isTreatedAsPaid } from "./doubt.ts";
import { whatIsBought } from "./catalogue.ts";
import { GOODS_EPOCH, holdsTill, newGoods } from "./goods.ts";
import { createInvoices } from "./invoice.ts";
import { createInvoiceNumbers } from "./invoice-number.ts";
import { createOperations } from "./operations.ts";
import { askPage, BAD_CURSOR, cutPage } from "./page.ts";
import { makePosting, postedPrint, whyNotTaken } from "./paying.ts";
import { newPayment, type Intent } from "./intent.ts";
import type { PaymentRow } from "./payment.ts";
import type { Ports } from "./ports.ts";
import { toPayment } from "./present.ts";
import { toRefund } from "./refund-present.ts";
import type { Providers } from "./providers.ts";
import type { Refunds } from "./refunds.ts";
import { isParkable, isWorthAsking, reduce } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";
import { currentOf } from "./snapshot.ts";
import type { ProviderSettings, Settings } from "./settings.ts";
import { businessDay } from "./time.ts";
import { createTurn } from "./turn.ts";
import { within } from "./within.ts";

/** `POST /payments` answers after this long with `creating` if the bank has not spoken. */
const ANSWER_WITHIN = 5_000;
const REFRESH_WITHIN = 10_000;
const PAGE = 50;
/** How many attempts of one sale are looked through. */
const ATTEMPTS = 100;

export interface Payments {
  create(actor: string, input: CommandInput<"payments.create">): Promise<Result<CommandOutput["payments.create"]>>;
  renew(actor: string, input: CommandInput<"payments.renew">): Promise<Result<CommandOutput["payments.renew"]>>;
  get(id: string): Promise<Result<Payment>>;
  list(query: PaymentQuery): Promise<Result<CommandOutput["payments.list"]>>;
  cancel(id: string): Promise<Result<Payment>>;
  refresh(id: string): Promise<Result<Payment>>;
  dismiss(id: string): Promise<Result<Payment>>;
  /** Takes held money: all of it, or less. */
  capture(input: CommandInput<"payments.capture">): Promise<Result<Payment>>;
  /** Gives held money back. */
  release(id: string): Promise<Result<Payment>>;
  /** The screen has opened the bank's page, or has seen it closed. */
  bankPage(input: CommandInput<"payments.bankPage">): Promise<Result<null>>;
  lookUp(input: CommandInput<"payments.lookUp">): Promise<Result<CommandOutput["payments.lookUp"]>>;
}

type Refusal = Extract<Result<never>, { ok: false }>;

/**
 * `run` is this life of the process, for our own numbers at the banks; `charged` is told of each payment that was
 * started, and the journal's head after it.
 */
export function createPayments(
  ports: Ports,
  run: string,
  settings: Settings,
  providers: Providers,
  runner: Runner,
  { cards, pages }: { readonly cards: Pick<Cards, "find">; readonly pages: Pick<PaymentPages, "did"> },
  refunds: Pick<Refunds, "get" | "holdsScreen" | "leaveScreen">,
  charged: (provider: PaymentRow["provider"], head: number) => void,
): Payments {
  const { clock, journal } = ports;
  const { timezone } = settings;
  const invoices = createInvoices(ports, providers, runner);
  const operations = createOperations(ports, providers, runner);
  const numbers = createInvoiceNumbers(ports, providers, settings.till.id, run);
  const show = (row: PaymentRow): Payment => toPayment(row, timezone);
  const refuse = (error: ReturnType<typeof appError>, row?: PaymentRow): Refusal => ({
    ok: false,
    error,
    ...(row ? { payment: show(row) } : {}),
  });
  const rowOf = async (id: string): Promise<PaymentRow | null> => runner.live(id)?.row ?? (await journal.payment(id));

  // One creation at a time from the first check to the committed intent: two taps cannot both find the till free.
  const inTurn = createTurn();

  async function create(
    actor: string,
    { key, request }: CommandInput<"payments.create">,
  ): Promise<Result<CommandOutput["payments.create"]>> {
    const begun = await inTurn(() => begin(actor, key, request));
    if (!begun.ok) return begun;
    const { live, row, created } = begun.value;
    if (live?.creating) await within(clock, live.creating, ANSWER_WITHIN);
    return { ok: true, value: { created, payment: show(live?.row ?? row) } };
  }

  interface Begun {
    readonly live: Live | null;
    readonly row: PaymentRow;
    readonly created: boolean;
  }

  async function begin(actor: string, key: string, request: PaymentRequest): Promise<Result<Begun>> {
    const minor = parseAmount(request.amount);
    const method = request.method ?? "qr";
    const currency = request.currency ?? "KZT";
    const mac = ports.crypto.mac(
      "request",
      JSON.stringify([
        minor,
        currency,
        request.provider,
        method,
        request.saleId,
        request.replaces,
        request.externalId,
        request.description,
        // Only where they are given: what was fingerprinted before there were invoices stays what it was.
        ...(isInvoiceRequest(request)
          ? [invoicePhone(providers.bank(request.provider), request), request.comment, request.confirmDuplicateOf]
          : []),
        ...postedPrint(ports.crypto, method, request),
        ...(request.items === undefined ? [] : [{ items: request.items }]),
      ]),
    );

    const known = await journal.paymentByKey(key);
    if (known) {
      if (known.idemMac !== mac) return refuse(appError("key_reused"), known);
      return { ok: true, value: { live: runner.live(known.id) ?? null, row: known, created: false } };
    }
    // One space of keys for payments and refunds (contract, section 3).
    const refund = await journal.refundByKey(key);
    if (refund) return { ok: false, error: appError("key_reused"), refund: toRefund(refund, timezone) };

    // A card is checked with nothing to pay.
    const nothing = method === "cardVerification";
    if (minor === null || (minor === 0) !== nothing) return refuse(appError("bad_amount"));
    const provider = providers.find(request.provider);
    if (!provider) return refuse(appError("not_configured", { params: { provider: request.provider } }));
    const { profile } = provider.settings;
    const unfit = whyNotTaken(provider.bank, profile, method, request);
    if (unfit) return refuse(unfit);
    if (method !== "invoice" && isInvoiceRequest(request))
      return refuse(appError("bad_request", { params: { field: "phone", problem: "belongs to an invoice" } }));
    const phone = method === "invoice" ? invoicePhone(provider.bank, request) : null;
    if (method === "invoice" && phone === null) return refuse(appError("bad_phone"));
    const { min, max } = provider.settings;
    if (minor < min && !nothing) return refuse(appError("amount_too_small", { params: { limit: formatMoney(min) } }));
    if (minor > max) return refuse(appError("amount_too_large", { params: { limit: formatMoney(max) } }));

    const posting = isPostedMethod(method) ? await makePosting(cards, profile, method, request) : null;
    if (posting?.ok === false) return posting;

    const items = whatIsBought(settings, actor, minor, request);
    if (!items.ok) return items;
    const open = [...runner.all()].find(({ row }) => isOpen(row) || holdsTill(row));
    if (open) return refuse(appError("till_busy", { params: { number: open.row.number } }), open.row);
    const held = refunds.holdsScreen();
    if (held) {
      const shown = await refunds.get(held.id);
      const busy = appError("till_busy", { params: { number: held.number } });
      return { ...refuse(busy), ...(shown.ok ? { refund: shown.value } : {}) };
    }
    const replaced = request.replaces === undefined ? null : await rowOf(request.replaces);
    if (request.replaces !== undefined && !replaced) return refuse(appError("not_found"));
    const saleId = request.saleId ?? replaced?.saleId ?? null;
    const earlier = await earlierAttempt(saleId, request);
    if (earlier) return refuse(appError("previous_attempt_open", { params: { number: earlier.number } }), earlier);
    const phoneMac = phone === null ? null : ports.crypto.mac("request", `phone ${phone}`);
    const twin = phoneMac === null ? null : await invoices.lostTwin(phoneMac, minor);
    if (twin && twin.id !== request.confirmDuplicateOf)
      return refuse(appError("possible_duplicate", { params: { number: twin.number } }), twin);
    const unready = providers.reason(request.provider);
    if (unready)
      return refuse(
        unready.code === "not_configured"
          ? unready
          : appError("not_ready", { params: { reason: unready.code }, remedy: unready.remedy }),
      );

    const { settings: bank } = provider;
    return record({
      actor,
      key,
      mac,
      minor,
      method,
      saleId,
      request,
      bank,
      phone,
      phoneMac,
      posting: posting?.value ?? null,
      items: items.value,
      goods: settings.mode === "vending" ? newGoods(settings.kiosk) : null,
    });
  }

  /** An attempt of the same sale that may still be paid, or that a person treats as paid; `replaces` speaks of one of them. */
  async function earlierAttempt(saleId: string | null, request: PaymentRequest): Promise<PaymentRow | null> {
    const { externalId, replaces } = request;
    if (saleId === null && externalId === undefined) return null;
    const stands = (row: PaymentRow): boolean =>
      row.id !== replaces &&
      ((saleId !== null && row.saleId === saleId) || (externalId !== undefined && row.externalId === externalId)) &&
      ((!row.settled && !isFreed(row)) || isTreatedAsPaid(row) || doubtOf(row, clock.now()) !== null);
    const live = [...runner.all()].find(({ row }) => stands(row));
    if (live) return live.row;
    const stored = [
      ...(saleId === null ? [] : await journal.payments({ saleId, limit: ATTEMPTS })),
      ...(externalId === undefined ? [] : await journal.payments({ externalId, limit: ATTEMPTS })),
    ];
    return stored.find((row) => !runner.live(row.id) && stands(row)) ?? null;
  }

  async function record(intent: Intent & { readonly bank: ProviderSettings }): Promise<Result<Begun>> {
    const { request, phone, method, posting } = intent;
    const { profile } = intent.bank;
    const at = clock.now();
    const id = ports.ids.uuid();
    const next = (await journal.counter("receipt")) ?? 1n;
    const invoice = await numbers.next(intent.bank, method);
    const row = newPayment({
      ...intent,
      id,
      at,
      tillId: settings.till.id,
      number: `${settings.till.id}-${String(next).padStart(6, "0")}`,
      businessDay: businessDay(at, timezone),
      invoiceId: invoice?.invoiceId ?? null,
    });
    const extra = { phone, paying: posting?.paying ?? null };
    const call = await runner.createCall(row, extra);
    const goodsMeta: Record<string, string> =
      row.fulfilment === null ? {} : { [GOODS_EPOCH]: (await journal.info()).epoch };
    try {
      await refunds.leaveScreen();
      const { seqs, head } = await beside(currentOf(runner.all()), at, (leaving) =>
        runner.commit({
          at,
          payments: [...leaving, row],
          events: [...leaving, row].map(runner.eventOf),
          calls: [call],
          profiles: [profile],
          counters: [{ name: "receipt", next: next + 1n }, ...(invoice ? [invoice.counter] : [])],
          meta: { lastProvider: request.provider, ...goodsMeta, ...invoice?.meta },
        }),
      );
      const live = runner.adopt({ ...row, seq: seqs[id] ?? 0 });
      live.creating = runner.create(live, call, extra);
      charged(request.provider, head);
      return { ok: true, value: { live, row: live.row, created: true } };
    } catch {
      return refuse(appError("journal_unavailable"));
    }
  }

  /**
   * A result that is still on the screen makes room for the next payment, in the same commit. In its own turn: the bank's
   * answer about it, or to its refusal, may come at this very moment.
   */
  function beside<T>(
    current: Live | null,
    at: number,
    commit: (leaving: readonly PaymentRow[]) => Promise<T>,
  ): Promise<T> {
    if (!current) return commit([]);
    return runner.inTurn(current, async () => {
      const away = reduce(current.row, { kind: "dismiss" }, at);
      if (away === current.row) return commit([]);
      const leaving = { ...away, version: current.row.version + 1 };
      const done = await commit([leaving]);
      current.row = leaving;
      return done;
    });
  }

  async function act(live: Live, event: "cancel" | "dismiss"): Promise<Result<Payment>> {
    try {
      await runner.apply(live, { kind: event });
      return { ok: true, value: show(live.row) };
    } catch {
      return refuse(appError("journal_unavailable"), live.row);
    }
  }

  async function cancel(id: string): Promise<Result<Payment>> {
    const row = await rowOf(id);
    if (!row) return refuse(appError("not_found"));
    if (row.state === "in_doubt") return refuse(appError("use_dismiss"), row);
    if (row.method === "invoice") return cancelInvoice(row);
    // The bank has it, and only its word ends it.
    if (row.state === "awaiting_confirmation" && isPostedMethod(row.method))
      return refuse(appError("not_finished"), row);
    const live = runner.live(id);
    if (row.state === "cancelled" && !row.settled) return { ok: true, value: show(row) };
    if (!live || row.settled || !(isOpen(row) || (row.parked && row.state === "awaiting_confirmation")))
      return refuse(appError("already_final"), row);
    return act(live, "cancel");
  }

  /** The bank is asked, and only its answer changes the state (Kaspi 4.6.3). One that is being sent is waited for. */
  async function cancelInvoice(row: PaymentRow): Promise<Result<Payment>> {
    const live = runner.live(row.id);
    if (live?.creating && row.state === "creating") await within(clock, live.creating, REFRESH_WITHIN);
    if (live?.row.state === "creating") return refuse(appError("not_finished"), live.row);
    if (live?.row.state === "needs_review") return refuse(appError("use_dismiss"), live.row);
    if (live?.row.state !== "awaiting_payment") return refuse(appError("already_final"), live?.row ?? row);
    try {
      await within(clock, invoices.takeBack(live), REFRESH_WITHIN);
      return { ok: true, value: show(live.row) };
    } catch {
      return refuse(appError("journal_unavailable"), live.row);
    }
  }

  async function liveOf(id: string): Promise<Live | null> {
    const live = runner.live(id);
    if (live) return live;
    const row = await journal.payment(id);
    return row && runner.adoptOld(row);
  }

  async function operated(live: Live, operate: () => Promise<Result<PaymentRow>>): Promise<Result<Payment>> {
    try {
      const done = await operate();
      return done.ok ? { ok: true, value: show(done.value) } : refuse(done.error, live.row);
    } catch {
      return refuse(appError("journal_unavailable"), live.row);
    }
  }

  return {
    create,
    async renew(actor, { id, key }) {
      const live = runner.live(id);
      const row = live?.row ?? (await rowOf(id));
      if (!row) return refuse(appError("not_found"));
      // Its telephone, or its card, is not kept, and one that was sent is not over by sending another.
      if (row.method === "invoice" || isPostedMethod(row.method)) return refuse(appError("not_supported"), row);
      const again = await journal.paymentByKey(key);
      if (!again && live && isOpen(row)) {
        if (row.state !== "awaiting_scan") return refuse(appError("not_finished"), row);
        const cancelled = await act(live, "cancel");
        if (!cancelled.ok) return cancelled;
      }
      const amount = show(row).amount;
      const request: PaymentRequest = {
        amount,
        provider: row.provider,
        method: show(row).method,
        saleId: row.saleId,
        replaces: row.id,
        ...(row.detail.items.length === 0
          ? {}
          : { items: row.detail.items.map(({ id: item, quantity }) => ({ id: item, quantity })) }),
      };
      return create(actor, { key, request });
    },
    async get(id) {
      const row = await rowOf(id);
      return row ? { ok: true, value: show(row) } : refuse(appError("not_found"));
    },
    async list(query) {
      const limit = query.limit ?? PAGE;
      const asked = askPage(query.cursor, limit);
      if (asked === null) return refuse(BAD_CURSOR);
      const rows = await journal.payments({
        ...asked,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.from === undefined ? {} : { fromMs: Date.parse(query.from) }),
        ...(query.to === undefined ? {} : { toMs: Date.parse(query.to) }),
        ...(query.externalId === undefined ? {} : { externalId: query.externalId }),
      });
      const { page, nextCursor } = cutPage(rows, limit);
      return {
        ok: true,
        value: { items: page.map(show), nextCursor },
      };
    },
    cancel,
    async refresh(id) {
      const live = runner.live(id);
      const row = live?.row ?? (await rowOf(id));
      if (!row) return refuse(appError("not_found"));
      if (!isWorthAsking(row)) return { ok: true, value: show(row) };
      const asked = live ?? runner.adoptOld(row);
      await within(clock, runner.ask(asked), REFRESH_WITHIN);
      return { ok: true, value: show(asked.row) };
    },
    async dismiss(id) {
      const row = await rowOf(id);
      if (!row) return refuse(appError("not_found"));
      if (row.state === "creating" || row.state === "awaiting_scan" || row.state === "awaiting_3ds" || holdsTill(row))
        return refuse(appError("not_finished"), row);
      const live = runner.live(id);
      if (!live || (row.detail.dismissed && !isParkable(row))) return { ok: true, value: show(row) };
      return act(live, "dismiss");
    },
    async capture({ id, amount }) {
      const live = await liveOf(id);
      if (!live) return refuse(appError("not_found"));
      const minor = amount === undefined ? null : parseAmount(amount);
      if (amount !== undefined && (minor === null || minor === 0)) return refuse(appError("bad_amount"), live.row);
      return operated(live, () => operations.capture(live, minor));
    },
    async release(id) {
      const live = await liveOf(id);
      return live ? operated(live, () => operations.release(live)) : refuse(appError("not_found"));
    },
    async bankPage({ id, did }) {
      const live = runner.live(id);
      if (!live) return refuse(appError("not_found"));
      return pages.did(live, did) ? { ok: true, value: null } : refuse(appError("already_final"), live.row);
    },
    lookUp: invoices.lookUp,
  };
}

function isInvoiceRequest({ phone, comment, confirmDuplicateOf }: PaymentRequest): boolean {
  return phone !== undefined || comment !== undefined || confirmDuplicateOf !== undefined;
}

/** The telephone in the bank's own form; null where there is none or it is no number of the country. */
function invoicePhone(bank: Bank | null, { phone }: PaymentRequest): string | null {
  return phone === undefined ? null : (bank?.phoneOf?.(phone) ?? null);
}

/** A person has decided about it, and no money has come to be held since. */
function isFreed(row: PaymentRow): boolean {
  return isClosed(row) && (row.state !== "authorized" || row.detail.operation !== null);
}
