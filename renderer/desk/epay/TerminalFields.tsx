import type { ReactNode } from "react";
import type { EpayDraft, EpayTerminalView } from "../../../contract/desk.ts";
import { SECRET, UUID } from "../forms.ts";
import { Field } from "../ui/Field.tsx";
import type { Bound } from "../wizard/form.ts";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";

/** What is typed of a client and its terminal. */
export interface TerminalForm {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly terminalId: string;
}

export const TERMINAL_PARTS = ["clientId", "clientSecret", "terminalId"] as const;
type Part = (typeof TERMINAL_PARTS)[number];

/** A secret that is kept is not shown: an empty field leaves it as it is. */
export function terminalKnown(shown: EpayTerminalView | null | undefined): TerminalForm {
  return { clientId: shown?.clientId ?? "", clientSecret: "", terminalId: shown?.terminalId ?? "" };
}

/** What is wrong with what is typed, in words. */
export function terminalFaults(
  { clientId, clientSecret, terminalId }: TerminalForm,
  hasSecret: boolean,
  words: DeskWords,
): Record<Part, string | false> {
  return {
    clientId: clientId === "" && words("need"),
    clientSecret:
      clientSecret === "" ? !hasSecret && words("need") : !SECRET.test(clientSecret) && words("bad.password"),
    terminalId: terminalId === "" ? words("need") : !UUID.test(terminalId) && words("bad.uuid"),
  };
}

export function terminalChange({
  clientId,
  clientSecret,
  terminalId,
}: TerminalForm): NonNullable<EpayDraft["payment"]> {
  return { clientId, terminalId, ...(clientSecret === "" ? {} : { clientSecret }) };
}

interface Props {
  readonly id: string;
  readonly hasSecret: boolean;
  readonly field: (part: Part) => Bound;
}

/** A client, its secret and its terminal. What is pasted comes with spaces around it. */
export function TerminalFields({ id, hasSecret, field }: Props): ReactNode {
  const words = useDeskWords();
  const bound = (part: Part): Bound => {
    const { onChange, ...rest } = field(part);
    return { ...rest, onChange: (text) => onChange(text.trim()) };
  };
  return (
    <>
      <div className="pair">
        <Field
          id={`${id}-clientId`}
          label={words("epay.client")}
          hint={words("login.username.t")}
          {...bound("clientId")}
        />
        <Field
          id={`${id}-clientSecret`}
          kind="secret"
          label={words("epay.secret")}
          hint={words("login.password.t")}
          placeholder={hasSecret ? words("kept") : ""}
          {...bound("clientSecret")}
        />
      </div>
      <Field
        id={`${id}-terminalId`}
        label={words("epay.terminal")}
        hint={words("epay.terminal.t")}
        placeholder="xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
        {...bound("terminalId")}
      />
    </>
  );
}
