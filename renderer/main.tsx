import { createRoot } from "react-dom/client";
import { isUnattended } from "../contract/unattended-facts.ts";
import { bridge } from "./actions.ts";
import { App } from "./App.tsx";
import { guardPage } from "./guard.ts";
import { cueOf, play, wakeSound } from "./sound.ts";
import { receive, relink, useStore } from "./store.ts";
import { followTheme } from "./theme.ts";

followTheme();

let fresh = true;
bridge.link?.((link) => {
  if (link !== "up") fresh = true;
  relink(link);
});
bridge.watch("cashier", (snapshot) => {
  const before = useStore.getState().snapshot;
  receive(snapshot);
  // What the first snapshot after a break holds is not news of this moment.
  if (before && !fresh && before.boot === snapshot.boot) {
    const cue = cueOf(before, snapshot);
    if (cue) void play(cue);
  }
  fresh = false;
});

// Opening the sound device takes a few frames, which the key that was just pressed needs more.
const wakeSoon = (): void => void setTimeout(wakeSound, 60);
addEventListener("pointerdown", wakeSoon, { capture: true });
addEventListener("keydown", wakeSoon, { capture: true });
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("dragstart", (event) => event.preventDefault());
guardPage(() => isUnattended(useStore.getState().snapshot?.app.mode ?? ""));
// A tap must not leave the focus on the button it hit: Enter after typing on the touch keys has to pay, not to repeat a key.
addEventListener("mousedown", (event) => {
  if (event.target instanceof Element && event.target.closest("button")) event.preventDefault();
});

const AGAIN_MS = 1000;
const root = document.getElementById("root");
if (root) {
  const page = createRoot(root, {
    // Even what stands in for a screen that cannot be drawn has failed: the next snapshot may be drawn again.
    onUncaughtError(error) {
      reportError(error);
      setTimeout(() => page.render(<App />), AGAIN_MS);
    },
  });
  page.render(<App />);
}
