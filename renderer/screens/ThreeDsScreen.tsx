import { useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, cancel, refresh } from "../actions.ts";
import { useBankWindow } from "../bank-window.ts";
import type { PlainKey } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial, useSeconds } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Stand } from "../ui/Stand.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** What is said of the page, and how its button is called. */
function wordsOf({ bankPage }: PaymentView): readonly [title: PlainKey, lead: PlainKey, button: PlainKey] {
  switch (bankPage?.page) {
    case "open":
      return ["page.open", "page.open.t", "page.again"];
    case "closed":
      return ["page.closed", "page.closed.t", "page.again"];
    default:
      // A host with windows of its own has opened it, or is about to.
      return bankPage?.path == null
        ? ["page.coming", "page.open.t", "page.go"]
        : ["page.title", "page.title.t", "page.go"];
  }
}

/** The bank wants to see the payer: his code goes into the bank's own page, in a window of its own, and never into this one. */
export function ThreeDsScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const [sure, setSure] = useState(false);
  const busy = useStore((state) => state.busy);
  const countdown = useStore((state) => state.countdown);
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  const page = useBankWindow(payment);
  const { bankPage } = payment;
  const [title, lead, button] = wordsOf(payment);
  const leaving = busy.has(busyKey("payments.cancel", payment.id));
  const asking = sure && bankPage !== null;
  return (
    <Frame
      snapshot={snapshot}
      screen="threeds"
      className={asking ? "with-plate waiting posted asking" : "with-plate waiting posted"}
      focusOn={`threeds ${payment.id} ${String(asking)}`}
      stand={<Stand snapshot={snapshot} tiyn={payment.minor} kind={payment.kind} />}
      plate={
        <div className="center-right">
          <Dial kind="big" seconds={seconds} of={(countdown?.totalMs ?? 600_000) / 1000} />
        </div>
      }
    >
      {bankPage === null ? (
        <div className="side" role="status">
          <h1 className="title">{words("page.over")}</h1>
          <p className="lead">{words("qr.asking")}</p>
          <div className="row push">
            <Button
              id="check-again"
              off={busy.has(busyKey("payments.refresh", payment.id))}
              onPress={() => refresh(payment.id)}
            >
              {words("doubt.check")}
            </Button>
          </div>
        </div>
      ) : asking ? (
        <div className="side">
          <h1 className="title">{words("page.q")}</h1>
          <p className="lead">{words("page.q.t")}</p>
          <div className="row push">
            <Button id="stay" kind="main" onPress={() => setSure(false)}>
              {words("conf.stay")}
            </Button>
            <Button id="cancel-confirm" deliberate off={leaving} onPress={() => cancel(payment.id)}>
              {words("page.yes")}
            </Button>
          </div>
        </div>
      ) : (
        <div className="side" data-page={bankPage.page}>
          {bankPage.page === "closed" ? (
            <h1 className="title low" data-testid="page-closed">
              {words(title)}
            </h1>
          ) : (
            <h1 className="title">{words(title)}</h1>
          )}
          {page.blocked ? (
            <p className="low" role="alert" data-testid="page-blocked">
              <Mark name="attention" className="inl" />
              <b>{words("page.blocked")}</b>
            </p>
          ) : (
            <p className="lead">{words(seconds === 0 ? "qr.asking" : lead)}</p>
          )}
          <div className="row push">
            <Button id="bank-page" kind={bankPage.page === "open" ? "plain" : "main"} deliberate onPress={page.open}>
              {words(button)}
            </Button>
            <Button id="cancel" deliberate onPress={() => setSure(true)}>
              {words("cancel")}
            </Button>
          </div>
        </div>
      )}
    </Frame>
  );
}
