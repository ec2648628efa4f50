import { messages, type Code } from "./codes.ts";

/** The bank says no, with a StatusCode. */
export class Refusal extends Error {
  readonly code: Code;
  readonly httpStatus: number;

  constructor(code: Code, message: string = messages[code], httpStatus = 200) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}
