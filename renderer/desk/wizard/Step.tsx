import { useEffect, useRef } from "react";
import type { FormEvent, ReactNode } from "react";
import type { AppError } from "../../../contract/errors.ts";
import { useStore } from "../../store.ts";
import { Fault } from "../ui/Fault.tsx";

/** After a try to go on, leads to the first field that was filled in wrongly. */
export function showFirstFault(within: HTMLElement | null): void {
  requestAnimationFrame(() => within?.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus());
}

interface Props {
  readonly name: string;
  readonly title: string;
  readonly lead?: string;
  readonly error?: AppError | null;
  readonly onEnter?: () => void;
  readonly buttons: ReactNode;
  readonly children: ReactNode;
}

/** One step: its question on top, its buttons always in sight, and what lies between can be scrolled. */
export function Step({ name, title, lead, error = null, onEnter, buttons, children }: Props): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const frozen = useStore((state) => state.link !== "up");
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [name]);
  useEffect(() => {
    if (error) pane.current?.querySelector("[data-testid=error]")?.scrollIntoView({ block: "nearest" });
  }, [error]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (frozen) return;
    onEnter?.();
    showFirstFault(pane.current);
  };
  return (
    <form className="work" onSubmit={submit} data-testid={`at-${name}`} noValidate>
      <div className="pane" ref={pane}>
        <h2 ref={heading} className="steptitle" tabIndex={-1}>
          {title}
        </h2>
        {lead !== undefined && <p className="steplead">{lead}</p>}
        {children}
        <Fault error={error} />
      </div>
      <div className="row doing" onClickCapture={() => showFirstFault(pane.current)}>
        {buttons}
        {/* Enter in a field does what the main button does. */}
        {onEnter && (
          <button type="submit" hidden>
            {title}
          </button>
        )}
      </div>
    </form>
  );
}
