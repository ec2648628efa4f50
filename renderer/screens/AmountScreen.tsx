import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { ProviderView, Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { defaultProvider, pay, pressKey } from "../actions.ts";
import { entryDigits } from "../entry.ts";
import type { Entry, PadKey } from "../entry.ts";
import type { Words } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { Mark } from "../ui/Mark.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { Text, WAY_NAME, useWords } from "../words.tsx";

/** The keypad: `idle` while nothing is typed, then `amount`; `offline` when there is no way to the bank. */
export function AmountScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const entry = useStore((state) => state.entry);
  const [triedWith, setTriedWith] = useState<Entry | null>(null);
  const tried = triedWith === entry;
  const empty = entry.minor === 0 && entry.decimals === null;
  const main = defaultProvider(snapshot);
  const hints = new Map(
    snapshot.providers.map((provider) => [provider.name, hintOf(provider, snapshot, entry.minor, language, words)]),
  );
  const mainHint = main ? hints.get(main.name) : undefined;

  const choose = (provider: ProviderView | null): void => {
    if (!provider) return;
    if (hints.get(provider.name)?.blocked === null) pay(provider.name);
    else setTriedWith(entry);
  };
  useKeyboard(() => choose(main));

  const outOfBounds = mainHint?.blocked === "bounds";
  const label = !main
    ? words("pay.none")
    : outOfBounds
      ? mainHint.text
      : empty && tried
        ? words("amount.min", { limit: formatMoney(minor(main.minMinor)) })
        : words(empty && snapshot.providers.length > 1 ? "amount.first" : "amount.label");
  return (
    <Frame
      snapshot={snapshot}
      screen={snapshot.offlineSince !== null ? "offline" : empty ? "idle" : "amount"}
      className={empty ? "idle" : ""}
      focusOn="amount"
      stand={
        <>
          {empty && <Sunrise />}
          <div className="stand">
            <div aria-live="off">
              <h1 className="who" data-bad={outOfBounds || !main || (empty && tried) ? "" : undefined}>
                <Text>{label}</Text>
              </h1>
              <SumDigits digits={entryDigits(entry)} />
            </div>
          </div>
        </>
      }
    >
      <div className="charge">
        <div className="tiles" role="group" aria-label={words("pay.by")}>
          {snapshot.providers.map((provider) => (
            <Tile
              key={provider.name}
              provider={provider}
              hint={hints.get(provider.name) ?? { blocked: null, text: "" }}
              main={provider === main}
              sum={entry.minor === 0 ? "" : formatMoney(entry.minor)}
              first={empty && snapshot.providers.length === 1 ? words("amount.first") : ""}
              onPress={() => choose(provider)}
            />
          ))}
        </div>
        <Keypad />
      </div>
    </Frame>
  );
}

interface Hint {
  /** Why the way cannot be used now; null when it can. */
  readonly blocked: "net" | "reason" | "empty" | "bounds" | null;
  readonly text: string;
}

function hintOf(provider: ProviderView, snapshot: Snapshot, sum: number, language: Language, words: Words): Hint {
  const min = formatMoney(minor(provider.minMinor));
  const max = formatMoney(minor(provider.maxMinor));
  if (snapshot.offlineSince !== null) return { blocked: "net", text: words("pay.net") };
  if (!provider.ready)
    return {
      blocked: "reason",
      text: provider.reason ? errorText(language, provider.reason).title : errorText(language, NOT_READY).title,
    };
  if (sum === 0) return { blocked: "empty", text: words("amount.limits", { min, max }) };
  if (sum < provider.minMinor) return { blocked: "bounds", text: words("amount.min", { limit: min }) };
  if (sum > provider.maxMinor) return { blocked: "bounds", text: words("amount.max", { limit: max }) };
  return { blocked: null, text: words(`pay.${provider.name}`) };
}

const NOT_READY = { code: "not_ready", params: {} } as const;

interface TileProps {
  readonly provider: ProviderView;
  readonly hint: Hint;
  readonly main: boolean;
  readonly sum: string;
  /** Where the sum will stand, while there is room to say so. */
  readonly first: string;
  readonly onPress: () => void;
}

function Tile({ provider, hint, main, sum, first, onPress }: TileProps): ReactNode {
  const frozen = useStore((state) => state.link !== "up");
  const off = hint.blocked !== null || frozen;
  return (
    <button
      type="button"
      className={main ? "tile main" : "tile"}
      data-testid={`pay-${provider.name}`}
      data-why={hint.blocked ?? undefined}
      aria-disabled={off || undefined}
      aria-keyshortcuts={main && !off ? "Enter" : undefined}
      onClick={onPress}
    >
      <Mark name={provider.name === "epay" ? "card" : "qr"} className="glyph" />
      <span>
        <span className="name">{WAY_NAME[provider.name]}</span>
        <span className="hint">
          <Text>{hint.text}</Text>
          {main && !off && <span className="enter"> · Enter</span>}
        </span>
      </span>
      {sum !== "" && <span className="sum">{sum}</span>}
      {first !== "" && <span className="first">{first}</span>}
    </button>
  );
}

const KEYS: Readonly<Record<string, PadKey>> = {
  ",": "dot",
  ".": "dot",
  Backspace: "back",
  Delete: "clear",
  Escape: "clear",
  Clear: "clear",
};

/** The number pad is read by the place of the key: with NumLock off it would move a cursor that does not exist, or clear. */
function padKey({ code, key }: KeyboardEvent): PadKey | undefined {
  const digit = /^Numpad(\d)$/.exec(code)?.[1] ?? (/^\d$/.test(key) ? key : undefined);
  if (digit !== undefined) return digit as PadKey;
  return code === "NumpadDecimal" || code === "NumpadComma" ? "dot" : KEYS[key];
}

/** The whole keyboard types into the sum; Enter pays unless it stands on a button. */
function useKeyboard(enter: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open], :popover-open"))
        return;
      if (event.key === "Enter") {
        if (event.repeat || document.activeElement instanceof HTMLButtonElement) return;
        event.preventDefault();
        enter();
        return;
      }
      const key = padKey(event);
      // A digit held down is a thing lying on the keyboard, not a sum.
      if (!key || (event.repeat && key !== "back")) return;
      event.preventDefault();
      pressKey(key);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
