import type { ReactNode } from "react";
import type { CertificateView } from "../../../contract/desk.ts";
import type { Result } from "../../../contract/errors.ts";
import { Button } from "../../ui/Button.tsx";
import { dayOf } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Fault } from "../ui/Fault.tsx";
import { FilePick } from "../ui/FilePick.tsx";
import type { Picked } from "../ui/FilePick.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly id: string;
  /** Under which name the picked files are kept: it begins with the bank's. */
  readonly kept: string;
  readonly roots: readonly CertificateView[];
  readonly hint: string;
  /** Puts the files (base64) into the draft. */
  readonly take: (files: readonly string[]) => Promise<Result<unknown>>;
  /** Whether the roots that are there can be taken off, so that only public ones are trusted. */
  readonly removable?: boolean;
}

/** The bank's own root certificates, by which the till knows that it speaks with the bank. */
export function RootFiles({ id, kept, roots, hint, take, removable = false }: Props): ReactNode {
  const words = useDeskWords();
  const task = useTask();
  const [files, setFiles] = useKept<readonly Picked[]>(kept, () => []);
  // Picked is meant: one look at the names is all the confirmation that a public certificate needs.
  const pick = (picked: readonly Picked[]): void => {
    setFiles(picked);
    task.run(() => take(picked.map((file) => file.base64)));
  };
  return (
    <>
      <RootList id={id} roots={roots} />
      <FilePick
        id={`${id}-files`}
        label={words("roots.files")}
        hint={hint}
        accept={[".crt", ".cer", ".pem"]}
        many
        value={files}
        onChange={pick}
      />
      <Fault error={task.error} />
      {task.error && files.length > 0 && (
        <div className="row">
          <Button id={`${id}-again`} off={task.busy} onPress={() => pick(files)}>
            {words("again")}
          </Button>
        </div>
      )}
      {removable && roots.length > 0 && (
        <div className="row">
          <Button id={`${id}-none`} off={task.busy} onPress={() => pick([])}>
            {words("roots.off")}
          </Button>
        </div>
      )}
    </>
  );
}

function RootList({ id, roots }: Pick<Props, "id" | "roots">): ReactNode {
  const words = useDeskWords();
  if (roots.length === 0) return <p className="dim">{words("roots.none")}</p>;
  return (
    <ul className="plainlist" data-testid={id}>
      {roots.map((root) => (
        <li key={root.fingerprint}>
          <span>{root.subject}</span>
          <span className="dim">{words("until", { date: dayOf(root.notAfter) })}</span>
        </li>
      ))}
    </ul>
  );
}

/** Kaspi's, of the bank's letter. */
export function KaspiRoots({ roots }: Pick<Props, "roots">): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  return (
    <RootFiles
      id="roots"
      kept="kaspi.roots"
      roots={roots}
      hint={words("roots.files.t")}
      take={(files) => send("certificate.roots", { files: [...files] })}
    />
  );
}
