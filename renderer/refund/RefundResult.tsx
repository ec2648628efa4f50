import { useState } from "react";
import type { ReactNode } from "react";
import { formatAmount, formatMoney, minor } from "../../contract/money.ts";
import type { AppError } from "../../contract/errors.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { ask, busyKey } from "../actions.ts";
import { BANK_WORDS } from "../banks.ts";
import { useBackWords } from "../messages/back.ts";
import type { BackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Dial } from "../ui/Dial.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Text, useWords } from "../words.tsx";
import { CREATING, dismissRefund, needsPin, startRefund } from "./actions.ts";
import { PinStep } from "./PinStep.tsx";
import { RefundOf } from "./RefundSending.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView;
}

interface Look {
  readonly sky: "back" | "open" | "no" | "over" | "doubt";
  readonly line: "thick" | "dashed" | "broken" | "solid";
  readonly mark: MarkName;
  readonly title: string;
  readonly lead: string;
}

/** How each ending looks and what it says. Solid is what the bank said, dashed what only we say. */
function lookOf(refund: RefundView, back: BackWords, sum: string): Look {
  switch (refund.state) {
    case "refunded": {
      const lead =
        refund.readings.length > 0 ? back("back.balance", { sum }) : back(BANK_WORDS[refund.provider].refunded);
      return { sky: "back", line: "thick", mark: "back", title: back("back.ok"), lead };
    }
    case "recorded":
      return {
        sky: "open",
        line: "dashed",
        mark: "file",
        title: back("back.recorded"),
        lead: back("back.recorded.t"),
      };
    case "expired":
      return { sky: "over", line: "solid", mark: "over", title: back("back.over"), lead: back("back.over.t") };
    case "cancelled":
      return { sky: "over", line: "solid", mark: "gone", title: back("back.void"), lead: back("back.void.t") };
    case "not_executed":
      return { sky: "doubt", line: "dashed", mark: "gone", title: back("back.not"), lead: back("back.not.t") };
    default:
      return { sky: "no", line: "broken", mark: "no", title: back("back.failed"), lead: back("back.failed.t") };
  }
}

/** The end of a refund, and what the clerk does next. */
export function RefundResult({ snapshot, refund }: Props): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const busy = useStore((state) => state.busy);
  const [asksPin, setAsksPin] = useState(false);
  const money = (tiyn: number): string => formatMoney(minor(tiyn), refund.currency);
  const tiyn = refund.minor ?? 0;
  const sum = money(tiyn);
  const { sky, line, mark, title, lead } = lookOf(refund, back, sum);
  const { state, sale, beforeMinor } = refund;
  const held = busy.has(busyKey("refunds.select", refund.id));
  const leaving = busy.has(busyKey("refunds.dismiss", refund.id));
  const good = state === "refunded";
  const stand = (
    <div className="stand">
      <div>
        {!good && refund.minor !== null && (
          <p className="who">
            <RefundOf number={sale?.number ?? null} />
          </p>
        )}
        {refund.minor === null ? <p className="amount wordy">{back("back.title")}</p> : <Sum tiyn={tiyn} />}
      </div>
      {state === "expired" ? (
        <Dial kind="sun" seconds={0} of={180} />
      ) : (
        <Mark name={mark} className={sky === "no" ? "sun noc" : "sun"} />
      )}
    </div>
  );

  const retry = async (pin: string | null): Promise<AppError | null> => {
    if (!sale) return null;
    const answer = await ask("refunds.select", refund.id, {
      id: refund.id,
      operationId: sale.purchaseId,
      amount: formatAmount(minor(tiyn)),
      ...(pin === null ? {} : { pin }),
    });
    const refused = answer && !answer.ok ? answer.error : null;
    if (refused?.code === "pin_needed" && pin === null) setAsksPin(true);
    else if (pin === null || !refused) {
      setAsksPin(false);
      useStore.setState({ notice: refused });
    }
    return refused;
  };
  if (asksPin)
    return (
      <PinStep
        snapshot={snapshot}
        stand={stand}
        word={held ? back("back.held") : back("back.retry", { sum })}
        busy={held}
        submit={retry}
        leave={() => setAsksPin(false)}
      />
    );
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-result"
      sky={sky}
      line={line}
      className={good ? "paid" : ""}
      focusOn={`refund ${refund.id} ${state}`}
      stand={stand}
    >
      <div className="result" data-testid="result" data-state={state}>
        <h1 className={state === "not_executed" ? "title" : "word"}>{title}</h1>
        <p className="lead">
          <Text>{lead}</Text>
        </p>
        {state === "not_executed" && (
          <p className="dim" role="status">
            {held && <Mark name="watch" className="inl" />}
            {back("back.not.n")}
          </p>
        )}
        {refund.error && !good && <Reason error={refund.error} />}
        {(good || state === "recorded") && (
          <dl className="facts">
            {good && beforeMinor !== null && !refund.availableIsOurs && (
              <>
                <Fact label={back("back.before")} value={money(beforeMinor)} />
                <Fact label={back("back.after")} value={money(Math.max(0, beforeMinor - tiyn))} />
              </>
            )}
            {refund.by !== null && <Fact label={back("back.by")} value={refund.by} />}
            {refund.reason !== null && <Fact label={back("back.reason")} value={refund.reason} />}
            <Fact label={words("number")} value={refund.number} />
            <Fact label={words("time")} value={clockTime(refund.updatedAt, snapshot.app.timezone)} />
          </dl>
        )}
        <div className="row push reach">
          {state === "not_executed" && sale && (
            <Button
              id="refund-send"
              kind="main"
              deliberate
              off={held}
              onPress={() => (needsPin(snapshot, tiyn) ? setAsksPin(true) : void retry(null))}
            >
              <Text>{held ? back("back.held") : back("back.retry", { sum })}</Text>
            </Button>
          )}
          {state === "expired" && (
            <Button
              id="renew"
              kind="main"
              deliberate
              off={busy.has(busyKey("refunds.create", CREATING))}
              onPress={() => void startRefund(sameAgain(refund))}
            >
              {back("back.again")}
            </Button>
          )}
          <Button
            id="done"
            kind={state === "not_executed" || state === "expired" ? "plain" : "main"}
            off={leaving}
            onPress={() => void dismissRefund(refund)}
          >
            {state === "not_executed"
              ? back("back.leave")
              : good && snapshot.app.mode === "cashier"
                ? words("paid.new")
                : back("back.home")}
          </Button>
        </div>
        {!good && <Foot snapshot={snapshot} payment={refund} error={refund.error} />}
      </div>
    </Frame>
  );
}

/** A new code for the same purchase and sum, where they were known; else for any of the customer's. */
function sameAgain({ paymentId, minor: tiyn, provider }: RefundView) {
  return paymentId !== null && tiyn !== null ? { paymentId, amount: formatAmount(minor(tiyn)) } : { provider };
}

function Fact({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
