import type { ReactNode } from "react";
import { orNull } from "../forms.ts";
import { Field } from "../ui/Field.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { latinName, NAME_LENGTH } from "./latin.ts";
import { useHalykStep } from "./step.ts";

/** How the customer's application names the shop: in Latin letters, 25 at most. */
export function ShopStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, task, form, field, on } = useHalykStep(
    "shop",
    (shown) => ({ pointOfSale: shown?.pointOfSale ?? "" }),
    ({ pointOfSale }, { general }) => ({
      pointOfSale: latinName(pointOfSale, general.merchant.name) === "" && words("bad.latin"),
    }),
    next,
  );
  const { name } = view.general.merchant;
  const whole = latinName(form.pointOfSale, name);
  const cut = whole.length - NAME_LENGTH;
  return (
    <FormStep
      name="shop"
      title={words("point.of.sale.q")}
      lead={words("point.of.sale.lead")}
      task={task}
      on={() => on({ pointOfSale: orNull(form.pointOfSale) })}
      back={back}
    >
      <Field
        id="halyk-pointOfSale"
        label={words("point.of.sale")}
        hint={words("point.of.sale.t")}
        placeholder={name}
        {...field("pointOfSale")}
      />
      <div className="preview" role="status">
        <p className="dim">{words("latin.seen")}</p>
        <p className="latin" data-testid="halyk-latin" lang="en">
          {whole.slice(0, NAME_LENGTH).trim() || "–"}
        </p>
        <p className={cut > 0 ? "small cut" : "small dim"}>
          {cut > 0 ? words("latin.cut", { n: cut }) : words("latin.count", { n: whole.length, most: NAME_LENGTH })}
        </p>
      </div>
    </FormStep>
  );
}
