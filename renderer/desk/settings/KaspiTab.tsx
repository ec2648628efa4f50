import { useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../../contract/errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { useDesk, useKept, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Checks } from "../ui/Checks.tsx";
import { Facts } from "../ui/Facts.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { KaspiFacts } from "../ui/KaspiFacts.tsx";
import { hostOf } from "../wizard/hosts.ts";
import { useDeskWords } from "../words.ts";
import { DEVICE_FAULTS } from "./faults.ts";

interface Props {
  readonly reason: AppError | null;
  readonly connect: () => void;
  readonly unfinished: ReactNode;
}

/** The way to Kaspi in use: what it is, whether it works, the device, the organisations. */
export function KaspiTab({ reason, connect, unfinished }: Props): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { kaspi } = view;
  const device = reason !== null && DEVICE_FAULTS.has(reason.code);
  if (!kaspi)
    return (
      <div className="pane">
        <Group title={words("kaspi.none")} lead={words("kaspi.none.t")}>
          <div className="row">
            <Button id="connect" kind="main" onPress={connect}>
              {words("kaspi.connect")}
            </Button>
          </div>
        </Group>
      </div>
    );
  return (
    <div className="pane">
      {unfinished}
      {device && <DeviceGroup reason={reason} />}
      <Group title={words("kaspi.title")}>
        {reason && !device ? (
          <Fault error={reason} />
        ) : (
          !reason && (
            <p className="works" data-testid="works">
              <Mark name="yes" className="mark yesc" />
              {words("kaspi.works")}
            </p>
          )
        )}
        <KaspiFacts shown={kaspi} />
        <ConnectionButtons connect={connect} />
      </Group>
      {kaspi.organizations.length > 1 && <Organizations />}
      {!device && <DeviceGroup reason={null} />}
    </div>
  );
}

function ConnectionButtons({ connect }: { readonly connect: () => void }): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [shown, show] = useState(false);
  const way = view.draft ?? view.kaspi;
  const check = (): void => {
    show(true);
    task.run(() => send("connection.check", {}));
  };
  return (
    <>
      {shown && (
        <Checks
          check={view.check}
          running={task.busy}
          scheme={way?.scheme ?? 2}
          host={hostOf(way?.url ?? "")}
          deviceId={way?.deviceId ?? null}
        />
      )}
      <Fault error={task.error} />
      <div className="row">
        <Button id="check" off={task.busy} onPress={check}>
          {words("kaspi.check")}
        </Button>
        <Button id="change" off={task.busy} onPress={connect}>
          {words("kaspi.change")}
        </Button>
      </div>
    </>
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
