import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";

/** To whom the customer pays, as on the bank's own screen in the telephone. */
export function Who({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const { name, address } = snapshot.merchant;
  return (
    <>
      <b>{name}</b>
      {address ? `, ${address}` : ""}
    </>
  );
}
