import type { ReactNode } from "react";
import { EPAY_CONFIRM_PATH } from "../../../contract/banks/epay.ts";
import { digits, INVOICE_SIX, orNull, typedAmount } from "../forms.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import { LimitFields, limitsOf } from "../wizard/Limits.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useEpayStep } from "./step.ts";
import { EPAY } from "./way.ts";

/** The address of the key for cards unless another is given. */
const usualKeyUrl = (apiUrl: string): string => `${apiUrl.replace(/\/+$/, "")}/public.rsa`;

/** The limits of a payment and the till's own numbers. What is there already suits most shops. */
export function SumsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, task, form, set, asked, lacking, field, on } = useEpayStep(
    "sums",
    (shown) => ({
      from: shown?.invoiceRange.from ?? "100000",
      to: shown?.invoiceRange.to ?? "999999",
      min: typedAmount(shown?.limits.min ?? "1.00"),
      max: typedAmount(shown?.limits.max ?? "1000000.00"),
      publicKeyUrl: shown?.publicKeyUrl ?? "",
      confirmPath: shown?.confirmPath ?? EPAY_CONFIRM_PATH,
      cryptogram: shown?.cyrillicCryptogram ? ("cyrillic" as const) : ("latin" as const),
    }),
    ({ from, to, min, max }) => ({
      from: !INVOICE_SIX.test(from) && words("bad.invoice.six"),
      to: INVOICE_SIX.test(to) ? Number(to) < Number(from) && words("miss.invoiceRange") : words("bad.invoice.six"),
      min: limitsOf({ min, max }) === null && words("bad.amount"),
    }),
    next,
  );
  const { draft, inUse } = view.epay;
  const go = (): void => {
    const { from, to, publicKeyUrl, confirmPath, cryptogram } = form;
    on({
      invoiceRange: { from, to },
      limits: limitsOf(form) ?? form,
      publicKeyUrl: orNull(publicKeyUrl),
      confirmPath,
      cyrillicCryptogram: cryptogram === "cyrillic",
    });
  };
  const number = (name: "from" | "to") => ({
    kind: "digits" as const,
    ...field(name, "invoiceRange"),
    onChange: (text: string) => set({ [name]: digits(text, 6) }),
  });
  return (
    <FormStep
      name="sums"
      title={words("epay.sums.q")}
      lead={words("halyk.limits.lead")}
      task={task}
      on={go}
      back={back}
    >
      <Group title={words("lim.title")} lead={words("lim.t")}>
        <LimitFields prefix="epay-limit-" form={form} set={set} asked={asked} error={lacking.of("limits")} />
      </Group>
      <Group title={words("invoice.title")} lead={words("epay.invoice.t")}>
        <div className="pair">
          <Field id="epay-invoiceFrom" label={words("invoice.from")} {...number("from")} />
          <Field id="epay-invoiceTo" label={words("invoice.to")} {...number("to")} />
        </div>
      </Group>
      <details className="more">
        <summary data-testid="epay-protocol">{words("protocol.title")}</summary>
        <p className="dim">{words("protocol.t")}</p>
        <Field
          id="epay-publicKeyUrl"
          kind="url"
          label={words("epay.keyUrl")}
          placeholder={usualKeyUrl((draft ?? inUse)?.apiUrl ?? "")}
          {...field("publicKeyUrl")}
        />
        <Field
          id="epay-confirmPath"
          kind="url"
          label={words("epay.confirmPath")}
          placeholder={EPAY_CONFIRM_PATH}
          {...field("confirmPath")}
          onChange={(text) => set({ confirmPath: text.trim() })}
        />
        <Choice
          id="epay-cryptogram"
          kind="row"
          label={words("epay.cryptogram")}
          value={form.cryptogram}
          onChange={(cryptogram) => set({ cryptogram })}
          options={(["latin", "cyrillic"] as const).map((value) => ({
            value,
            title: words(`epay.cryptogram.${value}`),
          }))}
        />
      </details>
      <Lacking
        way={EPAY}
        place="sums"
        but={["limits", "invoiceRange", "publicKeyUrl", "confirmPath"]}
        shown={lacking.shown}
      />
    </FormStep>
  );
}
