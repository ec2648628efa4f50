/** What the settings of every bank have in common: whether it works, trying it, changing it, a change that was left. */
import { useState } from "react";
import type { ReactNode } from "react";
import type { AppError } from "../../../contract/errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { useBank } from "../banks.ts";
import type { DeskBank, Way } from "../banks.ts";
import { useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Checks } from "../ui/Checks.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";

export interface TabProps {
  readonly reason: AppError | null;
  /** To the bank's wizard: a first connection, or the one in use changed. */
  readonly connect: () => void;
}

interface BankProps {
  readonly bank: DeskBank;
  readonly connect: () => void;
}

/** A bank this till has not: what is needed for it, and the way there. */
export function NotConnected({ bank, connect }: BankProps): ReactNode {
  const words = useDeskWords();
  const { draft } = useBank(bank);
  return (
    <div className="pane">
      {draft ? (
        <Unfinished bank={bank} connect={connect} />
      ) : (
        <Group title={words(`${bank}.none`)} lead={words(`choose.${bank}.need`)}>
          <div className="row">
            <Button id="connect" kind="main" onPress={connect}>
              {words(`${bank}.connect`)}
            </Button>
          </div>
        </Group>
      )}
    </div>
  );
}

/** Whether payments can be taken, and why not. */
export function Works({ reason }: Pick<TabProps, "reason">): ReactNode {
  const words = useDeskWords();
  if (reason) return <Fault error={reason} />;
  return (
    <p className="works" data-testid="works">
      <Mark name="yes" className="mark yesc" />
      {words("bank.works")}
    </p>
  );
}

interface ButtonsProps {
  readonly way: Way;
  readonly connect: () => void;
  readonly children?: ReactNode;
}

/** Tries the way in use (or its draft) layer by layer, or leads to the wizard. */
export function ConnectionButtons({ way, connect, children }: ButtonsProps): ReactNode {
  const words = useDeskWords();
  const { run } = useBank(way.bank);
  const task = useTask();
  const [shown, show] = useState(false);
  const check = (): void => {
    show(true);
    task.run(() => run("check"));
  };
  return (
    <>
      {shown && <Checks way={way} running={task.busy} />}
      <Fault error={task.error} />
      <div className="row">
        <Button id="check" off={task.busy} onPress={check}>
          {words("bank.check")}
        </Button>
        <Button id="change" off={task.busy} onPress={connect}>
          {words("bank.change")}
        </Button>
        {children}
      </div>
    </>
  );
}

/** Something was begun and is not in use: it is gone on with, or thrown away. */
export function Unfinished({ bank, connect }: BankProps): ReactNode {
  const words = useDeskWords();
  const { draft, inUse, run } = useBank(bank);
  const task = useTask();
  const [asking, ask] = useState(false);
  if (!draft) return null;
  return (
    <div className="fault doubt unfinished" data-testid="unfinished">
      <div>
        <p>
          <b>{words("draft.title")}</b>
        </p>
        <p>{words(inUse ? "draft.t" : `${bank}.none`)}</p>
        <Fault error={task.error} />
        <div className="row">
          <Button id="draft-continue" kind="main" off={task.busy} onPress={connect}>
            {words("draft.go")}
          </Button>
          <Button id="draft-discard" off={task.busy} onPress={() => ask(true)}>
            {words("draft.discard")}
          </Button>
        </div>
      </div>
      {asking && (
        <Ask
          title={words("draft.q")}
          text={words("draft.q.t")}
          yes={words("draft.discard")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            task.run(() => run("discard"));
          }}
        />
      )}
    </div>
  );
}
