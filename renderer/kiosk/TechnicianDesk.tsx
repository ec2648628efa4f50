import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import Desk from "../desk/Desk.tsx";
import { TechnicianPlace } from "./Technician.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly sale: ReactNode;
  readonly leave: () => void;
}

/** The desk, begun at the technician's own place instead of the settings. */
export default function TechnicianDesk({ snapshot, sale, leave }: Props): ReactNode {
  return (
    <Desk
      snapshot={snapshot}
      leave={leave}
      home={({ settings, away }) => <TechnicianPlace {...{ snapshot, sale, settings, away }} />}
    />
  );
}
