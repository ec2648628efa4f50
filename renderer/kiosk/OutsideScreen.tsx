import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { Button } from "../ui/Button.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { useWords } from "../words.tsx";
import { useKeyMap } from "./keys.ts";
import { Shell } from "./Shell.tsx";
import { endVisit } from "./visit.ts";

/** Nothing is sold on this screen itself: the machine, or the shop's program, names the sum. */
export function OutsideScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  useKeyMap({ Escape: endVisit });
  return (
    <Shell snapshot={snapshot} scene="outside" className="attract" focusOn="outside" stand={<Sunrise />}>
      <div className="result">
        <h1 className="word">{kiosk(snapshot.app.mode === "vending" ? "outside.machine" : "outside.till")}</h1>
        <p className="lead">{kiosk("outside.t")}</p>
        <div className="row push reach">
          <Button id="back" deliberate onPress={endVisit}>
            {words("nav.back")}
          </Button>
        </div>
      </div>
    </Shell>
  );
}
