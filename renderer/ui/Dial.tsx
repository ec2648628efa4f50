import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { announce } from "./Announcer.tsx";
import { Shanyrak } from "./Shanyrak.tsx";

export { LOW_SECONDS, useSeconds } from "./Shanyrak.tsx";

const ANNOUNCED = [60, 30, 10];

interface Props {
  readonly seconds: number | null;
  readonly of: number;
  readonly kind?: "big" | "sun";
}

/** The dial of the till's own screens: it also says how much is left. */
export function Dial({ seconds, of, kind }: Props): ReactNode {
  const words = useWords();
  useAnnounced(seconds, words("say.left", { n: seconds ?? 0 }));
  return <Shanyrak seconds={seconds} of={of} kind={kind} below={words("qr.left")} />;
}

function useAnnounced(seconds: number | null, text: string): void {
  const said = useRef<number | null>(null);
  useEffect(() => {
    if (seconds === null || said.current === seconds || !ANNOUNCED.includes(seconds)) return;
    said.current = seconds;
    announce(text);
  }, [seconds, text]);
}
