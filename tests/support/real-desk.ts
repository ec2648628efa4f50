import { USUAL_DISPLAYS, USUAL_KIOSK } from "../../contract/kiosk.ts";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { CustomerSnapshot } from "../../contract/customer.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { createHttp, type HttpAdapter, type TlsIdentity } from "../../main/adapters/http.ts";
import { createIds } from "../../main/adapters/ids.ts";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import { openCrypto, openVault, type KeySource } from "../../main/adapters/vault.ts";
import { banks } from "../../main/banks/index.ts";
import { createCore } from "../../main/core/core.ts";
import type { Core } from "../../main/core/index.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import {
  NO_FINDINGS,
  NO_MACHINE,
  NO_BANK_PAGES,
  NO_EVENTS,
  type BankPages,
  type Clock,
  type Events,
  type HttpAnswer,
  type HttpRequest,
  type Journal,
  type Log,
  type Profile,
  type Vault,
} from "../../main/core/ports.ts";
import { identityName, secretsName, type Settings } from "../../main/core/settings.ts";
import { testPeople } from "./desk.ts";
import type { ScaledClock } from "./scaled-clock.ts";

/** What a desk must know of a bank to be its customer. */
export interface DeskBank {
  readonly profile: Profile;
  readonly secrets: Readonly<Record<string, string>>;
  readonly identity: TlsIdentity;
  /** Whether the bank has received the request of this X-Request-ID. */
  arrived(requestId: string): boolean;
  /** Whether it has received it and lets the till wait for the answer on purpose. */
  withholds(requestId: string): boolean;
  /** Where its own page is shown. Default: nowhere. */
  readonly pages?: BankPages;
  /** Our own numbers of its payments, at a bank that asks for one. */
  readonly invoices?: { readonly from: number; readonly to: number };
}

/** One request as the core gave it to the HTTP port; times are the desk's own clock. */
export interface Sent {
  /** Which life of the process sent it: 0 until the first restart. */
  readonly life: number;
  readonly requestId: string;
  readonly request: HttpRequest;
  readonly at: number;
  endedAt: number | null;
  status: number | null;
}

export interface Gate {
  /** Resolves when a request stands at the gate, journaled and not sent. */
  readonly reached: Promise<void>;
  open(): void;
}

/** A whole core with real stores and real HTTPS, in scaled time, before a bank that really listens. */
export interface RealDesk {
  readonly clock: ScaledClock;
  readonly tillId: string;
  /** Where its journal and vault are. */
  readonly folder: string;
  readonly core: Core;
  readonly journal: JournalFile;
  readonly sent: readonly Sent[];
  /** Every payload that any screen was ever told to show, by receipt number. */
  readonly shown: ReadonlyMap<string, ReadonlySet<string>>;
  /** What was logged as an error: nothing, in a world without defects. */
  readonly errors: readonly string[];
  /** Everything that was logged. */
  readonly logged: readonly string[];
  /** The till's wall clock. */
  now(): number;
  snapshot(): Snapshot;
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput[N]>>;
  /** Starts a sale. It answers when the bank has, or after 5 s with `creating`. */
  charge(amount?: string, more?: Partial<CommandInput<"payments.create">["request"]>): Promise<Payment>;
  get(id: string): Promise<Payment>;
  /** The row as it was committed last. */
  row(id: string): PaymentRow;
  rows(): readonly PaymentRow[];
  /** Stops the next request whose URL contains `part` after it was journaled, before it is sent. */
  gate(part: string): Gate;
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  /** Waits for a payment's state, and optionally for its being settled. */
  reaches(id: string, state: PaymentRow["state"], settled?: boolean, withinMs?: number): Promise<PaymentRow>;
  /** The process dies: no orderly stop. A new one opens the same journal and vault, perhaps under other settings. */
  restart(bank?: DeskBank): Promise<void>;
  close(): Promise<void>;
}

export interface RealDeskOptions {
  readonly clock: ScaledClock;
  readonly bank: DeskBank;
  /** Further banks whose secrets are in the vault, for a later change of profile. */
  readonly others?: readonly DeskBank[];
  readonly tillId?: string;
  readonly min?: number;
  readonly max?: number;
  /** Does not wait for the till to be ready. */
  readonly unready?: boolean;
  /** The wall clock's error against the true time. */
  readonly wallError?: number;
  /** The bank's event stream. Default: it has none. */
  readonly events?: Events;
}

let desks = 0;
/** What a busy machine may need for an exchange, in real milliseconds: a time limit grows by so much. */
const BUSY = 500;
/** No exchange stops the clock for longer, in real milliseconds. */
const STANDSTILL = 3_000;
const KEY: KeySource = { kind: "key-file", name: "test", warning: null, key: async () => Buffer.alloc(32, 7) };
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export async function openRealDesk(options: RealDeskOptions): Promise<RealDesk> {
  const { clock, wallError = 0 } = options;
  desks += 1;
  const tillId = options.tillId ?? `T${desks}`;
  const dir = await mkdtemp(join(tmpdir(), "qabyl-real-desk-"));
  const vaultFile = join(dir, "vault.json");
  const journalFile = join(dir, "journal.db");
  const sent: Sent[] = [];
  const shown = new Map<string, Set<string>>();
  const errors: string[] = [];
  const logged: string[] = [];
  const committed = new Map<string, PaymentRow>();
  const gates: { part: string; reach: () => void; opened: Promise<void> }[] = [];
  const closing: Promise<unknown>[] = [];
  const moving = new Set<{ readonly requestId: string; readonly since: number }>();
  let lives = -1;
  let booting = false;
  const wall = (): number => clock.now() + wallError;

  const line = (event: string, fields: Parameters<Log["error"]>[1]): string =>
    `${event} ${JSON.stringify(fields ?? {})}`;
  const log: Log = {
    info: (event, fields) => void logged.push(line(event, fields)),
    warn: (event, fields) => void logged.push(line(event, fields)),
    error(event, fields) {
      logged.push(line(event, fields));
      errors.push(line(event, fields));
    },
  };

  await enrol(vaultFile, [options.bank, ...(options.others ?? [])]);

  interface Life {
    readonly core: Core;
    readonly journal: JournalFile;
    latest: Snapshot | null;
    die(): void;
  }

  async function boot(bank: DeskBank): Promise<Life> {
    lives += 1;
    booting = true;
    const own = lives;
    let alive = true;
    const timers = new Set<unknown>();
    const vault = await openVault({ file: vaultFile, keySource: KEY });
    const crypto = await openCrypto(vault);
    const journal = await openJournal({
      file: journalFile,
      tillId,
      mac: (text) => crypto.mac("chain", text),
      now: wall,
    });
    const http = createHttp({ identity: (name) => identityOf(vault, name), log });
    const mortal: Clock = {
      now: wall,
      mono: clock.mono,
      setTimeout(run, ms) {
        if (!alive) return null;
        const timer = clock.setTimeout(() => {
          timers.delete(timer);
          if (alive) run();
        }, ms);
        timers.add(timer);
        return timer;
      },
      clearTimeout(timer) {
        if (timer === null) return;
        timers.delete(timer);
        clock.clearTimeout(timer);
      },
    };
    const ports = {
      clock: mortal,
      ids: createIds(wall),
      crypto,
      http: { send: (request: HttpRequest) => (alive ? send(own, http, request, () => alive) : never<HttpAnswer>()) },
      journal: mortalJournal(journal, () => alive),
      vault,
      machine: NO_MACHINE,
      findings: NO_FINDINGS,
      pages: bank.pages ?? NO_BANK_PAGES,
      events: options.events ?? NO_EVENTS,
      log: {
        ...log,
        error: (event: string, fields?: Parameters<Log["error"]>[1]) => alive && log.error(event, fields),
      },
    };
    const core = createCore({
      version: "0.0.0-test",
      ports,
      banks,
      settings: settingsOf(bank, tillId, options),
      training: null,
      people: testPeople(),
    });
    const booted: Life = {
      core,
      journal,
      latest: null,
      die() {
        alive = false;
        for (const timer of timers) clock.clearTimeout(timer);
        closing.push(http.close(), journal.close());
      },
    };
    for (const view of ["cashier", "customer"] as const) {
      core.watch(view, (snapshot) => {
        if (!alive) return;
        const see = (number: string, payload: string): void =>
          void shown.set(number, (shown.get(number) ?? new Set()).add(payload));
        if (snapshot.view === "customer") {
          const { sale } = snapshot as CustomerSnapshot;
          if (sale?.code && !sale.link) see(sale.number, sale.code);
          return;
        }
        const whole = snapshot;
        for (const payment of [whole.current, ...whole.parked])
          if (payment?.qr) see(payment.number, payment.qr.payload);
        booted.latest = whole;
      });
    }
    await core.start();
    booting = false;
    return booted;
  }

  async function send(
    life: number,
    http: HttpAdapter,
    request: HttpRequest,
    isAlive: () => boolean,
  ): Promise<HttpAnswer> {
    const at = wall(); // a question held back at a gate was asked when the core asked it
    const index = gates.findIndex((gate) => request.url.includes(gate.part));
    const [gate] = index < 0 ? [] : gates.splice(index, 1);
    if (gate) {
      gate.reach();
      await gate.opened;
      if (!isAlive()) return never();
    }
    // A bank that asks for no such id gets one all the same: by it the exchange is known again in the bank's ledger.
    const requestId = request.headers["X-Request-ID"] ?? randomUUID();
    const marked = { ...request, headers: { ...request.headers, "X-Request-ID": requestId } };
    const entry: Sent = {
      life,
      requestId,
      request,
      at,
      endedAt: null,
      status: null,
    };
    sent.push(entry);
    const way = { requestId: entry.requestId, since: performance.now() };
    moving.add(way);
    try {
      const answer = await http.send({ ...marked, timeoutMs: clock.real(request.timeoutMs) + BUSY });
      entry.status = answer.status;
      if (isAlive()) return answer;
    } catch (error) {
      if (isAlive()) throw error;
    } finally {
      moving.delete(way);
      entry.endedAt = wall();
    }
    return never();
  }

  function mortalJournal(journal: JournalFile, isAlive: () => boolean): Journal {
    const guard =
      <A extends unknown[], T>(work: (...input: A) => Promise<T>) =>
      (...input: A): Promise<T> =>
        isAlive() ? work(...input) : never();
    return {
      info: guard(journal.info),
      payment: guard(journal.payment),
      paymentByKey: guard(journal.paymentByKey),
      payments: guard(journal.payments),
      unfinished: guard(journal.unfinished),
      notices: guard(journal.notices),
      events: guard(journal.events),
      firstEvent: guard(journal.firstEvent),
      calls: guard(journal.calls),
      refund: guard(journal.refund),
      refundByKey: guard(journal.refundByKey),
      refunds: guard(journal.refunds),
      unfinishedRefunds: guard(journal.unfinishedRefunds),
      refundCalls: guard(journal.refundCalls),
      history: guard(journal.history),
      profile: guard(journal.profile),
      profiles: guard(journal.profiles),
      counter: guard(journal.counter),
      meta: guard(journal.meta),
      commit: guard(async (batch) => {
        const done = await journal.commit(batch);
        for (const row of batch.payments ?? []) committed.set(row.id, row);
        return done;
      }),
      close: async () => undefined,
    };
  }

  let bank = options.bank;
  const known = [bank, ...(options.others ?? [])];
  // A start, and an exchange that is really under way, take milliseconds, not the seconds that scaling would make of them.
  clock.standsWhile(
    () =>
      booting ||
      [...moving].some(
        ({ requestId, since }) =>
          performance.now() - since < STANDSTILL && !known.some((one) => one.withholds(requestId)),
      ),
  );
  let life = await boot(bank);
  const byRequest = (requestId: string): boolean => known.some((one) => one.arrived(requestId));

  const desk: RealDesk = {
    clock,
    tillId,
    folder: dir,
    get core() {
      return life.core;
    },
    get journal() {
      return life.journal;
    },
    sent,
    shown,
    errors,
    logged,
    now: wall,
    snapshot() {
      if (!life.latest) throw new Error("no snapshot yet");
      return life.latest;
    },
    async call(name, input) {
      return (await life.core.call({ kind: "person", name: "cashier" }, name, input)) as never;
    },
    async charge(amount = "5000.00", more = {}) {
      const request = { amount, provider: bank.profile.provider, ...more };
      const result = await desk.call("payments.create", { key: randomUUID(), request });
      if (!result.ok) throw new Error(`refused: ${result.error.code} ${JSON.stringify(result.error.params)}`);
      return result.value.payment;
    },
    async get(id) {
      const result = await desk.call("payments.get", { id });
      if (!result.ok) throw new Error(result.error.code);
      return result.value;
    },
    row(id) {
      const row = committed.get(id);
      if (!row) throw new Error(`no payment ${id} was committed`);
      return row;
    },
    rows: () => [...committed.values()],
    gate(part) {
      const reached = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      gates.push({ part, reach: reached.resolve, opened: opened.promise });
      return { reached: reached.promise, open: opened.resolve };
    },
    async until(what, holds, withinMs = 60_000) {
      const end = clock.mono() + withinMs;
      while (!holds()) {
        if (clock.mono() > end) throw new Error(`not within ${withinMs / 1000} s: ${what}\n${storyOf(committed)}`);
        await new Promise((again) => setTimeout(again, 3));
      }
    },
    async reaches(id, state, settled, withinMs) {
      const there = (row: PaymentRow): boolean =>
        row.state === state && (settled === undefined || row.settled === settled);
      await desk.until(
        `${state}${settled === undefined ? "" : settled ? " and settled" : " and not settled"}`,
        () => there(desk.row(id)),
        withinMs,
      );
      return desk.row(id);
    },
    async restart(next = bank) {
      // A request that was begun is let reach the bank: one that is cut off before that is made by a gate instead.
      const onTheWay = (): boolean =>
        sent.some((one) => one.life === lives && one.endedAt === null && !byRequest(one.requestId));
      for (let tries = 0; onTheWay() && tries < 100; tries += 1) await new Promise((again) => setTimeout(again, 2));
      life.die();
      bank = next;
      life = await boot(bank);
    },
    async close() {
      life.die();
      await Promise.allSettled(closing);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  try {
    if (options.unready !== true)
      await desk.until("the till is ready", () => life.latest?.providers[0]?.ready === true);
  } catch (error) {
    await desk.close();
    throw error;
  }
  return desk;
}

async function enrol(file: string, all: readonly DeskBank[]): Promise<void> {
  const vault = await openVault({ file, keySource: KEY });
  for (const { profile, secrets, identity } of all) {
    await vault.put({
      [secretsName(profile.id)]: JSON.stringify(secrets),
      [identityName(profile.id)]: JSON.stringify(identity),
    });
  }
}

async function identityOf(vault: Vault, name: string): Promise<TlsIdentity> {
  const text = await vault.get(identityName(name));
  if (text === null) throw new Error("no identity of this name in the vault");
  return JSON.parse(text) as TlsIdentity;
}

function settingsOf(
  { profile, invoices }: DeskBank,
  tillId: string,
  { min = 100, max = 100_000_000, events }: RealDeskOptions,
): Settings {
  return {
    mode: "cashier",
    language: "ru",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791", address: null, supportPhone: null },
    till: { id: tillId, name: tillId },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    refundPinAbove: null,
    kiosk: { ...USUAL_KIOSK, catalogue: [] },
    displays: USUAL_DISPLAYS,
    providers: [
      {
        name: profile.provider,
        profile,
        min: minor(min),
        max: minor(max),
        certificateExpires: null,
        invoices: invoices ?? (profile.provider === "halykQr" ? { from: 1, to: 999_999 } : null),
        events: events !== undefined,
        organization: null,
        blocked: null,
      },
    ],
    training: false,
    setupNeeded: false,
    provisionFile: null,
  };
}

function storyOf(committed: ReadonlyMap<string, PaymentRow>): string {
  const line = (row: PaymentRow): string => {
    const start = row.detail.history[0]?.at ?? 0;
    const steps = row.detail.history.map(
      ({ at, state, cause }) => `${((at - start) / 1000).toFixed(1)} s ${state} (${cause})`,
    );
    return `${row.number} ${row.state}${row.settled ? ", settled" : ""}: ${steps.join("; ")}`;
  };
  return [...committed.values()].map(line).join("\n");
}
