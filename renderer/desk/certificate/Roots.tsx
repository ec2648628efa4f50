import type { ReactNode } from "react";
import type { CertificateView } from "../../../contract/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { dayOf } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Fault } from "../ui/Fault.tsx";
import { FilePick } from "../ui/FilePick.tsx";
import type { Picked } from "../ui/FilePick.tsx";
import { useDeskWords } from "../words.ts";

/** The bank's own root certificates, by which the till knows that it speaks with the bank. */
export function RootFiles({ roots }: { readonly roots: readonly CertificateView[] }): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const [files, setFiles] = useKept<readonly Picked[]>("roots", () => []);
  // Picked is meant: one look at the names is all the confirmation that a public certificate needs.
  const take = (picked: readonly Picked[]): void => {
    setFiles(picked);
    task.run(() => send("certificate.roots", { files: picked.map((file) => file.base64) }));
  };
  return (
    <>
      <RootList roots={roots} />
      <FilePick
        id="roots-files"
        label={words("roots.files")}
        hint={words("roots.files.t")}
        accept={[".crt", ".cer", ".pem"]}
        many
        value={files}
        onChange={take}
      />
      <Fault error={task.error} />
      {task.error && files.length > 0 && (
        <div className="row">
          <Button id="roots-again" off={task.busy} onPress={() => take(files)}>
            {words("again")}
          </Button>
        </div>
      )}
    </>
  );
}

/** The roots that are there. */
export function RootList({ roots }: { readonly roots: readonly CertificateView[] }): ReactNode {
  const words = useDeskWords();
  if (roots.length === 0) return <p className="dim">{words("roots.none")}</p>;
  return (
    <ul className="plainlist" data-testid="roots">
      {roots.map((root) => (
        <li key={root.fingerprint}>
          <span>{root.subject}</span>
          <span className="dim">{words("until", { date: dayOf(root.notAfter) })}</span>
        </li>
      ))}
    </ul>
  );
}
