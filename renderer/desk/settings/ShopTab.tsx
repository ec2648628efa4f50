import { useRef, useState } from "react";
import type { ReactNode } from "react";
import type { GeneralSettings } from "../../../contract/desk.ts";
import { useStore } from "../../store.ts";
import { Button } from "../../ui/Button.tsx";
import { LANGUAGE_NAMES } from "../Begin.tsx";
import { amountOf, between, BIN, digits, orNull, PHONE, TILL_ID, typedAmount } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { showFirstFault } from "../wizard/Step.tsx";
import { useDeskWords } from "../words.ts";

const formOf = ({ merchant, language, timezone, till, screen, refund }: GeneralSettings) => ({
  name: merchant.name,
  bin: merchant.bin ?? "",
  address: merchant.address ?? "",
  phone: merchant.supportPhone ?? "",
  language,
  timezone,
  tillId: till.id,
  tillName: till.name,
  autoReturn: String(screen.autoReturnSeconds),
  idle: String(screen.idleSeconds),
  pinAbove: refund.pinAbove === null ? "" : typedAmount(refund.pinAbove),
});

function isZone(text: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== ""
    );
  } catch {
    return false;
  }
}

/** Whose till it is, how it is called, and how its screen behaves. */
export function ShopTab(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const frozen = useStore((state) => state.link !== "up");
  const [form, set] = useKept("shop", () => formOf(view.general));
  const pane = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  const [saved, setSaved] = useState(false);
  const limit = form.pinAbove.trim() === "" ? null : amountOf(form.pinAbove);
  const bad = {
    name: form.name.trim() === "",
    bin: form.bin !== "" && !BIN.test(form.bin),
    phone: form.phone.trim() !== "" && !PHONE.test(form.phone.trim()),
    timezone: !isZone(form.timezone.trim()),
    tillId: !TILL_ID.test(form.tillId),
    tillName: form.tillName.trim() === "",
    autoReturn: !between(form.autoReturn, 1, 600),
    idle: !between(form.idle, 10, 3600),
    pinAbove: form.pinAbove.trim() !== "" && limit === null,
  };
  const change = (part: Partial<typeof form>): void => {
    setSaved(false);
    set(part);
  };
  const save = (): void => {
    setAsked(true);
    showFirstFault(pane.current);
    if (frozen || Object.values(bad).some(Boolean)) return;
    const general: GeneralSettings = {
      merchant: {
        name: form.name.trim(),
        bin: orNull(form.bin),
        address: orNull(form.address),
        supportPhone: orNull(form.phone),
      },
      language: form.language,
      timezone: form.timezone.trim(),
      till: { id: form.tillId, name: form.tillName.trim() },
      screen: { autoReturnSeconds: Number(form.autoReturn), idleSeconds: Number(form.idle) },
      refund: { pinAbove: limit },
      mode: view.general.mode,
      displays: view.general.displays,
    };
    task.run(
      () => send("settings.save", { general }),
      () => setSaved(true),
    );
  };
  const wrong = (field: keyof typeof bad, text: string): string | null => (asked && bad[field] ? text : null);
  return (
    <form
      className="formed"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="pane" ref={pane}>
        <Group title={words("shop.title")}>
          <Field
            id="shop-name"
            label={words("shop.name")}
            hint={words("shop.name.t")}
            value={form.name}
            onChange={(name) => change({ name })}
            error={wrong("name", words("need"))}
          />
          <Field
            id="shop-address"
            label={words("shop.address")}
            hint={words("shop.address.t")}
            value={form.address}
            onChange={(address) => change({ address })}
          />
          <div className="pair">
            <Field
              id="shop-bin"
              kind="digits"
              label={words("shop.bin")}
              hint={words("shop.bin.t")}
              value={form.bin}
              onChange={(text) => change({ bin: digits(text, 12) })}
              error={wrong("bin", words("bad.bin"))}
            />
            <Field
              id="shop-phone"
              kind="tel"
              label={words("shop.phone")}
              hint={words("shop.phone.t")}
              value={form.phone}
              onChange={(phone) => change({ phone })}
              error={wrong("phone", words("bad.phone"))}
            />
          </div>
        </Group>
        <Group title={words("till.title")}>
          <div className="pair">
            <Field
              id="till-name"
              label={words("till.name")}
              hint={words("till.name.t")}
              value={form.tillName}
              onChange={(tillName) => change({ tillName })}
              error={wrong("tillName", words("need"))}
            />
            <Field
              id="till-id"
              label={words("till.id")}
              hint={words("till.id.t")}
              value={form.tillId}
              onChange={(tillId) => change({ tillId: tillId.trim() })}
              error={wrong("tillId", words("bad.till"))}
            />
          </div>
          <Choice
            id="speaks"
            kind="row"
            label={words("shop.language")}
            hint={words("shop.language.t")}
            value={form.language}
            onChange={(language) => change({ language })}
            options={LANGUAGE_NAMES}
          />
          <Field
            id="timezone"
            size="short"
            label={words("shop.zone")}
            hint={words("shop.zone.t")}
            value={form.timezone}
            onChange={(timezone) => change({ timezone })}
            error={wrong("timezone", words("bad.zone"))}
          />
        </Group>
        <Group title={words("screen.title")}>
          <div className="pair">
            <Field
              id="auto-return"
              kind="digits"
              label={words("screen.return")}
              hint={words("screen.return.t")}
              value={form.autoReturn}
              onChange={(text) => change({ autoReturn: digits(text, 3) })}
              error={wrong("autoReturn", words("bad.seconds", { min: 1, max: 600 }))}
            />
            <Field
              id="idle"
              kind="digits"
              label={words("screen.idle")}
              hint={words("screen.idle.t")}
              value={form.idle}
              onChange={(text) => change({ idle: digits(text, 4) })}
              error={wrong("idle", words("bad.seconds", { min: 10, max: 3600 }))}
            />
          </div>
        </Group>
        <Group title={words("refund.title")}>
          <Field
            id="pin-above"
            kind="digits"
            size="short"
            label={words("refund.limit")}
            hint={words("refund.limit.t")}
            value={form.pinAbove}
            onChange={(pinAbove) => change({ pinAbove })}
            error={wrong("pinAbove", words("bad.amount"))}
          />
        </Group>
        {saved && (
          <Note kind="yes">
            <p data-testid="saved">{words("saved")}</p>
          </Note>
        )}
        <Fault error={task.error} />
        {asked && Object.values(bad).some(Boolean) && (
          <Note kind="doubt">
            <p>{words("bad.form")}</p>
          </Note>
        )}
      </div>
      <div className="row doing">
        <Button id="save" kind="main" off={task.busy} onPress={save}>
          {words(task.busy ? "saving" : "save")}
        </Button>
        <button type="submit" hidden>
          {words("save")}
        </button>
      </div>
    </form>
  );
}
