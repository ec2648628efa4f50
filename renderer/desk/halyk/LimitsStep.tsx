import type { ReactNode } from "react";
import { between, CHANNEL, digits, INVOICE, typedAmount } from "../forms.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import { LimitFields, limitsOf } from "../wizard/Limits.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useHalykStep } from "./step.ts";
import { HALYK } from "./way.ts";

const SCAN = { min: 30, max: 1140 };
const POLL = { min: 2, max: 30 };

/** How long is waited, how often the bank is asked, and under which numbers. What is there already suits most shops. */
export function LimitsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, set, asked, lacking, field, on } = useHalykStep(
    "limits",
    (shown) => ({
      scan: String(shown?.scanSeconds ?? 180),
      poll: String(shown?.pollSeconds ?? 3),
      mismatch: shown?.emvMismatch ?? ("auto" as const),
      from: shown?.invoiceRange.from ?? "1",
      to: shown?.invoiceRange.to ?? "999999",
      min: typedAmount(shown?.limits.min ?? "1.00"),
      max: typedAmount(shown?.limits.max ?? "1000000.00"),
      channel: shown?.channel ?? "SMART_POS",
      amount: shown?.amountAsString ? ("text" as const) : ("number" as const),
    }),
    ({ scan, poll, from, to, channel, min, max }) => ({
      scan: !between(scan, SCAN.min, SCAN.max) && words("bad.seconds", SCAN),
      poll: !between(poll, POLL.min, POLL.max) && words("bad.seconds", POLL),
      from: !INVOICE.test(from) && words("bad.invoice"),
      to: INVOICE.test(to) ? Number(to) < Number(from) && words("miss.invoiceRange") : words("bad.invoice"),
      channel: !CHANNEL.test(channel) && words("bad.channel"),
      min: limitsOf({ min, max }) === null && words("bad.amount"),
    }),
    next,
  );
  const go = (): void => {
    const { mismatch, from, to } = form;
    on({
      scanSeconds: Number(form.scan),
      pollSeconds: Number(form.poll),
      emvMismatch: mismatch === "auto" ? null : mismatch,
      invoiceRange: { from, to },
      limits: limitsOf(form) ?? form,
      channel: form.channel,
      amountAsString: form.amount === "text",
    });
  };
  const number = (name: "scan" | "poll" | "from" | "to", most: number) => ({
    kind: "digits" as const,
    ...field(name, { scan: "scanSeconds", poll: "pollSeconds", from: "invoiceRange", to: "invoiceRange" }[name]),
    onChange: (text: string) => set({ [name]: digits(text, most) }),
  });
  return (
    <FormStep
      name="limits"
      title={words("halyk.limits.q")}
      lead={words("halyk.limits.lead")}
      task={task}
      on={go}
      back={back}
    >
      <div className="pair">
        <Field id="halyk-scanSeconds" label={words("wait.scan")} hint={words("wait.scan.t")} {...number("scan", 4)} />
        <Field id="halyk-pollSeconds" label={words("wait.poll")} hint={words("wait.poll.t")} {...number("poll", 2)} />
      </div>
      <Group title={words("invoice.title")} lead={words("invoice.t")}>
        <div className="pair">
          <Field id="halyk-invoiceFrom" label={words("invoice.from")} {...number("from", 7)} />
          <Field id="halyk-invoiceTo" label={words("invoice.to")} {...number("to", 7)} />
        </div>
      </Group>
      <Group title={words("lim.title")} lead={words("lim.t")}>
        <LimitFields prefix="halyk-limit-" form={form} set={set} asked={asked} error={lacking.of("limits")} />
      </Group>
      <Choice
        id="halyk-emvMismatch"
        label={words("emv.q")}
        hint={words("emv.t")}
        value={form.mismatch}
        onChange={(mismatch) => set({ mismatch })}
        options={(["auto", "warn", "block"] as const).map((value) => ({
          value,
          title: words(`emv.${value}`),
          text: words(`emv.${value}.t`),
        }))}
      />
      <details className="more">
        <summary data-testid="halyk-protocol">{words("protocol.title")}</summary>
        <p className="dim">{words("protocol.t")}</p>
        <Field
          id="halyk-channel"
          size="short"
          label={words("protocol.channel")}
          {...field("channel")}
          onChange={(text) => set({ channel: text.trim().toUpperCase() })}
        />
        <Choice
          id="halyk-amount"
          kind="row"
          label={words("protocol.amount")}
          value={form.amount}
          onChange={(amount) => set({ amount })}
          options={(["number", "text"] as const).map((value) => ({ value, title: words(`protocol.amount.${value}`) }))}
        />
      </details>
      <Lacking
        way={HALYK}
        place="limits"
        but={["scanSeconds", "pollSeconds", "invoiceRange", "limits", "channel"]}
        shown={lacking.shown}
      />
    </FormStep>
  );
}
