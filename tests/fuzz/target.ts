/** What is fuzzed, and what is said about it. */
import type { Mutator } from "./mutate.ts";

export interface Outcome {
  /** It was understood as what it pretends to be, and looked at field by field: the envelope did not stop it. */
  readonly past: boolean;
  /** What must not be. */
  readonly wrong?: string;
}

export interface Target {
  readonly name: string;
  /** Its part of all inputs, by weight. */
  readonly weight: number;
  one(mutator: Mutator): Outcome | Promise<Outcome>;
  /** What an input must not have changed; compared as text after each batch. */
  state?(): Promise<string>;
  close?(): Promise<void>;
}

export interface TargetReport {
  readonly name: string;
  readonly inputs: number;
  readonly past: number;
}

export interface Report {
  readonly seed: number;
  readonly inputs: number;
  readonly past: number;
  readonly targets: readonly TargetReport[];
  /** One line each; none is right. */
  readonly failures: readonly string[];
}
