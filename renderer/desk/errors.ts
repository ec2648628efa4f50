import { errorText } from "../../contract/messages/index.ts";
import type { ErrorText } from "../../contract/messages/index.ts";
import type { AppError } from "../../contract/errors.ts";
import type { Language } from "../../contract/states.ts";

/** The sentences are the cashier's, who is to call a technician; here the technician is reading. */
const CALLED = /^(?:Техникті шақырыңыз|Позовите техника|Call a technician): (.)/u;

/** What happened and what to do next, said to the technician. */
export function deskError(language: Language, error: AppError): ErrorText {
  const { title, next } = errorText(language, error);
  return { title, next: next.replace(CALLED, (_, first: string) => first.toUpperCase()) };
}
