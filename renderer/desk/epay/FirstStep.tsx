import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { useWords } from "../../words.tsx";
import type { DeskBank } from "../banks.ts";
import { useDesk } from "../session.ts";
import { OtherBanks } from "../wizard/PayStep.tsx";
import { Step } from "../wizard/Step.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly done: () => void;
  readonly connect: (bank: DeskBank) => void;
}

/** Nothing to scan here: the first operation is told in words. A card check takes no money. */
export function FirstStep({ done, connect }: Props): ReactNode {
  const words = useDeskWords();
  const till = useWords();
  const { inUse } = useDesk().view.epay;
  const real = inUse?.environment === "production";
  return (
    <Step
      name="first"
      title={words("wiz.first")}
      lead={words("epay.first.t")}
      onEnter={done}
      buttons={
        <Button id="finish" kind="main" onPress={done}>
          {words("pay.to.till")}
        </Button>
      }
    >
      {inUse?.cards ? (
        <ol className="todo">
          <li>{words("epay.first.card.1", { button: till("pay.verify") })}</li>
          <li>{words(real ? "epay.first.card.2.real" : "epay.first.card.2")}</li>
          <li>{words("epay.first.card.3")}</li>
        </ol>
      ) : (
        <ol className="todo">
          <li>{words("epay.first.token.1")}</li>
          <li>{words("epay.first.token.2")}</li>
          <li>{words("epay.first.token.3")}</li>
        </ol>
      )}
      <OtherBanks connect={connect} />
    </Step>
  );
}
