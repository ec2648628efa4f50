import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { busyKey, dismiss, refresh } from "../actions.ts";
import type { Words } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Text, useWords } from "../words.tsx";
import { Stand } from "../ui/Stand.tsx";
import { Sums } from "../ui/Sums.tsx";
import { paymentSentences } from "./doubt-words.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** The three lines of design U22: what we know, what to tell the customer, what not to do. No button is called Cancel here. */
export function DoubtScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const busy = useStore((state) => state.busy);
  const review = payment.state === "needs_review";
  const asking = busy.has(busyKey("payments.refresh", payment.id));
  const leaving = busy.has(busyKey("payments.dismiss", payment.id));
  const invoice = payment.method === "invoice";
  const sums = review && payment.error?.code === "amount_mismatch";
  const rows = rowsOf(payment, words, language);
  return (
    <Frame
      snapshot={snapshot}
      screen={review ? "result" : "in-doubt"}
      sky="doubt"
      line="dashed"
      focusOn={`doubt ${payment.id} ${payment.state}`}
      stand={
        <Stand snapshot={snapshot} tiyn={payment.minor} kind={payment.kind}>
          <Mark name="doubt" className="sun" />
        </Stand>
      }
    >
      <div
        className={invoice || sums || isPostedMethod(payment.method) ? "result compact" : "result"}
        data-testid="result"
        data-state={payment.state}
      >
        <div className="headline">
          <h1 className="title">{words(review ? "review.title" : "doubt.title")}</h1>
          {payment.askedAt && (
            <p className="dim num">{words("doubt.last", { t: clockTime(payment.askedAt, snapshot.app.timezone) })}</p>
          )}
        </div>
        {sums && payment.error && <Sums error={payment.error} asked={words("review.asked")} />}
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
        <div className="row push reach">
          {/* A lost invoice has no number at the bank: there is nothing to ask about. */}
          {(payment.bankId !== null || payment.invoiceId !== null) && (
            <Button id="check-again" kind="main" off={asking} onPress={() => refresh(payment.id)}>
              {words(asking ? "doubt.checking" : "doubt.check")}
            </Button>
          )}
          <Button id={review ? "done" : "park"} deliberate off={leaving} onPress={() => dismiss(payment.id)}>
            {words("doubt.park")}
          </Button>
        </div>
        <Foot snapshot={snapshot} payment={payment} error={payment.error} />
      </div>
    </Frame>
  );
}

type Row = readonly [id: string, label: string, text: string];

function rowsOf(payment: PaymentView, words: Words, language: Language): readonly Row[] {
  const [known, tell, not] = paymentSentences(payment, words, language);
  return [
    ["known", words("doubt.k"), known],
    ["tell", words("doubt.t"), tell],
    ["not", words("doubt.n"), not],
  ];
}
