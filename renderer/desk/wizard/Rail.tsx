import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { Mark } from "../../ui/Mark.tsx";
import { useDeskWords } from "../words.ts";

interface Props<T extends string> {
  readonly steps: readonly { readonly name: T; readonly title: string }[];
  readonly at: T;
  /** The furthest step that was reached: up to it one can go to and fro. */
  readonly reached: number;
  readonly go: ((step: T) => void) | null;
}

/** The steps of a wizard, the one at hand among them. */
export function Rail<T extends string>({ steps, at, reached, go }: Props<T>): ReactNode {
  const words = useDeskWords();
  const now = steps.findIndex((step) => step.name === at);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <nav className="railbox" aria-label={words("wiz.steps")}>
      <ol className="rail" ref={list}>
        {steps.map((step, index) => {
          const done = index < reached && index !== now;
          const face = (
            <>
              <span className="n">{done ? <Mark name="tick" /> : index + 1}</span>
              <span className="t">{step.title}</span>
            </>
          );
          return (
            <li key={step.name} aria-current={index === now ? "step" : undefined} data-done={done ? "" : undefined}>
              {go && index <= reached && index !== now ? (
                <button type="button" data-testid={`step-${step.name}`} onClick={() => go(step.name)}>
                  {face}
                </button>
              ) : (
                <span className="still">{face}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
