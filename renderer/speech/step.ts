import { useEffect } from "react";
import { create } from "zustand";

/** A question over the screen that only the page knows of; the rest is in the snapshot and in the store. */
export type Asked = "idle" | "leave";

interface State {
  readonly asked: Asked | null;
  readonly listening: boolean;
}

export const useSpeech = create<State>(() => ({ asked: null, listening: false }));

/** Says that the page asks this, for as long as the calling component stands there; null: it asks nothing. */
export function useAsked(asked: Asked | null): void {
  useEffect(() => {
    if (asked === null) return undefined;
    useSpeech.setState({ asked });
    return () => useSpeech.setState({ asked: null });
  }, [asked]);
}

/** The customer has gone: whoever comes next has not asked to be read to. */
export const endListening = (): void => useSpeech.setState({ listening: false });

export const toggleListening = (): void => useSpeech.setState(({ listening }) => ({ listening: !listening }));
