import type { ReactNode } from "react";
import { HALYK_QR_TEST_URL } from "../../../contract/banks/halykQr.ts";
import { orNull } from "../forms.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import { PlaceFields, placeOf } from "../wizard/Place.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useHalykStep } from "./step.ts";

/** Test or real money, and at which address. */
export function WhereStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, set, lacking, on } = useHalykStep(
    "where",
    (shown) => placeOf(shown, HALYK_QR_TEST_URL),
    () => ({}),
    next,
  );
  const go = (): void => on({ environment: form.environment, url: orNull(form.url) });
  return (
    <FormStep name="where" title={words("where.q")} task={task} on={go} back={back}>
      <PlaceFields
        prefix="halyk-"
        form={form}
        set={set}
        testUrl={HALYK_QR_TEST_URL}
        meant={{ production: words("halyk.where.real"), url: words("halyk.where.url") }}
        error={lacking.of("url")}
      />
    </FormStep>
  );
}
