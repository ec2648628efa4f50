import { useState } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useBackWords } from "../messages/back.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Text } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly stand: ReactNode;
  readonly word: string;
  readonly reason: string;
  readonly setReason: (reason: string) => void;
  readonly next: () => void;
  readonly leave: () => void;
}

const USUAL = ["rec.goods", "rec.sum", "rec.twice"] as const;
const SHORTEST = 3;

/** Why money went back elsewhere: a usual reason at a touch, or a person's own words. */
export function ReasonStep({ snapshot, stand, word, reason, setReason, next, leave }: Props): ReactNode {
  const back = useBackWords();
  const [own, setOwn] = useState(false);
  const usual = USUAL.map((key) => back(key));
  const ready = reason.trim().length >= SHORTEST;
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-amount"
      sky="refund"
      className="rfa"
      back={leave}
      focusOn="refund-reason"
      stand={stand}
    >
      <div className="result">
        <fieldset className="reasons">
          <legend className="title">{back("rec.title")}</legend>
          {usual.map((text) => (
            <label key={text}>
              <input
                type="radio"
                name="reason"
                checked={!own && reason === text}
                onChange={() => {
                  setOwn(false);
                  setReason(text);
                }}
              />
              <span>{text}</span>
            </label>
          ))}
          <label>
            <input
              type="radio"
              name="reason"
              checked={own}
              onChange={() => {
                setOwn(true);
                setReason("");
              }}
            />
            <span>{back("rec.other")}</span>
          </label>
        </fieldset>
        {own && (
          <input
            className="field"
            data-testid="reason"
            maxLength={250}
            value={reason}
            aria-label={back("rec.other")}
            placeholder={back("rec.other")}
            autoComplete="off"
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <div className="row push">
          <Button id="done" kind="main" deliberate off={!ready} onPress={next}>
            <Text>{word}</Text>
          </Button>
        </div>
      </div>
    </Frame>
  );
}
