import type { ReactNode } from "react";
import { KASPI_TEST_URLS } from "../../../contract/banks/kaspi.ts";
import type { DeskView } from "../../../contract/desk.ts";
import { useDesk } from "../session.ts";
import { Field } from "../ui/Field.tsx";
import { useDraftStep } from "../wizard/draft.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import { PlaceFields, placeOf } from "../wizard/Place.tsx";
import type { PlaceForm } from "../wizard/Place.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { KASPI } from "./way.ts";

interface Header {
  readonly name: string;
  readonly value: string;
  /** Its secret is in the vault already and stays as it is. */
  readonly kept: boolean;
}

interface Form extends PlaceForm {
  readonly headers: readonly Header[];
}

function known({ draft, kaspi }: DeskView): Form {
  const shown = draft ?? kaspi;
  const headers = (shown?.headerNames ?? []).map((name) => ({ name, value: "", kept: true }));
  return { ...placeOf(shown, shown ? KASPI_TEST_URLS[shown.scheme] : ""), headers };
}

/** Test or real money, at which address, and through whose gateway. */
export function WhereStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const { view, task, form, set, lacking, save } = useDraftStep(KASPI, "where", known, next);
  const scheme = (view.draft ?? view.kaspi)?.scheme ?? 2;
  const on = (): void => {
    const url = form.url.trim();
    const headers = Object.fromEntries(
      form.headers
        .filter(({ name }) => name.trim() !== "")
        .map(({ name, value, kept }) => [name.trim(), kept && value === "" ? null : value]),
    );
    const { environment } = form;
    save(() => send("connection.draft", { change: { environment, url: url === "" ? null : url, headers } }));
  };
  const change = (index: number, part: Partial<Header>): void =>
    set({ headers: form.headers.map((header, at) => (at === index ? { ...header, ...part } : header)) });
  return (
    <FormStep name="where" title={words("where.q")} task={task} on={on} back={back}>
      <PlaceFields
        prefix=""
        form={form}
        set={set}
        testUrl={KASPI_TEST_URLS[scheme]}
        meant={{ production: words("where.production.t"), url: words("where.url.production") }}
        error={lacking.of("url")}
      />
      <details className="more" open={form.headers.length > 0}>
        <summary data-testid="gateway">{words("gate.title")}</summary>
        <p className="dim">{words("gate.t")}</p>
        {form.headers.map((header, index) => (
          <div className="pair headerrow" key={index}>
            <Field
              id={`header-name-${index}`}
              label={words("gate.name")}
              value={header.name}
              onChange={(name) => change(index, { name, kept: false })}
            />
            <Field
              id={`header-value-${index}`}
              kind="secret"
              label={words("gate.value")}
              placeholder={header.kept ? words("kept") : ""}
              value={header.value}
              onChange={(value) => change(index, { value })}
            />
            <button
              type="button"
              className="link quiet"
              onClick={() => set({ headers: form.headers.filter((_, at) => at !== index) })}
            >
              {words("remove")}
            </button>
          </div>
        ))}
        <button
          type="button"
          className="link quiet"
          data-testid="header-add"
          onClick={() => set({ headers: [...form.headers, { name: "", value: "", kept: false }] })}
        >
          {words("gate.add")}
        </button>
      </details>
      <Lacking way={KASPI} place="where" but={["url"]} shown={lacking.shown} />
    </FormStep>
  );
}
