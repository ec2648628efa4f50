import { useEffect, useRef, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import { TRAINING_PIN } from "../../contract/unattended-facts.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useStore } from "../store.ts";
import type { Countdown } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { useSeconds } from "../ui/Dial.tsx";
import { Mark } from "../ui/Mark.tsx";
import { callDesk } from "./session.ts";
import type { Closed, Opened } from "./session.ts";
import { Top } from "./ui/Page.tsx";
import { useDeskWords } from "./words.ts";

const LEAST = 4;
const MOST = 12;
const ROWS = [
  ["1", "2", "3"],
  ["4", "5", "6"],
  ["7", "8", "9"],
] as const;

interface Props {
  readonly snapshot: Snapshot;
  readonly why: Closed | null;
  readonly open: (opened: Opened) => void;
  readonly leave: (() => void) | null;
}

/** The technician's PIN. The keys stay in their places (accessibility); the digits are masked. */
export function Unlock({ snapshot, why, open, leave }: Props): ReactNode {
  const words = useDeskWords();
  const [pin, setPin] = useState("");
  const [error, setError] = useState<AppError | null>(null);
  const [wait, setWait] = useState<Countdown | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const left = useSeconds(wait) ?? 0;
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
  }, []);

  const type = (text: string): void => setPin(text.replace(/\D/g, "").slice(0, MOST));
  const off = busy || left > 0 || pin.length < LEAST;
  const unlock = async (): Promise<void> => {
    if (off) return;
    setBusy(true);
    const result = await callDesk("desk.unlock", { pin });
    setBusy(false);
    setPin("");
    if (result.ok) return open(result.value);
    setError(result.error);
    const seconds = Number(result.error.params["seconds"] ?? 0);
    const waits = result.error.code === "pin_wait" && seconds > 0;
    setWait(
      waits ? { id: "pin", kind: "scan", endsAt: performance.now() + seconds * 1000, totalMs: seconds * 1000 } : null,
    );
    field.current?.focus({ preventScroll: true });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void unlock();
  };
  const key = (digit: string): ReactNode => (
    <button key={digit} type="button" className="key" data-testid={`key-${digit}`} onClick={() => type(pin + digit)}>
      {digit}
    </button>
  );
  return (
    <main
      className="screen pay tech unlock"
      data-testid="screen"
      data-screen="unlock"
      data-sky="open"
      data-line="solid"
    >
      <section className="sky">
        <Top snapshot={snapshot} back={leave} />
        <form className="stand" onSubmit={submit}>
          <div>
            <h1 className="who">
              <label htmlFor="pin">{words("pin.title")}</label>
            </h1>
            <input
              ref={field}
              id="pin"
              className="pininput"
              type="password"
              inputMode="numeric"
              autoComplete="off"
              data-testid="pin"
              value={pin}
              onChange={(event) => type(event.target.value)}
            />
            <p className="pinmask" aria-hidden="true">
              {Array.from({ length: Math.max(6, pin.length) }, (_, index) => (
                <i key={index} className={index < pin.length ? "in" : ""} />
              ))}
            </p>
          </div>
        </form>
        <i className="line" />
      </section>
      <section className="ground">
        <div className="charge">
          <div className="side">
            <Said error={error} left={left} why={why} />
            {snapshot.app.training && (
              <p className="dim" data-testid="training-pin">
                {words("pin.training", { pin: TRAINING_PIN })}
              </p>
            )}
            <div className="row push">
              <Button id="done" kind="main" off={off} onPress={() => void unlock()}>
                {words("pin.open")}
              </Button>
            </div>
          </div>
          <div className="pad pinpad" role="group" aria-label={words("pin.pad")}>
            {ROWS[0].map(key)}
            <button
              type="button"
              className="key fn"
              data-testid="key-back"
              aria-label={words("pin.back")}
              onClick={() => type(pin.slice(0, -1))}
            >
              <Mark name="erase" className="ico" />
            </button>
            {ROWS[1].map(key)}
            {ROWS[2].map(key)}
            <button type="button" className="key fn" data-testid="key-clear" onClick={() => type("")}>
              {words("pin.clear")}
            </button>
            <span />
            {key("0")}
          </div>
        </div>
      </section>
    </main>
  );
}

interface SaidProps {
  readonly error: AppError | null;
  readonly left: number;
  readonly why: Closed | null;
}

function Said({ error, left, why }: SaidProps): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  if (!error)
    return (
      <div role="status">
        {why === "idle" && <p className="lead">{words("pin.idle")}</p>}
        {why === "locked" && <p className="lead">{words("pin.locked")}</p>}
        <p className={why ? "dim" : "lead dim"}>{words("pin.who")}</p>
      </div>
    );
  const tries = error.params["left"];
  const waiting = error.code === "pin_wait";
  const text = errorText(language, error);
  return (
    <div role="alert" data-testid="error" data-code={error.code}>
      <p className="lead">
        <Mark name="no" className="inl noc" />
        {waiting ? words("pin.pause") : error.code === "wrong_pin" ? words("pin.wrong") : text.title}
      </p>
      {waiting ? (
        <p className="lead num" data-testid="pin-wait">
          {left > 0
            ? words("pin.again.in", { t: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` })
            : words("pin.again")}
        </p>
      ) : (
        <p className="dim">
          {error.code === "wrong_pin" ? (tries !== undefined ? words("pin.left", { n: tries }) : "") : text.next}
        </p>
      )}
      <p className="dim">{words("pin.log")}</p>
    </div>
  );
}
