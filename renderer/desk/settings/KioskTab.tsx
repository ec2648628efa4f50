import { useRef, useState } from "react";
import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import { LANGUAGES } from "../../../contract/states.ts";
import { BAUDS, isUnattended } from "../../../contract/unattended-facts.ts";
import { useStore } from "../../store.ts";
import { Button } from "../../ui/Button.tsx";
import { LANGUAGE_NAMES } from "../Begin.tsx";
import { digits } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice, type Option } from "../ui/Choice.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { showFirstFault } from "../wizard/Step.tsx";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";
import { faultsOf, formOf, NO_DISPLAY, settingsOf } from "./kiosk-form.ts";
import type { KioskForm } from "./kiosk-form.ts";

const MODES = ["cashier", "refund", "kiosk", "vending"] as const;
const LINES = ["none", "tcp", "serial"] as const;

interface PartProps {
  readonly form: KioskForm;
  readonly change: (part: Partial<KioskForm>) => void;
  readonly wrong: (field: keyof KioskForm, text: string) => string | null;
}

/** What this till is: with a cashier or without, and what belongs to that. */
export function KioskTab(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const frozen = useStore((state) => state.link !== "up");
  const [form, set] = useKept("kiosk", () => formOf(view.general, view.kiosk));
  const pane = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  const [saved, setSaved] = useState(false);
  const bad = faultsOf(form);
  const ill = Object.values(bad).some(Boolean);
  const change = (part: Partial<KioskForm>): void => {
    setSaved(false);
    set(part);
  };
  const wrong: PartProps["wrong"] = (field, text) => (asked && bad[field] ? text : null);
  const save = (): void => {
    setAsked(true);
    showFirstFault(pane.current);
    if (frozen || ill) return;
    const { general, kiosk } = settingsOf(form, view.general, view.kiosk);
    const steps = [
      isSame(kiosk, view.kiosk) ? null : () => send("kiosk.save", { kiosk }),
      isSame(general, view.general) ? null : () => send("settings.save", { general }),
    ];
    // The line must be there before the machine is, and may go only after it.
    if (general.mode !== "vending") steps.reverse();
    task.run(
      async () => {
        for (const step of steps) {
          const result = await step?.();
          if (result && !result.ok) return result;
        }
        return { ok: true, value: null };
      },
      () => setSaved(true),
    );
  };
  const parts = { form, change, wrong };
  const lacking = lackOf(form, view, words);
  return (
    <form
      className="formed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="pane" ref={pane}>
        <Group title={words("mode.title")}>
          <Choice
            id="mode"
            kind="tiles"
            label={words("mode.label")}
            bare
            value={form.mode}
            onChange={(mode) => change({ mode })}
            options={MODES.map((value) => ({ value, title: words(`mode.${value}`), text: words(`mode.${value}.t`) }))}
          />
          {lacking !== null ? (
            <Note kind="doubt">
              <p data-testid="lacking">{lacking}</p>
            </Note>
          ) : (
            isUnattended(form.mode) && (
              <Note kind="doubt">
                <p>{words("mode.corner")}</p>
              </Note>
            )
          )}
        </Group>
        {form.mode === "vending" && <Machine {...parts} />}
        {isUnattended(form.mode) && <Alone {...parts} />}
        <Displays {...parts} />
        <Night {...parts} />
        {saved && (
          <Note kind="yes">
            <p data-testid="saved">{words("saved")}</p>
          </Note>
        )}
        <Fault error={task.error} />
        {asked && ill && (
          <Note kind="doubt">
            <p>{words("bad.form")}</p>
          </Note>
        )}
      </div>
      <div className="row doing">
        <Button id="save" kind="main" off={task.busy} onPress={save}>
          {words(task.busy ? "saving" : "save")}
        </Button>
        <button type="submit" hidden>
          {words("save")}
        </button>
      </div>
    </form>
  );
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What the mode lacks, in words; the till refuses it then. */
function lackOf(form: KioskForm, { kiosk, tokens }: DeskView, words: DeskWords): string | null {
  const program = tokens.some(({ may }) => may.includes("pay"));
  if (form.mode === "kiosk" && kiosk.catalogue.length === 0 && !program) return words("mode.lacks.kiosk");
  return form.mode === "vending" && form.line === "none" && !program ? words("mode.lacks.vending") : null;
}

function Machine({ form, change, wrong }: PartProps): ReactNode {
  const words = useDeskWords();
  return (
    <>
      <Group title={words("machine.title")}>
        <Choice
          id="machine"
          label={words("machine.label")}
          bare
          value={form.line}
          onChange={(line) => change({ line })}
          options={LINES.map((value) => ({
            value,
            title: words(`machine.${value}`),
            text: words(`machine.${value}.t`),
          }))}
        />
        {form.line === "tcp" && (
          <Field
            id="machine-port"
            kind="digits"
            size="short"
            label={words("machine.port")}
            hint={words("machine.port.t")}
            value={form.port}
            onChange={(text) => change({ port: digits(text, 5) })}
            error={wrong("port", words("bad.port"))}
          />
        )}
        {form.line === "serial" && (
          <>
            <Field
              id="machine-device"
              size="short"
              label={words("machine.device")}
              hint={words("machine.device.t")}
              value={form.device}
              onChange={(device) => change({ device })}
              error={wrong("device", words("bad.serial"))}
            />
            <Choice
              id="machine-baud"
              kind="row"
              label={words("machine.baud")}
              value={form.baud}
              onChange={(baud) => change({ baud })}
              options={BAUDS.map((baud) => ({ value: `${baud}` as const, title: String(baud) }))}
            />
          </>
        )}
      </Group>
      <Group title={words("kiosk.times")}>
        <div className="pair">
          <Field
            id="fulfil"
            kind="digits"
            label={words("kiosk.fulfil")}
            hint={words("kiosk.fulfil.t")}
            value={form.fulfil}
            onChange={(text) => change({ fulfil: digits(text, 4) })}
            error={wrong("fulfil", words("bad.seconds", { min: 10, max: 3600 }))}
          />
          <Field
            id="dispense"
            kind="digits"
            label={words("kiosk.dispense")}
            hint={words("kiosk.dispense.t")}
            value={form.dispense}
            onChange={(text) => change({ dispense: digits(text, 4) })}
            error={wrong("dispense", words("bad.seconds", { min: 5, max: 3600 }))}
          />
        </div>
      </Group>
    </>
  );
}

function Alone({ form, change, wrong }: PartProps): ReactNode {
  const words = useDeskWords();
  const { elsewhere } = form;
  return (
    <>
      <Group title={words("kiosk.elsewhere")} lead={words("kiosk.elsewhere.t")}>
        <div className="texts">
          {LANGUAGES.map((language) => (
            <Field
              key={language}
              id={`elsewhere-${language}`}
              label={languageName(language)}
              value={elsewhere[language]}
              onChange={(text) => change({ elsewhere: { ...elsewhere, [language]: text.slice(0, 80) } })}
            />
          ))}
        </div>
      </Group>
      <Group title={words("kiosk.alone")}>
        <Choice
          id="voice"
          kind="row"
          label={words("kiosk.voice")}
          hint={words("kiosk.voice.t")}
          value={form.voice ? "yes" : "no"}
          onChange={(voice) => change({ voice: voice === "yes" })}
          options={[
            { value: "yes", title: words("yes") },
            { value: "no", title: words("no") },
          ]}
        />
        <Field
          id="restart-at"
          size="short"
          label={words("kiosk.restart")}
          hint={words("kiosk.restart.t")}
          value={form.restartAt}
          onChange={(text) => change({ restartAt: timeOf(text) })}
          placeholder="04:30"
          error={wrong("restartAt", words("bad.time"))}
        />
      </Group>
    </>
  );
}

export const languageName = (language: string): string =>
  LANGUAGE_NAMES.find(({ value }) => value === language)?.title ?? language;

/** A time is typed on a pad of digits: the colon comes by itself. */
function timeOf(text: string): string {
  const typed = digits(text, 4);
  return typed.length > 2 && !text.includes(":")
    ? `${typed.slice(0, 2)}:${typed.slice(2)}`
    : text.replace(/[^\d:]/g, "");
}

function Displays({ form, change }: PartProps): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const known = view.displays.map(({ id, label, width, height }): Option<string> => ({
    value: id,
    title: label,
    text: words("displays.size", { w: width, h: height }),
  }));
  /** One that is unplugged just now stays chosen. */
  const withChosen = (options: Option<string>[], chosen: string): Option<string>[] =>
    options.some(({ value }) => value === chosen)
      ? options
      : [...options, { value: chosen, title: chosen, text: words("displays.away") }];
  const primary = { value: NO_DISPLAY, title: words("displays.primary") };
  const none = { value: NO_DISPLAY, title: words("displays.none") };
  const any = { value: "any", title: words("displays.any") };
  return (
    <Group title={words("displays.title")}>
      {(known.length > 1 || form.till !== NO_DISPLAY) && (
        <Choice
          id="display-till"
          label={words("displays.till")}
          value={form.till}
          onChange={(till) => change({ till })}
          options={withChosen([primary, ...known], form.till)}
        />
      )}
      <Choice
        id="display-customer"
        label={words("displays.customer")}
        hint={words("displays.customer.t")}
        value={form.customer}
        onChange={(customer) => change({ customer })}
        options={withChosen([none, any, ...known.filter(({ value }) => value !== form.till)], form.customer)}
      />
    </Group>
  );
}

function Night({ form, change, wrong }: PartProps): ReactNode {
  const words = useDeskWords();
  return (
    <Group title={words("night.title")}>
      <Choice
        id="night"
        kind="row"
        label={words("night.title")}
        bare
        hint={words("night.t")}
        value={form.night ? "on" : "off"}
        onChange={(night) => change({ night: night === "on" })}
        options={[
          { value: "off", title: words("night.off") },
          { value: "on", title: words("night.on") },
        ]}
      />
      {form.night && (
        <div className="triple">
          <Field
            id="night-from"
            label={words("night.from")}
            value={form.from}
            onChange={(text) => change({ from: timeOf(text) })}
            error={wrong("from", words("bad.time"))}
          />
          <Field
            id="night-to"
            label={words("night.to")}
            value={form.to}
            onChange={(text) => change({ to: timeOf(text) })}
            error={wrong("to", words(form.to.trim() === form.from.trim() ? "bad.night" : "bad.time"))}
          />
          <Field
            id="night-percent"
            kind="digits"
            label={words("night.percent")}
            value={form.percent}
            onChange={(text) => change({ percent: digits(text, 3) })}
            error={wrong("percent", words("bad.percent"))}
          />
        </div>
      )}
    </Group>
  );
}
