/** The steps of all banks' wizards; one name means the same thing in each of them. */
export type StepName =
  | "scheme"
  | "where"
  | "key"
  | "login"
  | "terminal"
  | "terminals"
  | "links"
  | "means"
  | "sums"
  | "certificate"
  | "shop"
  | "roots"
  | "device"
  | "limits"
  | "document"
  | "events"
  | "check"
  | "point"
  | "apply"
  | "first"
  | "pay";

/** What every step is given. */
export interface StepProps {
  readonly next: () => void;
  readonly back: (() => void) | null;
  readonly go: (step: StepName) => void;
}
