import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { Sum } from "./Sum.tsx";
import { Who } from "./Who.tsx";

/** What stands on the horizon while a sale runs: who is paid, the sum in its one place, and the state's mark at the right. */
export function Stand(props: {
  readonly snapshot: Snapshot;
  readonly tiyn: number;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="stand">
      <div>
        <p className="who">
          <Who snapshot={props.snapshot} />
        </p>
        <Sum tiyn={props.tiyn} />
      </div>
      {props.children}
    </div>
  );
}
