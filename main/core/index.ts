/** The core as a host sees it. */
import type { AppError, Result } from "../../contract/errors.ts";
import type { Snapshots } from "../../contract/customer.ts";
import type { View } from "../../contract/snapshot.ts";
import type { Provider, Role, Scope } from "../../contract/states.ts";
import type { Bank, PhoneAction } from "./bank.ts";
import type { Ports } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** Who sends a command: a person at this till's screen, or a program by the name of its token. */
export type Actor =
  | { readonly kind: "person"; readonly name: string }
  | { readonly kind: "api"; readonly name: string; readonly scopes: readonly Scope[] };

export interface Training {
  /** Makes the training bank misbehave: `none` ends it. */
  fault(fault: "none" | "silent" | "offline" | "late"): Promise<void>;
  /** The customer's telephone, for a bank that has no emulation of it. Rejects when the training bank refuses. */
  customer(provider: Provider, bankId: string, action: PhoneAction): Promise<void>;
  /** The customer scans a refund code (the bank has no emulation for it, Q-39). Rejects when the training bank refuses. */
  scanReturn(bankReturnId: string): Promise<void>;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** Who stands at the screen. The PINs and the delay after wrong ones are kept outside the core. */
export interface People {
  /** Whether anybody has a PIN at all. */
  known(): boolean;
  /** The person with this PIN and one of these roles; `wrong_pin` or `pin_wait` otherwise. Slow on purpose. */
  identify(pin: string, roles: readonly Role[]): Promise<Result<Person>>;
  /** The person of a technician's session that is still open. */
  session(token: string): Person | null;
  /** A technician's session is open at this screen: what is locked for a customer is open to it. */
  unlocked(): boolean;
  /** Ends every technician's session: a customer stands at this screen now. */
  lock(): void;
  /** Told when that has changed. Returns the end of it. */
  watch(listener: () => void): () => void;
}

export interface CoreOptions {
  readonly version: string;
  readonly ports: Ports;
  readonly banks: readonly Bank[];
  readonly settings: Settings;
  readonly training: Training | null;
  readonly people: People;
}

/** What the technician's desk may ask of the way to a bank that is in use. */
export interface BankDesk {
  /** Registers the device once more with the same arguments; the bank's yes lifts a stop (-1501, -1502). */
  registerAgain(provider: Provider): Promise<Result<null>>;
  /** Takes the device off the trade point; its token is forgotten after 0 or -1501. `till_busy` while `busy`. */
  deleteDevice(provider: Provider): Promise<Result<null>>;
  /** Why no payment can be started now; null when one can. */
  reason(provider: Provider): AppError | null;
  /** The bank's event stream; `off` where none is set up. */
  events(provider: Provider): "off" | "up" | "down";
  /** A payment is open, or a refund holds the screen: settings wait. */
  busy(): boolean;
}

export interface Core {
  /** Reads the journal and schedules the first question for every watched payment; the window may show after this. */
  start(): Promise<void>;
  /** Checks the command's name, the actor's right and the input, then does it. Never rejects. */
  call(actor: Actor, name: string, input: unknown): Promise<Result<unknown>>;
  /** The whole snapshot at once and after each change. Returns the end of watching. */
  watch<V extends View>(view: V, listener: (snapshot: Snapshots[V]) => void): () => void;
  /** Told after each commit that added events. */
  onJournal(listener: (head: number) => void): () => void;
  readonly bank: BankDesk;
  /** Network came back, machine woke up: ask about everything watched, at once but politely. */
  wake(reason: "network" | "resume" | "clock"): void;
  /** Stops timers and waits for what is being written; nothing is sent afterwards. */
  stop(): Promise<void>;
}
