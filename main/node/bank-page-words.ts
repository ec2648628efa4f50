import type { Language } from "../../contract/states.ts";

/** What the payer reads in the window of the bank's page before and after it. None of it says that anything was paid. */
export interface BankPageWords {
  readonly title: string;
  /** Where a browser does not go on by itself. */
  readonly go: string;
  readonly done: string;
  readonly over: string;
}

const WORDS: Readonly<Record<Language, BankPageWords>> = {
  kk: {
    title: "Банк беті",
    go: "Банк бетіне өту",
    done: "Кассаға оралыңыз. Бұл терезені жабуға болады.",
    over: "Бұл бет енді жарамсыз. Кассаға оралыңыз.",
  },
  ru: {
    title: "Страница банка",
    go: "Перейти на страницу банка",
    done: "Вернитесь к кассе. Это окно можно закрыть.",
    over: "Эта страница больше не действует. Вернитесь к кассе.",
  },
  en: {
    title: "The bank's page",
    go: "Go to the bank's page",
    done: "Return to the till. You can close this window.",
    over: "This page is not valid any more. Return to the till.",
  },
};

export function bankPageWords(language: Language): BankPageWords {
  return WORDS[language];
}
