import type { ErrorCode } from "../errors.ts";

/** What happened, and what the person at the till does next. `{{name}}` is filled from the error's `params`. */
export interface ErrorText {
  readonly title: string;
  readonly next: string;
  /** Said instead where the error says that it is done in the bank's own office (`params.where` is "office"). */
  readonly office?: Readonly<{ title: string; next: string }>;
}

export type ErrorTexts = Readonly<Record<ErrorCode, ErrorText>>;
