import { memo } from "react";
import type { ReactNode } from "react";
import type { CustomerItem, CustomerRefund, CustomerSale, CustomerSnapshot } from "../../contract/customer.ts";
import { formatMoney, groupDigits, minor } from "../../contract/money.ts";
import { LANGUAGES } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { APP_NAME, WAY_NAME } from "../banks.ts";
import type { PageState } from "../page-link.ts";
import { clockTime } from "../time.ts";
import { Code, EmptyPlate } from "../ui/Code.tsx";
import { Mark } from "../ui/Mark.tsx";
import { LOW_SECONDS, Shanyrak, useSeconds } from "../ui/Shanyrak.tsx";
import { StepList } from "../ui/StepList.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { shownOf } from "./countdown.ts";
import type { Countdown } from "./countdown.ts";
import { faceOfRefund, faceOfSale } from "./face.ts";
import type { Face } from "./face.ts";
import { useDimmed } from "./night.ts";
import { CUSTOMER_WORDS } from "./words.ts";
import type { CustomerWords } from "./words.ts";

interface Props {
  readonly snapshot: CustomerSnapshot | null;
  readonly countdown: Countdown | null;
  readonly state: PageState;
}

/** The whole page: it shows, and there is nothing on it to press. */
export function Display({ snapshot, countdown, state }: Props): ReactNode {
  return <div className="till">{screenOf(snapshot, countdown, state)}</div>;
}

function screenOf(snapshot: CustomerSnapshot | null, countdown: Countdown | null, state: PageState): ReactNode {
  if (state === "locked") return <Locked />;
  if (state === "off" || (snapshot === null && state === "up")) return <Resting step="opening" name="Қабыл" />;
  if (snapshot === null) return <Silent />;
  const words = CUSTOMER_WORDS[snapshot.app.language];
  const { sale, refund } = shownOf(snapshot);
  const common = { snapshot, countdown, words };
  if (sale) return <Sale key={sale.number} {...common} sale={sale} />;
  if (refund) return <Refund key={refund.number} {...common} refund={refund} />;
  return <Welcome snapshot={snapshot} words={words} />;
}

interface ShownProps {
  readonly snapshot: CustomerSnapshot;
  readonly countdown: Countdown | null;
  readonly words: CustomerWords;
}

function Sale({ snapshot, countdown, words, sale }: ShownProps & { readonly sale: CustomerSale }): ReactNode {
  const seconds = useSeconds(countdown);
  const face = faceOfSale(sale, words);
  // A code the bank would refuse is taken away at once: the customer must not scan it in vain.
  const code = seconds === 0 ? null : sale.code;
  const waits = sale.step === "code" && code === null;
  const low = code !== null && seconds !== null && seconds <= LOW_SECONDS;
  const isSale = sale.kind === "sale";
  return (
    <Screen
      snapshot={snapshot}
      step={sale.step}
      face={waits ? { ...face, title: words.asking, lead: null } : low ? { ...face, title: words.low } : face}
      over={
        <p className="who">
          {sale.kind === "sale" ? snapshot.shop : words[sale.kind === "transfer" ? "transfer" : "check"]}
        </p>
      }
      sum={
        sale.kind === "verification" ? null : (
          <SumDigits digits={groupDigits(minor(sale.minor))} currency={sale.currency} />
        )
      }
      show={
        <Shows
          face={face}
          code={code}
          creating={sale.step === "creating"}
          seconds={seconds}
          countdown={countdown}
          words={words}
          alt={words.codeAlt}
        />
      }
      timer={code !== null && <Left seconds={seconds} countdown={countdown} />}
    >
      {sale.step === "code" && code !== null && !sale.warned && <Steps sale={sale} words={words} />}
      {sale.step === "code" && code !== null && sale.items.length === 0 && <Methods sale={sale} words={words} />}
      {isSale && (
        <Items items={sale.items} language={snapshot.app.language} words={words} short={face.shows === "code"} />
      )}
      {isEnd(sale) && <Facts number={sale.number} at={sale.at} timezone={snapshot.app.timezone} words={words} />}
    </Screen>
  );
}

const isEnd = ({ step }: CustomerSale): boolean => ["paid", "verified", "released", "unpaid"].includes(step);

function Refund({ snapshot, countdown, words, refund }: ShownProps & { readonly refund: CustomerRefund }): ReactNode {
  const seconds = useSeconds(countdown);
  const code = seconds === 0 ? null : refund.code;
  const { minor: tiyn, currency, step } = refund;
  const face = faceOfRefund(refund, words);
  const waits = step === "code" && code === null;
  return (
    <Screen
      snapshot={snapshot}
      step={`refund-${step}`}
      face={waits ? { ...face, title: words.asking, lead: null } : face}
      over={<p className="who">{words.refund}</p>}
      sum={tiyn === null ? null : <SumDigits digits={groupDigits(minor(tiyn))} currency={currency} />}
      show={
        <Shows
          face={face}
          code={code}
          creating={step === "creating"}
          seconds={seconds}
          countdown={countdown}
          words={words}
          alt={words.refundAlt}
        />
      }
      timer={code !== null && <Left seconds={seconds} countdown={countdown} />}
    >
      {step === "code" && code !== null && <StepList steps={[words.open(APP_NAME[refund.provider]), words.aim]} />}
      {(step === "done" || step === "failed") && (
        <Facts number={refund.number} at={refund.at} timezone={snapshot.app.timezone} words={words} />
      )}
    </Screen>
  );
}

interface ScreenProps {
  readonly snapshot: CustomerSnapshot;
  readonly step: string;
  readonly face: Face;
  readonly over: ReactNode;
  readonly sum: ReactNode;
  readonly show: ReactNode;
  /** Stands beside the title. */
  readonly timer: ReactNode;
  readonly children: ReactNode;
}

/** The horizon: above it the sum, below it what to do, and at the side or in the middle what to scan. */
function Screen({ snapshot, step, face, over, sum, show, timer, children }: ScreenProps): ReactNode {
  return (
    <main
      className="screen customer"
      data-testid="customer"
      data-step={step}
      data-sky={face.sky}
      data-line={face.line}
      data-shows={face.shows === "code" || face.shows === "dial" ? face.shows : "mark"}
    >
      <section className="sky">
        <Stamp snapshot={snapshot} />
        {over}
        {sum}
        <i className="line" />
      </section>
      <div className="show">{show}</div>
      <section className="ground">
        <div className="headline">
          {timer}
          <h1 className="title" role="status">
            {face.title}
          </h1>
        </div>
        {face.lead !== null && <p className="lead">{face.lead}</p>}
        {children}
      </section>
    </main>
  );
}

interface ShowsProps {
  readonly face: Face;
  readonly code: string | null;
  readonly creating: boolean;
  readonly seconds: number | null;
  readonly countdown: Countdown | null;
  readonly words: CustomerWords;
  readonly alt: string;
}

function Shows({ face: { shows }, code, creating, seconds, countdown, words, alt }: ShowsProps): ReactNode {
  if (shows === "dial")
    return <Shanyrak kind="big" seconds={seconds} of={(countdown?.totalMs ?? 65_000) / 1000} below={words.left} />;
  if (shows !== "code") return <Mark name={shows} className="sign" />;
  if (code !== null) return <Plate payload={code} alt={alt} long={words.long} />;
  return (
    <EmptyPlate>
      {creating ? <Shanyrak seconds={null} of={1} below="" /> : <Mark name="over" className="gone" />}
    </EmptyPlate>
  );
}

const Plate = memo(function Plate(props: { readonly payload: string; readonly alt: string; readonly long: string }) {
  return <Code payload={props.payload} alt={props.alt} long={<p className="lead">{props.long}</p>} />;
});

function Left({ seconds, countdown }: Pick<ShowsProps, "seconds" | "countdown">): ReactNode {
  if (seconds === null || countdown === null) return null;
  return <Shanyrak seconds={seconds} of={countdown.totalMs / 1000} below="" />;
}

function Steps({ sale, words }: { readonly sale: CustomerSale; readonly words: CustomerWords }): ReactNode {
  if (sale.link) return <StepList steps={[words.camera, words.aim, words.follow]} />;
  // No document names the button of Halyk's app.
  const tap = sale.provider === "kaspi" ? words.tap(WAY_NAME.kaspi) : words.choose;
  return <StepList steps={[words.open(APP_NAME[sale.provider]), tap, words.aim]} />;
}

function Methods({ sale, words }: { readonly sale: CustomerSale; readonly words: CustomerWords }): ReactNode {
  if (sale.paymentMethods.length === 0) return null;
  return (
    <p className="badges">
      <span>{words.methods}</span>
      {sale.paymentMethods.map((method) => (
        <b key={method}>{method === "Loan" ? words.loan : `Kaspi ${method}`}</b>
      ))}
    </p>
  );
}

/** So many lines have room beside a code, and without one. The sum above is of all of them. */
const LINES = { short: 2, long: 6 } as const;

interface ItemsProps {
  readonly items: readonly CustomerItem[];
  readonly language: Language;
  readonly words: CustomerWords;
  readonly short: boolean;
}

function Items({ items, language, words, short }: ItemsProps): ReactNode {
  const room = short ? LINES.short : LINES.long;
  const shown = items.length > room ? items.slice(0, room - 1) : items;
  if (items.length === 0) return null;
  return (
    <ul className="items">
      {shown.map((item, index) => (
        <li key={index}>
          <span>{item.name[language]}</span>
          <b>
            {item.quantity > 1 ? `${String(item.quantity)} × ` : ""}
            {formatMoney(minor(item.minor), "KZT")}
          </b>
        </li>
      ))}
      {shown.length < items.length && <li>{words.more(items.length - shown.length)}</li>}
    </ul>
  );
}

interface FactsProps {
  readonly number: string;
  readonly at: string;
  readonly timezone: string;
  readonly words: CustomerWords;
}

function Facts({ number, at, timezone, words }: FactsProps): ReactNode {
  return (
    <p className="facts">
      <span>
        {words.number} <b>{number}</b>
      </span>
      <span>
        {words.time} <b>{clockTime(at, timezone, true)}</b>
      </span>
    </p>
  );
}

function Welcome({ snapshot, words }: Pick<ShownProps, "snapshot" | "words">): ReactNode {
  const dimmed = useDimmed(snapshot.night, snapshot.app.timezone);
  return (
    <Resting
      step="welcome"
      name={snapshot.shop}
      dimmed={dimmed}
      stamp={<Stamp snapshot={snapshot} />}
      said={words.welcome}
    />
  );
}

interface RestingProps {
  readonly step: string;
  readonly name: string;
  readonly said?: string;
  readonly stamp?: ReactNode;
  readonly dimmed?: number | null;
}

/** The horizon with the half sun: nothing is being paid. */
function Resting({ step, name, said, stamp, dimmed = null }: RestingProps): ReactNode {
  return (
    <main
      className="screen customer resting"
      data-testid="customer"
      data-step={step}
      data-sky="open"
      data-line="solid"
      style={dimmed === null ? undefined : { filter: `brightness(${String(dimmed / 100)})` }}
    >
      <section className="sky">
        {stamp}
        <Sunrise />
        <i className="line" />
      </section>
      <section className="ground">
        <h1 className="name">{name}</h1>
        {said !== undefined && <p className="title">{said}</p>}
      </section>
    </main>
  );
}

/** Nobody has told a language (any more): all three. */
const Silent = (): ReactNode => <InEach step="silent" lead="silentLead" />;
const Locked = (): ReactNode => <InEach step="locked" lead="lockedLead" />;

function InEach({
  step,
  lead,
}: {
  readonly step: "silent" | "locked";
  readonly lead: "silentLead" | "lockedLead";
}): ReactNode {
  return (
    <main
      className="screen customer in-each"
      data-testid="customer"
      data-step={step}
      data-sky="over"
      data-line="dashed"
    >
      <section className="sky">
        <Mark name="net" className="sign" />
        <i className="line" />
      </section>
      <section className="ground">
        {LANGUAGES.map((language) => (
          <div key={language} lang={language}>
            <h2 className="title">{CUSTOMER_WORDS[language][step]}</h2>
            <p className="lead">{CUSTOMER_WORDS[language][lead]}</p>
          </div>
        ))}
      </section>
    </main>
  );
}

/** Anything but production is stamped (contract, section 2). */
function Stamp({ snapshot: { app } }: { readonly snapshot: CustomerSnapshot }): ReactNode {
  const words = CUSTOMER_WORDS[app.language];
  if (!app.training && app.environment !== "test") return null;
  return (
    <p className="teststamp" data-testid="stamp">
      {app.training ? words.training : words.test}
    </p>
  );
}
