import { useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { setLanguage } from "../actions.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { BIN, digits, orNull, PHONE, PIN, TILL_ID } from "./forms.ts";
import { callDesk } from "./session.ts";
import type { Opened } from "./session.ts";
import { Choice } from "./ui/Choice.tsx";
import { Field } from "./ui/Field.tsx";
import { Page } from "./ui/Page.tsx";
import { Rail } from "./wizard/Rail.tsx";
import { Step } from "./wizard/Step.tsx";
import { useDeskWords } from "./words.ts";

type StepName = "language" | "shop" | "till" | "person";
const STEPS: readonly StepName[] = ["language", "shop", "till", "person"];

export const LANGUAGE_NAMES: readonly { readonly value: Language; readonly title: string }[] = [
  { value: "kk", title: "Қазақша" },
  { value: "ru", title: "Русский" },
  { value: "en", title: "English" },
];

const EMPTY = {
  shop: "",
  bin: "",
  phone: "",
  tillId: "A1",
  tillName: "",
  person: "",
  pin: "",
  again: "",
};

/** The first words of an empty till: whose it is, and the first PIN. The bank comes after it. */
export function Begin({
  snapshot,
  open,
}: {
  readonly snapshot: Snapshot;
  readonly open: (o: Opened) => void;
}): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  const [at, setAt] = useState<StepName>("language");
  const [reached, setReached] = useState(0);
  const [typed, setTyped] = useState(EMPTY);
  const [asked, setAsked] = useState<StepName | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [busy, setBusy] = useState(false);

  const set = (change: Partial<typeof EMPTY>): void => setTyped((before) => ({ ...before, ...change }));
  const bad = asked === at;
  const wrong = (fault: boolean, text: string): string | null => (bad && fault ? text : null);
  const faults: Readonly<Record<StepName, boolean>> = {
    language: false,
    shop:
      typed.shop.trim() === "" ||
      (typed.bin !== "" && !BIN.test(typed.bin)) ||
      (typed.phone.trim() !== "" && !PHONE.test(typed.phone.trim())),
    till: !TILL_ID.test(typed.tillId) || typed.tillName.trim() === "",
    person: typed.person.trim() === "" || !PIN.test(typed.pin) || typed.pin !== typed.again,
  };
  const go = (step: StepName): void => {
    setAt(step);
    setReached((before) => Math.max(before, STEPS.indexOf(step)));
    setError(null);
  };
  const begin = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setError(null);
    const result = await callDesk("setup.begin", {
      language,
      merchant: {
        name: typed.shop.trim(),
        bin: orNull(typed.bin),
        address: null,
        supportPhone: orNull(typed.phone),
      },
      till: { id: typed.tillId, name: typed.tillName.trim() },
      technician: { name: typed.person.trim(), pin: typed.pin },
    });
    setBusy(false);
    if (result.ok) open(result.value);
    else setError(result.error);
  };
  const next = (): void => {
    setAsked(at);
    if (faults[at]) return;
    const following = STEPS[STEPS.indexOf(at) + 1];
    if (following) go(following);
    else void begin();
  };
  const before = STEPS[STEPS.indexOf(at) - 1];
  const titles = STEPS.map((name) => ({ name, title: words(`begin.${name}`) }));
  return (
    <Page
      snapshot={snapshot}
      screen="setup"
      title={words("begin.title")}
      note={words("begin.part")}
      back={null}
      focusOn="begin"
    >
      <div className="wizard">
        <Rail steps={titles} at={at} reached={reached} go={busy ? null : go} />
        <Step
          name={at}
          title={words(`begin.${at}.q`)}
          lead={words(`begin.${at}.t`)}
          error={error}
          onEnter={next}
          buttons={
            <>
              <Button id="next" kind="main" off={busy} onPress={next}>
                {words(at === "person" ? "begin.done" : "next")}
              </Button>
              {before && (
                <Button id="previous" off={busy} onPress={() => go(before)}>
                  {words("back")}
                </Button>
              )}
            </>
          }
        >
          {at === "language" && (
            <>
              <Choice
                id="speaks"
                label={words("begin.language.q")}
                bare
                value={language}
                onChange={setLanguage}
                options={LANGUAGE_NAMES}
              />
              <p className="dim small otherway">
                {words("begin.other")} <code lang="en">--provision provision.json</code>
                {". "}
                {words("begin.train")} <code lang="en">--training</code>
              </p>
            </>
          )}
          {at === "shop" && (
            <>
              <Field
                id="shop-name"
                label={words("shop.name")}
                hint={words("shop.name.t")}
                value={typed.shop}
                onChange={(shop) => set({ shop })}
                error={wrong(typed.shop.trim() === "", words("need"))}
              />
              <Field
                id="shop-bin"
                kind="digits"
                size="short"
                label={words("shop.bin")}
                hint={words("shop.bin.t")}
                value={typed.bin}
                onChange={(text) => set({ bin: digits(text, 12) })}
                error={wrong(typed.bin !== "" && !BIN.test(typed.bin), words("bad.bin"))}
              />
              <Field
                id="shop-phone"
                kind="tel"
                size="short"
                label={words("shop.phone")}
                hint={words("shop.phone.t")}
                value={typed.phone}
                onChange={(phone) => set({ phone })}
                error={wrong(typed.phone.trim() !== "" && !PHONE.test(typed.phone.trim()), words("bad.phone"))}
              />
            </>
          )}
          {at === "till" && (
            <>
              <Field
                id="till-name"
                label={words("till.name")}
                hint={words("till.name.t")}
                value={typed.tillName}
                onChange={(tillName) => set({ tillName })}
                error={wrong(typed.tillName.trim() === "", words("need"))}
              />
              <Field
                id="till-id"
                size="short"
                label={words("till.id")}
                hint={words("till.id.t")}
                value={typed.tillId}
                onChange={(tillId) => set({ tillId: tillId.trim() })}
                error={wrong(!TILL_ID.test(typed.tillId), words("bad.till"))}
              />
            </>
          )}
          {at === "person" && (
            <>
              <Field
                id="person-name"
                label={words("person.name")}
                hint={words("person.name.first")}
                value={typed.person}
                onChange={(person) => set({ person })}
                error={wrong(typed.person.trim() === "", words("need"))}
              />
              <Pins
                pin={typed.pin}
                again={typed.again}
                set={set}
                error={wrong(!PIN.test(typed.pin), words("bad.pin"))}
                differ={wrong(typed.pin !== typed.again, words("bad.again"))}
              />
            </>
          )}
        </Step>
      </div>
    </Page>
  );
}

interface PinsProps {
  readonly pin: string;
  readonly again: string;
  readonly set: (change: { pin?: string; again?: string }) => void;
  readonly error: string | null;
  readonly differ: string | null;
}

/** A PIN, twice: nobody sees what was typed. */
export function Pins({ pin, again, set, error, differ }: PinsProps): ReactNode {
  const words = useDeskWords();
  return (
    <div className="pair">
      <Field
        id="new-pin"
        kind="secret"
        size="short"
        label={words("person.pin")}
        hint={words("person.pin.t")}
        value={pin}
        onChange={(text) => set({ pin: digits(text, 12) })}
        error={error}
      />
      <Field
        id="new-pin-again"
        kind="secret"
        size="short"
        label={words("person.again")}
        hint={words("person.again.t")}
        value={again}
        onChange={(text) => set({ again: digits(text, 12) })}
        error={differ}
      />
    </div>
  );
}
