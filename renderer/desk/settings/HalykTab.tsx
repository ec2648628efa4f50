import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { HalykFacts } from "../halyk/HalykFacts.tsx";
import { HALYK } from "../halyk/way.ts";
import { useDesk, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";
import { ConnectionButtons, NotConnected, Unfinished, Works } from "./connection.tsx";
import type { TabProps } from "./connection.tsx";

/** The way to Halyk QR in use: what it is, whether it works, its stream of events, taking it off. */
export function HalykTab({ reason, connect }: TabProps): ReactNode {
  const words = useDeskWords();
  const { view, send, forget } = useDesk();
  const removal = useTask();
  const [asking, ask] = useState(false);
  const { inUse } = view.halykQr;
  const remove = (): void => {
    ask(false);
    removal.run(
      () => send("bank.remove", { provider: "halykQr" }),
      () => forget("halykQr."),
    );
  };
  if (!inUse) return <NotConnected bank="halykQr" connect={connect} />;
  return (
    <div className="pane">
      <Unfinished bank="halykQr" connect={connect} />
      <Group title={words("halykQr.title")}>
        <Works reason={reason} />
        <HalykFacts shown={inUse} events={<Events />} />
        <Fault error={removal.error} />
        <ConnectionButtons way={HALYK} connect={connect}>
          <Button id="bank-remove" off={removal.busy} onPress={() => ask(true)}>
            {words("bank.remove")}
          </Button>
        </ConnectionButtons>
      </Group>
      {asking && (
        <Ask
          title={words("halykQr.remove.q")}
          text={words("halykQr.remove.t")}
          yes={words("bank.remove")}
          onNo={() => ask(false)}
          onYes={remove}
        />
      )}
    </div>
  );
}

const SIGNS = { up: "yes", down: "attention" } as const;
const TONES = { up: "yesc", down: "doubtc" } as const;

function Events(): ReactNode {
  const words = useDeskWords();
  const { events } = useDesk().view.halykQr;
  return (
    <span className="signed" data-testid="events-state" data-state={events}>
      {events !== "off" && <Mark name={SIGNS[events]} className={`mark ${TONES[events]}`} />}
      <span>{words(`stream.${events}`)}</span>
    </span>
  );
}
