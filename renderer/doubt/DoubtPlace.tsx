import { useState } from "react";
import type { ReactNode } from "react";
import "../styles/office.css";
import "../styles/doubt.css";
import { errorText } from "../../contract/messages/index.ts";
import type { DoubtItem } from "../../contract/review.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { busyKey, leavePlace, once, openPlace } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useDoubtWords } from "../messages/doubt.ts";
import { useStore } from "../store.ts";
import { dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Text, useWords } from "../words.tsx";
import { Decide } from "./Decide.tsx";
import { Evidence } from "./Evidence.tsx";
import { useDoubts } from "./list.ts";
import { kindWord, linesOf, sumOf } from "./words.ts";

/** What nobody knows, as a place: each item with what is known, how it is known, and a way out of it. */
export default function DoubtPlace({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const doubt = useDoubtWords();
  const { items, error, reload } = useDoubts(snapshot.version);
  const [chosen, choose] = useState<string | null>(null);
  const [deciding, decide] = useState<Pick<DoubtItem, "id" | "number"> | null>(null);
  const [told, tell] = useState<{ readonly key: "list.done" | "list.gone"; readonly number: string } | null>(null);
  const opened = useStore((state) => state.place === "doubt");
  const seeing = useStore((state) => state.busy.has(busyKey("review.seen", "")));
  const { announce } = snapshot.inDoubt;
  const item = items?.find(({ id }) => id === chosen) ?? items?.[0];
  const judged = items?.find(({ id }) => id === deciding?.id);
  // Nobody is left wondering why the step they were at is gone, nor thrown back into it later.
  if (deciding && items && !judged) {
    decide(null);
    tell({ key: "list.gone", number: deciding.number });
  }
  const leave = (): void => {
    if (announce) void once("review.seen", "", {});
    leavePlace();
  };
  if (judged)
    return (
      <Decide
        key={judged.id}
        snapshot={snapshot}
        item={judged}
        leave={() => decide(null)}
        done={() => {
          decide(null);
          tell({ key: "list.done", number: judged.number });
          void reload();
        }}
      />
    );
  return (
    <Frame
      snapshot={snapshot}
      kind="office"
      screen="in-doubt-list"
      className="doubts"
      sky={items?.length === 0 ? "open" : "doubt"}
      line={items?.length === 0 ? "solid" : "dashed"}
      back={opened ? leave : undefined}
      focusOn="in-doubt-list"
      stand={
        <div className="stand">
          <div>
            <h1 className="title">
              {items?.length === 0
                ? doubt("list.none")
                : doubt("list.title", { n: items?.length ?? snapshot.inDoubt.count })}
            </h1>
            {announce && <p className="small">{doubt("list.start")}</p>}
          </div>
          {announce && (
            <Button id="doubt-seen" kind="main" deliberate off={seeing} onPress={leave}>
              {doubt("list.seen")}
            </Button>
          )}
        </div>
      }
    >
      {told && (
        <p className="decided" role="status" data-testid="doubt-decided">
          <Mark name="tick" className="inl" />
          {doubt(told.key, { number: told.number })}
        </p>
      )}
      {item && items ? (
        <div className="halves">
          <Rail items={items} shown={item.id} timezone={snapshot.app.timezone} choose={choose} />
          <Item key={item.id} snapshot={snapshot} item={item} reload={reload} decide={() => decide(item)} />
        </div>
      ) : (
        <Empty error={error} waiting={items === null} again={reload} />
      )}
    </Frame>
  );
}

interface EmptyProps extends Pick<ReturnType<typeof useDoubts>, "error"> {
  readonly waiting: boolean;
  readonly again: () => Promise<void>;
}

function Empty({ error, waiting, again }: EmptyProps): ReactNode {
  const doubt = useDoubtWords();
  const language = useStore((state) => state.language);
  const text = error && errorText(language, error);
  return (
    <div className="result" role="status" data-testid={error ? "error" : "doubt-none"} data-code={error?.code}>
      <p className="lead">{text?.title ?? doubt(waiting ? "list.wait" : "list.none.t")}</p>
      {text && <p className="dim">{text.next}</p>}
      {error && (
        <div className="row">
          <Button id="again" kind="main" onPress={() => void again()}>
            {doubt("list.again")}
          </Button>
        </div>
      )}
      {!waiting && (
        <div className="row">
          <Button id="done" kind="main" onPress={leavePlace}>
            {doubt("list.till")}
          </Button>
        </div>
      )}
    </div>
  );
}

interface RailProps {
  readonly items: readonly DoubtItem[];
  readonly shown: string;
  readonly timezone: string;
  readonly choose: (id: string) => void;
}

/** All of them, the oldest first; one is open beside it. */
function Rail({ items, shown, timezone, choose }: RailProps): ReactNode {
  const doubt = useDoubtWords();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <nav className="doubt-rail scroll" tabIndex={0} aria-label={doubt("list.pick")}>
      <ul>
        {items.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              className="doubt-pick"
              data-testid="doubt-item"
              data-id={item.id}
              data-cause={item.cause}
              aria-current={item.id === shown}
              onClick={() => choose(item.id)}
            >
              <span>
                {doubt(kindWord(item))} <b className="num">{sumOf(item)}</b>
              </span>
              <span className="small">{doubt(`cause.${item.cause}`)}</span>
              <span className="small num">
                {dayTime(item.since, timezone)} <span className="nr">№ {item.number}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface ItemProps {
  readonly snapshot: Snapshot;
  readonly item: DoubtItem;
  readonly reload: () => Promise<void>;
  readonly decide: () => void;
}

function Item({ snapshot, item, reload, decide }: ItemProps): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const doubt = useDoubtWords();
  const language = useStore((state) => state.language);
  const { known, tell, not, whom } = linesOf(item, { words, back, doubt, language });
  const rows = [
    ["known", words("doubt.k"), known],
    ["tell", words("doubt.t"), tell],
    ["not", words("doubt.n"), not],
    ...(whom === null ? [] : [["do", back("back.do"), whom] as const]),
  ] as const;
  return (
    <article className="item-open" aria-labelledby="doubt-name" data-testid="doubt-shown" data-id={item.id}>
      <h2 id="doubt-name">
        {doubt(kindWord(item))} <span className="num">{sumOf(item)}</span>{" "}
        <span className="dim num">№ {item.number}</span>
      </h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div className="scroll" tabIndex={0} role="region" aria-labelledby="doubt-name">
        <dl className="three">
          {rows.map(([id, label, text]) => (
            <div key={id} data-testid={`doubt-${id}`}>
              <dt>{label}</dt>
              <dd>
                <Text>{/[.!?]$/.test(text) ? text : `${text}.`}</Text>
              </dd>
            </div>
          ))}
        </dl>
        <Evidence snapshot={snapshot} item={item} />
      </div>
      <Acts {...{ snapshot, item, reload, decide }} />
    </article>
  );
}

function Acts({ snapshot, item, reload, decide }: ItemProps): ReactNode {
  const words = useWords();
  const doubt = useDoubtWords();
  const { of, id, canAsk, asksUntil, outcomes } = item;
  const command = of === "refund" ? "refunds.refresh" : "payments.refresh";
  const asking = useStore((state) => state.busy.has(busyKey(command, id)));
  const { pinKnown } = snapshot.app;
  const askNow = async (): Promise<void> => {
    await once(command, id, { id });
    await reload();
  };
  return (
    <>
      {(outcomes.length === 0 || !pinKnown) && (
        <p className="hinder" data-testid="doubt-hinder">
          {doubt(outcomes.length > 0 ? "act.pin" : canAsk && asksUntil === null ? "act.first" : "act.later")}
        </p>
      )}
      <div className="row ways-out">
        {canAsk && (
          <Button id="doubt-ask" kind="main" off={asking} onPress={() => void askNow()}>
            {asking ? words("doubt.checking") : doubt("act.ask")}
          </Button>
        )}
        {outcomes.length > 0 && pinKnown && (
          <Button id="doubt-decide" kind={canAsk ? "plain" : "main"} deliberate onPress={decide}>
            {doubt("act.decide")}
          </Button>
        )}
        {outcomes.length > 0 && !pinKnown && (
          <Button id="open-settings" onPress={() => openPlace("desk")}>
            {words("nav.settings")}
          </Button>
        )}
      </div>
    </>
  );
}
