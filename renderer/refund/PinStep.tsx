import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { PadKey } from "../entry.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import type { FrameProps } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { useWait } from "../ui/wait.ts";
import { Text } from "../words.tsx";

interface Props extends Partial<Pick<FrameProps, "screen" | "sky" | "line">> {
  readonly snapshot: Snapshot;
  readonly stand: ReactNode;
  /** What the PIN does. */
  readonly word: string;
  readonly busy: boolean;
  /** Sends it; the till's refusal, or null. */
  readonly submit: (pin: string) => Promise<AppError | null>;
  readonly leave: () => void;
}

const SHORTEST = 4;
const LONGEST = 12;

/** A senior cashier's PIN for this one refund or decision; the digits are masked and their keys stay where they are (design U27, U35). */
export function PinStep({ snapshot, stand, word, busy, submit, leave, ...place }: Props): ReactNode {
  const back = useBackWords();
  const language = useStore((state) => state.language);
  const [pin, setPin] = useState("");
  const [error, setError] = useState<AppError | null>(null);
  const [wait, waitFor] = useWait();
  const field = useRef<HTMLInputElement>(null);
  const ready = pin.length >= SHORTEST && !busy && wait === 0;
  useEffect(() => field.current?.focus(), []);

  const type = (text: string): void => {
    setError(null);
    setPin(text.replace(/\D/g, "").slice(0, LONGEST));
  };
  const onKey = (key: PadKey): void => {
    if (busy) return;
    if (key === "clear") type("");
    else if (key === "back") type(pin.slice(0, -1));
    else type(pin + key);
  };
  const go = async (): Promise<void> => {
    if (!ready) return;
    const refused = await submit(pin);
    setPin("");
    setError(refused);
    if (refused?.code === "pin_wait") waitFor(Number(refused.params["seconds"] ?? 60));
    field.current?.focus();
  };
  useKeys(onKey, () => void go());
  const text = error && errorText(language, error);
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-amount"
      sky="refund"
      {...place}
      className="rfa"
      back={leave}
      focusOn="refund-pin"
      stand={stand}
    >
      <div className="charge">
        <div className="side">
          <label className="pinfield">
            <span className="title">{back("pin.title")}</span>
            <input
              ref={field}
              className="field pin"
              data-testid="pin"
              type="password"
              inputMode="none"
              autoComplete="off"
              aria-label={back("pin.title")}
              value={pin}
              onChange={(event) => type(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.repeat) void go();
              }}
            />
          </label>
          {text && (
            <p className="low" role="alert" data-testid="error" data-code={error.code}>
              <b>{text.title}</b> {text.next}
            </p>
          )}
          <div className="stack push">
            <Button id="done" kind="main" deliberate off={!ready} onPress={() => void go()}>
              <Text>{wait > 0 ? back("pin.wait", { n: wait }) : word}</Text>
            </Button>
          </div>
        </div>
        <Keypad plain onKey={onKey} label={back("pin.pad")} />
      </div>
    </Frame>
  );
}
