import type { ReactNode } from "react";
import { EpayFacts } from "../epay/EpayFacts.tsx";
import { EPAY } from "../epay/way.ts";
import { useDesk } from "../session.ts";
import type { TabProps } from "./connection.tsx";
import { OtherBankTab } from "./OtherBankTab.tsx";

/** The way to Halyk ePay in use. */
export function EpayTab(props: TabProps): ReactNode {
  const { inUse } = useDesk().view.epay;
  return <OtherBankTab {...props} bank="epay" way={EPAY} facts={inUse && <EpayFacts shown={inUse} folded />} />;
}
