import type { ReactNode } from "react";
import { DroppedWhat } from "../certificate/Open.tsx";
import { useDesk } from "../session.ts";
import { Copy } from "../ui/Copy.tsx";
import { Facts } from "../ui/Facts.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";

/** The version, who is at the desk, and the folder for the bank's files. */
export function AboutTab(): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { general, person } = view;
  return (
    <div className="pane">
      <Group title={words("app")}>
        <Facts
          rows={[
            [words("about.version"), view.version],
            [words("about.till"), `${general.till.name} (${general.till.id})`],
            [words("about.person"), `${person.name}, ${words(`role.${person.role}`)}`],
            [words("about.idle"), words("about.idle.t", { n: Math.round(view.idleSeconds / 60) })],
          ]}
        />
      </Group>
      <Group title={words("drop.title")} lead={words("drop.t")}>
        <Copy id="drop-folder" label={words("drop.title")} text={view.dropFolder} />
        {view.dropped.length === 0 ? (
          <p className="dim">{words("drop.empty")}</p>
        ) : (
          <ul className="plainlist">
            {view.dropped.map((file) => (
              <li key={file.name}>
                <span>{file.name}</span>
                <span className="dim">
                  <DroppedWhat file={file} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Group>
    </div>
  );
}
