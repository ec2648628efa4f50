import type { ReactNode } from "react";
import { SPEECH } from "../messages/speech.ts";
import { wakeSound } from "../sound.ts";
import { useStore } from "../store.ts";
import { toggleListening, useSpeech } from "./step.ts";

/** Has this and every further screen of the session read aloud (design U41), or ends that. */
export function Listen(): ReactNode {
  const listening = useSpeech((state) => state.listening);
  const words = SPEECH[useStore((state) => state.language)];
  return (
    <button
      type="button"
      className="listen"
      data-testid="listen"
      aria-pressed={listening}
      onClick={() => {
        wakeSound();
        toggleListening();
      }}
    >
      <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path
          d="M4 15v-3a8 8 0 0 1 16 0v3M4 14h3v6H5a1 1 0 0 1-1-1zM20 14h-3v6h2a1 1 0 0 0 1-1z"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
        />
      </svg>
      <span>{listening ? words["ui.stop"] : words["ui.listen"]}</span>
    </button>
  );
}
