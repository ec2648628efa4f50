import type { Language } from "../../contract/states.ts";

const FILES = import.meta.glob<string>("../../assets/voice/*/*.ogg", {
  query: "?url",
  import: "default",
  eager: true,
});

/** Where the host serves a clip; null: there is none. */
export const clipUrl = (language: Language, name: string): string | null =>
  FILES[`../../assets/voice/${language}/${name}.ogg`] ?? null;
