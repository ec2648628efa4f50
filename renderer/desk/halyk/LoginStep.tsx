import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import { digits, MPAN, orNull, SECRET, TERMINAL, USERNAME } from "../forms.ts";
import { Field } from "../ui/Field.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useHalykStep } from "./step.ts";

const hasPassword = ({ draft, inUse }: DeskView["halykQr"]): boolean => (draft ?? inUse)?.hasPassword === true;

/** By what the bank knows the till: user name and password, and the terminal the money goes to. */
export function LoginStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, task, set, form, field, on } = useHalykStep(
    "login",
    (shown) => ({
      username: shown?.username ?? "",
      password: "",
      terminal: shown?.terminal ?? "",
      mpan: shown?.mpan ?? "",
    }),
    ({ username, password, terminal, mpan }, { halykQr }) => ({
      username: username === "" ? words("need") : !USERNAME.test(username) && words("bad.username"),
      password:
        password === "" ? !hasPassword(halykQr) && words("need") : !SECRET.test(password) && words("bad.password"),
      terminal: terminal === "" ? words("need") : !TERMINAL.test(terminal) && words("bad.terminal"),
      mpan: mpan !== "" && !MPAN.test(mpan) && words("bad.mpan"),
    }),
    next,
  );
  const go = (): void => {
    const { username, password, terminal, mpan } = form;
    on({ username, terminal, mpan: orNull(mpan), ...(password === "" ? {} : { password }) });
  };
  return (
    <FormStep name="login" title={words("login.q")} lead={words("login.t")} task={task} on={go} back={back}>
      <div className="pair">
        <Field
          id="halyk-username"
          label={words("login.username")}
          hint={words("login.username.t")}
          {...field("username")}
          onChange={(text) => set({ username: text.trim() })}
        />
        <Field
          id="halyk-password"
          kind="secret"
          label={words("login.password")}
          hint={words("login.password.t")}
          placeholder={hasPassword(view.halykQr) ? words("kept") : ""}
          {...field("password")}
          onChange={(text) => set({ password: text.trim() })}
        />
      </div>
      <div className="pair">
        <Field
          id="halyk-terminal"
          label={words("login.terminal")}
          hint={words("login.terminal.t")}
          {...field("terminal")}
          onChange={(text) => set({ terminal: text.trim() })}
        />
        <Field
          id="halyk-mpan"
          kind="digits"
          label={words("login.mpan")}
          hint={words("login.mpan.t")}
          {...field("mpan")}
          onChange={(text) => set({ mpan: digits(text, 16) })}
        />
      </div>
    </FormStep>
  );
}
