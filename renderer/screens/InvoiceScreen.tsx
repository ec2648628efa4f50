import { useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import type { AppError } from "../../contract/errors.ts";
import { formatMoney } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { ask, busyKey, leaveInvoice, sendInvoice } from "../actions.ts";
import type { PadKey } from "../entry.ts";
import { formatPhone, isWhole, phoneNumber, pressPhone } from "../phone.ts";
import { useStore } from "../store.ts";
import type { InvoiceDraft } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { useKeys } from "../ui/keys.ts";
import { Mark } from "../ui/Mark.tsx";
import { Stand } from "../ui/Stand.tsx";
import { useWait } from "../ui/wait.ts";
import { Text, useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly draft: InvoiceDraft;
}

/** The customer's telephone for an invoice, and the masked name that the bank knows for it. */
export function InvoiceScreen({ snapshot, draft }: Props): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const entry = useStore((state) => state.entry);
  const checking = useStore((state) => state.busy.has(busyKey("payments.lookUp", draft.digits)));
  const [error, setError] = useState<AppError | null>(null);
  const [wait, waitFor] = useWait();
  const { digits, comment, found, provider } = draft;
  const whole = isWhole(digits);
  const set = (more: Partial<InvoiceDraft>): void => {
    const { invoice } = useStore.getState();
    if (invoice) useStore.setState({ invoice: { ...invoice, ...more } });
  };
  const onKey = (key: PadKey): void => {
    const next = pressPhone(digits, key);
    if (next === digits) return;
    setError(null);
    set({ digits: next, found: null });
  };
  const check = async (): Promise<void> => {
    if (!whole || checking || wait > 0) return;
    setError(null);
    const answer = await ask("payments.lookUp", digits, { provider, phone: phoneNumber(digits) });
    if (!answer || useStore.getState().invoice?.digits !== digits) return;
    if (answer.ok) return set({ found: { name: answer.value.name, phone: answer.value.phone } });
    setError(answer.error);
    if (answer.error.code === "lookup_limit") waitFor(Number(answer.error.params["seconds"] ?? 60));
  };
  // Enter checks the number; it never sends.
  useKeys(onKey, () => {
    if (!found) void check();
  });
  const failure = error && errorText(language, error);
  return (
    <Frame
      snapshot={snapshot}
      screen="invoice"
      back={leaveInvoice}
      focusOn="invoice"
      stand={<Stand snapshot={snapshot} tiyn={entry.minor} />}
    >
      <div className="charge invoicing">
        <div className="side">
          <div>
            <h1>{words("inv.title")}</h1>
            <p className="phoneno num" data-testid="phone">
              {formatPhone(digits)}
            </p>
          </div>
          <div className="found" role="status">
            {found ? (
              <>
                <p className="lead" data-testid="invoice-name">
                  <b>{found.name}</b>
                </p>
                <p className="dim">{words("inv.ask")}</p>
              </>
            ) : failure ? (
              <p className="low" data-testid="error" data-code={error.code}>
                <b>{failure.title}</b> {failure.next}
              </p>
            ) : (
              <p className="dim">{words("inv.first")}</p>
            )}
          </div>
          <input
            className="field"
            data-testid="comment"
            maxLength={100}
            value={comment}
            placeholder={words("inv.comment")}
            aria-label={words("inv.comment")}
            autoComplete="off"
            onChange={(event) => set({ comment: event.currentTarget.value })}
          />
          <div className="stack push">
            <Button
              id="invoice-check"
              kind={found ? "plain" : "main"}
              off={!whole || checking || wait > 0 || found !== null}
              onPress={() => void check()}
            >
              {found && <Mark name="tick" className="inl" />}
              {checking
                ? words("inv.checking")
                : wait > 0
                  ? words("inv.wait", { n: wait })
                  : words(whole ? "inv.check" : "inv.digits")}
            </Button>
            <Button
              id="invoice-send"
              kind={found ? "main" : "plain"}
              deliberate
              off={!whole || checking}
              onPress={() => sendInvoice(phoneNumber(digits))}
            >
              <Text>{words("inv.send", { sum: formatMoney(entry.minor) })}</Text>
            </Button>
          </div>
        </div>
        <Keypad plain onKey={onKey} label={words("inv.pad")} />
      </div>
    </Frame>
  );
}
