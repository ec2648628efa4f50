import type { ReactNode } from "react";
import type { Banner, Snapshot } from "../../contract/snapshot.ts";
import {
  acknowledge,
  askBank,
  busyKey,
  canBeAsked,
  canOpen,
  closeNotice,
  openPlace,
  openSale,
  refresh,
  refreshRefund,
} from "../actions.ts";
import { useStore } from "../store.ts";
import { Text, useWords } from "../words.tsx";
import { Button } from "./Button.tsx";
import { Mark } from "./Mark.tsx";
import { DoubtCount } from "./DoubtSign.tsx";
import { bannerText, isOfTill, noticeText } from "./banners.ts";
import type { BannerText } from "./banners.ts";

interface LineProps {
  readonly text: BannerText;
  readonly alert: boolean;
  readonly testid: string;
  readonly banner?: Banner;
  readonly children?: ReactNode;
}

/** One line of fact, one of meaning, below the top bar: it moves the sum, never the horizon, and covers neither. */
function Line({ text, alert, testid, banner, children }: LineProps): ReactNode {
  return (
    <div
      className={`strip ${text.tone}`}
      role={alert ? "alert" : "status"}
      data-testid={testid}
      data-kind={banner?.kind}
      data-id={banner?.payment?.id ?? banner?.refund?.id ?? banner?.id}
      data-state={banner ? (banner.payment?.state ?? banner.refund?.state ?? "") : undefined}
    >
      <Mark name={text.mark} className="mark" />
      <p>
        <b>
          <Text>{text.title}</Text>
        </b>
        <span>
          <Text>{text.sub}</Text>
        </span>
      </p>
      {children}
    </div>
  );
}

/** The till program does not answer. */
export function LinkStrip(): ReactNode {
  const words = useWords();
  return (
    <Line
      text={{ mark: "net", tone: "doubt", title: words("link.title"), sub: words("link.sub") }}
      alert
      testid="link-lost"
    />
  );
}

/** The bank's window has stayed open over the till, which may not close it. */
export function WindowStrip(): ReactNode {
  const words = useWords();
  return (
    <Line
      text={{ mark: "attention", tone: "doubt", title: words("window.title"), sub: words("window.sub") }}
      alert
      testid="window-left"
    />
  );
}

/** What a person asked for was refused. */
export function NoticeStrip(): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const notice = useStore((state) => state.notice);
  if (!notice) return null;
  return (
    <Line text={noticeText(notice, language)} alert testid="notice">
      <Button id="notice-close" onPress={closeNotice}>
        {words("ok")}
      </Button>
    </Line>
  );
}

/** A banner of the till with the one thing that can be done about it. */
export function BannerStrip({ banner, snapshot }: { readonly banner: Banner; readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const busy = useStore((state) => state.busy);
  const opened = useStore(({ place, saleOpened }) => (place === "history" ? saleOpened?.id : undefined));
  const { payment, refund } = banner;
  const names = snapshot.providers.map(({ name }) => name);
  return (
    <Line text={bannerText(banner, snapshot, words)} alert={banner.kind !== "late"} testid="banner" banner={banner}>
      {banner.kind === "offline" && names.length > 0 && (
        <Button
          id="banner-check"
          off={names.some((name) => busy.has(busyKey("bank.prepare", name)))}
          onPress={() => names.forEach(askBank)}
        >
          {words("off.check")}
        </Button>
      )}
      {banner.kind === "in-doubt" && payment && (
        <Button
          id="banner-check"
          off={busy.has(busyKey("payments.refresh", payment.id))}
          onPress={() => refresh(payment.id)}
        >
          {words("off.check")}
        </Button>
      )}
      {banner.kind === "in-doubt" && !payment && refund && canBeAsked(refund) && (
        <Button
          id="banner-check"
          off={busy.has(busyKey("refunds.refresh", refund.id))}
          onPress={() => refreshRefund(refund.id)}
        >
          {words("off.check")}
        </Button>
      )}
      {(banner.kind === "in-doubt" || banner.kind === "contradiction") && <DoubtCount snapshot={snapshot} />}
      {(banner.kind === "late" || banner.kind === "double-paid") &&
        payment &&
        payment.id !== opened &&
        canOpen(snapshot) && (
          <Button id="banner-sale" onPress={() => openSale(payment)}>
            {words("late.now")}
          </Button>
        )}
      {isOfTill(banner) && canOpen(snapshot) && (
        <Button id="banner-settings" onPress={() => openPlace("desk")}>
          {words("nav.settings")}
        </Button>
      )}
      {banner.dismissible && !isOfTill(banner) && (
        <Button
          id="acknowledge"
          off={busy.has(busyKey("notices.acknowledge", banner.id))}
          onPress={() => acknowledge(banner.id)}
        >
          {words("ok")}
        </Button>
      )}
    </Line>
  );
}
