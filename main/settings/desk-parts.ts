/** What the technician's desk works with, and how it says no. */
import { appError, type AppError, type ErrorCode } from "../../contract/errors.ts";
import type { CareView } from "../../contract/desk.ts";
import type { DisplayView } from "../../contract/kiosk.ts";
import type { Provider } from "../../contract/states.ts";
import type { BankDesk, Person } from "../core/index.ts";
import type { Bank } from "../core/bank.ts";
import type { Ids, Log } from "../core/ports.ts";
import { keep, type Stores } from "./apply.ts";
import type { Drop, Requests } from "./certificates/index.ts";
import type { ProbeEvents } from "./check-bank.ts";
import { META_ORGANIZATION, type StoredSettings, type StoredToken } from "./stored.ts";
import type { Trials, Way } from "./trial.ts";

/** The till's own stores, as the desk looks after them. */
export interface DeskCare {
  view(): Promise<CareView>;
  /** Rejects in words when no backup can be made. */
  backup(): Promise<void>;
  verify(): Promise<void>;
  /** Writes the black box beside the data. */
  saveSupport(): Promise<{ readonly file: string; readonly transitions: number }>;
}

/** The settings in use, as the journal holds them. One object for the whole life of the app. */
export interface InUse {
  stored: StoredSettings;
  /** BIN of the organisation that was chosen; null: the first. */
  organization: string | null;
}

export interface DeskParts {
  readonly version: string;
  readonly training: boolean;
  readonly care: DeskCare;
  readonly stores: Stores;
  readonly ids: Ids;
  readonly log: Log;
  readonly inUse: InUse;
  /** A bank that is built in. */
  readonly bank: (name: Provider) => Bank;
  readonly trials: Trials;
  readonly probeEvents: ProbeEvents;
  readonly requests: Requests;
  readonly drop: Pick<Drop, "list" | "read">;
  readonly dropFolder: string;
  readonly running: BankDesk & {
    /** See `Front.swap` and `Front.refresh`. */
    swap(change: () => Promise<void>): Promise<AppError | null>;
    refresh(): void;
  };
  /** A TLS identity has changed: the next request reads it anew. */
  readonly forgetIdentity: (name: string) => void;
  /** Puts other tokens in use at once; false when the till API's port cannot be opened. */
  readonly useTokens: (tokens: readonly StoredToken[]) => Promise<boolean>;
  /** Of this computer; empty where the host does not know them. */
  readonly displays: () => readonly DisplayView[];
  /** The host's way out of an unattended till; it lets the answer out first. */
  readonly leave: () => void;
}

export interface Visitor extends Person {
  readonly session: string;
}

/** A command that is not done, with the reason for the screen. */
export class DeskRefusal extends Error {
  readonly error: AppError;
  constructor(error: AppError) {
    super(error.code);
    this.name = "DeskRefusal";
    this.error = error;
  }
}

export function refused(code: ErrorCode, params: Readonly<Record<string, string>> = {}): DeskRefusal {
  return new DeskRefusal(appError(code, { params }));
}

/** Writes settings and takes them up. Throws a refusal with the old ones still in use when the disk refuses. */
export async function store(
  { stores, inUse, log }: DeskParts,
  stored: StoredSettings,
  more: Parameters<typeof keep>[2] = {},
): Promise<void> {
  try {
    await keep(stores, stored, more);
  } catch (error) {
    log.error("settings.unwritten", { detail: String(error) });
    throw refused("journal_unavailable");
  }
  inUse.stored = stored;
  const chosen = more.meta?.[META_ORGANIZATION];
  if (chosen !== undefined) inUse.organization = chosen;
}

/** The same where the running core must take them up too: `till_busy` while it cannot. */
export async function storeAndSwap(
  parts: DeskParts,
  stored: StoredSettings,
  more: Parameters<typeof keep>[2] = {},
): Promise<void> {
  const busy = await parts.running.swap(() => store(parts, stored, more));
  if (busy) throw new DeskRefusal(busy);
}

/** Asks a bank for a sign of life through a way that is not in use yet. Throws a refusal without one. */
export async function mustAnswer({ trials, bank }: DeskParts, name: Provider, way: Way): Promise<void> {
  const ping = await trials.ask(way, (context) => bank(name).ping(context));
  if (!ping.ok) throw new DeskRefusal(ping.error);
  if (ping.answer.kind !== "alive") throw new DeskRefusal(ping.answer.error);
}
