import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Kind } from "../kinds.ts";
import { useWords } from "../words.tsx";

/** To whom the customer pays, as on the bank's own screen in the telephone; or what this is where nobody pays the shop. */
export function Who({ snapshot, kind = "sale" }: { readonly snapshot: Snapshot; readonly kind?: Kind }): ReactNode {
  const words = useWords();
  const { name, address } = snapshot.merchant;
  if (kind === "transfer") return <b>{words("what.transfer")}</b>;
  if (kind === "verification")
    return (
      <>
        <b>{words("what.verification")}</b>, {words("what.free")}
      </>
    );
  return (
    <>
      <b>{name}</b>
      {address ? `, ${address}` : ""}
    </>
  );
}
