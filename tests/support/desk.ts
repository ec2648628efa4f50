import { USUAL_DISPLAYS, USUAL_KIOSK } from "../../contract/kiosk.ts";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import { banks } from "../../main/banks/index.ts";
import { createCore } from "../../main/core/core.ts";
import type { Bank } from "../../main/core/bank.ts";
import type { Core, People, Person, Training } from "../../main/core/index.ts";
import {
  type Findings,
  NO_FINDINGS,
  NO_MACHINE,
  type Machine,
  NO_BANK_PAGES,
  NO_EVENTS,
  type BankPages,
  type Events,
  type Http,
  type Log,
  type LogFields,
  type Ports,
  type Profile,
  type Vault,
} from "../../main/core/ports.ts";
import { secretsName, type Settings } from "../../main/core/settings.ts";
import { scriptedBank, type ScriptedBank } from "./scripted-bank.ts";
import { simulatedClock, type SimulatedClock } from "./simulated-clock.ts";

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const PROFILE: Profile = {
  id: "profile-1",
  provider: "kaspi",
  environment: "test",
  scheme: "2",
  url: "https://bank.test:8544/r2/v01",
  bin: "180340021791",
  tradePoint: "12",
  device: "GFC-456397",
  options: {},
};

/** The shop's profile under another contract with the bank; each has secrets of its own in the desk's vault. */
export function profileOf(scheme: "1" | "2" | "3"): Profile {
  if (scheme === "2") return PROFILE;
  const bin = scheme === "3" ? PROFILE.bin : null;
  return {
    ...PROFILE,
    id: `profile-r${scheme}`,
    scheme,
    bin,
    url: `https://bank.test:854${2 + Number(scheme)}/r${scheme}/v01`,
  };
}

export function testSettings(profile: Profile = PROFILE, more: Partial<Settings> = {}): Settings {
  return {
    mode: "cashier",
    language: "ru",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791", address: null, supportPhone: "+7 727 000 00 00" },
    till: { id: "A1", name: "Касса 1" },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    refundPinAbove: null,
    kiosk: { ...USUAL_KIOSK, catalogue: [] },
    displays: USUAL_DISPLAYS,
    providers: [
      {
        name: "kaspi",
        profile,
        min: minor(100),
        max: minor(100_000_000),
        certificateExpires: null,
        invoices: null,
        events: false,
        organization: null,
        blocked: null,
      },
    ],
    training: false,
    setupNeeded: false,
    provisionFile: null,
    ...more,
  };
}

/** People by their PIN. A session's token is the name of whoever opened it, and is open for a technician and the owner. */
export function testPeople(pins: Readonly<Record<string, Person>> = {}): People {
  return {
    unlocked: () => false,
    lock: () => undefined,
    watch: () => () => undefined,
    known: () => Object.keys(pins).length > 0,
    async identify(pin, roles) {
      const person = pins[pin];
      if (!person || !roles.includes(person.role)) return { ok: false, error: appError("wrong_pin") };
      return { ok: true, value: person };
    },
    session: (token) =>
      Object.values(pins).find(({ name, role }) => name === token && (role === "technician" || role === "owner")) ??
      null,
  };
}

export function memoryVault(entries: Record<string, string> = {}): Vault {
  const kept = new Map(Object.entries(entries));
  return {
    get: async (name) => kept.get(name) ?? null,
    async put(changes) {
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) kept.delete(name);
        else kept.set(name, value);
      }
    },
  };
}

/** A whole core with a real journal, in simulated time, before a scripted bank. */
export interface Desk {
  readonly clock: SimulatedClock;
  readonly bank: ScriptedBank;
  readonly journal: JournalFile;
  readonly vault: Vault;
  /** The TLS identity of each request, in order. */
  readonly identities: readonly string[];
  core: Core;
  /** Warnings and errors written to the log. */
  readonly notes: { readonly event: string; readonly fields: LogFields }[];
  snapshot(): Snapshot;
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput[N]>>;
  /** Starts a sale and lets the bank answer. */
  charge(amount?: string, more?: Partial<CommandInput<"payments.create">["request"]>): Promise<Payment>;
  get(id: string): Promise<Payment>;
  /** The process dies: nothing is stopped in order; a new core opens the same journal. */
  restart(settings?: Settings): Promise<void>;
  close(): Promise<void>;
}

/** A second bank at the till, in the place of the product's own of that name. */
export interface OtherBank extends Http {
  readonly bank: Bank;
  readonly profile: Profile;
}

/** Other banks in the place of the scripted one, with the secrets of each profile by its id. */
export interface DeskBanks extends Http {
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Encrypts for the bank. */
  seal(publicKey: string, text: string): string;
}

export interface DeskOptions {
  readonly settings?: Settings;
  /** Another desk's, to stand beside it. */
  readonly clock?: SimulatedClock;
  readonly banks?: (clock: SimulatedClock) => Promise<DeskBanks>;
  readonly registered?: boolean;
  /** Scripts the bank before the till meets it. */
  readonly prepare?: (bank: ScriptedBank) => void;
  /** Wraps the journal, to make its disk refuse. */
  readonly wrap?: (journal: JournalFile) => JournalFile;
  /** Who has a PIN: nobody, unless given. */
  readonly people?: People;
  readonly other?: (clock: SimulatedClock) => OtherBank;
  readonly events?: Events;
  readonly pages?: BankPages;
  readonly findings?: Findings;
  readonly training?: Training;
  /** The line to the machine that hands goods out: none, unless given. */
  readonly machine?: Machine;
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-desk-"));
  const clock = options.clock ?? simulatedClock();
  const bank = scriptedBank(clock);
  options.prepare?.(bank);
  const other = options.other?.(clock) ?? null;
  const others = (await options.banks?.(clock)) ?? null;
  const known = other ? [other.bank, ...banks.filter(({ name }) => name !== other.bank.name)] : banks;
  const file = await openJournal({
    file: join(dir, "journal.db"),
    tillId: "A1",
    mac: (text) => createHmac("sha256", "chain").update(text).digest("hex"),
    now: clock.now,
  });
  const journal = options.wrap?.(file) ?? file;
  const secrets =
    options.registered === false ? "{}" : JSON.stringify({ deviceToken: "9f2c1d64-0000-4000-8000-000000000000" });
  const profiles = [PROFILE.id, "profile-2", profileOf("1").id, profileOf("3").id];
  const vault = memoryVault(Object.fromEntries(profiles.map((id) => [secretsName(id), secrets])));
  await vault.put({
    [secretsName(profileOf("1").id)]: JSON.stringify({ ...JSON.parse(secrets), apiKey: "key of the tests" }),
  });
  for (const [id, own] of Object.entries(others?.secrets ?? {}))
    await vault.put({ [secretsName(id)]: JSON.stringify(own) });
  let alive = { http: true };
  let latest: Snapshot | null = null;
  let settings = options.settings ?? testSettings();
  const people = options.people ?? testPeople();
  const notes: Desk["notes"] = [];
  const identities: string[] = [];
  const note = (event: string, fields: LogFields = {}): void => void notes.push({ event, fields });

  const never = <T>(): Promise<T> => new Promise(() => undefined);

  async function boot(): Promise<Core> {
    const mine = (alive = { http: true });
    const ports: Ports = {
      machine: options.machine ?? NO_MACHINE,
      findings: options.findings ?? NO_FINDINGS,
      pages: options.pages ?? NO_BANK_PAGES,
      events: options.events ?? NO_EVENTS,
      clock: {
        ...clock,
        setTimeout: (run, ms) => clock.setTimeout(() => mine.http && run(), ms),
      },
      ids: { uuid: randomUUID, requestId: () => randomUUID().replaceAll("-", "") },
      crypto: {
        mac: (purpose, text) => createHmac("sha256", purpose).update(text).digest("hex"),
        seal: others?.seal ?? (() => ""),
      },
      // A dead process hears no answer any more, and writes nothing.
      http: {
        async send(request) {
          identities.push(request.identity);
          const at = others ?? (other?.profile.id === request.identity ? other : bank);
          try {
            const answer = await at.send(request);
            return mine.http ? answer : await never();
          } catch (error) {
            if (mine.http) throw error;
            return never();
          }
        },
      },
      journal: { ...journal, commit: (batch) => (mine.http ? journal.commit(batch) : never()) },
      vault,
      log: { info: () => undefined, warn: note, error: note },
    };
    const core = createCore({
      version: "0.0.0-test",
      ports,
      banks: known,
      settings,
      training: options.training ?? null,
      people,
    });
    core.watch("cashier", (snapshot) => (latest = snapshot));
    await core.start();
    await clock.advance(0);
    return core;
  }

  const desk: Desk = {
    clock,
    bank,
    journal,
    vault,
    identities,
    notes,
    core: await boot(),
    snapshot() {
      if (!latest) throw new Error("no snapshot yet");
      return latest;
    },
    async call(name, input) {
      const result = desk.core.call({ kind: "person", name: "cashier" }, name, input);
      await clock.advance(0);
      return (await result) as never;
    },
    async charge(amount = "5000.00", more = {}) {
      const result = await desk.call("payments.create", {
        key: randomUUID(),
        request: { amount, provider: "kaspi", ...more },
      });
      if (!result.ok) throw new Error(`refused: ${result.error.code}`);
      return result.value.payment;
    },
    async get(id) {
      const result = await desk.call("payments.get", { id });
      if (!result.ok) throw new Error(result.error.code);
      return result.value;
    },
    async restart(changed) {
      alive.http = false;
      settings = changed ?? settings;
      desk.core = await boot();
    },
    async close() {
      alive.http = false;
      await file.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return desk;
}
