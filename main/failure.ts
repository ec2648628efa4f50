/** Exit codes of both hosts: contract section 1. */
export const EXIT = { stopped: 0, internal: 1, badInput: 2, locked: 3, journalTooNew: 4, portTaken: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why the app could not start: what to exit with, and what to tell the person who starts it. No secret is in it. */
export class StartFailure extends Error {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  constructor(exitCode: ExitCode, lines: readonly string[], cause?: unknown) {
    super(lines.join("; "), { cause });
    this.name = "StartFailure";
    this.exitCode = exitCode;
    this.lines = lines;
  }
}
