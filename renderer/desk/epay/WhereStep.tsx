import type { ReactNode } from "react";
import { EPAY_API_URL, EPAY_OAUTH_URL, EPAY_TEST_API_URL, EPAY_TEST_OAUTH_URL } from "../../../contract/banks/epay.ts";
import { orNull } from "../forms.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useEpayStep } from "./step.ts";

const USUAL = {
  test: { api: EPAY_TEST_API_URL, oauth: EPAY_TEST_OAUTH_URL },
  production: { api: EPAY_API_URL, oauth: EPAY_OAUTH_URL },
} as const;
const KNOWN: ReadonlySet<string> = new Set(Object.values(USUAL).flatMap((urls) => Object.values(urls)));

/** An address of the documents needs no typing. */
const typed = (url: string | undefined): string => (url === undefined || KNOWN.has(url) ? "" : url);

/** Test or real money; the addresses of both are known. */
export function WhereStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, set, field, on } = useEpayStep(
    "where",
    (shown) => ({
      environment: shown?.environment === "production" ? ("production" as const) : ("test" as const),
      apiUrl: typed(shown?.apiUrl),
      oauthUrl: typed(shown?.oauthUrl),
    }),
    () => ({}),
    next,
  );
  const { environment, apiUrl, oauthUrl } = form;
  const usual = USUAL[environment];
  return (
    <FormStep
      name="where"
      title={words("where.q")}
      task={task}
      on={() => on({ environment, apiUrl: orNull(apiUrl), oauthUrl: orNull(oauthUrl) })}
      back={back}
    >
      <Choice
        id="epay-environment"
        label={words("where.q")}
        bare
        value={environment}
        onChange={(value) => set({ environment: value })}
        options={[
          { value: "test", title: words("where.test"), text: words("where.test.t") },
          { value: "production", title: words("where.production"), text: words("epay.where.real") },
        ]}
      />
      <Field
        id="epay-apiUrl"
        kind="url"
        label={words("epay.where.api")}
        hint={words("epay.where.t")}
        placeholder={usual.api}
        {...field("apiUrl")}
      />
      <Field
        id="epay-oauthUrl"
        kind="url"
        label={words("epay.where.oauth")}
        hint={words("epay.where.oauth.t")}
        placeholder={usual.oauth}
        {...field("oauthUrl")}
      />
    </FormStep>
  );
}
