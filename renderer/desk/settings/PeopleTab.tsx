import { useState } from "react";
import type { ReactNode } from "react";
import type { DeskPerson } from "../../../contract/desk.ts";
import type { Role } from "../../../contract/states.ts";
import { Button } from "../../ui/Button.tsx";
import { Pins } from "../Begin.tsx";
import { PIN } from "../forms.ts";
import { useDesk, useTask } from "../session.ts";
import { Ask, Sheet } from "../ui/Ask.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";

const ROLES: readonly Role[] = ["cashier", "senior", "technician", "owner"];

/** Who may do what at this till. */
export function PeopleTab(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [editing, edit] = useState<DeskPerson | "new" | null>(null);
  const [removing, remove] = useState<DeskPerson | null>(null);
  return (
    <>
      <div className="pane">
        <Group title={words("set.people")} lead={words("people.t")}>
          <ul className="rows">
            {view.people.map((person) => (
              <li key={person.id} data-testid={`person-${person.id}`}>
                <span>
                  <b>{person.name}</b>
                  <span className="sub">
                    {words(`role.${person.role}`)}
                    {person.id === view.person.id ? ` · ${words("people.you")}` : ""}
                  </span>
                </span>
                <span className="row">
                  <Button id={`person-edit-${person.id}`} off={task.busy} onPress={() => edit(person)}>
                    {words("change")}
                  </Button>
                  <Button id={`person-remove-${person.id}`} off={task.busy} onPress={() => remove(person)}>
                    {words("remove")}
                  </Button>
                </span>
              </li>
            ))}
          </ul>
          <Fault error={task.error} />
        </Group>
      </div>
      <div className="row doing">
        <Button id="person-add" kind="main" off={task.busy} onPress={() => edit("new")}>
          {words("people.add")}
        </Button>
      </div>
      {editing && <PersonSheet person={editing === "new" ? null : editing} close={() => edit(null)} />}
      {removing && (
        <Ask
          title={words("people.remove.q")}
          text={words("people.remove.t", { name: removing.name })}
          yes={words("remove")}
          onNo={() => remove(null)}
          onYes={() => {
            remove(null);
            task.run(() => send("people.remove", { id: removing.id }));
          }}
        />
      )}
    </>
  );
}

function PersonSheet({ person, close }: { readonly person: DeskPerson | null; readonly close: () => void }): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const [form, setForm] = useState({
    name: person?.name ?? "",
    role: person?.role ?? "cashier",
    pin: "",
    again: "",
  });
  const [asked, setAsked] = useState(false);
  const set = (change: Partial<typeof form>): void => setForm((before) => ({ ...before, ...change }));
  // Somebody who is there already keeps the old PIN when none is typed.
  const kept = person !== null && form.pin === "" && form.again === "";
  const bad = {
    name: form.name.trim() === "",
    pin: !kept && !PIN.test(form.pin),
    again: form.pin !== form.again,
  };
  const save = (): void => {
    setAsked(true);
    if (Object.values(bad).some(Boolean)) return;
    task.run(
      () =>
        send("people.put", {
          id: person?.id ?? null,
          name: form.name.trim(),
          role: form.role,
          ...(kept ? {} : { pin: form.pin }),
        }),
      () => close(),
    );
  };
  return (
    <Sheet id="person" title={words(person ? "people.edit" : "people.add")} close={close}>
      <Field
        id="person-name"
        label={words("person.name")}
        hint={words("person.name.t")}
        value={form.name}
        onChange={(name) => set({ name })}
        error={asked && bad.name ? words("need") : null}
      />
      <Choice
        id="role"
        label={words("people.role")}
        value={form.role}
        onChange={(role) => set({ role })}
        options={ROLES.map((value) => ({ value, title: words(`role.${value}`), text: words(`role.${value}.t`) }))}
      />
      {person && <p className="dim">{words("people.pin.kept")}</p>}
      <Pins
        pin={form.pin}
        again={form.again}
        set={set}
        error={asked && bad.pin ? words("bad.pin") : null}
        differ={asked && bad.again ? words("bad.again") : null}
      />
      <Fault error={task.error} />
      <div className="row doing">
        <Button id="person-save" kind="main" off={task.busy} onPress={save}>
          {words(task.busy ? "saving" : "save")}
        </Button>
        <Button id="person-close" onPress={close}>
          {words("back")}
        </Button>
      </div>
    </Sheet>
  );
}
