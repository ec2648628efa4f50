import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { DoubtCall, DoubtItem } from "../../contract/review.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { useBackWords } from "../messages/back.ts";
import { useDoubtWords } from "../messages/doubt.ts";
import type { DoubtWords } from "../messages/doubt.ts";
import { clockTime, dayTime, shopDay } from "../time.ts";
import { Text } from "../words.tsx";
import { subjectOf } from "./words.ts";

/** How it is known: what was asked, what came back, and the bank's own figures before and after. */
export function Evidence({ snapshot, item }: { readonly snapshot: Snapshot; readonly item: DoubtItem }): ReactNode {
  const doubt = useDoubtWords();
  const back = useBackWords();
  const { timezone } = snapshot.app;
  const { availableBefore, availableAfter, asksUntil, canAsk, calls } = item;
  const moment = (iso: string): string => momentOf(iso, item.since, timezone);
  const money = (tiyn: number): string => formatMoney(minor(tiyn), subjectOf(item)?.currency ?? "KZT");
  return (
    <section className="proof" aria-label={doubt("proof.title")} data-testid="doubt-evidence">
      <h3>{doubt("proof.title")}</h3>
      {availableBefore && (
        <dl className="figures">
          <div data-testid="before">
            <dt>
              {back("back.before")}, {moment(availableBefore.at)}
            </dt>
            <dd className="num">{money(availableBefore.minor)}</dd>
          </div>
          {availableAfter.map(({ at, minor: tiyn }) => (
            <div key={at} data-testid="after">
              <dt>
                {back("back.now")}, {moment(at)}
              </dt>
              <dd className="num">{money(tiyn)}</dd>
            </div>
          ))}
        </dl>
      )}
      {calls.length === 0 ? (
        <p className="dim">{doubt("proof.none")}</p>
      ) : (
        <ul className="calls">
          {calls.map((call, index) => (
            <Call key={index} call={call} since={item.since} timezone={timezone} />
          ))}
        </ul>
      )}
      {item.payment && <Asked payment={item.payment} timezone={timezone} />}
      <p className="dim">
        {canAsk
          ? asksUntil === null
            ? doubt("proof.never")
            : doubt("proof.until", { t: dayTime(asksUntil, timezone) })
          : doubt("proof.mute")}
      </p>
    </section>
  );
}

/** Questions that change nothing are not kept one by one: when the last one went, and when the bank last answered. */
function Asked({ payment, timezone }: { readonly payment: PaymentView; readonly timezone: string }): ReactNode {
  const doubt = useDoubtWords();
  const { askedAt, answeredAt } = payment;
  const at = (iso: string): string => toTheSecond(iso, timezone);
  return (
    <p data-testid="doubt-asked">
      {askedAt && `${doubt("proof.asked", { t: at(askedAt) })}. `}
      {answeredAt ? doubt("proof.last", { t: at(answeredAt) }) : doubt("proof.no")}.
    </p>
  );
}

interface CallProps {
  readonly call: DoubtCall;
  readonly since: string;
  readonly timezone: string;
}

function Call({ call, since, timezone }: CallProps): ReactNode {
  const doubt = useDoubtWords();
  const { at, name, requestId, bankCode } = call;
  const code = bankCode === null ? "" : `, ${doubt("proof.code", { code: bankCode })}`;
  return (
    <li data-testid="doubt-call" data-outcome={call.outcome ?? "died"}>
      <span className="num">{momentOf(at, since, timezone)}</span>
      <b>{name}</b>
      <span>
        <Text>{`${cameOf(call, timezone, doubt)}${code}`}</Text>
      </span>
      <span className="dim small break">
        {doubt("proof.id")} {requestId}
      </span>
    </li>
  );
}

/** "22.11, 14:34:52". */
const toTheSecond = (iso: string, timezone: string): string =>
  `${dayTime(iso, timezone)}:${clockTime(iso, timezone).slice(-2)}`;

/** An item may stand for days: what happened on another day than it began says so. */
function momentOf(iso: string, since: string, timezone: string): string {
  const sameDay = shopDay(iso, timezone) === shopDay(since, timezone);
  return sameDay ? clockTime(iso, timezone) : toTheSecond(iso, timezone);
}

/** How far it got, in words. */
function cameOf({ outcome, at, answeredAt }: DoubtCall, timezone: string, doubt: DoubtWords): string {
  switch (outcome) {
    case "answered":
      return doubt("proof.answered", { t: momentOf(answeredAt ?? at, at, timezone) });
    case "connect":
      return doubt("proof.connect");
    case "sent":
      return doubt("proof.sent");
    case "body":
      return doubt("proof.body");
    case null:
      return doubt("proof.died");
  }
}
