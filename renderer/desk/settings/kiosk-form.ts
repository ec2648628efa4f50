/** What the tab of the mode holds while it is typed, and what becomes of it. */
import type { GeneralSettings } from "../../../contract/desk.ts";
import type { KioskSettings, LocalText, MachineLine } from "../../../contract/kiosk.ts";
import { LANGUAGES } from "../../../contract/states.ts";
import { BAUDS, isUnattended } from "../../../contract/unattended-facts.ts";
import { between } from "../forms.ts";

export type LineKind = "none" | "tcp" | "serial";
type Baud = `${(typeof BAUDS)[number]}`;

/** A text in each language as it is typed; each may be left empty. */
export type Texts = Readonly<Record<keyof LocalText, string>>;
export const NO_TEXTS: Texts = { kk: "", ru: "", en: "" };

/** A language that was left empty gets the text of another; null: nothing was typed at all. */
export function filledIn(texts: Texts): LocalText | null {
  const some = LANGUAGES.map((language) => texts[language].trim()).find((text) => text !== "");
  if (some === undefined) return null;
  const of = (language: keyof LocalText): string => texts[language].trim() || some;
  return { kk: of("kk"), ru: of("ru"), en: of("en") };
}

/** A choice of the customer's display that is no name. */
export const NO_DISPLAY = "-";

export interface KioskForm {
  readonly mode: GeneralSettings["mode"];
  readonly elsewhere: Texts;
  readonly voice: boolean;
  readonly restartAt: string;
  readonly fulfil: string;
  readonly dispense: string;
  readonly line: LineKind;
  readonly port: string;
  readonly device: string;
  readonly baud: Baud;
  readonly till: string;
  readonly customer: string;
  readonly night: boolean;
  readonly from: string;
  readonly to: string;
  readonly percent: string;
}

export function formOf({ mode, displays }: GeneralSettings, kiosk: KioskSettings): KioskForm {
  const { machine } = kiosk;
  const { night } = displays;
  const tcp = machine && "tcp" in machine ? machine.tcp : null;
  const serial = machine && "serial" in machine ? machine : null;
  return {
    mode,
    elsewhere: kiosk.elsewhere ?? NO_TEXTS,
    voice: kiosk.voice,
    restartAt: kiosk.restartAt ?? "",
    fulfil: String(kiosk.fulfilSeconds),
    dispense: String(kiosk.dispenseSeconds),
    line: tcp ? "tcp" : serial ? "serial" : "none",
    port: tcp?.slice(tcp.lastIndexOf(":") + 1) ?? "",
    device: serial?.serial ?? "",
    baud: `${serial?.baud ?? 9600}`,
    till: displays.till ?? NO_DISPLAY,
    customer: displays.customer ?? NO_DISPLAY,
    night: night !== null,
    from: night?.from ?? "23:00",
    to: night?.to ?? "07:00",
    percent: String(night?.percent ?? 30),
  };
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const DEVICE = /^(\/dev\/[A-Za-z0-9._/-]{1,60}|COM\d{1,3})$/;

/** What a person has to put right, by field; of what the mode does not show, nothing. */
export function faultsOf(form: KioskForm): Readonly<Record<keyof KioskForm, boolean>> {
  const alone = isUnattended(form.mode);
  const vending = form.mode === "vending";
  const never = false;
  return {
    mode: never,
    elsewhere: never,
    voice: never,
    restartAt: alone && form.restartAt.trim() !== "" && !TIME.test(form.restartAt.trim()),
    fulfil: vending && !between(form.fulfil, 10, 3600),
    dispense: vending && !between(form.dispense, 5, 3600),
    line: never,
    port: vending && form.line === "tcp" && !between(form.port, 1, 65_535),
    device: vending && form.line === "serial" && !DEVICE.test(form.device.trim()),
    baud: never,
    till: never,
    customer: never,
    night: never,
    from: form.night && !TIME.test(form.from.trim()),
    to: form.night && (!TIME.test(form.to.trim()) || form.to.trim() === form.from.trim()),
    percent: form.night && !between(form.percent, 5, 100),
  };
}

/** Of a form without faults. What its mode does not show stays as it was. */
export function settingsOf(
  form: KioskForm,
  general: GeneralSettings,
  kiosk: KioskSettings,
): { readonly general: GeneralSettings; readonly kiosk: KioskSettings } {
  const displays = {
    till: form.till === NO_DISPLAY ? null : form.till,
    customer: form.customer === NO_DISPLAY ? null : form.customer,
    night: form.night ? { from: form.from.trim(), to: form.to.trim(), percent: Number(form.percent) } : null,
  };
  const alone = isUnattended(form.mode);
  const vending = form.mode === "vending";
  return {
    general: { ...general, mode: form.mode, displays },
    kiosk: {
      ...kiosk,
      ...(alone && {
        elsewhere: filledIn(form.elsewhere),
        voice: form.voice,
        restartAt: form.restartAt.trim() || null,
      }),
      ...(vending && {
        fulfilSeconds: Number(form.fulfil),
        dispenseSeconds: Number(form.dispense),
        machine: lineOf(form),
      }),
    },
  };
}

function lineOf({ line, port, device, baud }: KioskForm): MachineLine | null {
  if (line === "none") return null;
  return line === "tcp"
    ? { tcp: `127.0.0.1:${Number(port)}` }
    : { serial: device.trim(), baud: BAUDS.find((one) => `${one}` === baud) ?? 9600 };
}
