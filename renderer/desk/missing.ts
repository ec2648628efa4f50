import type { DeskView } from "../../contract/desk.ts";

/** The step of the wizard where a field of the provisioning file is filled in. */
const STEP_OF: Readonly<Record<string, Place>> = {
  scheme: "scheme",
  environment: "where",
  url: "where",
  headers: "where",
  apiKey: "key",
  certificate: "certificate",
  privateKey: "certificate",
  passphrase: "certificate",
  ca: "roots",
  deviceId: "device",
  organizations: "device",
  organizationBin: "device",
  bin: "device",
  limits: "device",
  tradePointId: "point",
  deviceToken: "point",
};

export type Place = "scheme" | "where" | "key" | "certificate" | "roots" | "device" | "point";

export interface Missing {
  readonly field: string;
  readonly place: Place;
  /** English, of the provisioning file. */
  readonly words: string;
}

/** What the draft lacks, each with the step where it is filled in. */
export function missingOf(view: DeskView): readonly Missing[] {
  return view.missing.map(({ path, words }) => {
    const field = path.replace(/^providers\.kaspi\.?/, "").split(/[.[]/)[0] ?? "";
    return { field, place: STEP_OF[field] ?? "scheme", words };
  });
}
