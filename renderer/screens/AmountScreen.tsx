import { useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { ProviderView, Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { defaultProvider, mainMethod, openForm, openPlace, pay, pressKey, writeInvoice } from "../actions.ts";
import { WAY_NAME } from "../banks.ts";
import { entryDigits } from "../entry.ts";
import type { Entry } from "../entry.ts";
import type { Words } from "../messages/index.ts";
import type { Method } from "../store.ts";
import { useStore } from "../store.ts";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { Text, useWords } from "../words.tsx";

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

  const choose = (provider: ProviderView | null, method: Method | null = provider && mainMethod(provider)): void => {
    if (!provider || method === null) return;
    if (isBlocked(hints.get(provider.name)?.blocked ?? null, method)) setTriedWith(entry);
    else if (method === "invoice") writeInvoice(provider.name);
    else if (method === "qr" || method === "link") pay(provider.name, method);
    else openForm(provider.name, method);
  };
  useKeys(pressKey, () => choose(main));

  const usable = [...hints.values()].some(({ blocked }) => blocked === null);
  // One bank's reason is no word about the other: it stands above the sum once none takes it, or when Enter was pressed.
  const blocked = main && mainHint && mainHint.blocked !== null && mainHint.blocked !== "empty" ? mainHint : null;
  const refused = blocked !== null && (tried || (blocked.blocked === "bounds" && !usable));
  const label = !main
    ? words(snapshot.providers.length > 0 ? "pay.program" : "pay.none")
    : refused
      ? usable
        ? `${WAY_NAME[main.name]}. ${blocked.text}`
        : blocked.text
      : empty && tried
        ? words("amount.min", { limit: formatMoney(minor(main.minMinor)) })
        : words(empty && snapshot.providers.length > 1 ? "amount.first" : "amount.label");
  return (
    <Frame
      snapshot={snapshot}
      screen={snapshot.offlineSince !== null ? "offline" : empty ? "idle" : "amount"}
      className={empty ? "idle" : ""}
      nav
      focusOn="amount"
      stand={
        <>
          {empty && <Sunrise />}
          <div className="stand">
            <div aria-live="off">
              <h1
                className="who"
                data-bad={refused || snapshot.providers.length === 0 || (empty && tried) ? "" : undefined}
              >
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
            <div key={provider.name} className="way">
              {mainMethod(provider) !== null && (
                <Tile
                  provider={provider}
                  hint={hints.get(provider.name) ?? READY}
                  main={provider === main}
                  sum={entry.minor === 0 ? "" : formatMoney(entry.minor)}
                  first={empty && snapshot.providers.length === 1 ? words("amount.first") : ""}
                  onPress={() => choose(provider)}
                />
              )}
              <Others
                provider={provider}
                snapshot={snapshot}
                blocked={hints.get(provider.name)?.blocked ?? null}
                onPress={(method) => choose(provider, method)}
              />
            </div>
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

const READY: Hint = { blocked: null, text: "" };

function hintOf(provider: ProviderView, snapshot: Snapshot, sum: number, language: Language, words: Words): Hint {
  const min = formatMoney(minor(provider.minMinor));
  const max = formatMoney(minor(provider.maxMinor));
  if (snapshot.offlineSince !== null) return { blocked: "net", text: words("pay.net") };
  if (!provider.ready)
    return {
      blocked: "reason",
      text: provider.reason ? errorText(language, provider.reason).title : errorText(language, NOT_READY).title,
    };
  // Where there is a choice, what each accepts is what it is made by.
  const accepts = words(`pay.${provider.name}`);
  if (sum === 0)
    return { blocked: "empty", text: snapshot.providers.length > 1 ? accepts : words("amount.limits", { min, max }) };
  if (sum < provider.minMinor) return { blocked: "bounds", text: words("amount.min", { limit: min }) };
  if (sum > provider.maxMinor) return { blocked: "bounds", text: words("amount.max", { limit: max }) };
  return { blocked: null, text: accepts };
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

const OTHER_WAYS = [
  ["link", "link", "pay.link"],
  ["invoice", "phone", "pay.invoice"],
  ["cardVerification", "proven", "pay.verify"],
  ["transfer", "swap", "pay.transfer"],
] as const satisfies readonly (readonly [Method, MarkName, string])[];

/** What of it is no way to pay for a sale has a name of its own. */
const OPENS: Partial<Record<Method, string>> = { cardVerification: "open-verification", transfer: "open-transfer" };

/** A check takes no sum, and a transfer asks for its own. */
function isBlocked(blocked: Hint["blocked"], method: Method): boolean {
  if (OPENS[method] === undefined) return blocked !== null;
  return blocked === "net" || blocked === "reason";
}

/** What the contract with the bank allows beside the code, below its tile; or the way to the technician's desk. */
function Others(props: {
  readonly provider: ProviderView;
  readonly snapshot: Snapshot;
  readonly blocked: Hint["blocked"];
  readonly onPress: (method: Method) => void;
}): ReactNode {
  const words = useWords();
  const frozen = useStore((state) => state.link !== "up");
  const { provider, snapshot, blocked } = props;
  const { mode } = snapshot.app;
  if (mode === "kiosk" || mode === "vending") return null;
  if (blocked === "reason" && provider.reason?.remedy === "fixSettings")
    return (
      <div className="ways">
        <button type="button" className="btn" data-testid={`fix-${provider.name}`} onClick={() => openPlace("desk")}>
          <Mark name="gear" className="ico" />
          <span>{words("pay.fix")}</span>
        </button>
      </div>
    );
  const ways = OTHER_WAYS.filter(([method]) => provider.methods.includes(method));
  if (ways.length === 0) return null;
  return (
    <div className="ways">
      {ways.map(([method, mark, word]) => (
        <button
          key={method}
          type="button"
          className="btn"
          data-testid={OPENS[method] ?? `pay-${provider.name}-${method}`}
          aria-disabled={isBlocked(blocked, method) || frozen || undefined}
          onClick={() => props.onPress(method)}
        >
          <Mark name={mark} className="ico" />
          <span>{words(word)}</span>
        </button>
      ))}
    </div>
  );
}
