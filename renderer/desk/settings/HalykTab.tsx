import type { ReactNode } from "react";
import { Mark } from "../../ui/Mark.tsx";
import { HalykFacts } from "../halyk/HalykFacts.tsx";
import { HALYK } from "../halyk/way.ts";
import { useDesk } from "../session.ts";
import { useDeskWords } from "../words.ts";
import type { TabProps } from "./connection.tsx";
import { OtherBankTab } from "./OtherBankTab.tsx";

/** The way to Halyk QR in use, its stream of events among the facts. */
export function HalykTab(props: TabProps): ReactNode {
  const { inUse } = useDesk().view.halykQr;
  const facts = inUse && <HalykFacts shown={inUse} events={<Events />} />;
  return <OtherBankTab {...props} bank="halykQr" way={HALYK} facts={facts} />;
}

const SIGNS = { up: "yes", down: "attention" } as const;
const TONES = { up: "yesc", down: "doubtc" } as const;

function Events(): ReactNode {
  const words = useDeskWords();
  const { events } = useDesk().view.halykQr;
  return (
    <span className="signed" data-testid="events-state" data-state={events}>
      {events !== "off" && <Mark name={SIGNS[events]} className={`mark ${TONES[events]}`} />}
      <span>{words(`stream.${events}`)}</span>
    </span>
  );
}
