export type StepName =
  | "scheme"
  | "where"
  | "key"
  | "certificate"
  | "roots"
  | "device"
  | "check"
  | "point"
  | "apply"
  | "pay";

/** What every step is given. */
export interface StepProps {
  readonly next: () => void;
  readonly back: (() => void) | null;
  readonly go: (step: StepName) => void;
}
