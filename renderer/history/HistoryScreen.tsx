import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { ReactNode } from "react";
import "../styles/office.css";
import type { HistoryItem } from "../../contract/commands.ts";
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor, parseAmount } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { busyKey, canBeAsked, leavePlace } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { clockTime, dayTime, shopDay } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { useWords } from "../words.tsx";
import { askAbout } from "./actions.ts";
import { daysOf, useHistory } from "./list.ts";
import type { DayChoice, Filter } from "./list.ts";
import { backTotal, faceOf, openRefund, openThings, wayOf } from "./face.ts";
import { Sale } from "./Sale.tsx";

const SHOWS = ["all", "open", "paid", "refunded"] as const;
const DAYS = ["all", "today", "yesterday", "week", "one"] as const;

/** The sales of this till: what is not decided first, then the newest. */
export default function HistoryScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const back = useBackWords();
  const language = useStore((state) => state.language);
  const { timezone } = snapshot.app;
  const first = useStore((state) => state.saleOpened);
  const [text, setText] = useState(first?.number ?? "");
  const [show, setShow] = useState<Filter["show"]>("all");
  const [day, setDay] = useState<DayChoice>("all");
  const [date, setDate] = useState(() => shopDay(Date.now(), timezone));
  const [opened, open] = useState<string | null>(first?.id ?? null);
  const days = daysOf(day, date, timezone);
  const { items, more, waiting, error, find, loadMore, reload } = useHistory({ text, show, ...days }, snapshot.version);
  const field = useFinder(opened === null);

  const submit = async (): Promise<void> => {
    const found = await find();
    field.current?.select();
    // A scanned slip is one sale: there is nothing to choose.
    const only = found?.length === 1 ? found[0] : undefined;
    if (only && text.trim() !== "") open(only.payment.id);
  };
  const item = items.find(({ payment }) => payment.id === opened);
  if (item)
    return (
      <Sale
        key={item.payment.id}
        snapshot={snapshot}
        item={item}
        leave={first?.id === opened ? leavePlace : () => open(null)}
        reload={reload}
      />
    );
  return (
    <Frame
      snapshot={snapshot}
      kind="office"
      screen="history"
      className="hist"
      back={leavePlace}
      focusOn="history"
      stand={
        <div className="stand">
          <div>
            <h1 className="title">{back("hist.title")}</h1>
          </div>
          <div className="find">
            <Mark name="find" />
            <input
              ref={field}
              data-testid="history-find"
              type="search"
              enterKeyHint="search"
              autoComplete="off"
              maxLength={100}
              value={text}
              placeholder={back("hist.find")}
              aria-label={back("hist.find")}
              onChange={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter") void submit();
                if (event.key === "Escape") setText("");
              }}
            />
            {text !== "" && (
              <button
                type="button"
                className="link"
                aria-label={back("hist.clear")}
                data-testid="history-clear"
                onClick={() => setText("")}
              >
                <Mark name="erase" />
              </button>
            )}
          </div>
        </div>
      }
    >
      <div className="bar-row">
        <div className="tabs" role="group" aria-label={back("hist.show")}>
          {SHOWS.map((name) => (
            <button
              key={name}
              type="button"
              className="tab"
              aria-pressed={show === name}
              data-testid={`show-${name}`}
              onClick={() => setShow(name)}
            >
              {back(`hist.${name}`)}
            </button>
          ))}
        </div>
        <div className="days">
          <select
            data-testid="history-days"
            aria-label={back("hist.days")}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value as DayChoice)}
          >
            {DAYS.map((name) => (
              <option key={name} value={name}>
                {back(`day.${name}`)}
              </option>
            ))}
          </select>
          {day === "one" && (
            <input
              type="date"
              data-testid="history-date"
              aria-label={back("day.one")}
              value={date}
              onChange={(event) => setDate(event.currentTarget.value || date)}
            />
          )}
        </div>
      </div>
      <div className="scroll" data-testid="history-list" aria-busy={waiting}>
        {error ? (
          <div className="result" data-testid="error" data-code={error.code}>
            <p className="lead">{errorText(language, error).title}</p>
            <p className="dim">{errorText(language, error).next}</p>
          </div>
        ) : items.length === 0 ? (
          <div className="result" role="status">
            <p className="lead">{back(waiting ? "hist.wait" : "hist.none")}</p>
            {!waiting && <p className="dim">{back("hist.none.t")}</p>}
          </div>
        ) : (
          <ul className="list sales">
            {items.map((one) => (
              <Row
                key={one.payment.id}
                item={one}
                snapshot={snapshot}
                dated={day !== "today" && day !== "yesterday"}
                onOpen={() => open(one.payment.id)}
              />
            ))}
          </ul>
        )}
        {more && (
          <Button id="history-more" off={waiting} onPress={() => void loadMore()}>
            {back(waiting ? "hist.wait" : "hist.more")}
          </Button>
        )}
      </div>
    </Frame>
  );
}

interface RowProps {
  readonly item: HistoryItem;
  readonly snapshot: Snapshot;
  readonly dated: boolean;
  readonly onOpen: () => void;
}

/** A sale in the list; what is not decided has its button in the row. */
function Row({ item, snapshot, dated, onOpen }: RowProps): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const { payment } = item;
  const { timezone } = snapshot.app;
  const face = faceOf(item, words, back);
  const doubtful = openThings(item);
  const refund = openRefund(item);
  const about = refund?.id ?? payment.id;
  const busy = useStore((state) => state.busy.has(busyKey(refund ? "refunds.refresh" : "payments.refresh", about)));
  const returned = backTotal(item);
  const at = dated ? dayTime(payment.createdAt, timezone) : clockTime(payment.createdAt, timezone, true);
  const sum =
    payment.kind === "verification" ? "–" : formatMoney(parseAmount(payment.amount) ?? minor(0), payment.currency);
  return (
    <li className={doubtful ? "item doubt" : "item"} data-state={payment.state} data-kind={payment.kind}>
      <Mark name={face.mark} className={`mark ${face.tone}`} />
      {/* The whole row is this button's; another button cannot stand inside one. */}
      <button
        type="button"
        className="open word-s"
        data-testid={`sale-${payment.id}`}
        aria-label={`${face.word}, ${at}, № ${payment.number}, ${sum}`}
        onClick={onOpen}
        onKeyDown={moveInList}
      >
        {face.word}
      </button>
      <span className="num">{at}</span>
      <span className="num dim">№ {payment.number}</span>
      <span className="bank">{wayOf(payment, back)}</span>
      <span className="acts">
        {doubtful && (refund === undefined || canBeAsked(refund)) && (
          <Button id="history-check" kind="main" off={busy} onPress={() => void askAbout(item)}>
            {back("hist.check")}
          </Button>
        )}
        <span className="sums">
          <span className={face.moved ? "sum" : "sum void"}>{sum}</span>
          {returned > 0 && <span className="minus num">− {formatMoney(minor(returned), payment.currency)}</span>}
        </span>
      </span>
    </li>
  );
}

/** Arrows, Home and End walk through the list. */
function moveInList(event: React.KeyboardEvent<HTMLButtonElement>): void {
  const rows = [...(event.currentTarget.closest("ul")?.querySelectorAll<HTMLElement>(".open") ?? [])];
  const at = rows.indexOf(event.currentTarget);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
}

/** A scanner types wherever the focus is, fast and with Enter at the end: what it types belongs into the search. */
function useFinder(active: boolean): React.RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const input = field.current;
    if (!active || !input || event.ctrlKey || event.altKey || event.metaKey) return;
    const { activeElement } = document;
    if (activeElement instanceof HTMLInputElement || activeElement instanceof HTMLSelectElement) return;
    if (event.key.length !== 1 || event.key === " ") return;
    input.focus();
    input.select();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    addEventListener("keydown", listener, { capture: true });
    return () => removeEventListener("keydown", listener, { capture: true });
  }, []);
  return field;
}
