import type { ReactNode } from "react";

interface Props {
  readonly title: string;
  readonly lead?: string;
  readonly id?: string;
  readonly children: ReactNode;
}

/** A part of a page under its own heading. */
export function Group({ title, lead, id, children }: Props): ReactNode {
  return (
    <section className="group" data-testid={id}>
      <h2>{title}</h2>
      {lead !== undefined && <p className="dim grouplead">{lead}</p>}
      {children}
    </section>
  );
}
