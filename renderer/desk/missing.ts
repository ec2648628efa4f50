import type { DeskView } from "../../contract/desk.ts";
import { bankOf } from "./banks.ts";
import type { Lack, Way } from "./banks.ts";
import type { StepName } from "./wizard/steps.ts";

export interface Missing {
  readonly field: string;
  readonly place: StepName;
  /** Ours, where the field is known. */
  readonly text: Lack | null;
  /** English, of the provisioning file. */
  readonly words: string;
}

/** What a bank's draft lacks, each with the step where it is filled in. */
export function missingOf(view: DeskView, { bank, fields, first }: Way): readonly Missing[] {
  return bankOf(view, bank).missing.map(({ path, words }) => {
    const inside = path.startsWith(`providers.${bank}.`) ? path.slice(`providers.${bank}.`.length) : "";
    const parts = (inside.split("[")[0] ?? "").split(".");
    const names = parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
    const field = names.find((name) => name in fields) ?? parts[0] ?? "";
    return { field, place: fields[field]?.place ?? first, text: fields[field]?.text ?? null, words };
  });
}
