import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { DroppedFileView } from "../../../contract/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { dayOf } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import type { Option } from "../ui/Choice.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { FilePick } from "../ui/FilePick.tsx";
import type { Picked } from "../ui/FilePick.tsx";
import { useDeskWords } from "../words.ts";
import { Answer, RequestForm, Requests } from "./Request.tsx";

type Way = "pfx" | "pem" | "dropped" | "request" | "answer";

interface Form {
  readonly way: Way | null;
  readonly pfx: readonly Picked[];
  readonly certificate: readonly Picked[];
  readonly key: readonly Picked[];
  readonly passphrase: string;
  readonly dropped: string | null;
  readonly asked: boolean;
}

const BEGUN: Form = { way: null, pfx: [], certificate: [], key: [], passphrase: "", dropped: null, asked: false };

/** The ways to a certificate of this till: a ready file, a dropped one, a new key, the bank's answer. */
export function CertificateWays(): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const [form, set] = useKept("kaspi.certificate", () => BEGUN);
  const offered = view.dropped.filter((file) => file.kind !== "unknown" && file.kind !== "roots");
  const ways: Option<Way>[] = [
    { value: "pfx", title: words("cert.way.pfx"), text: words("cert.way.pfx.t") },
    { value: "pem", title: words("cert.way.pem"), text: words("cert.way.pem.t") },
    ...(offered.length > 0
      ? [{ value: "dropped" as const, title: words("cert.way.dropped"), text: words("cert.way.dropped.t") }]
      : []),
    { value: "request", title: words("cert.way.request"), text: words("cert.way.request.t") },
    ...(view.requests.length > 0
      ? [{ value: "answer" as const, title: words("cert.way.answer"), text: words("cert.way.answer.t") }]
      : []),
  ];
  const below = useRef<HTMLDivElement>(null);
  const { way } = form;
  useEffect(() => {
    if (way) below.current?.scrollIntoView({ block: "nearest" });
  }, [way]);
  return (
    <>
      <Choice
        id="cert-way"
        label={words("cert.way")}
        value={way}
        onChange={(next) => set({ way: next, asked: false })}
        options={ways}
      />
      <div ref={below}>
        {(way === "pfx" || way === "pem") && <Files form={form} set={set} pem={way === "pem"} />}
        {way === "dropped" && <Dropped form={form} set={set} files={offered} />}
        {way === "request" && (view.requests.length > 0 ? <Requests /> : <RequestForm />)}
        {way === "answer" && <Answer />}
      </div>
    </>
  );
}

interface FilesProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
}

function Files({ form, set, pem }: FilesProps & { readonly pem: boolean }): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const [file] = pem ? form.certificate : form.pfx;
  const [key] = form.key;
  const open = (): void => {
    set({ asked: true });
    if (!file || (pem && !key)) return;
    task.run(
      () =>
        send("certificate.open", {
          certificate: file.base64,
          privateKey: pem && key ? key.base64 : null,
          passphrase: form.passphrase,
        }),
      // The passphrase has done its work: it is not kept a moment longer.
      () => set({ ...BEGUN }),
    );
  };
  const lacks = (there: unknown): string | null => (form.asked && !there ? words("file.need") : null);
  return (
    <div className="subform">
      {pem ? (
        <>
          <FilePick
            id="cert-file"
            label={words("cert.file")}
            hint={words("cert.file.t")}
            accept={[".cer", ".crt", ".pem"]}
            value={form.certificate}
            onChange={(certificate) => set({ certificate })}
            error={lacks(file)}
          />
          <FilePick
            id="cert-key"
            label={words("cert.key")}
            hint={words("cert.key.t")}
            accept={[".key", ".pem"]}
            value={form.key}
            onChange={(picked) => set({ key: picked })}
            error={lacks(key)}
          />
        </>
      ) : (
        <FilePick
          id="cert-file"
          label={words("cert.pfx")}
          hint={words("cert.pfx.t")}
          accept={[".pfx", ".p12"]}
          value={form.pfx}
          onChange={(pfx) => set({ pfx })}
          error={lacks(file)}
        />
      )}
      <Field
        id="cert-passphrase"
        kind="secret"
        size="short"
        label={words("cert.pass")}
        hint={words(pem ? "cert.pass.key.t" : "cert.pass.t")}
        value={form.passphrase}
        onChange={(passphrase) => set({ passphrase })}
      />
      <Fault error={task.error} />
      <div className="row">
        <Button id="cert-open" off={task.busy} onPress={open}>
          {words(task.busy ? "cert.opening" : "cert.open")}
        </Button>
      </div>
    </div>
  );
}

const KIND = {
  pfx: "drop.pfx",
  certificate: "drop.certificate",
  answer: "drop.answer",
  roots: "drop.roots",
  unknown: "drop.unknown",
} as const;

function Dropped({ form, set, files }: FilesProps & { readonly files: readonly DroppedFileView[] }): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const chosen = files.find((file) => file.name === form.dropped);
  const open = (): void => {
    set({ asked: true });
    if (!chosen) return;
    task.run(
      () => send("certificate.dropped", { name: chosen.name, passphrase: form.passphrase }),
      () => set({ ...BEGUN }),
    );
  };
  return (
    <div className="subform">
      <Choice
        id="drop"
        label={words("drop.which")}
        value={form.dropped}
        onChange={(dropped) => set({ dropped })}
        options={files.map((file) => ({ value: file.name, title: file.name, text: <DroppedWhat file={file} /> }))}
        error={form.asked && !chosen ? words("need.choice") : null}
      />
      {chosen && chosen.kind !== "answer" && (
        <Field
          id="cert-passphrase"
          kind="secret"
          size="short"
          label={words("cert.pass")}
          hint={words("cert.pass.t")}
          value={form.passphrase}
          onChange={(passphrase) => set({ passphrase })}
        />
      )}
      <Fault error={task.error} />
      <div className="row">
        <Button id="cert-open" off={task.busy} onPress={open}>
          {words(task.busy ? "cert.opening" : "cert.open")}
        </Button>
      </div>
    </div>
  );
}

/** What a dropped file seems to be, and whose it is. */
export function DroppedWhat({ file }: { readonly file: DroppedFileView }): ReactNode {
  const words = useDeskWords();
  const { certificate } = file;
  const more = certificate ? `: ${certificate.subject}, ${words("until", { date: dayOf(certificate.notAfter) })}` : "";
  return words(KIND[file.kind]) + more;
}
