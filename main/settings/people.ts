/** The till's people as core and desk ask about them. */
import type { People, Person } from "../core/index.ts";
import type { PinGuard } from "./pin-guard.ts";
import type { Sessions } from "./sessions.ts";
import type { StoredPerson } from "./stored.ts";

export interface PeopleParts {
  readonly guard: PinGuard;
  readonly sessions: Sessions;
  /** As they are now. */
  readonly all: () => readonly StoredPerson[];
}

export function createPeople({ guard, sessions, all }: PeopleParts): People {
  return {
    known: () => all().length > 0,
    async identify(pin, roles) {
      const checked = await guard.check(
        pin,
        all().filter(({ role }) => roles.includes(role)),
      );
      return checked.ok ? { ok: true, value: withoutPin(checked.value) } : checked;
    },
    unlocked: () => sessions.any(),
    lock: () => sessions.endAll(),
    watch: (listener) => sessions.watch(listener),
    session(token) {
      const id = sessions.touch(token);
      const person = all().find((one) => one.id === id);
      return person ? withoutPin(person) : null;
    },
  };
}

export function withoutPin({ id, name, role }: StoredPerson): Person {
  return { id, name, role };
}
