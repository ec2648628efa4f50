import { useCallback, useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { AppError } from "../../contract/errors.ts";
import { errorText } from "../../contract/messages/index.ts";
import { formatAmount, formatMoney, minor, parseAmount } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { ask, busyKey, send } from "../actions.ts";
import { BANK_WORDS } from "../banks.ts";
import { EMPTY, entryDigits, press } from "../entry.ts";
import type { Entry, PadKey } from "../entry.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { clockTime, dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { SumDigits } from "../ui/Sum.tsx";
import { Text } from "../words.tsx";
import { CREATING, createRefund, needsPin } from "./actions.ts";
import { inWords } from "./in-words.ts";
import { Ledger } from "./Ledger.tsx";
import { PinStep } from "./PinStep.tsx";
import { ReasonStep } from "./ReasonStep.tsx";
import { RefundSending } from "./RefundSending.tsx";
import type { Target } from "./target.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly target: Target;
  readonly leave: () => void;
  /** Stands at the right of the sum. */
  readonly aside?: ReactNode;
}

type Look = CommandOutput["refunds.look"];
type Step = "amount" | "reason" | "pin";

const DIGITS = 10;

/** How much goes back: the bank's own figures first (design U26), the sum in words beside it, then reason and PIN where they are asked for. */
export function RefundAmount({ snapshot, target, leave, aside }: Props): ReactNode {
  const back = useBackWords();
  const language = useStore((state) => state.language);
  const about = target.kind === "operation" ? target.refund.id : CREATING;
  const sending = useStore((state) =>
    state.busy.has(busyKey(target.kind === "operation" ? "refunds.select" : "refunds.create", about)),
  );
  const [step, setStep] = useState<Step>("amount");
  const [entry, setEntry] = useState<Entry>(EMPTY);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<AppError | null>(null);
  const { look, unread, reading, read } = useLook(target);

  const figures = figuresOf(target, look);
  const limit = figures?.available ?? null;
  const above = limit !== null && entry.minor > limit;
  const gone = limit === 0;
  const blind = blindOf(target);
  const ready = entry.minor > 0 && !above && (figures !== null || blind !== null);
  const onKey = (key: PadKey): void => {
    if (step !== "amount" || sending) return;
    setError(null);
    setEntry((before) => press(before, key, DIGITS));
  };
  useKeys(onKey);

  const submit = async (pin: string | null): Promise<AppError | null> => {
    const amount = formatAmount(entry.minor);
    const extra = pin === null ? {} : { pin };
    const answer =
      target.kind === "operation"
        ? await ask("refunds.select", about, {
            id: target.refund.id,
            operationId: target.operation.id,
            amount,
            ...extra,
          })
        : await createRefund(requestOf(target, amount, reason.trim(), extra));
    if (!answer || answer.ok) return null;
    const { error: refused } = answer;
    if (refused.code === "pin_needed" && pin === null) setStep("pin");
    else if (!PIN_ERRORS.has(refused.code)) {
      setStep("amount");
      setError(refused);
      if (refused.code === "refund_too_large" || refused.code === "already_refunded") read();
    }
    return refused;
  };
  const next = (): void => {
    if (target.kind === "record" && step === "amount") setStep("reason");
    else if (target.kind === "record" ? snapshot.app.pinKnown : needsPin(snapshot, entry.minor)) setStep("pin");
    else void submit(null);
  };

  const sum = formatMoney(entry.minor);
  const facts = factsOf(target, snapshot);
  const word = back(target.kind === "record" ? "back.record" : "back.send", { sum });
  if (sending && step !== "pin") return <RefundSending snapshot={snapshot} tiyn={entry.minor} number={facts.number} />;
  const stand = (
    <div className="stand">
      <div>
        <h1 className="who" data-bad={above ? "" : undefined}>
          <b>{above ? <Text>{back("back.more", { sum: formatMoney(minor(limit)) })}</Text> : back("back.sum")}</b>{" "}
          {!above && entry.minor > 0 && (
            <span className="words" data-testid="in-words">
              {inWords(entry.minor, language)}
            </span>
          )}
        </h1>
        <SumDigits digits={entryDigits(entry)} testid="refund-amount" />
      </div>
      <div className="saleno dim num">
        {[facts.number === null ? null : `№ ${facts.number}`, facts.at, facts.bankId]
          .filter((line) => line !== null)
          .map((line) => (
            <p key={line}>{line}</p>
          ))}
        {aside}
      </div>
    </div>
  );
  if (step === "pin")
    return (
      <PinStep
        snapshot={snapshot}
        stand={stand}
        word={word}
        busy={sending}
        submit={submit}
        leave={() => setStep("amount")}
      />
    );
  if (step === "reason")
    return (
      <ReasonStep
        snapshot={snapshot}
        stand={stand}
        word={snapshot.app.pinKnown ? back("rec.next") : word}
        reason={reason}
        setReason={setReason}
        next={next}
        leave={() => setStep("amount")}
      />
    );
  const refused = error && errorText(language, error);
  const pinLimit = snapshot.app.pinKnown && target.kind !== "record" ? snapshot.refundPinAboveMinor : null;
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-amount"
      sky="refund"
      className="rfa"
      back={leave}
      focusOn={`refund-amount ${about} ${facts.number ?? ""}`}
      stand={stand}
    >
      <div className="charge">
        <div className="side">
          {figures ? (
            <>
              <Ledger figures={figures} about={entry.minor} available={availableWord(target, look)} />
              <div className="under">
                <p className={look?.isOurs ? "small dim" : "small dim num"} data-testid="refund-source">
                  {look?.isOurs
                    ? back("back.known.t")
                    : look && back("back.fresh", { t: clockTime(look.at, snapshot.app.timezone) })}
                </p>
                {!gone && (
                  <button
                    type="button"
                    className="link"
                    data-testid="refund-all"
                    onClick={() =>
                      setEntry({ minor: minor(figures.available), decimals: decimalsOf(figures.available) })
                    }
                  >
                    <Text>{back("back.all", { sum: formatMoney(minor(figures.available)) })}</Text>
                  </button>
                )}
              </div>
            </>
          ) : blind ? (
            <p className="lead">{back(blind)}</p>
          ) : (
            <div className="reading" role="status">
              <p className="lead">{back(reading ? "back.reading" : "back.unread")}</p>
              {unread && <p className="dim">{errorText(language, unread).title}</p>}
              {!reading && (
                <Button id="refund-look" onPress={read}>
                  {back("back.reread")}
                </Button>
              )}
            </div>
          )}
          {refused && (
            <p className="low" role="alert" data-testid="error" data-code={error.code}>
              <b>
                <Text>{refused.title}</Text>
              </b>{" "}
              <Text>{refused.next}</Text>
            </p>
          )}
          <div className="stack push">
            <Button id="refund-send" kind="main" deliberate off={!ready || gone} onPress={next}>
              <Text>{gone ? back("back.gone") : entry.minor === 0 ? back("back.enter") : word}</Text>
            </Button>
            {target.kind === "payment" && target.scan && !gone ? (
              <p className="small dim">{back("back.scanfirst")}</p>
            ) : (
              pinLimit !== null && (
                <p className="small dim">
                  <Text>{back("back.pin", { limit: formatMoney(minor(pinLimit)) })}</Text>
                </p>
              )
            )}
          </div>
        </div>
        <Keypad onKey={onKey} label={back("back.pad")} />
      </div>
    </Frame>
  );
}

/** Whose figure it is: the bank's, or only what this till knows. */
function availableWord(target: Target, look: Look | null) {
  if (target.kind === "record") return "back.left";
  return look?.isOurs ? "back.known" : "back.avail";
}

const PIN_ERRORS: ReadonlySet<string> = new Set(["wrong_pin", "pin_wait", "pin_needed"]);

const decimalsOf = (tiyn: number): 2 | null => (tiyn % 100 === 0 ? null : 2);

type Created = Exclude<Target, { kind: "operation" }>;

function requestOf(target: Created, amount: string, reason: string, pin: { pin?: string }) {
  switch (target.kind) {
    case "payment":
      return { paymentId: target.payment.id, amount, ...pin };
    case "record":
      return { paymentId: target.payment.id, amount, recorded: true as const, reason, ...pin };
    case "number":
      return { provider: target.provider, bankId: target.bankId, amount, ...pin };
    case "rrn":
      return { provider: target.provider, rrn: target.rrn, amount, ...pin };
  }
}

export interface Figures {
  readonly paid: number;
  readonly back: number;
  readonly available: number;
}

/** The bank's figures; of what is only recorded, our own. */
function figuresOf(target: Target, look: Look | null): Figures | null {
  if (target.kind === "record")
    return { paid: target.paid, back: target.back, available: Math.max(0, target.paid - target.back) };
  if (!look) return null;
  const [paid, back, available] = [look.total, look.refunded, look.available].map(parseAmount);
  if (paid == null || back == null || available == null) return null;
  return { paid, back, available };
}

function factsOf(target: Target, snapshot: Snapshot) {
  const { timezone } = snapshot.app;
  switch (target.kind) {
    case "payment":
    case "record":
      return { number: target.payment.number, at: dayTime(target.payment.createdAt, timezone), bankId: null };
    case "operation": {
      const { number, at, id } = target.operation;
      return { number, at: at === null ? null : dayTime(at, timezone), bankId: number === null ? id : null };
    }
    case "number":
      return { number: null, at: null, bankId: target.bankId };
    case "rrn":
      return { number: null, at: null, bankId: `RRN ${target.rrn}` };
  }
}

function lookInput(target: Target): CommandInput<"refunds.look"> | null {
  switch (target.kind) {
    case "payment":
      return { paymentId: target.payment.id };
    case "operation":
      return { refundId: target.refund.id, operationId: target.operation.id };
    case "record":
    case "number":
    case "rrn":
      return null;
  }
}

/** What is said in place of figures that cannot be read beforehand. */
function blindOf(target: Target) {
  if (target.kind === "rrn") return "back.blind.rrn";
  return target.kind === "number" ? BANK_WORDS[target.provider].blind : null;
}

/** Asks the bank for its figures when the screen opens, and again when a person wants it. */
function useLook(target: Target) {
  const input = lookInput(target);
  const wanted = input && JSON.stringify(input);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{ readonly look: Look | null; readonly unread: AppError | null } | null>(null);
  useEffect(() => {
    if (wanted === null) return undefined;
    let gone = false;
    void send("refunds.look", JSON.parse(wanted) as CommandInput<"refunds.look">).then((result) => {
      if (gone) return;
      setAnswer(result.ok ? { look: result.value, unread: null } : { look: null, unread: result.error });
    });
    return () => {
      gone = true;
    };
  }, [wanted, round]);
  const read = useCallback(() => {
    setAnswer(null);
    setRound((before) => before + 1);
  }, []);
  return { look: answer?.look ?? null, unread: answer?.unread ?? null, reading: answer === null, read };
}
