/** The people of the till, as a technician changes them. */
import type { CommandInput } from "../../contract/commands.ts";
import { refused, store, type DeskParts } from "./desk-parts.ts";
import { hashPin, isPin } from "./pin.ts";
import type { Sessions } from "./sessions.ts";
import type { StoredPerson } from "./stored.ts";

const MOST = 200;

export interface Staff {
  /** The first of all, who sets the till up. Nothing is written. */
  first(technician: { readonly name: string; readonly pin: string }): Promise<StoredPerson>;
  put(input: Omit<CommandInput<"people.put">, "session">): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createStaff(parts: DeskParts, sessions: Sessions): Staff {
  const { inUse } = parts;

  async function write(people: readonly StoredPerson[]): Promise<void> {
    // Without one of them nobody could ever unlock the desk again.
    if (!people.some(({ role }) => role === "technician" || role === "owner"))
      throw refused("bad_setting", { field: "role" });
    await store(parts, { ...inUse.stored, people });
  }

  return {
    first: async ({ name, pin }) => ({ id: "p1", name, role: "technician", pin: await hashPin(pin) }),
    async put({ id, name, role, pin }) {
      const { people } = inUse.stored;
      const known = id === null ? null : people.find((one) => one.id === id);
      if (known === undefined) throw refused("not_found");
      if (known === null && people.length >= MOST) throw refused("bad_setting", { field: "id" });
      if (pin !== undefined) {
        // A PIN says who it is.
        for (const one of people)
          if (one.id !== id && (await isPin(pin, one.pin))) throw refused("bad_setting", { field: "pin" });
      }
      const hash = pin === undefined ? known?.pin : await hashPin(pin);
      if (hash === undefined) throw refused("bad_setting", { field: "pin" });
      const person: StoredPerson = { id: known?.id ?? freeId(people), name, role, pin: hash };
      await write(known ? people.map((one) => (one === known ? person : one)) : [...people, person]);
      if (pin !== undefined || (role !== "technician" && role !== "owner")) sessions.endOf(person.id);
    },
    async remove(id) {
      const rest = inUse.stored.people.filter((one) => one.id !== id);
      if (rest.length === inUse.stored.people.length) throw refused("not_found");
      await write(rest);
      sessions.endOf(id);
    },
  };
}

function freeId(people: readonly StoredPerson[]): string {
  for (let n = 1; ; n += 1) if (!people.some(({ id }) => id === `p${n}`)) return `p${n}`;
}
