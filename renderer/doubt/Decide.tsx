import { useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import type { DoubtItem } from "../../contract/review.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Outcome } from "../../contract/states.ts";
import { ask, busyKey } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useDoubtWords } from "../messages/doubt.ts";
import { PinStep } from "../refund/PinStep.tsx";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Sum } from "../ui/Sum.tsx";
import { choiceOf, kindWord, subjectOf } from "./words.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly item: DoubtItem;
  readonly leave: () => void;
  /** It is written down. */
  readonly done: () => void;
}

/** A named person's way out: how it counts, why, and the PIN. Nothing is asked of the bank here, and no money moves. */
export function Decide({ snapshot, item, leave, done }: Props): ReactNode {
  const doubt = useDoubtWords();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reason, setReason] = useState("");
  const [why, setWhy] = useState(true);
  const busy = useStore((state) => state.busy.has(busyKey("review.resolve", item.id)));
  const stand = <Standing item={item} />;
  if (outcome === null)
    return (
      <Outcomes
        {...{ snapshot, item, leave, stand }}
        choose={(next) => {
          setReason("");
          setWhy(true);
          setOutcome(next);
        }}
      />
    );
  if (why)
    return (
      <Why
        {...{ snapshot, item, outcome, reason, setReason, stand }}
        next={() => setWhy(false)}
        leave={() => setOutcome(null)}
      />
    );
  const submit = async (pin: string): Promise<AppError | null> => {
    const answer = await ask("review.resolve", item.id, { id: item.id, outcome, reason: reason.trim(), pin });
    if (answer?.ok) done();
    return answer && !answer.ok ? answer.error : null;
  };
  return (
    <PinStep
      {...{ snapshot, stand, busy, submit }}
      screen="in-doubt-list"
      sky="doubt"
      line="dashed"
      word={doubt(choiceOf(item, outcome).title)}
      leave={() => setWhy(true)}
    />
  );
}

function Standing({ item }: { readonly item: DoubtItem }): ReactNode {
  const doubt = useDoubtWords();
  const of = subjectOf(item);
  return (
    <div className="stand">
      <div>
        <p className="who">
          <b>{doubt(kindWord(item))}</b> № {item.number}
        </p>
        <Sum tiyn={of?.minor ?? 0} currency={of?.currency ?? "KZT"} />
      </div>
      <Mark name="doubt" className="sun" />
    </div>
  );
}

interface StepProps extends Pick<Props, "snapshot" | "item" | "leave"> {
  readonly stand: ReactNode;
}

function Outcomes(props: StepProps & { readonly choose: (outcome: Outcome) => void }): ReactNode {
  const { snapshot, item, leave, stand, choose } = props;
  const doubt = useDoubtWords();
  return (
    <Frame
      {...{ snapshot, stand }}
      screen="in-doubt-list"
      sky="doubt"
      line="dashed"
      className="deciding"
      back={leave}
      focusOn={`doubt-outcome ${item.id}`}
    >
      <div className="result">
        <h1 className="title">{doubt("out.title")}</h1>
        <div className="outcomes">
          {item.outcomes.map((outcome) => {
            const { title, text } = choiceOf(item, outcome);
            return (
              <Way key={outcome} id={`doubt-outcome-${outcome}`} onPress={() => choose(outcome)}>
                <b>{doubt(title)}</b>
                {text && <span>{doubt(text)}</span>}
              </Way>
            );
          })}
        </div>
        <p className="lead dim push">{doubt("out.note")}</p>
      </div>
    </Frame>
  );
}

interface WayProps {
  readonly id: string;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

function Way({ id, onPress, children }: WayProps): ReactNode {
  const frozen = useStore((state) => state.link !== "up");
  return (
    <button
      type="button"
      className="outcome"
      data-testid={id}
      aria-disabled={frozen || undefined}
      onClick={() => !frozen && onPress()}
    >
      {children}
    </button>
  );
}

/** As many letters as the till takes. */
const LONGEST = 300;
const SHORTEST = 3;

interface WhyProps extends StepProps {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  readonly next: () => void;
}

/** A usual reason at a touch, or a person's own words: it stands in the journal under their name. */
function Why({ snapshot, item, outcome, reason, setReason, next, leave, stand }: WhyProps): ReactNode {
  const doubt = useDoubtWords();
  const back = useBackWords();
  const { title, reasons } = choiceOf(item, outcome);
  const ready = reason.trim().length >= SHORTEST;
  return (
    <Frame
      {...{ snapshot, stand }}
      screen="in-doubt-list"
      sky="doubt"
      line="dashed"
      className="deciding"
      back={leave}
      focusOn={`doubt-why ${item.id} ${outcome}`}
    >
      <div className="result">
        <div className="headline">
          <h1 className="title">{doubt("why.title")}</h1>
          <p className="dim">{doubt(title)}</p>
        </div>
        <div className="usual" role="group" aria-label={doubt("why.title")}>
          {reasons.map((key) => (
            <button
              key={key}
              type="button"
              className="btn"
              aria-pressed={reason === doubt(key)}
              data-testid={`doubt-${key.replaceAll(".", "-")}`}
              onClick={() => setReason(doubt(key))}
            >
              <span>{doubt(key)}</span>
            </button>
          ))}
        </div>
        <input
          className="field"
          data-testid="doubt-reason"
          maxLength={LONGEST}
          value={reason}
          aria-label={doubt("why.own")}
          placeholder={doubt("why.own")}
          autoComplete="off"
          onChange={(event) => setReason(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.repeat && ready) next();
          }}
        />
        <div className="row push">
          <Button id="doubt-next" kind="main" deliberate off={!ready} onPress={next}>
            {back("rec.next")}
          </Button>
        </div>
      </div>
    </Frame>
  );
}
