import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import type { PlainKey } from "../messages/index.ts";
import { busyKey, dismiss } from "../actions.ts";
import { WAY_NAME } from "../banks.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { cardName, FactsLine } from "../ui/Details.tsx";
import type { Fact } from "../ui/Details.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Sum } from "../ui/Sum.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

const TITLE: Partial<Record<PaymentView["state"], PlainKey>> = { verified: "paid.verified", released: "paid.released" };

/** The bank said yes: the whole screen says so, and makes room for the next sale by itself. */
export function PaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const leaving = useStore((state) => state.busy.has(busyKey("payments.dismiss", payment.id)));
  const done = (): void => dismiss(payment.id);
  const { left, line } = useAutoReturn(snapshot.screen.autoReturnSeconds, done);
  useEnter(done);
  const facts: readonly Fact[] = [
    [words("method"), WAY_NAME[payment.provider]],
    [words("number"), payment.number],
    [words("time"), clockTime(payment.updatedAt, snapshot.app.timezone)],
    [words("det.card"), cardName(payment)],
  ];
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky="yes"
      line={left === null ? "thick" : "drain"}
      className="paid"
      focusOn={`result ${payment.id} paid`}
      lineRef={line}
      stand={
        <div className="stand">
          <div>
            <Sum tiyn={payment.minor} />
          </div>
          <Mark name="yes" className="sun" />
        </div>
      }
    >
      <div className="result" data-testid="result" data-state={payment.state}>
        <h1 className="word">{words(TITLE[payment.state] ?? "paid.title")}</h1>
        {payment.late && <p className="lead">{words("paid.late")}</p>}
        <FactsLine facts={facts} told={payment} />
        <div className="row push reach">
          <Button id="done" kind="main" off={leaving} onPress={done}>
            {left === null ? words("paid.new") : words("paid.next", { n: left })}
          </Button>
          {left !== null && (
            // The touch itself stops the clock, as any other does.
            <Button id="stay" onPress={() => undefined}>
              {words("paid.stay")}
            </Button>
          )}
        </div>
      </div>
    </Frame>
  );
}

/** Counts down to the next sale; any touch or key stops it for good (design U18). */
function useAutoReturn(
  seconds: number,
  done: () => void,
): { readonly left: number | null; readonly line: React.RefObject<HTMLElement | null> } {
  const [left, setLeft] = useState<number | null>(seconds > 0 ? seconds : null);
  const [endsAt] = useState(() => performance.now() + seconds * 1000);
  const line = useRef<HTMLElement>(null);
  const finish = useEffectEvent(done);
  const running = left !== null;

  useEffect(() => {
    if (!running) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const step = (): void => {
      const rest = endsAt - performance.now();
      if (rest <= 20) return finish();
      setLeft(Math.ceil((rest - 20) / 1000));
      timer = setTimeout(step, rest % 1000 || 1000);
    };
    step();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const drain = still
      ? undefined
      : line.current?.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], {
          duration: Math.max(0, endsAt - performance.now()),
          fill: "forwards",
          pseudoElement: "::after",
        });
    const stop = (event: Event): void => {
      const on = event.target instanceof Element ? event.target.closest("button") : null;
      const onDone = on?.matches("[data-testid=done]") === true;
      const leaves = event instanceof KeyboardEvent ? event.key === "Enter" && (onDone || on === null) : onDone;
      if (!leaves) setLeft(null);
    };
    addEventListener("pointerdown", stop, { capture: true });
    addEventListener("keydown", stop, { capture: true });
    return () => {
      clearTimeout(timer);
      drain?.cancel();
      removeEventListener("pointerdown", stop, { capture: true });
      removeEventListener("keydown", stop, { capture: true });
    };
  }, [running, endsAt]);
  return { left, line };
}

/** Enter goes on to the next sale, unless it stands on a button. */
function useEnter(done: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Enter" || event.repeat || document.activeElement instanceof HTMLButtonElement) return;
      if (document.querySelector("dialog[open], :popover-open")) return;
      done();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
