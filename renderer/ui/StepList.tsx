import type { ReactNode } from "react";

/** What to do, one step after another. Also for the customer's page, which has words of its own. */
export function StepList({ steps }: { readonly steps: readonly string[] }): ReactNode {
  return (
    <ol className="steps">
      {steps.map((step, index) => (
        <li key={step}>
          <b>{index + 1}</b>
          <span>{step}</span>
        </li>
      ))}
    </ol>
  );
}
