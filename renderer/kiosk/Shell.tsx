import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { closeNotice } from "../actions.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { Listen } from "../speech/Listen.tsx";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import type { FrameProps } from "../ui/Frame.tsx";
import { TestStamp, useFocusedHeading } from "../ui/Frame.tsx";
import { Languages } from "../ui/Languages.tsx";
import { Mark } from "../ui/Mark.tsx";
import { useWords } from "../words.tsx";
import { screenOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { speak } from "./visit.ts";

export interface ShellProps extends Pick<FrameProps, "kind" | "sky" | "line" | "className" | "plate" | "lineRef"> {
  readonly snapshot: Snapshot;
  readonly scene: Scene;
  /** Changes when the customer is in front of something new: the focus goes to its heading. */
  readonly focusOn: string;
  readonly stand: ReactNode;
  /** The attract screen's own buttons are its languages. */
  readonly languages?: boolean;
  readonly children: ReactNode;
}

/** The horizon of a screen that a customer stands alone at: no sign of any other sale, and no way to another place. */
export function Shell({
  snapshot,
  scene,
  kind = "pay",
  sky = "open",
  line = "solid",
  className = "",
  focusOn,
  stand,
  plate,
  lineRef,
  languages = true,
  children,
}: ShellProps): ReactNode {
  const silent = useStore((state) => state.link === "silent");
  const notice = useStore((state) => state.notice !== null);
  const main = useFocusedHeading(focusOn);
  const strip = silent || notice;
  return (
    <main
      ref={main}
      className={`screen ${kind} ${className} ${strip ? "noted" : ""}`}
      data-testid="screen"
      data-screen={screenOf(scene)}
      data-scene={scene}
      data-sky={sky}
      data-line={line}
    >
      <section className="sky">
        <header className="top">
          {!strip && (
            <p className="shop">
              <b>{snapshot.merchant.name}</b>
            </p>
          )}
          <TestStamp snapshot={snapshot} />
          {!strip && <Listen />}
          {!strip && languages && <Languages choose={speak} />}
        </header>
        {silent ? <Said link /> : notice && <Said />}
        {stand}
        <i className="line" ref={lineRef} />
      </section>
      {plate}
      <section className="ground">{children}</section>
    </main>
  );
}

/** The till does not answer, or has refused: in the customer's words, for its own are the cashier's. */
function Said({ link = false }: { readonly link?: boolean }): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  return (
    <div className="strip doubt" role="alert" data-testid={link ? "link-lost" : "notice"}>
      <Mark name={link ? "net" : "attention"} className="mark" />
      <p>
        <b>{link ? words("link.title") : kiosk("failed")}</b>
        {link && <span>{kiosk("link.t")}</span>}
      </p>
      {!link && (
        <Button id="notice-close" onPress={closeNotice}>
          {words("ok")}
        </Button>
      )}
    </div>
  );
}
