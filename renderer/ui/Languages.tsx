import type { ReactNode } from "react";
import { LANGUAGES } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { setLanguage } from "../actions.ts";
import { useStore } from "../store.ts";
import { useWords } from "../words.tsx";

/** Each in its own words, short and in full. */
export const NAMES: Readonly<Record<Language, readonly [short: string, full: string]>> = {
  kk: ["Қаз", "Қазақша"],
  ru: ["Рус", "Русский"],
  en: ["Eng", "English"],
};

/** The three languages, each in its own words, on every screen. `choose` takes the one that is touched. */
export function Languages({ choose = setLanguage }: { readonly choose?: (language: Language) => void }): ReactNode {
  const words = useWords();
  const chosen = useStore((state) => state.language);
  return (
    <div className="langs" role="group" aria-label={words("lang")}>
      {LANGUAGES.map((language) => {
        const [short, full] = NAMES[language];
        return (
          <button
            key={language}
            type="button"
            className="link"
            lang={language}
            data-testid={`language-${language}`}
            aria-pressed={language === chosen}
            onClick={() => choose(language)}
          >
            <span className="abbr">{short}</span>
            <span className="full">{full}</span>
          </button>
        );
      })}
    </div>
  );
}
