import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView } from "../../contract/snapshot.ts";
import { useStore } from "../store.ts";
import { Text, useWords } from "../words.tsx";
import { Mark } from "./Mark.tsx";

interface Props {
  readonly payment: PaymentView;
  /** Instead of the cashier's sentence. */
  readonly check?: string;
}

/** The bank's code names something else than this sale, and is shown all the same: what to look at before it is paid. */
export function Mismatch({ payment, check }: Props): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const sum = formatMoney(minor(payment.minor), payment.currency);
  return (
    <div className="mismatch" role="alert" data-testid="error" data-code="qr_mismatch">
      <Mark name="attention" className="mark" />
      <p>
        <b>{errorText(language, { code: "qr_mismatch", params: {} }).title}</b>
      </p>
      <p className="lead">
        <Text>{check ?? words("qr.warn", { sum })}</Text>
      </p>
    </div>
  );
}
