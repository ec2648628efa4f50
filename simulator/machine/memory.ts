/** What a machine keeps over a power cut. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

/** `asked`: nothing was turned yet. Written before the motor turns: `turning`; and after: how it ended. */
export type Stage = "asked" | "turning" | "given" | "failed" | "lost";

export interface Kept {
  readonly order: string;
  /** null: sold at the till's screen. */
  readonly amount: string | null;
  readonly item: string;
  readonly stage: Stage;
  readonly reason: string;
}

export interface State {
  readonly boot: number;
  /** The machine's own numbers never come twice. */
  readonly next: number;
  readonly orders: readonly Kept[];
}

export interface Memory {
  read(): State;
  /** All of it is kept when this returns, or what was kept before. */
  write(state: State): void;
}

const EMPTY: State = { boot: 0, next: 1, orders: [] };

export function plainMemory(): Memory {
  let kept = EMPTY;
  return { read: () => kept, write: (state) => void (kept = structuredClone(state)) };
}

export function fileMemory(path: string): Memory {
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as State) : EMPTY),
    write(state) {
      const file = openSync(`${path}.new`, "w", 0o600);
      writeSync(file, JSON.stringify(state));
      fsyncSync(file);
      closeSync(file);
      renameSync(`${path}.new`, path);
    },
  };
}
