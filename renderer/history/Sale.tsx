import { useState } from "react";
import type { ReactNode } from "react";
import type { HistoryItem } from "../../contract/commands.ts";
import { formatMoney, groupDigits, minor, parseAmount } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Refund } from "../../contract/refund.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { RefundWay } from "../../contract/states.ts";
import { acknowledge, busyKey, canBeAsked, once } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import type { BackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { clockTime, dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { cardName, FactsLine, numbersOf } from "../ui/Details.tsx";
import type { Fact } from "../ui/Details.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Text, useWords } from "../words.tsx";
import { askAbout } from "./actions.ts";
import { REFUND_MARK, REFUND_WORD, backTotal, faceOf, openRefund, openThings, wayOf } from "./face.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly item: HistoryItem;
  readonly leave: () => void;
  readonly reload: () => void;
}

/** States that only the bank's answer can end. */
const ASKABLE = new Set([
  "awaiting_payment",
  "awaiting_confirmation",
  "awaiting_3ds",
  "authorized",
  "in_doubt",
  "needs_review",
  "expired",
  "cancelled",
]);

const NAME = { sale: "hist.sale", verification: "hist.of.check", transfer: "hist.of.transfer" } as const;

const isAskable = ({ settled, state }: Payment): boolean => !settled && ASKABLE.has(state);

/** One sale: what is known of it, what went back, and what can be done. */
export function Sale({ snapshot, item, leave, reload }: Props): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const busy = useStore((state) => state.busy);
  const { payment, refunds } = item;
  const { timezone } = snapshot.app;
  const face = faceOf(item, words, back);
  const paid = parseAmount(payment.amount) ?? minor(0);
  const undecided = openRefund(item);
  const asking = busy.has(busyKey(undecided ? "refunds.refresh" : "payments.refresh", undecided?.id ?? payment.id));
  const lost = undecided !== undefined && !canBeAsked(undecided);
  const askable = !lost && (undecided !== undefined || openThings(item) || isAskable(payment));
  const way = snapshot.providers.find(({ name }) => name === payment.provider)?.refunds ?? null;
  const refundable = payment.state === "paid" && way !== null && payment.kind === "sale";
  const held = payment.state === "authorized" && !payment.settled;
  const gone = backTotal(item) >= paid;
  const ask = async (): Promise<void> => {
    await askAbout(item);
    reload();
  };
  const news = snapshot.banners.filter(
    (banner) => banner.payment?.id === payment.id && (banner.kind === "late" || banner.kind === "double-paid"),
  );
  // What is late may be one too many: then that is what has to be done about it.
  const twice = news.some(({ kind }) => kind === "double-paid");
  const read = news.filter(({ dismissible }) => dismissible);
  const facts: readonly Fact[] = [
    [words("time"), dayTime(payment.createdAt, timezone)],
    [words("method"), wayOf(payment, back)],
    ...numbersOf(payment, words),
    [words("det.card"), cardName(payment)],
    [back("hist.actor"), payment.actor === "person:cashier" ? null : payment.actor.replace(/^\w+:/, "")],
  ];
  return (
    <Frame
      snapshot={snapshot}
      screen="history"
      className="sale"
      sky={openThings(item) ? "doubt" : "open"}
      line={openThings(item) ? "dashed" : "solid"}
      back={leave}
      focusOn={`sale ${payment.id}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="who">
              <b>{back(NAME[payment.kind], { number: payment.number })}</b>
            </h1>
            <SumDigits digits={groupDigits(paid)} currency={payment.currency} />
          </div>
          <Mark name={face.mark} className={`sun ${face.tone}`} />
        </div>
      }
    >
      <div className="result" data-testid="sale" data-id={payment.id} data-state={payment.state}>
        <div className="headline">
          <p className="title">{face.word}</p>
          {payment.environment === "test" && <p className="dim">{back("hist.env")}</p>}
        </div>
        <FactsLine facts={facts} told={payment} />
        {news.length > 0 && !gone && <WhatNow {...{ payment, way, twice }} />}
        {payment.error && payment.state !== "paid" && <Reason error={payment.error} />}
        {payment.resolution && (
          <p>
            <Decided resolution={payment.resolution} snapshot={snapshot} />
          </p>
        )}
        {(refundable || refunds.length > 0) && (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
          <section className="backs scroll" tabIndex={0} aria-label={back("hist.backs")}>
            <h2>{back(refunds.length > 0 ? "hist.backs" : "hist.nobacks")}</h2>
            <ul className="list">
              {refunds.map((refund) => (
                <RefundRow key={refund.id} refund={refund} snapshot={snapshot} />
              ))}
            </ul>
          </section>
        )}
        {undecided && <p className="low">{lost ? back("hist.lost") : back("hist.busy")}</p>}
        {held && way !== "till" && <p className="lead dim">{words("held.else")}</p>}
        <div className={held ? "row push reach" : "row push"}>
          {held && way === "till" && <HeldButtons {...{ payment, reload, twice }} />}
          {read.length > 0 && (
            <Button
              id="late-given"
              kind={held || twice ? "plain" : "main"}
              deliberate
              off={read.some(({ id }) => busy.has(busyKey("notices.acknowledge", id)))}
              onPress={() => read.forEach(({ id }) => acknowledge(id))}
            >
              {payment.state === "paid" && !twice ? back("now.given") : words("ok")}
            </Button>
          )}
          {refundable && (
            <Button
              id="sale-refund"
              kind={askable || (news.length > 0 && !twice) ? "plain" : "main"}
              off={gone || undecided !== undefined}
              onPress={() => useStore.setState({ place: "refund", refundOf: payment, notice: null })}
            >
              {gone ? back("back.gone") : back(way === "elsewhere" ? "hist.record" : "hist.refund")}
            </Button>
          )}
          {askable && (
            <Button id="check-again" kind={held ? "plain" : "main"} off={asking} onPress={() => void ask()}>
              {asking ? words("doubt.checking") : back("hist.ask")}
            </Button>
          )}
        </div>
      </div>
    </Frame>
  );
}

interface WhatNowProps {
  readonly payment: Payment;
  readonly way: RefundWay | null;
  /** Another payment of the same sale has been taken as well. */
  readonly twice: boolean;
}

/** Money that came late, or twice: what a person can do about it. The till does nothing of it by itself. */
function WhatNow({ payment, way, twice }: WhatNowProps): ReactNode {
  const back = useBackWords();
  const key = doOf(payment, way, twice);
  return (
    key && (
      <p className="lead" data-testid="what-now">
        <b>{back("now.title")}.</b> {back(key)}
      </p>
    )
  );
}

/** What is held elsewhere has its own sentence below; a transfer and a check are no money of the shop. */
function doOf({ state, kind }: Payment, way: RefundWay | null, twice: boolean) {
  if (state === "released") return null;
  if (state === "authorized") return way === "till" ? (twice ? "now.twice.held" : "now.held") : null;
  if (state !== "paid") return "now.bank";
  if (kind !== "sale") return null;
  if (twice) return way === "elsewhere" ? "now.twice.else" : "now.twice";
  return way === "elsewhere" ? "now.else" : "now.paid";
}

/** A named person's decision, which stands beside the state and never in its place. */
function Decided(props: { readonly resolution: Payment["resolution"]; readonly snapshot: Snapshot }): ReactNode {
  const back = useBackWords();
  const { resolution, snapshot } = props;
  if (!resolution) return null;
  const { outcome, by, reason, at } = resolution;
  return (
    <span className="decided-by" data-testid="resolution" data-outcome={outcome}>
      <b>{back(`res.${outcome}`)}.</b> {back("res.by", { by, reason, t: dayTime(at, snapshot.app.timezone) })}
    </span>
  );
}

/** What is held can be taken or released from here as well: it leaves the screen unsettled. */
function HeldButtons(props: Pick<WhatNowProps, "payment" | "twice"> & Pick<Props, "reload">): ReactNode {
  const { payment, twice, reload } = props;
  const words = useWords();
  const [sure, setSure] = useState(false);
  const busy = useStore((state) => state.busy);
  const { id } = payment;
  const working = busy.has(busyKey("payments.capture", id)) || busy.has(busyKey("payments.void", id));
  const sum = formatMoney(parseAmount(payment.amount) ?? minor(0), payment.currency);
  const send = async (name: "payments.capture" | "payments.void"): Promise<void> => {
    setSure(false);
    await once(name, id, { id });
    reload();
  };
  return sure ? (
    <>
      <Button id="stay" kind="main" onPress={() => setSure(false)}>
        {words("held.keep")}
      </Button>
      <Button id="void-confirm" deliberate off={working} onPress={() => void send("payments.void")}>
        {words("held.yes")}
      </Button>
    </>
  ) : (
    <>
      <Button
        id="capture"
        kind={twice ? "plain" : "main"}
        deliberate
        off={working}
        onPress={() => void send("payments.capture")}
      >
        <Text>{words("held.take", { sum })}</Text>
      </Button>
      <Button id="void" kind={twice ? "main" : "plain"} deliberate off={working} onPress={() => setSure(true)}>
        {words("held.back")}
      </Button>
    </>
  );
}

function RefundRow({ refund, snapshot }: { readonly refund: Refund; readonly snapshot: Snapshot }): ReactNode {
  const back = useBackWords();
  const tone = refund.state === "refunded" ? "backc" : refund.state === "failed" ? "noc" : "";
  const doubt = !refund.settled && refund.resolution === null && doubtful(refund);
  return (
    <li className={doubt ? "item doubt" : "item"} data-testid={`refund-${refund.id}`} data-state={refund.state}>
      <Mark name={REFUND_MARK[refund.state]} className={`mark ${tone}`} />
      <span className="word-s">
        {refund.resolution && doubtful(refund)
          ? back(`res.${refund.resolution.outcome}`)
          : back(REFUND_WORD[refund.state])}
        <small className="dim">
          <Text>{evidenceOf(refund, snapshot, back)}</Text>
          <Decided resolution={refund.resolution} snapshot={snapshot} />
        </small>
      </span>
      <span className="num dim">{dayTime(refund.createdAt, snapshot.app.timezone)}</span>
      <span className="num dim">№ {refund.number}</span>
      <span className={refund.state === "refunded" || refund.state === "recorded" ? "sum" : "sum void"}>
        {refund.amount === null ? "" : `− ${formatMoney(parseAmount(refund.amount) ?? minor(0), refund.currency)}`}
      </span>
    </li>
  );
}

const doubtful = ({ state }: Refund): boolean => state === "in_doubt" || state === "needs_review";

/** By what it was decided, in a line. */
function evidenceOf({ evidence, amount }: Refund, snapshot: Snapshot, back: BackWords): string {
  const { kind, before, readings, by, reason } = evidence;
  if (kind === "person") return back("ev.person", { by: by ?? "–", reason: reason ?? "" });
  const was = before === null ? null : parseAmount(before);
  const last = readings.at(-1);
  const reading = last ? parseAmount(last.available) : null;
  const returned = amount === null ? null : parseAmount(amount);
  const now = reading ?? (kind === "answer" && was !== null && returned !== null ? was - returned : null);
  const figures =
    was === null || now === null || now < 0
      ? null
      : back("ev.figures", { before: formatMoney(was), now: formatMoney(minor(now)) });
  const time = last ? clockTime(last.at, snapshot.app.timezone) : null;
  const head = kind === "answer" ? back("ev.answer") : kind === "balance" ? back("ev.balance") : null;
  return [head, figures, time].filter((part) => part !== null).join(". ");
}
