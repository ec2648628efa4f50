import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { useStore } from "../../store.ts";
import { TestStamp } from "../../ui/Frame.tsx";
import { Languages } from "../../ui/Languages.tsx";
import { Back } from "../../ui/Nav.tsx";
import { LinkStrip } from "../../ui/Strip.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly screen: "unlock" | "setup" | "settings" | "technician";
  readonly title: string;
  readonly note?: string;
  readonly back: (() => void) | null;
  /** Changes when the person is in front of something new: the focus goes to its heading. */
  readonly focusOn: string;
  readonly children: ReactNode;
}

/** The back office: the horizon lies just below the title, and the work is done on the ground. */
export function Page({ snapshot, screen, title, note, back, focusOn, children }: Props): ReactNode {
  const silent = useStore((state) => state.link === "silent");
  return (
    <main
      className={`screen office tech ${silent ? "striped" : ""}`}
      data-testid="screen"
      data-screen={screen}
      data-sky="open"
      data-line="solid"
    >
      <section className="sky">
        <Top snapshot={snapshot} back={back} />
        {silent && <LinkStrip />}
        <div className="stand">
          <Title focusOn={focusOn}>{title}</Title>
          {note !== undefined && <p className="dim aside">{note}</p>}
        </div>
        <i className="line" />
      </section>
      <section className="ground">{children}</section>
    </main>
  );
}

/** The bar of every desk screen: the way back, whose till it is, the languages. */
export function Top({ snapshot, back }: Pick<Props, "snapshot" | "back">): ReactNode {
  const words = useDeskWords();
  return (
    <header className="top">
      {back && <Back onPress={back} />}
      <p className="shop">
        <b>{snapshot.merchant.name || words("app")}</b> <span>{snapshot.till.name}</span>
      </p>
      <TestStamp snapshot={snapshot} />
      <Languages />
    </header>
  );
}

function Title({ focusOn, children }: { readonly focusOn: string; readonly children: string }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [focusOn]);
  return (
    <div>
      <h1 ref={heading} className="title" tabIndex={-1}>
        {children}
      </h1>
    </div>
  );
}
