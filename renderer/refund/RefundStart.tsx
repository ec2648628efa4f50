import { useState } from "react";
import type { ReactNode } from "react";
import type { ProviderView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, openPlace } from "../actions.ts";
import type { PadKey } from "../entry.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { CREATING, refundProvider, startRefund } from "./actions.ts";
import { RefundAmount } from "./RefundAmount.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly leave: (() => void) | undefined;
}

/** How the shop's contract lets money go back: after the customer's scan, from the till's own sales, or not here at all. */
export function RefundStart({ snapshot, leave }: Props): ReactNode {
  const back = useBackWords();
  const [byNumber, setByNumber] = useState(false);
  const provider = refundProvider(snapshot);
  if (byNumber && provider)
    return <ByNumber snapshot={snapshot} provider={provider} leave={() => setByNumber(false)} />;
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
      {provider ? (
        <Ways snapshot={snapshot} provider={provider} byNumber={() => setByNumber(true)} />
      ) : (
        <p className="lead">{back("back.none")}</p>
      )}
    </Frame>
  );
}

function Ways(props: {
  readonly snapshot: Snapshot;
  readonly provider: ProviderView;
  readonly byNumber: () => void;
}): ReactNode {
  const { snapshot, provider } = props;
  const back = useBackWords();
  const starting = useStore((state) => state.busy.has(busyKey("refunds.create", CREATING)));
  if (provider.refunds === "elsewhere") return <Elsewhere />;
  const offline = snapshot.offlineSince !== null;
  const off = offline || !provider.ready;
  return (
    <div className="result">
      <div className="begin">
        {provider.refunds === "customer" && (
          <Way
            id="refund-scan"
            mark="qr"
            name={back("back.scan")}
            hint={back("back.scan.t")}
            main
            off={off || starting}
            onPress={() => void startRefund({ provider: provider.name })}
          />
        )}
        <Way
          id="refund-history"
          mark="list"
          name={back("back.hist")}
          hint={back("back.hist.t")}
          main={provider.refunds === "till"}
          onPress={() => openPlace("history")}
        />
        {provider.refunds === "till" && (
          <Way
            id="refund-number"
            mark="find"
            name={back("back.num")}
            hint={back("back.num.t")}
            off={off}
            onPress={props.byNumber}
          />
        )}
      </div>
      {offline ? (
        <p className="lead">{back("back.net")}</p>
      ) : (
        provider.reason !== null && <Reason error={provider.reason} />
      )}
    </div>
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
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step}>
            <b>{index + 1}</b>
            <span>{step}</span>
          </li>
        ))}
      </ol>
      <div className="row push">
        <Button id="refund-history" kind="main" onPress={() => openPlace("history")}>
          {back("back.else.pick")}
        </Button>
      </div>
    </div>
  );
}

const LONGEST = 19;

/** A purchase of another till: its number at the bank, then the amount. */
function ByNumber(props: {
  readonly snapshot: Snapshot;
  readonly provider: ProviderView;
  readonly leave: () => void;
}): ReactNode {
  const { snapshot, provider, leave } = props;
  const back = useBackWords();
  const [digits, setDigits] = useState("");
  const [known, setKnown] = useState(false);
  const onKey = (key: PadKey): void => {
    if (known || key === "dot") return;
    if (key === "clear") setDigits("");
    else if (key === "back") setDigits(digits.slice(0, -1));
    else setDigits((digits + key).replace(/^0+/, "").slice(0, LONGEST));
  };
  const whole = digits.length > 2;
  const next = (): void => setKnown(whole);
  useKeys(onKey, next);
  if (known)
    return (
      <RefundAmount
        snapshot={snapshot}
        target={{ kind: "number", provider: provider.name, bankId: digits }}
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
            <p className="amount digitsrow" data-testid="bank-number" data-len={digits.length > 11 ? "long" : ""}>
              {digits === "" ? "–" : digits}
            </p>
          </div>
        </div>
      }
    >
      <div className="charge">
        <div className="side">
          <p className="lead">{back("num.t")}</p>
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
