import type { ReactNode } from "react";
import { HALYK_QR_TOPIC } from "../../../contract/banks/halykQr.ts";
import type { DeskView, HalykQrDraft, HalykQrSettingsView } from "../../../contract/desk.ts";
import { RootFiles } from "../certificate/Roots.tsx";
import { BROKER, GROUP, orNull, TOPIC } from "../forms.ts";
import { useDesk } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Note } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { shownOf, useHalykStep } from "./step.ts";
import { HALYK } from "./way.ts";

const MECHANISMS = ["none", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;

interface Form {
  readonly stream: "off" | "on";
  readonly brokers: string;
  readonly topic: string;
  readonly groupId: string;
  readonly tls: "no" | "yes";
  readonly mechanism: (typeof MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

function known(shown: HalykQrSettingsView | null): Form {
  const kafka = shown?.kafka ?? null;
  return {
    stream: kafka ? "on" : "off",
    brokers: kafka?.brokers.join(", ") ?? "",
    topic: kafka?.topic ?? HALYK_QR_TOPIC,
    groupId: kafka?.groupId ?? "",
    tls: kafka?.tls ? "yes" : "no",
    mechanism: kafka?.sasl?.mechanism ?? "none",
    username: kafka?.sasl?.username ?? "",
    password: "",
  };
}

const hasPassword = (view: DeskView): boolean => shownOf(view)?.kafka?.sasl?.hasPassword === true;

/** As it stands in the bank's text: one after the other, with commas or spaces between them. */
const brokersOf = (text: string): string[] => text.split(/[\s,;]+/).filter((broker) => broker !== "");

function kafkaOf({ stream, brokers, topic, groupId, tls, mechanism, username, password }: Form): HalykQrDraft["kafka"] {
  if (stream === "off") return null;
  return {
    brokers: brokersOf(brokers),
    topic: topic.trim(),
    groupId: orNull(groupId),
    tls: tls === "yes",
    sasl: mechanism === "none" ? null : { mechanism, username, ...(password === "" ? {} : { password }) },
  };
}

/** The bank's stream of events, for a shop that can reach it. It only hurries the questions. */
export function EventsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const { view, task, form, set, lacking, field, draft, on } = useHalykStep(
    "events",
    known,
    (typed, now) => {
      if (typed.stream === "off") return {};
      const brokers = brokersOf(typed.brokers);
      const login = typed.mechanism !== "none";
      return {
        brokers: (brokers.length === 0 || !brokers.every((broker) => BROKER.test(broker))) && words("bad.brokers"),
        topic: !TOPIC.test(typed.topic.trim()) && words("bad.topic"),
        groupId: typed.groupId.trim() !== "" && !GROUP.test(typed.groupId.trim()) && words("bad.topic"),
        username: login && typed.username === "" && words("need"),
        password: login && typed.password === "" && !hasPassword(now) && words("need"),
      };
    },
    next,
  );
  const stream = form.stream === "on";
  const login = form.mechanism !== "none";
  return (
    <FormStep
      name="events"
      title={words("events.q")}
      lead={words("events.t")}
      task={task}
      on={() => on({ kafka: kafkaOf(form) })}
      back={back}
    >
      <Choice
        id="halyk-events"
        label={words("events.q")}
        bare
        value={form.stream}
        onChange={(value) => set({ stream: value })}
        options={(["off", "on"] as const).map((value) => ({
          value,
          title: words(`events.${value}`),
          text: words(`events.${value}.t`),
        }))}
      />
      {stream && (
        <>
          <Field
            id="halyk-brokers"
            label={words("events.brokers")}
            hint={words("events.brokers.t")}
            placeholder="10.0.0.1:9092, 10.0.0.2:9092"
            {...field("brokers", "kafka.brokers")}
          />
          <Field
            id="halyk-topic"
            label={words("events.topic")}
            hint={words("events.topic.t")}
            {...field("topic", "kafka.topic")}
          />
          <Field
            id="halyk-groupId"
            label={words("events.group")}
            hint={words("events.group.t")}
            placeholder={words("events.group.own")}
            {...field("groupId", "kafka.groupId")}
          />
          <Choice
            id="halyk-tls"
            kind="row"
            label={words("events.tls")}
            value={form.tls}
            onChange={(tls) => set({ tls })}
            options={(["no", "yes"] as const).map((value) => ({ value, title: words(`events.tls.${value}`) }))}
          />
          {form.tls === "yes" && (
            <RootFiles
              id="halyk-eventRoots"
              kept="halykQr.eventRoots"
              roots={shownOf(view)?.kafka?.roots ?? []}
              hint={words("events.roots.t")}
              take={async (files) => {
                // The roots belong to a stream: the draft has to know of it first.
                const changed = await draft({ kafka: kafkaOf(form) });
                if (!changed.ok) return changed;
                return send("bank.roots", { provider: "halykQr", of: "events", files: [...files] });
              }}
              removable
            />
          )}
          <Choice
            id="halyk-sasl"
            kind="row"
            label={words("events.sasl")}
            value={form.mechanism}
            onChange={(mechanism) => set({ mechanism })}
            options={MECHANISMS.map((value) => ({
              value,
              title: value === "none" ? words("events.sasl.none") : value,
            }))}
          />
          {login && (
            <div className="pair">
              <Field id="halyk-saslUsername" label={words("login.username")} {...field("username", "kafka.sasl")} />
              <Field
                id="halyk-saslPassword"
                kind="secret"
                label={words("login.password")}
                placeholder={hasPassword(view) ? words("kept") : ""}
                {...field("password", "kafka.sasl")}
              />
            </div>
          )}
          {form.mechanism === "PLAIN" && form.tls === "no" && (
            <Note kind="doubt">
              <p>{words("events.open")}</p>
            </Note>
          )}
        </>
      )}
      <Lacking
        way={HALYK}
        place="events"
        but={["kafka.brokers", "kafka.topic", "kafka.groupId", "kafka.sasl"]}
        shown={lacking.shown}
      />
    </FormStep>
  );
}
