import { useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../../contract/errors.ts";
import { Button } from "../../ui/Button.tsx";
import { KaspiFacts } from "../kaspi/KaspiFacts.tsx";
import { KASPI } from "../kaspi/way.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Facts } from "../ui/Facts.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";
import { ConnectionButtons, NotConnected, Unfinished, Works } from "./connection.tsx";
import type { TabProps } from "./connection.tsx";
import { DEVICE_FAULTS } from "./faults.ts";

/** The way to Kaspi in use: what it is, whether it works, the device, the organisations. */
export function KaspiTab({ reason, connect }: TabProps): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { kaspi } = view;
  const device = reason !== null && DEVICE_FAULTS.has(reason.code);
  if (!kaspi) return <NotConnected bank="kaspi" connect={connect} />;
  return (
    <div className="pane">
      <Unfinished bank="kaspi" connect={connect} />
      {device && <DeviceGroup reason={reason} />}
      <Group title={words("kaspi.title")}>
        {!device && <Works reason={reason} />}
        <KaspiFacts shown={kaspi} />
        <ConnectionButtons way={KASPI} connect={connect} />
      </Group>
      {kaspi.organizations.length > 1 && <Organizations />}
      {!device && <DeviceGroup reason={null} />}
    </div>
  );
}

/** The till as the bank knows it. After -1501 or -1502 only a person registers it again: the owner may have meant it. */
function DeviceGroup({ reason }: { readonly reason: AppError | null }): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const register = useTask();
  const remove = useTask();
  const [asking, ask] = useState(false);
  // The group moves to the top with a fault and back without one: what was done is told in either place.
  const [done, setDone] = useKept("device.done", () => false);
  const { kaspi } = view;
  if (!kaspi) return null;
  return (
    <Group title={words("device.title")} id="device">
      {reason && (
        <>
          <Fault error={reason} />
          <p>{words("device.why")}</p>
        </>
      )}
      <Facts
        rows={[
          [words("fact.device"), kaspi.deviceId ?? words("fact.absent")],
          [words("fact.point"), kaspi.tradePointId ?? words("fact.absent")],
          [words("device.state"), words(kaspi.registered ? "device.yes" : "device.no")],
        ]}
      />
      {done && !reason && (
        <Note kind="yes">
          <p>{words("device.done")}</p>
        </Note>
      )}
      <Fault error={register.error ?? remove.error} />
      <div className="row">
        <Button
          id="device-register"
          kind={reason ? "main" : "plain"}
          off={register.busy}
          onPress={() =>
            register.run(
              () => send("device.register", {}),
              () => setDone(true),
            )
          }
        >
          {words("device.again")}
        </Button>
        <Button id="device-delete" off={remove.busy || !kaspi.registered} onPress={() => ask(true)}>
          {words("device.delete")}
        </Button>
      </div>
      {asking && (
        <Ask
          title={words("device.delete.q")}
          text={words("device.delete.t")}
          yes={words("device.delete")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            remove.run(() => send("device.delete", {}));
          }}
        />
      )}
    </Group>
  );
}

/** Several legal entities behind one certificate: which of them takes the money here. */
function Organizations(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [asking, ask] = useState<string | null>(null);
  const all = view.kaspi?.organizations ?? [];
  const chosen = all.find((one) => one.bin === asking);
  return (
    <Group title={words("orgs.title")} lead={words("orgs.t")} id="organizations">
      <ul className="rows">
        {all.map((one) => (
          <li key={one.bin} data-testid={`organization-${one.bin}`}>
            <span>
              <b>{one.name}</b>
              <span className="sub">
                {words("org.bin")} {one.bin} · {one.deviceId}
                {one.registered ? "" : ` · ${words("device.no")}`}
              </span>
            </span>
            {one.active ? (
              <b className="val">{words("orgs.active")}</b>
            ) : (
              <Button id={`organization-use-${one.bin}`} off={task.busy} onPress={() => ask(one.bin)}>
                {words("orgs.use")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Fault error={task.error} />
      {chosen && (
        <Ask
          title={words("orgs.q")}
          text={words("orgs.q.t", { name: chosen.name, bin: chosen.bin })}
          yes={words("orgs.use")}
          onNo={() => ask(null)}
          onYes={() => {
            ask(null);
            task.run(() => send("organization.use", { bin: chosen.bin }));
          }}
        />
      )}
    </Group>
  );
}
