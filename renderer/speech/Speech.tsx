import { useEffect, useEffectEvent, useRef } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { useStore } from "../store.ts";
import { useSeconds } from "../ui/Dial.tsx";
import { NUMBER_WORDS } from "./numbers.ts";
import { saidOf, textOf } from "./parts.ts";
import type { Part } from "./parts.ts";
import { hush, isSpeaking, speak, warm } from "./player.ts";
import { sceneOf, secondsOf } from "./scene.ts";
import { endListening, useSpeech } from "./step.ts";

/** What is said aloud to everybody: it must start with its state. */
const SOON = ["to_pay", "paid", "thanks", "take", "not_paid", "no_money", "over", "gone", "unknown", "unknown.not"];
const WIDE = matchMedia("(orientation: landscape)");
const AGAIN_AT = [60, 30, 10];

/** The voice of a screen that a customer stands alone at; what it says is also written here, for whoever reads along. */
export default function Speech({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const { asked, listening } = useSpeech();
  const language = useStore((state) => state.language);
  const link = useStore((state) => state.link);
  const starting = useStore((state) => state.starting);
  const problem = useStore((state) => state.problem);
  const visit = useStore((state) => state.visit);
  const countdown = useStore((state) => (state.snapshot?.current ? state.countdown : state.refundCountdown));
  const seconds = useSeconds(countdown);
  const scene = sceneOf({ snapshot, link, language, asked, starting, problem, visit, seconds, wide: WIDE.matches });
  const voice = snapshot.kiosk?.voice === true;
  const parts = listening ? scene.parts : voice ? scene.aloud : [];

  useWarm(language, voice || listening);
  useTold({ key: scene.key, parts, listening, language });
  useSessionEnd(visit.number);
  useClock(seconds, listening, language);
  useEffect(() => hush, []);
  return (
    <p
      className="sr"
      aria-hidden="true"
      data-testid="spoken"
      data-scene={scene.key}
      data-spoken={textOf(scene.parts, language)}
      data-said={textOf(parts, language)}
    />
  );
}

/** Numbers and results are made ready ahead of the sale that needs them. */
function useWarm(language: Language, on: boolean): void {
  useEffect(() => {
    if (on) warm(language, [...Object.keys(NUMBER_WORDS[language]), ...SOON]);
  }, [language, on]);
}

interface Told {
  readonly key: string;
  readonly parts: readonly Part[];
  readonly listening: boolean;
  readonly language: Language;
}

/** Says a new screen once; what the page finds when it starts is no news. */
function useTold({ key, parts, listening, language }: Told): void {
  const before = useRef<string | null>(null);
  const asked = useRef(listening);
  const tell = useEffectEvent(() => {
    const first = before.current === null;
    const began = listening && !asked.current;
    before.current = key;
    asked.current = listening;
    const head: readonly Part[] = began ? [{ say: "listening" }] : [];
    const told = [...head, ...parts];
    if (told.length === 0 || (first && !listening)) hush();
    else speak(told.map((part) => saidOf(part, language)));
  });
  useEffect(() => tell(), [key, listening, language]);
}

/** The next customer has not asked to be read to. */
function useSessionEnd(visit: number): void {
  useEffect(() => endListening, [visit]);
}

/** The time left is said again, but never over something that is being said. */
function useClock(seconds: number | null, listening: boolean, language: Language): void {
  useEffect(() => {
    if (!listening || seconds === null || !AGAIN_AT.includes(seconds) || isSpeaking()) return;
    speak(secondsOf(seconds).map((part) => saidOf(part, language)));
  }, [seconds, listening, language]);
}
