import { useRef } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, refresh } from "../actions.ts";
import { nameOf } from "../kinds.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Text, useWords } from "../words.tsx";
import { Button } from "./Button.tsx";
import { Mark } from "./Mark.tsx";
import { stateWord } from "./states.ts";

/** The parked payments: a chip each, and behind a tap the list of them all. */
export function Parked({ snapshot, room }: { readonly snapshot: Snapshot; readonly room: number }): ReactNode {
  const words = useWords();
  // The browser's own dialog traps the focus, answers Escape and lies above everything; a library would add a third of the bundle.
  const dialog = useRef<HTMLDialogElement>(null);
  const { parked } = snapshot;
  if (parked.length === 0) return null;
  const open = (): void => dialog.current?.showModal();
  const more = parked.length - room;
  return (
    <>
      {parked.slice(0, room).map((payment) => (
        <button
          key={payment.id}
          type="button"
          className="chip"
          data-testid="parked"
          data-id={payment.id}
          data-state={payment.state}
          onClick={open}
        >
          <Mark name="watch" />
          <span>
            <Text>{words("park.chip", { sum: nameOf(payment, words) })}</Text>
          </span>
        </button>
      ))}
      {more > 0 && (
        <button type="button" className="chip" data-testid="parked-more" onClick={open}>
          {words("park.more", { n: more })}
        </button>
      )}
      <dialog ref={dialog} className="sheet" aria-labelledby="parked-title" data-testid="parked-list">
        <h2 id="parked-title" className="title">
          {words("park.title")}
        </h2>
        <p>{words("park.sub")}</p>
        <ul>
          {parked.map((payment) => (
            <Row key={payment.id} payment={payment} snapshot={snapshot} />
          ))}
        </ul>
        <Button id="parked-close" kind="main" onPress={() => dialog.current?.close()}>
          {words("park.close")}
        </Button>
      </dialog>
    </>
  );
}

function Row({ payment, snapshot }: { readonly payment: PaymentView; readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const busy = useStore((state) => state.busy.has(busyKey("payments.refresh", payment.id)));
  return (
    <li>
      <b className="num">{nameOf(payment, words)}</b>
      <span>
        {words(stateWord(payment))}
        <small>
          № {payment.number} · {clockTime(payment.createdAt, snapshot.app.timezone, true)}
        </small>
      </span>
      <Button id="parked-check" off={busy} onPress={() => refresh(payment.id)}>
        {words(busy ? "doubt.checking" : "off.check")}
      </Button>
    </li>
  );
}
