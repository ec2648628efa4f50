/** The bank's codes that this one gives of itself, and words for those a test card asks for. */
export const codes = {
  /** Not understood, or not what it was allowed for. */
  invalid: 469,
  wrongAmount: 470,
  notPermitted: 487,
  expired: 457,
  unproven: 455,
} as const;

const words: Record<number, string> = {
  454: "Operation is not finished, check its status",
  455: "3DSecure check failed",
  457: "Card has expired",
  459: "System failure, check the status",
  460: "Time-out, the amount may be blocked",
  476: "Repeat not before 30 minutes",
  484: "Insufficient funds",
  487: "Not permitted to merchant",
  505: "More than 3 attempts",
};

export function wordsOf(code: number): string {
  return words[code] ?? "Declined";
}
