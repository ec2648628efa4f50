/** A machine's goods of a paid sale: on their way, not given, not known; and the way the money takes back. */
import type { ReactNode } from "react";
import type { PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { useBackCountdown } from "./back-countdown.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import { APP_NAME } from "../banks.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import type { PlainKioskKey } from "../messages/kiosk.ts";
import { Dial } from "../ui/Dial.tsx";
import { Mark } from "../ui/Mark.tsx";
import type { MarkName } from "../ui/Mark.tsx";
import { EmptyPlate, Plate } from "../ui/Plate.tsx";
import { Text, useWords } from "../words.tsx";
import { Help } from "./Help.tsx";
import { useKeyMap } from "./keys.ts";
import { useLeave } from "./leave.ts";
import { SumStand } from "./PayScreens.tsx";
import { Leaving, useLeaving } from "./ResultScreens.tsx";
import { Shell } from "./Shell.tsx";
import type { Scene } from "./scene.ts";
import { leaveSale, shownOf } from "./visit.ts";

interface Props {
  readonly snapshot: Snapshot;
}

/** Whoever has to write a number down, or to telephone, has a minute for it (design U36). */
const KEPT_SECONDS = 60;

const facts = (payment: PaymentView | null): Record<string, string | undefined> => ({
  "data-state": payment?.state ?? "paid",
  "data-fulfilment": payment?.fulfilment?.state ?? "not_given",
  "data-money": payment?.fulfilment?.moneyBack,
});

/** Paid, and the machine has not said yet that the goods are out. */
export function GoodsScreen({ snapshot, payment }: Props & { readonly payment: PaymentView }): ReactNode {
  const kiosk = useKioskWords();
  const dispensing = payment.fulfilment?.state === "dispensing";
  return (
    <Shell
      snapshot={snapshot}
      scene="goods-waiting"
      sky="yes"
      line="thick"
      className="paid"
      focusOn={`goods ${payment.id} ${String(dispensing)}`}
      stand={
        <SumStand snapshot={snapshot} payment={payment} tiyn={payment.minor}>
          <Mark name="yes" className="sun" />
        </SumStand>
      }
    >
      <div className="result" data-testid="result" {...facts(payment)}>
        <h1 className="word">{kiosk(dispensing ? "goods.take" : "goods.wait")}</h1>
        <p className="lead">{kiosk(dispensing ? "goods.take.t" : "goods.wait.t")}</p>
        <div className="breathing ringing">
          <Dial seconds={null} of={1} />
        </div>
      </div>
    </Shell>
  );
}

/** The goods were not given and the money goes back by itself: its end is shown here. */
export function GoingScreen({ snapshot }: Props): ReactNode {
  const kiosk = useKioskWords();
  const shown = shownOf(snapshot.current, snapshot.refund);
  if (!shown) return null;
  return (
    <Shell
      snapshot={snapshot}
      scene="money-going"
      sky="doubt"
      line="dashed"
      focusOn={`going ${shown.id}`}
      stand={
        <SumStand snapshot={snapshot} payment={shown} tiyn={shown.minor}>
          <span className="breathing">
            <Dial kind="sun" seconds={null} of={1} />
          </span>
        </SumStand>
      }
    >
      <div className="result" data-testid="result" {...facts(snapshot.current)} data-money="going">
        <h1 className="word">
          {kiosk("goods.not")}. {kiosk("goods.back")}
        </h1>
        <p className="lead">
          <Text>{kiosk("goods.back.t", { sum: formatMoney(minor(shown.minor)) })}</Text>
        </p>
        <Help
          snapshot={snapshot}
          number={shown.number}
          at={snapshot.current?.updatedAt ?? snapshot.refund?.updatedAt ?? null}
        />
      </div>
    </Shell>
  );
}

interface Ending {
  readonly scene: Scene;
  readonly sky: "back" | "doubt";
  readonly line: "thick" | "dashed";
  readonly mark: MarkName;
  readonly title: PlainKioskKey;
  readonly lead: "goods.returned.t" | "goods.owed.t" | "goods.unknown.t";
  /** The same where the shop has no support telephone. */
  readonly dumb: "goods.returned.t" | "goods.owed.any" | "goods.unknown.any";
}

const ENDINGS = {
  "money-back": {
    scene: "money-back",
    sky: "back",
    line: "thick",
    mark: "back",
    title: "goods.returned",
    lead: "goods.returned.t",
    dumb: "goods.returned.t",
  },
  "money-owed": {
    scene: "money-owed",
    sky: "doubt",
    line: "dashed",
    mark: "attention",
    title: "goods.owed",
    lead: "goods.owed.t",
    dumb: "goods.owed.any",
  },
  "goods-unknown": {
    scene: "goods-unknown",
    sky: "doubt",
    line: "dashed",
    mark: "doubt",
    title: "goods.unknown",
    lead: "goods.unknown.t",
    dumb: "goods.unknown.any",
  },
} as const satisfies Record<string, Ending>;

/** The money is back, or a person has to give it back, or nobody knows whether the goods are out. */
export function EndingScreen({ snapshot, scene }: Props & { readonly scene: keyof typeof ENDINGS }): ReactNode {
  const kiosk = useKioskWords();
  const shown = shownOf(snapshot.current, snapshot.refund);
  const look: Ending = ENDINGS[scene];
  const name = `${shown?.id ?? ""} ${scene}`;
  const leave = (): void => leaveSale(snapshot);
  const { left, line } = useLeave(name, KEPT_SECONDS, leave);
  const leaving = useLeaving(snapshot);
  useKeyMap({ Enter: leave });
  if (!shown) return null;
  const back = scene === "money-back";
  const sum = formatMoney(minor(shown.minor));
  const number = snapshot.current?.fulfilment?.refundNumber ?? null;
  return (
    <Shell
      snapshot={snapshot}
      scene={scene}
      sky={look.sky}
      line={left !== null && back ? "drain" : look.line}
      className={back ? "settled" : ""}
      focusOn={name}
      lineRef={line}
      stand={
        <SumStand snapshot={snapshot} payment={shown} tiyn={shown.minor}>
          <Mark name={look.mark} className="sun" />
        </SumStand>
      }
    >
      <div className="result" data-testid="result" {...facts(snapshot.current)}>
        <h1 className="word">{kiosk(look.title)}</h1>
        <p className="lead">
          <Text>{kiosk(snapshot.merchant.supportPhone === null ? look.dumb : look.lead, { sum })}</Text>
        </p>
        <div className="row push reach">
          <Leaving {...{ left, leaving, leave }} />
        </div>
        <Help
          snapshot={snapshot}
          number={number === null ? shown.number : `${shown.number} · ${number}`}
          at={snapshot.current?.updatedAt ?? snapshot.refund?.updatedAt ?? null}
          error={snapshot.refund?.error ?? null}
        />
      </div>
    </Shell>
  );
}

/** The goods were not given, and this bank gives money back after a scan. The dark sky of a refund: it takes no money. */
export function RefundCodeScreen({ snapshot }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const shown = shownOf(snapshot.current, snapshot.refund);
  const refund: RefundView | null = snapshot.refund;
  const [seconds, of] = useBackCountdown(refund?.id ?? null);
  if (!shown) return null;
  const phone = snapshot.merchant.supportPhone;
  const app = APP_NAME[(snapshot.current ?? refund)?.provider ?? "kaspi"];
  const creating = refund === null || refund.state === "creating";
  const payload = seconds === 0 || creating ? null : (refund.qr?.payload ?? null);
  return (
    <Shell
      snapshot={snapshot}
      scene="refund-code"
      sky="refund"
      className="with-plate"
      focusOn={`code ${shown.id}`}
      stand={<SumStand snapshot={snapshot} payment={shown} tiyn={shown.minor} heading={kiosk("goods.code")} />}
      plate={
        payload === null ? (
          <EmptyPlate>{creating ? <Dial seconds={null} of={1} /> : <Mark name="over" className="gone" />}</EmptyPlate>
        ) : (
          <Plate payload={payload} alt={kiosk("goods.code.alt")} />
        )
      }
    >
      <div className="side" data-testid="result" {...facts(snapshot.current)} data-money="customer">
        <div className="timer">
          {!creating && <Dial seconds={seconds ?? 0} of={of} />}
          <p className="said" role="status">
            <b>
              {kiosk("goods.not")}. {kiosk("goods.back")}
            </b>
          </p>
        </div>
        <p className="lead codefor">
          {creating ? (
            kiosk("goods.code.wait")
          ) : payload === null ? (
            `${words("qr.over")}. ${words("qr.asking")}`
          ) : (
            <Text>{kiosk("goods.code.t", { sum: formatMoney(minor(shown.minor)), app })}</Text>
          )}
        </p>
        <p className="push">
          <span>
            {kiosk("help.number")} <b className="num">{shown.number}</b>
          </span>{" "}
          {phone !== null && (
            <span>
              {kiosk("help.phone")} <b className="num">{phone}</b>
            </span>
          )}
        </p>
      </div>
    </Shell>
  );
}
