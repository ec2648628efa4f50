import type {
  BankDeskView,
  DeskView,
  EpaySettingsView,
  HalykQrSettingsView,
  KaspiSettingsView,
  Layer,
  OtherBank,
} from "../../contract/desk.ts";
import type { AppError, Result } from "../../contract/errors.ts";
import type { DeskKey } from "../messages/desk.kk.ts";
import { useDesk } from "./session.ts";
import type { StepName } from "./wizard/steps.ts";

/** A bank that is set up at this desk. */
export type DeskBank = "kaspi" | OtherBank;
export const DESK_BANKS: readonly DeskBank[] = ["kaspi", "halykQr", "epay"];

type Settings = KaspiSettingsView | HalykQrSettingsView | EpaySettingsView;
type LayerText = `lay.${Layer}${"" | ".ok" | ".fix1" | ".fix2"}`;

/** What the wizard and the settings must know of a bank beyond what the till shows of it. */
export interface Way {
  readonly bank: DeskBank;
  /** The step where a field of its part of the provisioning file is filled in, and what is said when it lacks there. */
  readonly fields: Readonly<Record<string, { readonly place: StepName; readonly text?: Lack }>>;
  /** Where everything else is looked for. */
  readonly first: StepName;
  /** The step where a layer that failed can be put right. */
  readonly remedies: Readonly<Partial<Record<Layer, StepName>>>;
  /** Until the till has told which layers there are. */
  layers(view: DeskView): readonly Layer[];
  /** What is said of a layer otherwise than of the others' banks. */
  readonly said: Readonly<Partial<Record<LayerText, Extract<DeskKey, `${"halyk" | "epay"}.lay.${string}`>>>>;
  /** How the bank knows this till, for the text that is sent to it. */
  knownAs(view: DeskView): string;
  /** Which of several things a failed check is about, and the step of that one. */
  about?(error: AppError): { readonly text: Extract<DeskKey, `epay.at.${string}`>; readonly step?: StepName } | null;
}

export type Lack = Extract<DeskKey, `miss.${string}`>;

/** A bank as the till shows it. */
export function bankOf(view: DeskView, bank: DeskBank): BankDeskView<Settings> {
  if (bank !== "kaspi") return view[bank];
  const { kaspi: inUse, reason, draft, missing, check } = view;
  return { inUse, reason, events: "off", draft, missing, check };
}

/** Where a bank's requests go. */
export const addressOf = (settings: Settings): string => ("apiUrl" in settings ? settings.apiUrl : settings.url);

interface BankHere extends BankDeskView<Settings> {
  run(what: "check" | "apply" | "discard"): Promise<Result<DeskView>>;
}

/** A bank at the open desk, and what can be done with its draft. What was typed is let go with the draft. */
export function useBank(bank: DeskBank): BankHere {
  const { view, send, forget } = useDesk();
  return {
    ...bankOf(view, bank),
    async run(what) {
      const result = await (bank === "kaspi"
        ? send(`connection.${what}`, {})
        : send(`bank.${what}`, { provider: bank }));
      if (result.ok && what !== "check") forget(`${bank}.`);
      return result;
    },
  };
}
