import { useState } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, cancel, renew } from "../actions.ts";
import type { Words } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { announce } from "../ui/Announcer.tsx";
import { Button } from "../ui/Button.tsx";
import { Dial, LOW_SECONDS, useSeconds } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Mismatch } from "../ui/Mismatch.tsx";
import { EmptyPlate, Plate } from "../ui/Plate.tsx";
import { Steps } from "../ui/Steps.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Who } from "../ui/Who.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** The QR or the link to pay, until it is scanned or opened, cancelled or too old. */
export function QrScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const countdown = useStore((state) => state.countdown);
  const cancelling = useStore((state) => state.busy.has(busyKey("payments.cancel", payment.id)));
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  // A code the bank would refuse is taken away at once: the customer must not scan it in vain.
  const link = payment.method === "link";
  const code = link ? payment.link : (payment.qr?.payload ?? null);
  const payload = seconds === 0 ? null : code;
  const doubted = payment.error?.code === "qr_mismatch" && payload !== null;
  const low = seconds !== null && seconds <= LOW_SECONDS;
  const said =
    payload === null ? "qr.over" : payment.silent ? "qr.silent" : low ? "qr.low" : link ? "url.wait" : "qr.scan";
  const methods = payment.paymentMethods.map((method) => methodName(method, words)).filter((name) => name !== null);
  return (
    <Frame
      snapshot={snapshot}
      screen="qr"
      sky={doubted ? "doubt" : "open"}
      line={doubted ? "dashed" : "solid"}
      className="with-plate"
      focusOn={`qr ${payment.id}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="sr">
              {words(link ? "url.heading" : "qr.heading", {
                sum: formatMoney(minor(payment.minor), payment.currency),
              })}
            </h1>
            <p className="who">
              <Who snapshot={snapshot} />
            </p>
            <Sum tiyn={payment.minor} />
          </div>
        </div>
      }
      plate={
        payload === null ? (
          <EmptyPlate>
            <Mark name="over" className="gone" />
          </EmptyPlate>
        ) : (
          <Plate payload={payload} />
        )
      }
    >
      <div className="side">
        <div className="timer">
          <Dial seconds={seconds ?? 0} of={(countdown?.totalMs ?? 180_000) / 1000} />
          <p className={low ? "said low" : "said"} role="status" data-silent={payment.silent ? "" : undefined}>
            {payment.silent && payload !== null && <Mark name="watch" className="inl" />}
            <b>{words(said)}</b>
          </p>
        </div>
        {payload === null ? (
          <p className="lead">{words("qr.asking")}</p>
        ) : doubted ? (
          <Mismatch payment={payment} />
        ) : link ? (
          <Link url={payload} />
        ) : (
          <Steps of={payment.provider} />
        )}
        {payload !== null && !doubted && methods.length > 0 && (
          <p className="badges" data-testid="payment-methods">
            <span className="dim">{words("qr.with")}</span>
            {methods.map((name) => (
              <b key={name}>{name}</b>
            ))}
          </p>
        )}
        <div className="row push">
          <Button id="cancel" deliberate off={cancelling} onPress={() => cancel(payment.id)}>
            {words("cancel")}
          </Button>
          {link && payload !== null && !low && <Copy url={payload} />}
          {low && (
            <Button id="renew" kind="main" onPress={() => renew(payment)}>
              {words(link ? "url.new" : "qr.new")}
            </Button>
          )}
        </div>
      </div>
    </Frame>
  );
}

/** The link itself, to be sent; the code beside it holds the same. */
function Link({ url }: { readonly url: string }): ReactNode {
  const words = useWords();
  return (
    <div className="sendlink">
      <p>{words("url.send")}</p>
      <code data-testid="link">{url}</code>
    </div>
  );
}

function Copy({ url }: { readonly url: string }): ReactNode {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    if (!(await putOnClipboard(url))) return;
    setCopied(true);
    announce(words("url.copied"));
  };
  return (
    <Button id="copy" onPress={() => void copy()}>
      {words(copied ? "url.copied" : "url.copy")}
    </Button>
  );
}

/** Puts the text on the clipboard; where the host does not let a page do that, by the selection, as a person would. */
async function putOnClipboard(url: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(url);
    return true;
  } catch {
    const text = document.querySelector(".sendlink code");
    if (!text) return false;
    getSelection()?.selectAllChildren(text);
    return document.execCommand("copy");
  }
}

/** The customer's name of a way to pay; what the bank may add one day is not shown until it has one (quirk Q-18). */
function methodName(method: string, words: Words): string | null {
  switch (method) {
    case "Gold":
      return "Kaspi Gold";
    case "Red":
      return "Kaspi Red";
    case "Loan":
      return words("qr.loan");
    default:
      return null;
  }
}
