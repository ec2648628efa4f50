import type { ReactNode } from "react";
import { orNull } from "../forms.ts";
import { Field } from "../ui/Field.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useEpayStep } from "./step.ts";

const LINKS = ["postLink", "failurePostLink", "backLink", "failureBackLink"] as const;

/** The shop's own server, which the bank tells of results. The till needs none of them. */
export function LinksStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, field, on } = useEpayStep(
    "links",
    (shown) => ({
      postLink: shown?.postLink ?? "",
      failurePostLink: shown?.failurePostLink ?? "",
      backLink: shown?.backLink ?? "",
      failureBackLink: shown?.failureBackLink ?? "",
    }),
    () => ({}),
    next,
  );
  const { postLink, failurePostLink, backLink, failureBackLink } = form;
  const go = (): void =>
    on({
      postLink: orNull(postLink),
      failurePostLink: orNull(failurePostLink),
      backLink: orNull(backLink),
      failureBackLink: orNull(failureBackLink),
    });
  return (
    <FormStep name="links" title={words("epay.links.q")} lead={words("epay.links.t")} task={task} on={go} back={back}>
      {LINKS.map((name) => (
        <Field
          key={name}
          id={`epay-${name}`}
          kind="url"
          label={words(`epay.${name}`)}
          hint={words(`epay.${name}.t`)}
          placeholder="https://"
          {...field(name)}
        />
      ))}
    </FormStep>
  );
}
