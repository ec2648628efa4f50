/** The core as a host sees it. */
import type { Result } from "../../contract/errors.ts";
import type { Snapshot, View } from "../../contract/snapshot.ts";
import type { Scope } from "../../contract/states.ts";
import type { Bank } from "./bank.ts";
import type { Ports } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** Who sends a command: a person at this till's screen, or a program by the name of its token. */
export type Actor =
  | { readonly kind: "person"; readonly name: string }
  | { readonly kind: "api"; readonly name: string; readonly scopes: readonly Scope[] };

export interface Training {
  /** Makes the training bank misbehave: `none` ends it. */
  fault(fault: "none" | "silent" | "offline" | "late"): Promise<void>;
}

export interface CoreOptions {
  readonly version: string;
  readonly ports: Ports;
  readonly banks: readonly Bank[];
  readonly settings: Settings;
  readonly training: Training | null;
}

export interface Core {
  /** Reads the journal and schedules the first question for every watched payment; the window may show after this. */
  start(): Promise<void>;
  /** Checks the command's name, the actor's right and the input, then does it. Never rejects. */
  call(actor: Actor, name: string, input: unknown): Promise<Result<unknown>>;
  /** The whole snapshot at once and after each change. Returns the end of watching. */
  watch(view: View, listener: (snapshot: Snapshot) => void): () => void;
  /** Told after each commit that added events. */
  onJournal(listener: (head: number) => void): () => void;
  /** Network came back, machine woke up: ask about everything watched, at once but politely. */
  wake(reason: "network" | "resume" | "clock"): void;
  /** Stops timers and waits for what is being written; nothing is sent afterwards. */
  stop(): Promise<void>;
}
