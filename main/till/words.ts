import type { AppError } from "../../contract/errors.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { Language } from "../../contract/states.ts";

/** What happened and what to do next, in one line, in the till's language. */
export function messageOf(language: Language, error: Pick<AppError, "code" | "params">): string {
  const { title, next } = errorText(language, error);
  if (next === "") return title;
  return /[.!?…]$/.test(title) ? `${title} ${next}` : `${title}. ${next}`;
}
