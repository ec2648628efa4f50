import type { Problem } from "../../contract/problem.ts";

/** The provisioning file cannot be applied: exit code 2, one line per wrong field. */
export class ProvisionFailure extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(lineOf).join("; "));
    this.name = "ProvisionFailure";
    this.problems = problems;
  }
}

/** One wrong field as the technician reads it. */
export function lineOf({ path, words }: Problem): string {
  return `${path}: ${words}`;
}
