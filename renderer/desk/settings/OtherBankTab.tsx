import { useState } from "react";
import type { ReactNode } from "react";
import type { OtherBank } from "../../../contract/desk.ts";
import { Button } from "../../ui/Button.tsx";
import type { Way } from "../banks.ts";
import { useDesk, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";
import { ConnectionButtons, NotConnected, Unfinished, Works } from "./connection.tsx";
import type { TabProps } from "./connection.tsx";

interface Props extends TabProps {
  readonly bank: OtherBank;
  readonly way: Way;
  /** The way in use as names and values; null: this till has none. */
  readonly facts: ReactNode;
}

/** The way to a bank in use: what it is, whether it works, taking it off. */
export function OtherBankTab({ bank, way, facts, reason, connect }: Props): ReactNode {
  const words = useDeskWords();
  const { send, forget } = useDesk();
  const removal = useTask();
  const [asking, ask] = useState(false);
  const remove = (): void => {
    ask(false);
    removal.run(
      () => send("bank.remove", { provider: bank }),
      () => forget(`${bank}.`),
    );
  };
  if (facts === null) return <NotConnected bank={bank} connect={connect} />;
  return (
    <div className="pane">
      <Unfinished bank={bank} connect={connect} />
      <Group title={words(`${bank}.title`)}>
        <Works reason={reason} />
        {facts}
        <Fault error={removal.error} />
        <ConnectionButtons way={way} connect={connect}>
          <Button id="bank-remove" off={removal.busy} onPress={() => ask(true)}>
            {words("bank.remove")}
          </Button>
        </ConnectionButtons>
      </Group>
      {asking && (
        <Ask
          title={words(`${bank}.remove.q`)}
          text={words(`${bank}.remove.t`)}
          yes={words("bank.remove")}
          onNo={() => ask(false)}
          onYes={remove}
        />
      )}
    </div>
  );
}
