import { createRoot } from "react-dom/client";
import type { CustomerSnapshot } from "../../contract/customer.ts";
import type { PageState } from "../page-link.ts";
import { guardPage } from "../guard.ts";
import { followTheme } from "../theme.ts";
import { followTill } from "./bridge.ts";
import { Display } from "./Display.tsx";
import { countdownOf } from "./countdown.ts";
import type { Countdown } from "./countdown.ts";

const AGAIN_MS = 1000;
/** A short break is not worth a word. */
const SILENT_AFTER_MS = 2000;

let snapshot: CustomerSnapshot | null = null;
let countdown: Countdown | null = null;
let state: PageState = "up";
let silence: ReturnType<typeof setTimeout> | undefined;

const element = document.getElementById("root");
const root =
  element &&
  createRoot(element, {
    // Nobody stands here who could do anything about it: the next snapshot may be drawn again.
    onUncaughtError(error) {
      reportError(error);
      setTimeout(draw, AGAIN_MS);
    },
  });

function draw(): void {
  root?.render(<Display snapshot={snapshot} countdown={countdown} state={state} />);
}

followTheme();
followTill(
  (next) => {
    if (snapshot?.boot === next.boot && next.version < snapshot.version) return;
    snapshot = next;
    countdown = countdownOf(next, countdown, performance.now());
    document.documentElement.lang = next.app.language;
    draw();
  },
  (next) => {
    clearTimeout(silence);
    if (next !== "down") {
      state = next;
      draw();
    } else {
      silence = setTimeout(() => {
        state = next;
        // What stood here may be over by now, and belong to somebody who has gone.
        snapshot = null;
        countdown = null;
        draw();
      }, SILENT_AFTER_MS);
    }
  },
);
draw();

guardPage(() => true);
for (const event of ["contextmenu", "dragstart", "selectstart", "copy", "cut"])
  addEventListener(event, (of) => of.preventDefault(), { capture: true });
