import { useState } from "react";
import type { ReactNode } from "react";
import type { CertificateRequestView } from "../../../contract/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { dayOf, EMAIL, HOST, orNull } from "../forms.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import { Ask } from "../ui/Ask.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Copy } from "../ui/Copy.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { FilePick } from "../ui/FilePick.tsx";
import type { Picked } from "../ui/FilePick.tsx";
import { useDeskWords } from "../words.ts";

/** A new key, which never leaves the till, and the request that goes to the bank (Kaspi appendix 2). */
export function RequestForm(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [form, set] = useKept("request", () => ({
    organization: view.general.merchant.name,
    region: "",
    city: "",
    commonName: "",
    email: "",
    asked: false,
  }));
  const { asked, ...subject } = form;
  const bad = {
    organization: subject.organization.trim() === "",
    region: subject.region.trim() === "",
    city: subject.city.trim() === "",
    commonName: !HOST.test(subject.commonName.trim()),
    email: !EMAIL.test(subject.email.trim()),
  };
  const make = (): void => {
    set({ asked: true });
    if (Object.values(bad).some(Boolean)) return;
    task.run(() => send("certificate.request", { subject }));
  };
  const field = (name: keyof typeof bad, fault: string): ReactNode => (
    <Field
      id={`request-${name}`}
      label={words(`req.${name}`)}
      hint={words(`req.${name}.t`)}
      value={subject[name]}
      onChange={(text) => set({ [name]: text })}
      error={asked && bad[name] ? fault : null}
    />
  );
  return (
    <div className="subform">
      <p>{words("req.lead")}</p>
      {field("organization", words("need"))}
      <div className="pair">
        {field("region", words("need"))}
        {field("city", words("need"))}
      </div>
      <div className="pair">
        {field("commonName", words("bad.host"))}
        {field("email", words("bad.email"))}
      </div>
      <Fault error={task.error} />
      <div className="row">
        <Button id="request-make" off={task.busy} onPress={make}>
          {words(task.busy ? "req.making" : "req.make")}
        </Button>
      </div>
    </div>
  );
}

/** The requests that wait for the bank's answer: each with what to do with it. */
export function Requests(): ReactNode {
  const { view } = useDesk();
  return view.requests.map((request) => <Waiting key={request.id} request={request} />);
}

function Waiting({ request }: { readonly request: CertificateRequestView }): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const task = useTask();
  const [asking, ask] = useState(false);
  return (
    <div className="subform" data-testid="request" data-id={request.id}>
      <p>
        <b>{words("req.made", { date: dayOf(request.createdAt) })}</b> <span className="dim">{request.subject}</span>
      </p>
      <ol className="todo">
        <li>{words("req.send.1")}</li>
        <li>
          {words("req.send.2")}
          <Copy id="request-mail" label={words("req.mail")} text={request.sendTo} />
        </li>
        <li>{words("req.send.3")}</li>
        <li>{words("req.send.4")}</li>
      </ol>
      <Copy id="request-csr" label={words("req.text")} text={request.csr} tall />
      <Fault error={task.error} />
      <div className="row">
        <Button id="request-forget" off={task.busy} onPress={() => ask(true)}>
          {words("req.forget")}
        </Button>
      </div>
      {asking && (
        <Ask
          title={words("req.forget.q")}
          text={words("req.forget.t")}
          yes={words("req.forget.yes")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            task.run(() => send("certificate.forget", { id: request.id }));
          }}
        />
      )}
    </div>
  );
}

interface AnswerForm {
  readonly id: string | null;
  readonly certificate: readonly Picked[];
  readonly roots: readonly Picked[];
  readonly url: string;
  readonly asked: boolean;
}

const UNANSWERED: AnswerForm = { id: null, certificate: [], roots: [], url: "", asked: false };

/** The four things of the bank's letter (Kaspi appendix 1, 3). */
export function Answer(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [form, set] = useKept("kaspi.answer", () => UNANSWERED);
  const { requests } = view;
  const request = requests.find(({ id }) => id === form.id) ?? (requests.length === 1 ? requests[0] : undefined);
  const [certificate] = form.certificate;
  const take = (): void => {
    set({ asked: true });
    if (!certificate || !request) return;
    task.run(
      () =>
        send("certificate.answer", {
          id: request.id,
          certificate: certificate.base64,
          roots: form.roots.map((file) => file.base64),
          url: orNull(form.url),
        }),
      () => set({ ...UNANSWERED }),
    );
  };
  return (
    <div className="subform">
      {requests.length > 1 && (
        <Choice
          id="answer-of"
          label={words("ans.which")}
          value={request?.id ?? null}
          onChange={(id) => set({ id })}
          options={requests.map(({ id, createdAt, subject }) => ({
            value: id,
            title: words("req.made", { date: dayOf(createdAt) }),
            text: subject,
          }))}
          error={form.asked && !request ? words("need.choice") : null}
        />
      )}
      <FilePick
        id="answer-certificate"
        label={words("ans.cert")}
        hint={words("ans.cert.t")}
        accept={[".cer", ".crt", ".pem", ".p7b"]}
        value={form.certificate}
        onChange={(files) => set({ certificate: files })}
        error={form.asked && !certificate ? words("file.need") : null}
      />
      <FilePick
        id="answer-roots"
        label={words("roots.files")}
        hint={words("roots.files.t")}
        accept={[".crt", ".cer", ".pem"]}
        many
        value={form.roots}
        onChange={(roots) => set({ roots })}
      />
      <Field
        id="answer-url"
        kind="url"
        label={words("ans.url")}
        hint={words("ans.url.t")}
        placeholder="https://"
        value={form.url}
        onChange={(url) => set({ url })}
      />
      <Fault error={task.error} />
      <div className="row">
        <Button id="answer-take" off={task.busy} onPress={take}>
          {words(task.busy ? "cert.opening" : "ans.take")}
        </Button>
      </div>
    </div>
  );
}
