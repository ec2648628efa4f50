import { memo } from "react";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { Code } from "./Code.tsx";

export { EmptyPlate } from "./Code.tsx";

/** The QR on its plate. `alt`: what the code is for, where it is not for paying. */
export const Plate = memo(function Plate({
  payload,
  alt,
}: {
  readonly payload: string;
  readonly alt?: string;
}): ReactNode {
  const words = useWords();
  const long = (
    <p className="toolong" role="alert" data-testid="qr-long">
      <b>{words("qr.long")}</b> {words("qr.long.t")}
    </p>
  );
  return <Code payload={payload} alt={alt ?? words("qr.alt")} long={long} />;
});
