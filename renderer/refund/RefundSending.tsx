import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useBackWords } from "../messages/back.ts";
import { Dial } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Sum } from "../ui/Sum.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly tiyn: number;
  readonly number: string | null;
}

/** The bank has been told to give the money back; there is nothing a person could do now. */
export function RefundSending({ snapshot, tiyn, number }: Props): ReactNode {
  const back = useBackWords();
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-sending"
      sky="refund"
      className="sending"
      focusOn="refund-sending"
      stand={
        <div className="stand">
          <div>
            <p className="who">
              <RefundOf number={number} />
            </p>
            <Sum tiyn={tiyn} />
          </div>
          <Dial kind="sun" seconds={null} of={1} />
        </div>
      }
    >
      <div className="result" role="status" data-testid="result" data-state="sending">
        <h1 className="title">{back("back.sending")}</h1>
        <p className="lead">{back("back.sending.t")}</p>
      </div>
    </Frame>
  );
}

/** "Refund, № A1-000123" */
export function RefundOf({ number }: { readonly number: string | null }): ReactNode {
  const back = useBackWords();
  return (
    <>
      <b>{back("back.title")}</b>
      {number === null ? "" : `, № ${number}`}
    </>
  );
}
