import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import { BIN, DEVICE_ID, deviceName, digits, typedAmount } from "../forms.ts";
import { useDesk } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { useDraftStep } from "../wizard/draft.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import { Lacking } from "../wizard/Lacking.tsx";
import { LimitFields, limitsOf } from "../wizard/Limits.tsx";
import type { LimitsForm } from "../wizard/Limits.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";
import { KASPI } from "./way.ts";

interface Organization {
  readonly bin: string;
  readonly name: string;
  readonly deviceId: string;
  readonly tradePointId: string | null;
}

interface Form extends LimitsForm {
  readonly deviceId: string;
  readonly organizations: readonly Organization[];
  /** Which of them takes the money: by its place, since its BIN may still be typed. */
  readonly active: string;
  readonly asked: boolean;
}

function known({ draft, kaspi, general }: DeskView): Form {
  const shown = draft ?? kaspi;
  const limits = shown?.limits ?? { min: "1.00", max: "1000000.00" };
  const proposal = deviceName(general.till.id);
  const organizations = (shown?.organizations ?? []).map(({ bin, name, deviceId, tradePointId }) => ({
    bin,
    name,
    deviceId,
    tradePointId,
  }));
  const active = (shown?.organizations ?? []).findIndex((one) => one.active);
  return {
    deviceId: shown?.deviceId ?? proposal,
    organizations:
      organizations.length > 0
        ? organizations
        : [
            {
              bin: general.merchant.bin ?? "",
              name: general.merchant.name,
              deviceId: shown?.deviceId ?? proposal,
              tradePointId: shown?.tradePointId ?? null,
            },
          ],
    active: String(Math.max(0, active)),
    min: typedAmount(limits.min),
    max: typedAmount(limits.max),
    asked: false,
  };
}

const isWrong = ({ bin, name, deviceId }: Organization): boolean =>
  !BIN.test(bin) || name.trim() === "" || !DEVICE_ID.test(deviceId);

/** How the bank calls this till; in scheme 3, for which legal entities. */
export function DeviceStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const { view, task, form, set, lacking, save } = useDraftStep(KASPI, "device", known, next);
  const several = (view.draft ?? view.kaspi)?.scheme === 3;
  const { asked, organizations } = form;
  const on = (): void => {
    set({ asked: true });
    const limits = limitsOf(form);
    if (limits === null) return;
    if (several ? organizations.some(isWrong) : !DEVICE_ID.test(form.deviceId)) return;
    const active = organizations[Number(form.active)] ?? organizations[0];
    const change = several
      ? { organizations: [...organizations], ...(active ? { bin: active.bin } : {}), limits }
      : { deviceId: form.deviceId, limits };
    save(() => send("connection.draft", { change }));
  };
  const change = (index: number, part: Partial<Organization>): void =>
    set({ organizations: organizations.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const remove = (index: number): void =>
    set({ organizations: organizations.filter((_, at) => at !== index), active: "0" });
  const add = (): void =>
    set({
      organizations: [
        ...organizations,
        { bin: "", name: "", deviceId: deviceName(view.general.till.id), tradePointId: null },
      ],
    });
  return (
    <FormStep
      name="device"
      title={words(several ? "dev.q.3" : "dev.q")}
      lead={words(several ? "dev.t.3" : "dev.t")}
      task={task}
      on={on}
      back={back}
    >
      {several ? (
        <>
          {organizations.map((one, index) => (
            <OrganizationFields
              key={index}
              index={index}
              one={one}
              asked={asked}
              words={words}
              change={(part) => change(index, part)}
              {...(organizations.length > 1 ? { remove: () => remove(index) } : {})}
            />
          ))}
          <button type="button" className="link quiet" data-testid="organization-add" onClick={add}>
            {words("org.add")}
          </button>
          {organizations.length > 1 && (
            <Choice
              id="organization"
              label={words("org.which")}
              value={form.active}
              onChange={(active) => set({ active })}
              options={organizations.map((one, index) => ({
                value: String(index),
                title: one.name || words("org.n", { n: index + 1 }),
                text: one.bin,
              }))}
            />
          )}
        </>
      ) : (
        <Field
          id="device-id"
          size="short"
          label={words("dev.id")}
          hint={words("dev.id.t")}
          value={form.deviceId}
          onChange={(deviceId) => set({ deviceId: deviceId.trim() })}
          error={asked && !DEVICE_ID.test(form.deviceId) ? words("bad.device") : lacking.of("deviceId")}
        />
      )}
      <details className="more">
        <summary data-testid="limits">{words("lim.title")}</summary>
        <p className="dim">{words("lim.t")}</p>
        <LimitFields prefix="limit-" form={form} set={set} asked={asked} />
      </details>
      <Lacking way={KASPI} place="device" but={["deviceId"]} shown={lacking.shown} />
    </FormStep>
  );
}

interface OrganizationProps {
  readonly index: number;
  readonly one: Organization;
  readonly asked: boolean;
  readonly words: DeskWords;
  readonly change: (part: Partial<Organization>) => void;
  readonly remove?: () => void;
}

function OrganizationFields({ index, one, asked, words, change, remove }: OrganizationProps): ReactNode {
  return (
    <fieldset className="boxed">
      <legend>{words("org.n", { n: index + 1 })}</legend>
      <Field
        id={`org-name-${index}`}
        label={words("org.name")}
        hint={words("org.name.t")}
        value={one.name}
        onChange={(name) => change({ name })}
        error={asked && one.name.trim() === "" ? words("need") : null}
      />
      <div className="pair">
        <Field
          id={`org-bin-${index}`}
          kind="digits"
          size="short"
          label={words("org.bin")}
          hint={words("org.bin.t")}
          value={one.bin}
          onChange={(text) => change({ bin: digits(text, 12) })}
          error={asked && !BIN.test(one.bin) ? words("bad.bin") : null}
        />
        <Field
          id={`org-device-${index}`}
          size="short"
          label={words("dev.id")}
          hint={words("dev.id.short")}
          value={one.deviceId}
          onChange={(deviceId) => change({ deviceId: deviceId.trim() })}
          error={asked && !DEVICE_ID.test(one.deviceId) ? words("bad.device") : null}
        />
      </div>
      {remove && (
        <button type="button" className="link quiet" onClick={remove}>
          {words("remove")}
        </button>
      )}
    </fieldset>
  );
}
