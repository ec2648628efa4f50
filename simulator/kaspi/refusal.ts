import { messages, type Code } from "./codes.ts";

/** The bank says no, with a StatusCode. */
export class Refusal extends Error {
  readonly code: Code;
  constructor(code: Code, message: string = messages[code]) {
    super(message);
    this.code = code;
  }
}
