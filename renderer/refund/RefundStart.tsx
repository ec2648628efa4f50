import { useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import type { ProviderView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, openPlace } from "../actions.ts";
import { BANK_NAME, BANK_WORDS } from "../banks.ts";
import type { PadKey } from "../entry.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { StepList } from "../ui/StepList.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { useWords } from "../words.tsx";
import { CREATING, startRefund } from "./actions.ts";
import { RefundAmount } from "./RefundAmount.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly leave: (() => void) | undefined;
}

/** How the shop's contracts let money go back: after the customer's scan, from the till's own sales, or not here at all. */
export function RefundStart({ snapshot, leave }: Props): ReactNode {
  const back = useBackWords();
  const [byNumber, setByNumber] = useState<ProviderView | null>(null);
  const { providers } = snapshot;
  if (byNumber) return <ByNumber snapshot={snapshot} provider={byNumber} leave={() => setByNumber(null)} />;
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-start"
      sky="refund"
      className="desk"
      back={leave}
      nav={leave === undefined}
      focusOn="refund-start"
      stand={
        <div className="stand">
          <div>
            <h1 className="amount wordy">{back("back.title")}</h1>
          </div>
        </div>
      }
    >
      {providers.length === 0 ? (
        <p className="lead">{back("back.none")}</p>
      ) : providers.every(({ refunds }) => refunds === "elsewhere") ? (
        <Elsewhere />
      ) : (
        <Ways snapshot={snapshot} byNumber={setByNumber} />
      )}
    </Frame>
  );
}

function Ways(props: { readonly snapshot: Snapshot; readonly byNumber: (provider: ProviderView) => void }): ReactNode {
  const { offlineSince, providers } = props.snapshot;
  const back = useBackWords();
  const starting = useStore((state) => state.busy.has(busyKey("refunds.create", CREATING)));
  const offline = offlineSince !== null;
  const several = providers.length > 1;
  const scanned = providers.filter(({ refunds }) => refunds === "customer");
  const own = providers.filter(({ refunds }) => refunds === "till");
  const elsewhere = providers.some(({ refunds }) => refunds === "elsewhere");
  return (
    <div className="result">
      <div className="begin">
        {scanned.map(({ name, ready }) => (
          <Way
            key={name}
            id="refund-scan"
            mark="qr"
            name={back("back.scan")}
            hint={several ? back("back.scan.of", { bank: BANK_NAME[name] }) : back("back.scan.t")}
            main
            off={offline || !ready || starting}
            onPress={() => void startRefund({ provider: name })}
          />
        ))}
        <Way
          id="refund-history"
          mark="list"
          name={back("back.hist")}
          hint={back(elsewhere ? "back.hist.else" : "back.hist.t")}
          main={scanned.length === 0}
          onPress={() => openPlace("history")}
        />
        {own.map((provider) => (
          <Way
            key={provider.name}
            id={several ? `refund-number-${provider.name}` : "refund-number"}
            mark="find"
            name={several ? back("back.num.of", { bank: BANK_NAME[provider.name] }) : back("back.num")}
            hint={back("back.num.t")}
            off={offline || !provider.ready}
            onPress={() => props.byNumber(provider)}
          />
        ))}
      </div>
      <Hindrances snapshot={props.snapshot} />
    </div>
  );
}

/** Why a bank's refunds cannot be made now. */
function Hindrances({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const back = useBackWords();
  const language = useStore((state) => state.language);
  const { offlineSince, providers } = snapshot;
  if (offlineSince !== null) return <p className="lead">{back("back.net")}</p>;
  if (providers.length === 1)
    return providers.map(({ name, reason }) => reason && <Reason key={name} error={reason} />);
  return providers.map(
    ({ name, reason }) =>
      reason && (
        <p key={name} className="dim">
          {BANK_NAME[name]}. {errorText(language, reason).title}
        </p>
      ),
  );
}

interface WayProps {
  readonly id: string;
  readonly mark: MarkName;
  readonly name: string;
  readonly hint: string;
  readonly main?: boolean;
  readonly off?: boolean;
  readonly onPress: () => void;
}

function Way({ id, mark, name, hint, main = false, off = false, onPress }: WayProps): ReactNode {
  const frozen = useStore((state) => state.link !== "up");
  const dead = off || frozen;
  return (
    <button
      type="button"
      className={main ? "tile main" : "tile"}
      data-testid={id}
      aria-disabled={dead || undefined}
      onClick={() => !dead && onPress()}
    >
      <Mark name={mark} className="glyph" />
      <span>
        <span className="name">{name}</span>
        <span className="hint">{hint}</span>
      </span>
    </button>
  );
}

/** Scheme 1: the bank's own app gives the money back; here it is only written down (Kaspi 2.1). */
function Elsewhere(): ReactNode {
  const back = useBackWords();
  const steps = [back("back.else.1"), back("back.else.2"), back("back.else.3")];
  return (
    <div className="result" data-testid="refund-elsewhere">
      <h2 className="title">{back("back.else")}</h2>
      <StepList steps={steps} />
      <div className="row push">
        <Button id="refund-history" kind="main" onPress={() => openPlace("history")}>
          {back("back.else.pick")}
        </Button>
      </div>
    </div>
  );
}

/** The bank's own numbers are 64-bit integers; a transaction's number may hold letters. */
const LONGEST = { bankId: 19, rrn: 64 } as const;
const SHORTEST = 3;

type NumberKind = keyof typeof LONGEST;

/** A purchase of another till: its number at the bank, then the amount. */
function ByNumber(props: {
  readonly snapshot: Snapshot;
  readonly provider: ProviderView;
  readonly leave: () => void;
}): ReactNode {
  const { snapshot, leave } = props;
  const provider = props.provider.name;
  const words = useWords();
  const back = useBackWords();
  const [by, setBy] = useState<NumberKind>("bankId");
  const [typed, setTyped] = useState("");
  const [known, setKnown] = useState(false);
  const { number, rrn } = BANK_WORDS[provider];
  const set = (text: string, kind: NumberKind = by): void =>
    setTyped(
      kind === "rrn"
        ? text
            .replace(/[^A-Za-z0-9]/g, "")
            .toUpperCase()
            .slice(0, LONGEST.rrn)
        : text.replace(/\D/g, "").replace(/^0+/, "").slice(0, LONGEST.bankId),
    );
  const choose = (kind: NumberKind): void => {
    setBy(kind);
    set(typed, kind);
  };
  const onKey = (key: PadKey): void => {
    if (known || key === "dot") return;
    if (key === "clear") set("");
    else if (key === "back") set(typed.slice(0, -1));
    else set(typed + key);
  };
  const whole = typed.length >= SHORTEST;
  const next = (): void => setKnown(whole);
  useKeys(onKey, next);
  if (known)
    return (
      <RefundAmount
        snapshot={snapshot}
        target={by === "rrn" ? { kind: "rrn", provider, rrn: typed } : { kind: "number", provider, bankId: typed }}
        leave={() => setKnown(false)}
      />
    );
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-start"
      sky="refund"
      back={leave}
      focusOn="refund-number"
      stand={
        <div className="stand">
          <div>
            <h1 className="who">{back("num.title")}</h1>
            <p className="amount digitsrow" data-testid="bank-number" data-len={lengthOf(typed)}>
              {typed === "" ? "–" : typed}
            </p>
          </div>
        </div>
      }
    >
      <div className="charge">
        <div className="side">
          {rrn && (
            <div className="tabs" role="group" aria-label={back("num.by")}>
              {KINDS.map(([kind, word]) => (
                <button
                  key={kind}
                  type="button"
                  className="tab"
                  aria-pressed={by === kind}
                  data-testid={`number-${kind}`}
                  onClick={() => choose(kind)}
                >
                  {words(word)}
                </button>
              ))}
            </div>
          )}
          <p className="lead">{back(by === "rrn" ? "num.t.rrn" : number)}</p>
          {by === "rrn" && (
            // Letters come from a keyboard or a scanner; the keypad has digits alone.
            <input
              className="field"
              data-testid="rrn"
              value={typed}
              aria-label={words("det.ref")}
              placeholder={words("det.ref")}
              autoComplete="off"
              onChange={(event) => set(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.repeat) next();
              }}
            />
          )}
          <div className="stack push">
            <Button id="refund-next" kind="main" off={!whole} onPress={next}>
              {back("rec.next")}
            </Button>
          </div>
        </div>
        <Keypad plain onKey={onKey} label={back("num.pad")} />
      </div>
    </Frame>
  );
}

const KINDS = [
  ["bankId", "det.bank"],
  ["rrn", "det.ref"],
] as const satisfies readonly (readonly [NumberKind, string])[];

const lengthOf = (typed: string): string => (typed.length > 24 ? "longest" : typed.length > 11 ? "long" : "");
