import { Component } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { useWords } from "../words.tsx";
import { Foot } from "./Foot.tsx";
import { Languages } from "./Languages.tsx";

interface Props {
  readonly snapshot: Snapshot;
  /** Stands around the whole page, with the till's own box in it. */
  readonly whole?: boolean;
  readonly children: ReactNode;
}

interface State {
  /** What stood on the screen when it could not be drawn; another state of it is another try. */
  readonly failed: string | null;
}

/** A fault of this page must never be a blank one: the sale it stands for goes on, and a person has to know of it. */
export class Fault extends Component<Props, State> {
  override state: State = { failed: null };

  // Drawn at once: between this and componentDidCatch there must be no second try.
  static getDerivedStateFromError(): State {
    return { failed: "" };
  }

  override componentDidCatch(): void {
    this.setState({ failed: shownOf(this.props.snapshot) });
  }

  override render(): ReactNode {
    const { failed } = this.state;
    const { snapshot, whole = false, children } = this.props;
    if (failed === null || (failed !== "" && failed !== shownOf(snapshot))) return children;
    const fallen = <Fallen snapshot={snapshot} again={() => this.setState({ failed: null })} />;
    return whole ? <div className="till">{fallen}</div> : fallen;
  }
}

const shownOf = ({ current, refund }: Snapshot): string =>
  [current?.id, current?.state, refund?.id, refund?.state].join(" ");

/** Leans on as little as it can: what it stands in for has just thrown. */
function Fallen({ snapshot, again }: { readonly snapshot: Snapshot; readonly again: () => void }): ReactNode {
  const words = useWords();
  const on: PaymentView | RefundView | null = snapshot.current ?? snapshot.refund;
  return (
    <main className="screen office fallen" data-testid="screen" data-screen="fault" data-sky="doubt" data-line="dashed">
      <section className="sky">
        <header className="top">
          <p className="shop">
            <b>{snapshot.merchant.name}</b> <span>{snapshot.till.name}</span>
          </p>
          <Languages />
        </header>
        <div className="stand">
          <div>
            <h1 className="title">{words("fault.title")}</h1>
          </div>
        </div>
        <i className="line" />
      </section>
      <section className="ground">
        <div className="result" role="alert">
          {on && (
            <p className="title num" data-testid="fault-sale">
              {on.minor === null ? "" : formatMoney(minor(on.minor), on.currency)} № {on.number}
            </p>
          )}
          <p className="lead">{words(on ? "fault.till" : "fault.idle")}</p>
          {on && <p className="lead">{words("fault.not")}</p>}
          <div className="row">
            <button type="button" className="btn main" data-testid="again" onClick={again}>
              <span>{words("fault.again")}</span>
            </button>
          </div>
          <Foot snapshot={snapshot} payment={null} error={null} />
        </div>
      </section>
    </main>
  );
}
