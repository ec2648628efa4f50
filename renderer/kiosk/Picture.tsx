import { useState } from "react";
import type { ReactNode } from "react";

/** A product's picture; its place stays where it cannot be shown. Its name always stands beside it. */
export function Picture({
  name,
  className = "",
}: {
  readonly name: string | null;
  readonly className?: string;
}): ReactNode {
  const [lost, setLost] = useState<string | null>(null);
  return (
    <span className={`picture ${className}`}>
      {name !== null && name !== lost && (
        <img src={`/pictures/${name}`} alt="" draggable={false} onError={() => setLost(name)} />
      )}
    </span>
  );
}
