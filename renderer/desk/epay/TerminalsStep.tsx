import type { ReactNode } from "react";
import type { DeskView, EpayDraft, EpaySettingsView } from "../../../contract/desk.ts";
import { Choice } from "../ui/Choice.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";
import { shownOf, useEpayStep } from "./step.ts";
import { TERMINAL_PARTS, terminalChange, terminalFaults, TerminalFields, terminalKnown } from "./TerminalFields.tsx";
import type { TerminalForm } from "./TerminalFields.tsx";
import { EPAY } from "./way.ts";

const PURPOSES = ["verification", "transfer"] as const;
type Purpose = (typeof PURPOSES)[number];
type Part = keyof TerminalForm;
type Whose = "same" | "own";
/** Flat, so that each field is bound by one name. */
type Form = Record<Purpose, Whose> & Record<`${Purpose}.${Part}`, string>;

const partsOf = (form: Form, purpose: Purpose): TerminalForm => ({
  clientId: form[`${purpose}.clientId`],
  clientSecret: form[`${purpose}.clientSecret`],
  terminalId: form[`${purpose}.terminalId`],
});

type Faults = Partial<Record<keyof Form, string | false>>;

function named(purpose: Purpose, parts: Readonly<Record<Part, string | false>>): Faults {
  return Object.fromEntries(TERMINAL_PARTS.map((part) => [`${purpose}.${part}`, parts[part]]));
}

const hasSecret = (view: DeskView, purpose: Purpose): boolean => shownOf(view)?.terminals[purpose]?.hasSecret === true;

function known(shown: EpaySettingsView | null): Form {
  const of = (purpose: Purpose) => shown?.terminals[purpose] ?? null;
  return {
    verification: of("verification") ? "own" : "same",
    transfer: of("transfer") ? "own" : "same",
    ...named("verification", terminalKnown(of("verification"))),
    ...named("transfer", terminalKnown(of("transfer"))),
  } as Form;
}

function faultsOf(form: Form, view: DeskView, words: DeskWords): Faults {
  const own = PURPOSES.filter((purpose) => form[purpose] === "own");
  const wrong = own.map((purpose) =>
    named(purpose, terminalFaults(partsOf(form, purpose), hasSecret(view, purpose), words)),
  );
  return Object.assign({}, ...wrong) as Faults;
}

/** The bank gives a terminal of its own for card checks in dollars and for transfers, or says that one does it all. */
export function TerminalsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, task, form, set, lacking, field, on } = useEpayStep(
    "terminals",
    known,
    (typed, now) => faultsOf(typed, now, words),
    next,
  );
  const change = (purpose: Purpose): EpayDraft["transfer"] =>
    form[purpose] === "own" ? terminalChange(partsOf(form, purpose)) : null;
  return (
    <FormStep
      name="terminals"
      title={words("epay.others.q")}
      lead={words("epay.others.t")}
      task={task}
      on={() => on({ verification: change("verification"), transfer: change("transfer") })}
      back={back}
    >
      {PURPOSES.map((purpose) => (
        <section className="group" key={purpose}>
          <Choice
            id={`epay-${purpose}`}
            kind="row"
            label={words(`epay.${purpose}`)}
            value={form[purpose]}
            onChange={(whose) => set({ [purpose]: whose })}
            options={(["same", "own"] as const).map((value) => ({ value, title: words(`epay.${value}`) }))}
          />
          {form[purpose] === "own" && (
            <TerminalFields
              id={`epay-${purpose}`}
              hasSecret={hasSecret(view, purpose)}
              field={(part) => field(`${purpose}.${part}`, `terminals.${purpose}.${part}`)}
            />
          )}
        </section>
      ))}
      <Lacking
        way={EPAY}
        place="terminals"
        but={PURPOSES.flatMap((purpose) => TERMINAL_PARTS.map((part) => `terminals.${purpose}.${part}`))}
        shown={lacking.shown}
      />
    </FormStep>
  );
}
