import { appError } from "../contract/errors.ts";
import type { AppError, Result } from "../contract/errors.ts";
import type { CommandInput, CommandName, CommandOutput, PaymentRequest } from "../contract/commands.ts";
import { formatAmount, minor } from "../contract/money.ts";
import type { Payment } from "../contract/payment.ts";
import type { PaymentView, ProviderView, Snapshot } from "../contract/snapshot.ts";
import type { Language, Provider } from "../contract/states.ts";
import { openBridge } from "./bridge.ts";
import { EMPTY, press } from "./entry.ts";
import type { Entry, PadKey } from "./entry.ts";
import { currencyOf, kindOf } from "./kinds.ts";
import { useStore } from "./store.ts";
import type { CardMethod, Place, Problem, Starting } from "./store.ts";

export const bridge = openBridge();

const LOST = "internal";

/** An answer, or `lost`: the till program may or may not have heard. */
export type Answer<N extends CommandName> = Result<CommandOutput[N]> & { readonly lost?: true };

/** Sends a command and gives its answer, whatever it is. */
export async function send<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Answer<N>> {
  try {
    return (await bridge.call(name, input)) as Result<CommandOutput[N]>;
  } catch {
    return { ok: false, error: appError(LOST), lost: true };
  }
}

/** The till program is not heard: nothing can be asked of it. */
export const frozen = (): boolean => useStore.getState().link !== "up";

/** Sends a command once: while it is on its way, the same one does nothing, and answers null. */
export async function ask<N extends CommandName>(
  name: N,
  about: string,
  input: CommandInput<N>,
): Promise<Answer<N> | null> {
  const what = busyKey(name, about);
  const { busy } = useStore.getState();
  if (busy.has(what) || frozen()) return null;
  useStore.setState({ busy: new Set(busy).add(what), notice: null });
  const result = await send(name, input);
  useStore.setState((state) => {
    const left = new Set(state.busy);
    left.delete(what);
    return { busy: left };
  });
  return result;
}

/** The same, a refusal shown in the strip. */
export async function once<N extends CommandName>(name: N, about: string, input: CommandInput<N>): Promise<void> {
  const result = await ask(name, about, input);
  if (result && !result.ok) useStore.setState({ notice: result.error });
}

/** The name under which a command on its way stands in `busy`. */
export const busyKey = (name: CommandName, about: string): string => `${name} ${about}`;

// ---------- starting a payment ----------

/**
 * A start whose answer never came: asking again for the same thing must carry the same key. Not so for the next customer at
 * a till without a cashier: under that key he would be shown the sale of the one before him.
 */
let unanswered: { readonly starting: Starting; readonly visit: number } | null = null;

const sameVisit = (visit: number): boolean => useStore.getState().visit.number === visit;

function sameIntent(one: Starting, other: Omit<Starting, "key">): boolean {
  return (
    one.minor === other.minor &&
    one.provider === other.provider &&
    one.method === other.method &&
    one.renews === other.renews &&
    one.of?.id === other.of?.id &&
    one.invoice?.phone === other.invoice?.phone &&
    one.invoice?.comment === other.invoice?.comment &&
    one.invoice?.confirmDuplicateOf === other.invoice?.confirmDuplicateOf &&
    JSON.stringify(one.items) === JSON.stringify(other.items)
  );
}

/** What of a request is sent once and kept nowhere on this page. */
export type Means = Pick<PaymentRequest, "card" | "receiver" | "payer" | "saveCard">;

async function start(intent: Omit<Starting, "key">, means: Means = {}): Promise<void> {
  // Design U5: a second Enter, tap or scan while one is starting does nothing.
  if (useStore.getState().starting !== null || frozen()) return;
  const starting: Starting =
    unanswered && sameVisit(unanswered.visit) && sameIntent(unanswered.starting, intent)
      ? unanswered.starting
      : { ...intent, key: crypto.randomUUID() };
  const visit = useStore.getState().visit.number;
  // The command goes first: drawing the next screen must not stand between the tap and the bank.
  const answer = request(starting, means);
  useStore.setState({ starting, problem: null, notice: null });
  const result = await answer;
  const waits = useStore.getState().starting === starting;
  if (result.lost) {
    unanswered = { starting, visit };
    if (waits) useStore.setState({ starting: null, notice: result.ok ? null : result.error });
    return;
  }
  unanswered = null;
  if (!waits) return;
  if (!result.ok)
    useStore.setState({ starting: null, problem: { error: result.error, starting, other: otherOf(result) } });
  else setTimeout(() => giveUpWaiting(starting), SNAPSHOT_WITHIN_MS);
}

const otherOf = (result: { readonly payment?: unknown }): Payment | null =>
  typeof result.payment === "object" ? (result.payment as Payment | null) : null;

/** The snapshot with the payment comes before or just after the answer; if it never does, the screen must not hang. */
const SNAPSHOT_WITHIN_MS = 3000;

function giveUpWaiting(starting: Starting): void {
  useStore.setState((state) => (state.starting === starting ? { starting: null } : state));
}

function request(starting: Starting, means: Means): Promise<Answer<"payments.create">> {
  const { key, of, method, invoice, items } = starting;
  const currency = currencyOf(kindOf(method));
  if (starting.renews && of) return send("payments.renew", { id: of.id, key });
  const amount = formatAmount(minor(starting.minor));
  return send("payments.create", {
    key,
    request: {
      amount,
      provider: starting.provider,
      ...(method === "qr" ? {} : { method }),
      ...(currency === "KZT" ? {} : { currency }),
      ...(of ? { saleId: of.saleId, replaces: of.id } : {}),
      ...(items ? { items } : {}),
      ...(invoice ? { phone: invoice.phone } : {}),
      ...(invoice && invoice.comment !== "" ? { comment: invoice.comment } : {}),
      ...(invoice?.confirmDuplicateOf ? { confirmDuplicateOf: invoice.confirmDuplicateOf } : {}),
      ...means,
    },
  });
}

/** Takes the typed sum with this provider, by a code or by a link to send. */
export function pay(provider: Provider, method: "qr" | "link" = "qr"): void {
  const { entry, sale, snapshot } = useStore.getState();
  if (entry.minor === 0 || snapshot?.current) return;
  void start({ minor: entry.minor, provider, method, invoice: null, of: sale, renews: false });
}

/** Takes the price of what was chosen from the catalogue, by a code; `tiyn` is their sum. */
export function payItems(provider: Provider, tiyn: number, items: NonNullable<Starting["items"]>): void {
  if (useStore.getState().snapshot?.current) return;
  void start({ minor: tiyn, provider, method: "qr", invoice: null, of: null, renews: false, items });
}

/** A new attempt for the same sale (design U10). */
export function renew(payment: PaymentView): void {
  const method = payment.method === "link" ? "link" : "qr";
  void start({ minor: payment.minor, provider: payment.provider, method, invoice: null, of: payment, renews: true });
}

// ---------- an invoice to a telephone ----------

/** Opens the entry of the customer's number for the typed sum. */
export function writeInvoice(provider: Provider): void {
  useStore.setState({ invoice: { provider, digits: "", comment: "", found: null }, notice: null });
}

/** Back to the amount, which is kept; the number is not. */
export const leaveInvoice = (): void => useStore.setState({ invoice: null, notice: null });

/** Sends the invoice that was written; `phone` has all its digits. */
export function sendInvoice(phone: string): void {
  const { entry, sale, snapshot, invoice } = useStore.getState();
  if (entry.minor === 0 || snapshot?.current || !invoice) return;
  const to = { phone, comment: invoice.comment.trim(), name: invoice.found?.name ?? null, confirmDuplicateOf: null };
  void start({
    minor: entry.minor,
    provider: invoice.provider,
    method: "invoice",
    invoice: to,
    of: sale,
    renews: false,
  });
}

/** A second invoice for the same number and sum, after the till has named the first. */
export function sendSecondInvoice({ starting, other }: Problem): void {
  if (!starting.invoice || !other) return;
  void start({ ...starting, invoice: { ...starting.invoice, confirmDuplicateOf: other.id } });
}

// ---------- a card ----------

/** Opens the form in which a card is typed, and lets the till warm the way to its bank. */
export function openForm(provider: Provider, method: CardMethod): void {
  useStore.setState({ form: { provider, method }, notice: null });
  void send("bank.prepare", { provider });
}

/** Back to the amount, which is kept; what was typed into the form is not. */
export const leaveForm = (): void => useStore.setState({ form: null, notice: null, problem: null });

/** Sends what was typed into the open form. */
export function payByCard(means: Means): void {
  const { entry, sale, snapshot, form } = useStore.getState();
  if (snapshot?.current || !form) return;
  const { provider, method } = form;
  const checks = method === "cardVerification";
  if (entry.minor === 0 && !checks) return;
  const of = method === "card" ? sale : null;
  void start({ minor: checks ? 0 : entry.minor, provider, method, invoice: null, of, renews: false }, means);
}

/** Puts the attempt away and opens the form again: this page never had the card to send it once more. */
export async function cardAgain(payment: PaymentView, method: CardMethod): Promise<void> {
  if (method === "card") await anotherWay(payment);
  else await once("payments.dismiss", payment.id, { id: payment.id });
  if (useStore.getState().notice) return;
  if (method === "transfer") useStore.setState({ entry: entryOf(payment) });
  openForm(payment.provider, method);
}

export const capture = (id: string): void => void once("payments.capture", id, { id });
export const giveBack = (id: string): void => void once("payments.void", id, { id });
export const tellPage = (id: string, did: "open" | "closed"): void => void send("payments.bankPage", { id, did });

// ---------- where the person is ----------

/** Opens the history, the refund desk or the technician's desk; what is typed stays. */
export const openPlace = (place: Place): void =>
  useStore.setState({ place, refundOf: null, saleOpened: null, notice: null });
/** Back to the sale. */
export const leavePlace = (): void =>
  useStore.setState({ place: null, refundOf: null, saleOpened: null, notice: null });
/** Opens one sale of the history, from wherever it is told of. */
export const openSale = ({ id, number }: Pick<PaymentView, "id" | "number">): void =>
  useStore.setState({ place: "history", refundOf: null, saleOpened: { id, number }, notice: null });
/** Whether a place can be opened now: what is on the screen comes first, and a customer's screen has none. */
export const canOpen = ({ current, refund, app }: Snapshot): boolean =>
  current === null && refund === null && app.mode !== "kiosk" && app.mode !== "vending";

/** Tries once more what the till refused to start. */
export function retry({ error, starting }: Problem): void {
  // Under this key nothing was journaled, or exactly this request was: it can only become the same payment.
  unanswered = error.code === "key_reused" ? null : { starting, visit: useStore.getState().visit.number };
  void start(starting);
}

/** Back to the amount, which is kept. */
export function leaveProblem(): void {
  useStore.setState({ problem: null });
}

/** Puts the attempt away and offers the same sum for another way to pay. */
export async function anotherWay(payment: PaymentView): Promise<void> {
  await once("payments.dismiss", payment.id, { id: payment.id });
  if (useStore.getState().notice) return;
  useStore.setState({ entry: entryOf(payment), sale: payment });
}

const entryOf = ({ minor: tiyn }: PaymentView): Entry => ({
  minor: minor(tiyn),
  decimals: tiyn % 100 === 0 ? null : 2,
});

// ---------- the sum ----------

const PREPARE_EVERY_MS = 8_000;
let prepared = -Infinity;

/** One key of the keypad. The first digit of a sum lets the till warm the way to the bank. */
export function pressKey(key: PadKey): void {
  const { entry, snapshot, form } = useStore.getState();
  // While the form is being fetched the keypad still hears the keyboard: the digits of a card are no sum.
  if (!snapshot || form || frozen()) return;
  const next = press(entry, key, maxDigits(snapshot.providers));
  if (next === entry) return;
  useStore.setState({ entry: next, notice: null, ...(next === EMPTY ? { sale: null } : {}) });
  const provider = defaultProvider(snapshot);
  if (entry.minor !== 0 || next.minor === 0 || !provider || performance.now() - prepared < PREPARE_EVERY_MS) return;
  prepared = performance.now();
  void send("bank.prepare", { provider: provider.name });
}

/** One digit more than the greatest sum has, so that a sum above the limit can be seen to be one. */
function maxDigits(providers: readonly ProviderView[]): number {
  const greatest = Math.max(100, ...providers.map((provider) => provider.maxMinor));
  return Math.min(12, String(Math.floor(greatest / 100)).length + 1);
}

/** What a provider's own button does. null: it has none, since a Google Pay token comes from a program. */
export function mainMethod({ methods }: ProviderView): "qr" | "card" | null {
  if (methods.includes("qr")) return "qr";
  return methods.includes("card") ? "card" : null;
}

/** The one that Enter pays with: used last, else the first. */
export function defaultProvider({ providers, lastProvider }: Snapshot): ProviderView | null {
  const payable = providers.filter((provider) => mainMethod(provider) !== null);
  return payable.find((provider) => provider.name === lastProvider) ?? payable[0] ?? null;
}

// ---------- everything else ----------

export const cancel = (id: string): void => void once("payments.cancel", id, { id });
export const dismiss = (id: string): void => void once("payments.dismiss", id, { id });
export const refresh = (id: string): void => void once("payments.refresh", id, { id });
/** A refund whose answer was lost, and with it its number at the bank, is a person's to settle: there is nobody to ask. */
export const canBeAsked = ({ error, bankId }: { error: AppError | null; bankId: string | null }): boolean =>
  bankId !== null || error?.code !== "refund_lost";
export const refreshRefund = (id: string): void => void once("refunds.refresh", id, { id });
export const acknowledge = (id: string): void => void once("notices.acknowledge", id, { id });
export const askBank = (provider: Provider): void => void once("bank.prepare", provider, { provider });
export const tapPhone = (id: string, action: CommandInput<"training.phone">["action"]): void =>
  void once("training.phone", id, { id, action });
export const setFault = (fault: CommandInput<"training.fault">["fault"]): void =>
  void once("training.fault", "", { fault });
export const closeNotice = (): void => useStore.setState({ notice: null });

/** Changes the language here at once and tells the till. */
export function setLanguage(language: Language): void {
  useStore.setState({ language });
  void send("language.set", { language });
}
