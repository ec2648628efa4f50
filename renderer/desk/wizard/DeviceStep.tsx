import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import { amountOf, BIN, DEVICE_ID, deviceName, digits, typedAmount } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { Lacking, useLacking } from "./Lacking.tsx";
import { Step } from "./Step.tsx";
import type { StepProps } from "./steps.ts";

interface Organization {
  readonly bin: string;
  readonly name: string;
  readonly deviceId: string;
  readonly tradePointId: string | null;
}

interface Form {
  readonly deviceId: string;
  readonly organizations: readonly Organization[];
  /** Which of them takes the money: by its place, since its BIN may still be typed. */
  readonly active: string;
  readonly min: string;
  readonly max: string;
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
  const { view, send } = useDesk();
  const task = useTask();
  const [form, set] = useKept("device", () => known(view));
  const lacking = useLacking("device");
  const several = (view.draft ?? view.kaspi)?.scheme === 3;
  const { asked, organizations } = form;
  const [min, max] = [amountOf(form.min), amountOf(form.max)];
  const on = (): void => {
    set({ asked: true });
    if (min === null || max === null) return;
    const limits = { min, max };
    if (several ? organizations.some(isWrong) : !DEVICE_ID.test(form.deviceId)) return;
    const active = organizations[Number(form.active)] ?? organizations[0];
    const change = several
      ? { organizations: [...organizations], ...(active ? { bin: active.bin } : {}), limits }
      : { deviceId: form.deviceId, limits };
    task.run(
      () => send("connection.draft", { change }),
      () => lacking.pass(next),
    );
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
    <Step
      name="device"
      title={words(several ? "dev.q.3" : "dev.q")}
      lead={words(several ? "dev.t.3" : "dev.t")}
      error={task.error}
      onEnter={on}
      buttons={<Buttons next={on} back={back} busy={task.busy} />}
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
        <div className="pair">
          <Field
            id="limit-min"
            kind="digits"
            size="short"
            label={words("lim.min")}
            value={form.min}
            onChange={(text) => set({ min: text })}
            error={asked && min === null ? words("bad.amount") : null}
          />
          <Field
            id="limit-max"
            kind="digits"
            size="short"
            label={words("lim.max")}
            value={form.max}
            onChange={(text) => set({ max: text })}
            error={asked && max === null ? words("bad.amount") : null}
          />
        </div>
      </details>
      <Lacking place="device" but={["deviceId"]} shown={lacking.shown} />
    </Step>
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
