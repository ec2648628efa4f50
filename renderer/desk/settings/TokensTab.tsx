import { useState } from "react";
import type { ReactNode } from "react";
import type { Scope } from "../../../contract/states.ts";
import { Button } from "../../ui/Button.tsx";
import { PLAIN_ID } from "../forms.ts";
import { useDesk, useTask } from "../session.ts";
import { Ask, Sheet } from "../ui/Ask.tsx";
import { Boxes } from "../ui/Boxes.tsx";
import { Copy } from "../ui/Copy.tsx";
import { Fault, Note } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";

const SCOPES = ["pay", "refund", "read", "cards", "support"] as const satisfies readonly Scope[];
type Given = (typeof SCOPES)[number];

/** The programs that may use this till: 1C, a back office, a vending controller. */
export function TokensTab(): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [making, make] = useState(false);
  const [removing, remove] = useState<string | null>(null);
  return (
    <>
      <div className="pane">
        <Group title={words("set.tokens")} lead={words("tokens.t")}>
          {view.tokens.length === 0 && <p className="dim">{words("tokens.none")}</p>}
          <ul className="rows">
            {view.tokens.map(({ name, may }) => (
              <li key={name} data-testid={`token-${name}`}>
                <span>
                  <b>{name}</b>
                  <span className="sub">{may.map((scope) => words(`may.${scope}`)).join(", ")}</span>
                </span>
                <Button id={`token-remove-${name}`} off={task.busy} onPress={() => remove(name)}>
                  {words("remove")}
                </Button>
              </li>
            ))}
          </ul>
          <Fault error={task.error} />
        </Group>
      </div>
      <div className="row doing">
        <Button id="token-add" kind="main" off={task.busy} onPress={() => make(true)}>
          {words("tokens.add")}
        </Button>
      </div>
      {making && <TokenSheet close={() => make(false)} />}
      {removing !== null && (
        <Ask
          title={words("tokens.remove.q")}
          text={words("tokens.remove.t", { name: removing })}
          yes={words("remove")}
          onNo={() => remove(null)}
          onYes={() => {
            remove(null);
            task.run(() => send("token.remove", { name: removing }));
          }}
        />
      )}
    </>
  );
}

function TokenSheet({ close }: { readonly close: () => void }): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [name, setName] = useState("");
  const [may, setMay] = useState<readonly Given[]>(["pay", "read"]);
  const [asked, setAsked] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  // A right to what this till does not do would only be misunderstood.
  const scopes = SCOPES.filter((scope) => scope !== "cards" || view.epay.inUse?.cards === true);
  const taken = view.tokens.some((one) => one.name === name);
  const bad = !PLAIN_ID.test(name) || taken;
  const make = (): void => {
    setAsked(true);
    if (bad || may.length === 0) return;
    task.run(async () => {
      const result = await send("token.make", { name, may: [...may] });
      if (result.ok) setToken(result.value.token);
      return result;
    });
  };
  if (token !== null)
    return (
      <Sheet id="token" title={words("tokens.made")} close={close}>
        <Note kind="doubt">
          <p>{words("tokens.once")}</p>
        </Note>
        <Copy id="token-text" label={words("tokens.made")} text={token} />
        <p className="dim">{words("tokens.how")}</p>
        <div className="row doing">
          <Button id="token-close" kind="main" onPress={close}>
            {words("tokens.copied")}
          </Button>
        </div>
      </Sheet>
    );
  return (
    <Sheet id="token" title={words("tokens.add")} close={close}>
      <Field
        id="token-name"
        size="short"
        label={words("tokens.name")}
        hint={words("tokens.name.t")}
        value={name}
        onChange={(text) => setName(text.trim())}
        error={asked && bad ? words(taken ? "tokens.taken" : "bad.token") : null}
      />
      <Boxes
        prefix="may-"
        label={words("tokens.may")}
        value={may}
        onChange={setMay}
        options={scopes.map((scope) => ({
          value: scope,
          title: words(`may.${scope}`),
          text: words(`may.${scope}.t`),
        }))}
        error={asked && may.length === 0 ? words("need.choice") : null}
      />
      <Fault error={task.error} />
      <div className="row doing">
        <Button id="token-make" kind="main" off={task.busy} onPress={make}>
          {words("tokens.make")}
        </Button>
        <Button id="token-close" onPress={close}>
          {words("back")}
        </Button>
      </div>
    </Sheet>
  );
}
