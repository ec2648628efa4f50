import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import type { PlainKey } from "../messages/index.ts";
import { busyKey, dismiss } from "../actions.ts";
import { wayName } from "../banks.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { drainUntilTouched } from "../ui/drain.ts";
import { cardEnd, cardName, FactsLine } from "../ui/Details.tsx";
import type { Fact } from "../ui/Details.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Who } from "../ui/Who.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

interface Look {
  readonly sky: "yes" | "open" | "over";
  readonly mark: MarkName;
  readonly title: PlainKey;
  readonly lead: PlainKey | null;
}

/** The whole screen is green when the shop has been paid, and at no other time: goods are handed out at that green. */
function lookOf({ state, kind }: PaymentView): Look {
  if (state === "released") return { sky: "over", mark: "turn", title: "paid.released", lead: "paid.released.t" };
  if (kind === "verification") return { sky: "open", mark: "proven", title: "paid.verified", lead: "paid.verified.t" };
  if (kind === "transfer") return { sky: "open", mark: "swap", title: "paid.sent", lead: "paid.sent.t" };
  return { sky: "yes", mark: "yes", title: "paid.title", lead: null };
}

/** The bank said yes: the whole screen says so, and makes room for the next sale by itself. */
export function PaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const leaving = useStore((state) => state.busy.has(busyKey("payments.dismiss", payment.id)));
  const done = (): void => dismiss(payment.id);
  const { left, line } = useAutoReturn(snapshot.screen.autoReturnSeconds, done);
  useEnter(done);
  const { sky, mark, title, lead } = lookOf(payment);
  const card = cardName(payment);
  const facts: readonly Fact[] = [
    [words("method"), wayName(payment)],
    [words("number"), payment.number],
    [words("time"), clockTime(payment.updatedAt, snapshot.app.timezone)],
    [
      words(payment.receiver === null ? "det.card" : "det.from"),
      payment.card?.id ? words("det.kept", { card: card ?? "" }) : card,
    ],
    [words("det.to"), cardEnd(payment.receiver)],
  ];
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky={sky}
      line={left === null ? "thick" : "drain"}
      className={sky === "yes" ? "paid" : "settled"}
      focusOn={`result ${payment.id} paid`}
      lineRef={line}
      stand={
        <div className="stand">
          <div>
            {sky !== "yes" && (
              <p className="who">
                <Who snapshot={snapshot} kind={payment.kind} />
              </p>
            )}
            <Sum tiyn={payment.minor} currency={payment.currency} />
          </div>
          <Mark name={mark} className="sun" />
        </div>
      }
    >
      <div className="result" data-testid="result" data-state={payment.state}>
        <h1 className="word">{words(title)}</h1>
        {lead && <p className="lead">{words(lead)}</p>}
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
    const end = drainUntilTouched(line.current, Math.max(0, endsAt - performance.now()), () => setLeft(null));
    return () => {
      clearTimeout(timer);
      end();
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
