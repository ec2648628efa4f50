import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { Banner, Snapshot } from "../../contract/snapshot.ts";
import { useStore } from "../store.ts";
import { useWords } from "../words.tsx";
import { Languages } from "./Languages.tsx";
import { Mark } from "./Mark.tsx";
import { Back, Nav } from "./Nav.tsx";
import { Parked } from "./Parked.tsx";
import { DoubtSign } from "./DoubtSign.tsx";
import { BannerStrip, LinkStrip, NoticeStrip, WindowStrip } from "./Strip.tsx";
import { bannerText, ordered } from "./banners.ts";

export type ScreenName =
  | "idle"
  | "amount"
  | "creating"
  | "qr"
  | "confirming"
  | "result"
  | "in-doubt"
  | "offline"
  | "invoice"
  | "card"
  | "transfer"
  | "threeds"
  | "refund-start"
  | "refund-qr"
  | "refund-choose"
  | "refund-amount"
  | "refund-sending"
  | "refund-result"
  | "history"
  | "in-doubt-list";

export interface FrameProps {
  readonly snapshot: Snapshot;
  readonly screen: ScreenName;
  /** The back office has no sum: its horizon rises to just below the title. */
  readonly kind?: "pay" | "office";
  /** Leads back to where the person came from. */
  readonly back?: (() => void) | undefined;
  /** History, refund and settings can be opened from here. */
  readonly nav?: boolean;
  readonly sky?: "open" | "doubt" | "no" | "over" | "yes" | "refund" | "back";
  /** Solid is what the bank said, dashed is what only we say (design, "The idea"). */
  readonly line?: "solid" | "dashed" | "broken" | "thick" | "drain";
  readonly className?: string;
  /** Changes when the person is in front of something new: the focus goes to its heading. */
  readonly focusOn: string;
  readonly stand: ReactNode;
  /** Stands in front of the line: the QR or the large dial. */
  readonly plate?: ReactNode;
  readonly lineRef?: React.Ref<HTMLElement>;
  readonly children: ReactNode;
}

/** More signs than this have no room in the bar; they come up as the first ones are dealt with. */
const SIGNALS = 3;

/** The horizon: above it the sum and how the sale stands, below it what to do. */
export function Frame({
  snapshot,
  screen,
  kind = "pay",
  back,
  nav = false,
  sky = "open",
  line = "solid",
  className = "",
  focusOn,
  stand,
  plate,
  lineRef,
  children,
}: FrameProps): ReactNode {
  const silent = useStore((state) => state.link === "silent");
  const notice = useStore((state) => state.notice !== null);
  const windowLeft = useStore((state) => state.windowLeft) && screen !== "threeds";
  const [chosen, choose] = useState<string | null>(null);
  const { inDoubt } = snapshot;
  const list = screen === "in-doubt-list";
  const banners = ordered(snapshot.banners).filter(({ kind: of }) => !list || of !== "in-doubt");
  const first = banners.find((banner) => banner.id === chosen) ?? banners[0];
  const above = silent || notice || windowLeft;
  const shown = above ? undefined : first;
  // What nobody knows has a sign of its own, with its number, which no news and no fault pushes away.
  const counted = inDoubt.count > 0 && !list && shown?.kind !== "in-doubt" && shown?.kind !== "contradiction";
  const others = banners
    .filter((banner) => banner !== shown && !(counted && banner.kind === "in-doubt"))
    .slice(0, counted ? SIGNALS - 1 : SIGNALS);
  const main = useFocusedHeading(focusOn);
  const striped = above || shown ? "striped" : "";
  return (
    <main
      ref={main}
      className={`screen ${kind} ${className} ${striped}`}
      data-testid="screen"
      data-screen={screen}
      data-sky={sky}
      data-line={line}
    >
      <section className="sky">
        <header className="top">
          {back && <Back onPress={back} />}
          <p className="shop">
            <b>{snapshot.merchant.name}</b> <span>{snapshot.till.name}</span>
          </p>
          <TestStamp snapshot={snapshot} />
          {nav && <Nav snapshot={snapshot} />}
          <div className="chips">
            {counted && <DoubtSign snapshot={snapshot} />}
            <Parked snapshot={snapshot} room={others.length + Number(counted) > 1 ? 1 : 2} />
            <OtherBanners banners={others} snapshot={snapshot} choose={choose} />
          </div>
          <Languages />
        </header>
        {silent ? (
          <LinkStrip />
        ) : notice ? (
          <NoticeStrip />
        ) : windowLeft ? (
          <WindowStrip />
        ) : (
          shown && <BannerStrip banner={shown} snapshot={snapshot} />
        )}
        {stand}
        <i className="line" ref={lineRef} />
      </section>
      {plate}
      <section className="ground">{children}</section>
    </main>
  );
}

/** Anything but production is stamped (contract, section 2). Training has a frame of its own. */
export function TestStamp({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  if (snapshot.app.environment !== "test") return null;
  return (
    <p className="teststamp" data-testid="test-stamp" title={words("stamp.test.hint")}>
      {words("stamp.test")}
    </p>
  );
}

interface OtherProps {
  readonly banners: readonly Banner[];
  readonly snapshot: Snapshot;
  readonly choose: (id: string) => void;
}

/** One strip at a time: the others wait as signs, and a tap brings one forward. */
function OtherBanners({ banners, snapshot, choose }: OtherProps): ReactNode {
  const words = useWords();
  return banners.map((banner) => {
    const text = bannerText(banner, snapshot, words);
    const label = words("more.banner", { text: text.title });
    return (
      <button
        key={banner.id}
        type="button"
        className={`signal ${text.tone}`}
        aria-label={label}
        title={text.title}
        data-testid="banner"
        data-kind={banner.kind}
        data-id={banner.payment?.id ?? banner.refund?.id ?? banner.id}
        data-state={banner.payment?.state ?? banner.refund?.state ?? ""}
        onClick={() => choose(banner.id)}
      >
        <Mark name={text.mark} />
      </button>
    );
  });
}

/**
 * Leads a screen reader and the keyboard to the new screen. To the heading, not to a button: an Enter that bounced on the
 * keypad must not press whatever comes next (design U5).
 */
export function useFocusedHeading(focusOn: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const heading = main.current?.querySelector("h1");
    if (!heading || !lastFocus.moved(focusOn)) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, [focusOn]);
  return main;
}

const lastFocus = {
  on: null as string | null,
  /** Whether the person is in front of something else than before; nothing is "before" the first screen. */
  moved(focusOn: string): boolean {
    const before = this.on;
    this.on = focusOn;
    return before !== null && before !== focusOn;
  },
};
