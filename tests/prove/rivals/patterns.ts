/** The seven public anti-patterns (reliability, "What proves it"): the plain program, each with one habit of its own. */
import { RIGHT, type Habits } from "./plain.ts";

export const PATTERNS = {
  "local deadline = failed": { ...RIGHT, onDeadline: () => "not_paid" },
  "retry = a new payment while the old one can be paid": { ...RIGHT, onAgain: () => "new" },
  "force done": { ...RIGHT, onDone: () => "paid" },
  "refund retried": { ...RIGHT, onRefundLost: (tries) => (tries < 3 ? "send" : "look") },
  "polling in the renderer": { ...RIGHT, onReload: () => "forget" },
  "scanned treated as cancelled": {
    ...RIGHT,
    meaning: (status) => (status === "Wait" ? "not_paid" : RIGHT.meaning(status)),
  },
  "wall-clock deadlines": { ...RIGHT, elapsed: (attempt, clock) => clock.now() - attempt.wallAt },
} as const satisfies Readonly<Record<string, Habits>>;

export type PatternName = keyof typeof PATTERNS;
