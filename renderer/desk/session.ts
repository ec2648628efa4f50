import { createContext, use, useCallback, useEffect, useRef, useState } from "react";
import type { CommandInput } from "../../contract/commands.ts";
import type { DeskCommandName, DeskOutput, DeskView } from "../../contract/desk.ts";
import { appError } from "../../contract/errors.ts";
import type { AppError, Result } from "../../contract/errors.ts";
import { bridge } from "../actions.ts";

type Sessionless<N extends DeskCommandName> = Omit<CommandInput<N>, "session">;

/** What an open desk gives its screens. The session itself is for `training.phone` alone; commands carry it by themselves. */
export interface Desk {
  readonly session: string;
  readonly view: DeskView;
  /** One command at a time: while one is on its way, the buttons rest. */
  readonly busy: boolean;
  send<N extends DeskCommandName>(name: N, input: Sessionless<N>): Promise<Result<DeskOutput[N]>>;
  /** What was typed, so that it is still there when its form comes back. Ends with the session. */
  readonly kept: Map<string, unknown>;
  /** Lets go of what was typed under names that begin so. */
  forget(prefix: string): void;
}

export interface Opened {
  readonly session: string;
  readonly view: DeskView;
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

/** The open desk. */
export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error("no open desk around this component");
  return desk;
}

/** Sends a command of the desk; an answer that never came is an `internal` error. */
export async function callDesk<N extends DeskCommandName>(
  name: N,
  input: CommandInput<N>,
): Promise<Result<DeskOutput[N]>> {
  try {
    return (await bridge.call(name, input)) as Result<DeskOutput[N]>;
  } catch {
    return { ok: false, error: appError("internal") };
  }
}

/** Half of the till's own waiting time: somebody who types for long without a command is still here. */
const ALIVE_SHARE = 0.5;

/**
 * Runs an open desk: sends its commands one at a time and takes their views in. It closes itself on the error `locked`
 * and when nobody has touched it for the till's idle time.
 */
export function useRunningDesk(opened: Opened, change: (view: DeskView) => void, close: (why: Closed) => void): Desk {
  const { session, view } = opened;
  const [busy, setBusy] = useState(false);
  const [kept] = useState(() => new Map<string, unknown>());
  const sending = useRef<Promise<unknown>>(Promise.resolve());
  const sentAt = useRef(0);

  const send = useCallback(
    async <N extends DeskCommandName>(name: N, input: Sessionless<N>): Promise<Result<DeskOutput[N]>> => {
      const before = sending.current;
      const work = (async () => {
        await before;
        setBusy(true);
        sentAt.current = performance.now();
        const result = await callDesk(name, { ...input, session } as CommandInput<N>);
        setBusy(false);
        if (result.ok) {
          const next = viewOf(result.value);
          if (next) change(next);
        } else if (result.error.code === "locked") close("locked");
        return result;
      })();
      sending.current = work;
      return work;
    },
    [session, change, close],
  );

  const { idleSeconds } = view;
  useEffect(() => {
    const idleMs = idleSeconds * 1000;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const touched = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => close("idle"), idleMs);
      if (performance.now() - sentAt.current > idleMs * ALIVE_SHARE) void send("settings.get", {});
    };
    sentAt.current = performance.now();
    touched();
    addEventListener("pointerdown", touched, { capture: true });
    addEventListener("keydown", touched, { capture: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("pointerdown", touched, { capture: true });
      removeEventListener("keydown", touched, { capture: true });
    };
  }, [idleSeconds, send, close]);

  const forget = useCallback(
    (prefix: string): void => {
      for (const name of kept.keys()) if (name.startsWith(prefix)) kept.delete(name);
    },
    [kept],
  );
  return { session, view, busy, send, kept, forget };
}

/** Why a session is over: the till forgot it, nobody was here, or the person has left. */
export type Closed = "locked" | "idle" | "left";

function viewOf(value: unknown): DeskView | null {
  if (typeof value !== "object" || value === null) return null;
  if ("view" in value) return value.view as DeskView;
  return "general" in value ? (value as DeskView) : null;
}

export interface Task {
  readonly error: AppError | null;
  readonly busy: boolean;
  /** Does one thing, and `then` when it went well; nothing is begun while another one runs. */
  run(work: () => Promise<Result<unknown>>, then?: () => void): void;
  fail(error: AppError | null): void;
}

/** One thing a person asked for, with the error it ended with. */
export function useTask(): Task {
  const { busy } = useDesk();
  const [error, setError] = useState<AppError | null>(null);
  const running = useRef(false);
  const begin = async (work: () => Promise<Result<unknown>>, then?: () => void): Promise<void> => {
    if (running.current || busy) return;
    running.current = true;
    setError(null);
    try {
      const result = await work();
      if (result.ok) then?.();
      else setError(result.error);
    } finally {
      running.current = false;
    }
  };
  const run: Task["run"] = (work, then) => void begin(work, then);
  return { error, busy, run, fail: setError };
}

/** State that outlives its component as long as the desk is open: going back and forth loses nothing typed. */
export function useKept<T>(key: string, initial: () => T): [T, (change: Partial<T> | T) => void] {
  const { kept } = useDesk();
  const [value, setValue] = useState<T>(() => (kept.has(key) ? (kept.get(key) as T) : initial()));
  const set = (change: Partial<T> | T): void =>
    setValue((before) => {
      const next = isRecord(before) && isRecord(change) ? { ...before, ...change } : (change as T);
      kept.set(key, next);
      return next;
    });
  return [value, set];
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
