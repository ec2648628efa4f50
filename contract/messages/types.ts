import type { ErrorCode } from "../errors.ts";

/** What happened, and what the person at the till does next. `{{name}}` is filled from the error's `params`. */
export interface ErrorText {
  readonly title: string;
  readonly next: string;
}

export type ErrorTexts = Readonly<Record<ErrorCode, ErrorText>>;
