import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import { KASPI_TEST_URLS } from "../../../contract/banks/kaspi.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { Lacking, useLacking } from "./Lacking.tsx";
import { Step } from "./Step.tsx";
import type { StepProps } from "./steps.ts";

interface Header {
  readonly name: string;
  readonly value: string;
  /** Its secret is in the vault already and stays as it is. */
  readonly kept: boolean;
}

interface Form {
  readonly environment: "test" | "production";
  readonly url: string;
  readonly headers: readonly Header[];
}

function known({ draft, kaspi }: DeskView): Form {
  const shown = draft ?? kaspi;
  const environment = shown?.environment === "production" ? "production" : "test";
  const url = shown && shown.url !== KASPI_TEST_URLS[shown.scheme] ? shown.url : "";
  return { environment, url, headers: (shown?.headerNames ?? []).map((name) => ({ name, value: "", kept: true })) };
}

/** Test or real money, at which address, and through whose gateway. */
export function WhereStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [form, set] = useKept("where", () => known(view));
  const lacking = useLacking("where");
  const scheme = (view.draft ?? view.kaspi)?.scheme ?? 2;
  const on = (): void => {
    const url = form.url.trim();
    const headers = Object.fromEntries(
      form.headers
        .filter(({ name }) => name.trim() !== "")
        .map(({ name, value, kept }) => [name.trim(), kept && value === "" ? null : value]),
    );
    task.run(
      () =>
        send("connection.draft", { change: { environment: form.environment, url: url === "" ? null : url, headers } }),
      () => lacking.pass(next),
    );
  };
  const change = (index: number, part: Partial<Header>): void =>
    set({ headers: form.headers.map((header, at) => (at === index ? { ...header, ...part } : header)) });
  const production = form.environment === "production";
  return (
    <Step
      name="where"
      title={words("where.q")}
      error={task.error}
      onEnter={on}
      buttons={<Buttons next={on} back={back} busy={task.busy} />}
    >
      <Choice
        id="environment"
        label={words("where.q")}
        bare
        value={form.environment}
        onChange={(environment) => set({ environment })}
        options={[
          { value: "test", title: words("where.test"), text: words("where.test.t") },
          { value: "production", title: words("where.production"), text: words("where.production.t") },
        ]}
      />
      <Field
        id="url"
        kind="url"
        label={words("where.url")}
        hint={words(production ? "where.url.production" : "where.url.test")}
        placeholder={production ? "https://" : KASPI_TEST_URLS[scheme]}
        value={form.url}
        onChange={(url) => set({ url })}
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
      <Lacking place="where" but={["url"]} shown={lacking.shown} />
    </Step>
  );
}
