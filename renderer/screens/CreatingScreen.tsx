import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { busyKey, cancel } from "../actions.ts";
import { kindOf } from "../kinds.ts";
import type { PlainKey } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { EmptyPlate } from "../ui/Plate.tsx";
import { useWords } from "../words.tsx";
import { Stand } from "../ui/Stand.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly minor: number;
  readonly method: string;
  /** Null until the till has written it down: before that there is nothing to cancel. */
  readonly payment: PaymentView | null;
}

const WORDS: Readonly<Record<string, readonly [title: PlainKey, lead: PlainKey]>> = {
  link: ["creating.link", "creating.link.lead"],
  invoice: ["creating.invoice", "creating.invoice.lead"],
  card: ["creating.card", "creating.card.lead"],
  googlePay: ["creating.card", "creating.card.lead"],
  cardVerification: ["creating.check", "creating.card.lead"],
  transfer: ["creating.transfer", "creating.card.lead"],
};
const OF_QR = ["creating.title", "creating.lead"] as const;

const SLOW_AFTER_MS = 4000;

/** The bank has been asked for a QR, for a link, or to send an invoice. */
export function CreatingScreen({ snapshot, minor, method, payment }: Props): ReactNode {
  const words = useWords();
  const [title, lead] = WORDS[method] ?? OF_QR;
  // No code will stand there.
  const posted = isPostedMethod(method);
  const [slow, setSlow] = useState(false);
  const cancelling = useStore((state) => payment !== null && state.busy.has(busyKey("payments.cancel", payment.id)));
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Frame
      snapshot={snapshot}
      screen="creating"
      className={posted ? "with-plate waiting" : "with-plate"}
      focusOn="creating"
      stand={<Stand snapshot={snapshot} tiyn={minor} kind={kindOf(method)} />}
      plate={
        posted ? (
          <div className="center-right breathing">
            <Dial kind="big" seconds={null} of={1} />
          </div>
        ) : (
          <EmptyPlate>
            <Dial seconds={null} of={1} />
          </EmptyPlate>
        )
      }
    >
      <div className="side" role="status">
        <h1 className="title">{words(title)}</h1>
        <p className="lead">{words(slow ? "creating.slow" : lead)}</p>
        <div className="row push">
          <Button
            id="cancel"
            deliberate
            off={payment === null || cancelling}
            onPress={() => payment && cancel(payment.id)}
          >
            {words("cancel")}
          </Button>
        </div>
      </div>
    </Frame>
  );
}
