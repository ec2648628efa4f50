import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { currencyOf } from "../kinds.ts";
import type { Kind } from "../kinds.ts";
import { Sum } from "./Sum.tsx";
import { Who } from "./Who.tsx";

/** What stands on the horizon while a sale runs: who is paid, the sum in its one place, and the state's mark at the right. */
export function Stand(props: {
  readonly snapshot: Snapshot;
  readonly tiyn: number;
  readonly kind?: Kind;
  readonly children?: ReactNode;
}): ReactNode {
  const { kind = "sale" } = props;
  return (
    <div className="stand">
      <div>
        <p className="who">
          <Who snapshot={props.snapshot} kind={kind} />
        </p>
        <Sum tiyn={props.tiyn} currency={currencyOf(kind)} />
      </div>
      {props.children}
    </div>
  );
}
