import type { ReactNode } from "react";
import "../styles/office.css";
import { parseAmount } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import type { Provider, RefundWay } from "../../contract/states.ts";
import { leavePlace, openPlace } from "../actions.ts";
import { useStore } from "../store.ts";
import { RefundAmount } from "./RefundAmount.tsx";
import { RefundChoosing } from "./RefundChoosing.tsx";
import { RefundDoubt } from "./RefundDoubt.tsx";
import { RefundPending } from "./RefundPending.tsx";
import { RefundQr } from "./RefundQr.tsx";
import { RefundResult } from "./RefundResult.tsx";
import { RefundSending } from "./RefundSending.tsx";
import { RefundStart } from "./RefundStart.tsx";
import type { Target } from "./target.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView | null;
}

/** The refund desk: a refund as it stands, or what a new one begins with. */
export default function RefundScreens({ snapshot, refund }: Props): ReactNode {
  const purchase = useStore((state) => state.refundOf);
  if (refund) return <Running key={refund.id} snapshot={snapshot} refund={refund} />;
  if (purchase)
    return (
      <RefundAmount
        key={purchase.id}
        snapshot={snapshot}
        target={targetOf(purchase, snapshot)}
        leave={() => openPlace("history")}
      />
    );
  return <RefundStart snapshot={snapshot} leave={snapshot.app.mode === "refund" ? undefined : leavePlace} />;
}

function Running({ snapshot, refund }: { readonly snapshot: Snapshot; readonly refund: RefundView }): ReactNode {
  switch (refund.state) {
    case "creating":
    case "awaiting_scan":
      // A refund without a scan is created, read and sent in one breath.
      return refund.state === "creating" && (refund.sale !== null || wayOf(refund, snapshot) === "till") ? (
        <RefundSending snapshot={snapshot} tiyn={refund.minor ?? 0} number={refund.sale?.number ?? null} />
      ) : (
        <RefundQr snapshot={snapshot} refund={refund} />
      );
    case "choosing":
      return <RefundChoosing snapshot={snapshot} refund={refund} />;
    case "pending":
      return <RefundPending snapshot={snapshot} refund={refund} />;
    case "sending":
      return <RefundSending snapshot={snapshot} tiyn={refund.minor ?? 0} number={refund.sale?.number ?? null} />;
    case "in_doubt":
    case "needs_review":
      return <RefundDoubt snapshot={snapshot} refund={refund} />;
    case "refunded":
    case "recorded":
    case "failed":
    case "expired":
    case "cancelled":
    case "not_executed":
      return <RefundResult snapshot={snapshot} refund={refund} />;
  }
}

const wayOf = ({ provider }: { readonly provider: Provider }, { providers }: Snapshot): RefundWay | undefined =>
  providers.find(({ name }) => name === provider)?.refunds;

function targetOf(payment: Payment, snapshot: Snapshot): Target {
  const way = wayOf(payment, snapshot) ?? "elsewhere";
  return {
    kind: way === "elsewhere" ? "record" : "payment",
    scan: way === "customer",
    payment,
    paid: parseAmount(payment.amount) ?? 0,
    back: parseAmount(payment.refundedAmount) ?? 0,
  };
}
