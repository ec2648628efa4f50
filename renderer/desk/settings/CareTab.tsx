import { useState } from "react";
import type { ReactNode } from "react";
import type { CareView, DeskOutput } from "../../../contract/desk.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { ask, busyKey } from "../../actions.ts";
import { useStore } from "../../store.ts";
import { dayTime } from "../../time.ts";
import { Button } from "../../ui/Button.tsx";
import { bannerText, isOfTill } from "../../ui/banners.ts";
import { useWords } from "../../words.tsx";
import { useDesk, useTask } from "../session.ts";
import { Copy } from "../ui/Copy.tsx";
import { Facts, Long } from "../ui/Facts.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";

interface Props {
  readonly snapshot: Snapshot;
}

/** How the till's own stores stand: the journal and its chain, the backups, the vault's key, the file for the support desk. */
export function CareTab({ snapshot }: Props): ReactNode {
  return (
    <div className="pane">
      <Findings snapshot={snapshot} />
      <Journal snapshot={snapshot} />
      <Backup snapshot={snapshot} />
      <Vault />
      <Support />
    </div>
  );
}

/** The same as on the strip, and the one place where it can be taken away. */
function Findings({ snapshot }: Props): ReactNode {
  const words = useDeskWords();
  const till = useWords();
  const task = useTask();
  const busy = useStore((state) => state.busy);
  const found = snapshot.banners.filter(isOfTill);
  if (found.length === 0) return null;
  const note = (id: string): void =>
    task.run(async () => (await ask("notices.acknowledge", id, { id })) ?? { ok: true, value: null });
  return (
    <Group title={words("care.found")} id="care-found">
      {found.map((banner) => {
        const { id, kind, since, dismissible } = banner;
        const { title, sub } = bannerText(banner, snapshot, till);
        return (
          <Note key={id} kind="doubt">
            <p>
              <b>{title}</b> <span className="num dim">{dayTime(since, snapshot.app.timezone)}</span>
            </p>
            {/* The other sentences send the cashier to a technician, who is reading here. */}
            {kind === "chain" && <p>{words("care.chain.t")}</p>}
            {kind === "restored" && <p>{sub}</p>}
            {dismissible && (
              <div className="row">
                <Button
                  id={`noted-${kind}`}
                  off={busy.has(busyKey("notices.acknowledge", id))}
                  onPress={() => note(id)}
                >
                  {words("care.noted")}
                </Button>
              </div>
            )}
          </Note>
        );
      })}
      <Fault error={task.error} />
    </Group>
  );
}

function Journal({ snapshot }: Props): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const { timezone } = snapshot.app;
  const { schema, epoch, events, chain, restored } = view.care.journal;
  return (
    <Group title={words("care.journal")} lead={words("care.journal.t")} id="care-journal">
      <Facts
        rows={[
          [words("care.events"), `${String(events)}, ${words("care.schema", { n: schema })}`],
          [words("care.chain"), chainText(chain, timezone, words)],
          restored && [
            words("care.restored"),
            restored.backupAt === null
              ? dayTime(restored.at, timezone)
              : words("care.restored.of", {
                  t: dayTime(restored.at, timezone),
                  of: dayTime(restored.backupAt, timezone),
                }),
          ],
          [words("care.epoch"), <Long key="epoch">{epoch}</Long>],
        ]}
      />
      <Fault error={task.error} />
      <div className="row">
        <Button id="journal-verify" off={task.busy} onPress={() => task.run(() => send("journal.verify", {}))}>
          {words("care.verify")}
        </Button>
      </div>
    </Group>
  );
}

function chainText(chain: CareView["journal"]["chain"], timezone: string, words: DeskWords): ReactNode {
  if (!chain) return words("care.chain.none");
  const t = dayTime(chain.at, timezone);
  if (chain.result === "ok") return words("care.chain.ok", { t });
  return <b className="noc">{words(`care.chain.${chain.result}`, { n: chain.seq, t })}</b>;
}

const KILO = 1024;

function Backup({ snapshot }: Props): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const { timezone } = snapshot.app;
  const { folder, last, failed } = view.care.backup;
  const size = last && words("care.size", { n: Math.ceil(last.bytes / KILO), t: dayTime(last.at, timezone) });
  return (
    <Group title={words("care.backup")} lead={words("care.backup.t")} id="care-backup">
      <Facts rows={[[words("care.last"), size ?? words("care.last.none")]]} />
      {failed && (
        <Note kind="doubt">
          <p>
            <b>{words("care.failed", { t: dayTime(failed.at, timezone) })}</b>
          </p>
          <p className="small break">{failed.words}</p>
        </Note>
      )}
      {folder !== "" && <Copy id="backup-folder" label={words("care.folder")} text={folder} />}
      <Fault error={task.error} />
      <div className="row">
        <Button id="journal-backup" off={task.busy} onPress={() => task.run(() => send("journal.backup", {}))}>
          {words("care.now")}
        </Button>
      </div>
    </Group>
  );
}

/** No way to keep a key protects from everything, and a person has to know from what it does not. */
function Vault(): ReactNode {
  const words = useDeskWords();
  const { source, warning } = useDesk().view.care.vault;
  return (
    <Group title={words("care.vault")} lead={words("care.vault.t")} id="care-vault">
      <Facts
        rows={[
          [words("care.key"), warning ? <b className="noc">{words(`key.${source}`)}</b> : words(`key.${source}`)],
          [words("care.not"), words(`key.${source}.t`)],
        ]}
      />
    </Group>
  );
}

function Support(): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const [saved, setSaved] = useState<DeskOutput["support.save"] | null>(null);
  const save = (): void =>
    task.run(async () => {
      const result = await send("support.save", {});
      if (result.ok) setSaved(result.value);
      return result;
    });
  return (
    <Group title={words("care.support")} lead={words("care.support.t")} id="care-support">
      {saved && (
        <>
          <Note kind="yes">
            <p>{words("care.saved", { n: saved.transitions })}</p>
          </Note>
          <Copy id="support-file" label={words("care.support")} text={saved.file} />
        </>
      )}
      <Fault error={task.error} />
      <div className="row">
        <Button id="support-save" off={task.busy} onPress={save}>
          {words("care.save")}
        </Button>
      </div>
    </Group>
  );
}
