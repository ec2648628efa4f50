/** The core as hosts and till API hold it, whichever one is running behind it. */
import { COMMANDS, type CommandName } from "../contract/commands.ts";
import { DESK_COMMANDS, type DeskCommandName } from "../contract/desk.ts";
import { appError, type AppError, type Result } from "../contract/errors.ts";
import type { Snapshots } from "../contract/customer.ts";
import type { View } from "../contract/snapshot.ts";
import type { Actor, Core } from "./core/index.ts";

/** The technician's desk: gets checked input, never rejects. */
export type DeskCall = (name: DeskCommandName, input: unknown) => Promise<Result<unknown>>;

export interface Front extends Core {
  /**
   * Puts another core in the place of the running one: commands wait, those under way are waited for, `change` is made
   * while no core runs, then `make` gives the next one, which begins as after a restart; watchers see it as one. `till_busy`
   * while the running one is busy: nothing has been touched then. Rejects as `change` does, with a core running all the same.
   */
  swap(change: () => Promise<void>): Promise<AppError | null>;
  /** A swap without a change, now or as soon as the running core is free for it. */
  refresh(): void;
  /**
   * Stops the core for good unless it is busy; false: it is, and nothing was touched. What is under way is waited for, and looked
   * at again then. Commands that come later wait for ever: the process is to end, and who sent them sends them again.
   */
  stopIfFree(): Promise<boolean>;
}

export interface FrontParts {
  readonly first: Core;
  readonly make: () => Promise<Core>;
  readonly desk: DeskCall;
}

interface Watcher {
  watch(core: Core): () => void;
  end: () => void;
}

export function createFront({ first, make, desk }: FrontParts): Front {
  let core = first;
  /** Until it is over commands wait; null when none is. */
  let swapping: Promise<void> | null = null;
  const underWay = new Set<Promise<unknown>>();
  const watchers = new Set<Watcher>();
  const journalListeners = new Map<(head: number) => void, () => void>();
  let turn: Promise<unknown> = Promise.resolve();
  let stale = false;
  /** No core could be begun: the one there is must not take a sale that nobody would ask about. */
  let down = false;
  /** Nothing runs any more, and nothing will. */
  let over = false;

  function call(actor: Actor, name: string, input: unknown): Promise<Result<unknown>> {
    return Object.hasOwn(DESK_COMMANDS, name)
      ? atDesk(actor, name as DeskCommandName, input)
      : atTill(actor, name, input);
  }

  async function atDesk(actor: Actor, name: DeskCommandName, input: unknown): Promise<Result<unknown>> {
    if (actor.kind !== "person") return { ok: false, error: appError("forbidden") };
    const parsed = COMMANDS[name satisfies CommandName].input.safeParse(input);
    if (parsed.success) return desk(name, parsed.data);
    const [issue] = parsed.error.issues;
    // The issue's own words may quote what was typed: a PIN, a passphrase.
    return { ok: false, error: appError("bad_request", { params: { field: issue?.path.join(".") || "input" } }) };
  }

  async function atTill(actor: Actor, name: string, input: unknown): Promise<Result<unknown>> {
    while (swapping) await swapping;
    if (down) return { ok: false, error: appError("journal_unavailable") };
    return tracked(core.call(actor, name, input));
  }

  function tracked<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  /** What is done to the device is under way like a command: a core that begins meanwhile would not know of it. */
  async function atBank(work: (bank: Core["bank"]) => Promise<Result<null>>): Promise<Result<null>> {
    while (swapping) await swapping;
    if (down) return { ok: false, error: appError("journal_unavailable") };
    return tracked(work(core.bank));
  }

  function swap(change: () => Promise<void>): Promise<AppError | null> {
    const done = turn.then(() => swapNow(change));
    turn = done.catch(() => undefined);
    return done;
  }

  /** Looked at with each snapshot: a payment that ends makes one. */
  function freshen(): void {
    if (!stale || swapping || core.bank.busy()) return;
    stale = false;
    void swap(async () => undefined)
      .then((busy) => {
        if (busy) stale = true;
      })
      .catch(() => undefined); // the next change of settings tries again
  }

  function attach(next: Core): void {
    next.watch("cashier", () => freshen());
    for (const watcher of watchers) watcher.end = watcher.watch(next);
    for (const listener of journalListeners.keys()) journalListeners.set(listener, next.onJournal(listener));
  }

  async function swapNow(change: () => Promise<void>): Promise<AppError | null> {
    if (core.bank.busy()) return appError("till_busy");
    const { promise, resolve: over } = Promise.withResolvers<void>();
    swapping = promise;
    try {
      // A charge that is being asked for now may be open a moment later.
      await Promise.allSettled(underWay);
      if (core.bank.busy()) return appError("till_busy");
      await core.stop();
      stale = false;
      down = true;
      try {
        await change();
      } finally {
        core = await make();
        await core.start();
        down = false;
        attach(core);
      }
      return null;
    } finally {
      swapping = null;
      over();
    }
  }

  async function stopNow(): Promise<boolean> {
    if (over) return true;
    if (core.bank.busy()) return false;
    const { promise, resolve: goOn } = Promise.withResolvers<void>();
    swapping = promise;
    await Promise.allSettled(underWay);
    if (core.bank.busy()) {
      swapping = null;
      goOn();
      return false;
    }
    over = true;
    await core.stop();
    return true;
  }

  attach(first);
  return {
    start: () => core.start(),
    call,
    watch<V extends View>(view: V, listener: (snapshot: Snapshots[V]) => void) {
      const watch = (on: Core): (() => void) => on.watch(view, listener);
      const watcher: Watcher = { watch, end: watch(core) };
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
        watcher.end();
      };
    },
    onJournal(listener) {
      journalListeners.set(listener, core.onJournal(listener));
      return () => {
        journalListeners.get(listener)?.();
        journalListeners.delete(listener);
      };
    },
    bank: {
      registerAgain: (provider) => atBank((bank) => bank.registerAgain(provider)),
      deleteDevice: (provider) => atBank((bank) => bank.deleteDevice(provider)),
      reason: (provider) => core.bank.reason(provider),
      events: (provider) => core.bank.events(provider),
      busy: () => core.bank.busy(),
    },
    wake: (reason) => core.wake(reason),
    async stop() {
      if (over) return;
      await swapping;
      await core.stop();
    },
    swap,
    stopIfFree() {
      const done = turn.then(() => stopNow());
      turn = done.catch(() => undefined);
      return done;
    },
    refresh() {
      stale = true;
      freshen();
    },
  };
}
