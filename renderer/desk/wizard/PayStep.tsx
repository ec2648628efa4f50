import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { CommandInput, CommandOutput } from "../../../contract/commands.ts";
import { appError } from "../../../contract/errors.ts";
import type { AppError, Result } from "../../../contract/errors.ts";
import type { PaymentView, Snapshot } from "../../../contract/snapshot.ts";
import { isOpen } from "../../../contract/states.ts";
import type { PaymentState } from "../../../contract/states.ts";
import { bridge } from "../../actions.ts";
import { APP_NAME, WAY_NAME } from "../../banks.ts";
import { Button } from "../../ui/Button.tsx";
import { Plate } from "../../ui/Plate.tsx";
import { bankOf, DESK_BANKS, useBank } from "../banks.ts";
import type { DeskBank } from "../banks.ts";
import { useDesk } from "../session.ts";
import { useTrial } from "../trial.ts";
import { Fault, Note } from "../ui/Fault.tsx";
import { useDeskWords } from "../words.ts";
import { Step } from "./Step.tsx";

interface Props {
  readonly bank: DeskBank;
  readonly snapshot: Snapshot;
  readonly back: (() => void) | null;
  readonly done: () => void;
  readonly connect: (bank: DeskBank) => void;
}

/** The first payment: played on the bank's test host, told in words where the money is real. */
export function PayStep(props: Props): ReactNode {
  const { bank, done, connect } = props;
  const words = useDeskWords();
  const { view } = useDesk();
  const { inUse } = useBank(bank);
  if (inUse?.environment !== "production") return <Played {...props} />;
  const byHand = bank === "kaspi" && view.kaspi?.scheme === 1;
  return (
    <Step
      name="pay"
      title={words("pay.q")}
      lead={words("pay.real")}
      onEnter={done}
      buttons={
        <Button id="finish" kind="main" onPress={done}>
          {words("pay.to.till")}
        </Button>
      }
    >
      <ol className="todo">
        <li>{words("pay.real.1", { button: WAY_NAME[bank] })}</li>
        <li>{words("pay.real.2", { app: APP_NAME[bank] })}</li>
        <li>{words(byHand ? "pay.real.3.app" : "pay.real.3")}</li>
        <li>{words("pay.real.4")}</li>
      </ol>
      <OtherBanks connect={connect} />
    </Step>
  );
}

const AMOUNT = "10.00";

const STATE = {
  creating: "pay.creating",
  awaiting_scan: "pay.scan",
  awaiting_confirmation: "pay.confirm",
  awaiting_3ds: "pay.confirm",
  authorized: "pay.confirm",
  awaiting_payment: "pay.confirm",
  paid: "pay.paid",
  verified: "pay.paid",
  released: "pay.unpaid",
  declined: "pay.declined",
  expired: "pay.unpaid",
  cancelled: "pay.unpaid",
  failed: "pay.unpaid",
  in_doubt: "pay.doubt",
  needs_review: "pay.doubt",
} as const satisfies Record<PaymentState, string>;

/** The same where a real telephone scans the code, and this till withdraws it. */
const SCANNED: Partial<Record<PaymentState, "pay.scan.app" | "pay.confirm.app" | "pay.withdrawn">> = {
  awaiting_scan: "pay.scan.app",
  awaiting_confirmation: "pay.confirm.app",
  cancelled: "pay.withdrawn",
};

async function ask<N extends "payments.create" | "payments.cancel" | "payments.dismiss" | "training.phone">(
  name: N,
  input: CommandInput<N>,
): Promise<Result<CommandOutput[N]>> {
  try {
    return (await bridge.call(name, input)) as Result<CommandOutput[N]>;
  } catch {
    return { ok: false, error: appError("internal") };
  }
}

function Played({ bank, snapshot, back, done, connect }: Props): ReactNode {
  const words = useDeskWords();
  const { session } = useDesk();
  const trial = useTrial();
  const [error, setError] = useState<AppError | null>(null);
  const [busy, setBusy] = useState(false);
  // One intent, one key: a start whose answer was lost is asked for again under the same one.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const payment =
    [snapshot.current, ...snapshot.parked].find((one): one is PaymentView => one?.id === trial.id) ?? null;
  useEffect(() => () => useTrial.setState({ starting: false, id: null }), []);

  const run = async (work: () => Promise<Result<unknown>>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(null);
    const result = await work();
    setBusy(false);
    if (!result.ok) setError(result.error);
    return result.ok;
  };
  const start = (): void =>
    void run(async () => {
      if (payment) await ask("payments.dismiss", { id: payment.id });
      useTrial.setState({ starting: true, id: null });
      const result = await ask("payments.create", {
        key,
        request: { amount: AMOUNT, provider: bank, method: "qr" },
      });
      useTrial.setState({ starting: false, id: result.ok ? result.value.payment.id : null });
      if (result.ok || result.error.code !== "internal") setKey(crypto.randomUUID());
      return result;
    });
  const phone = (action: CommandInput<"training.phone">["action"]) => (): void => {
    if (payment) void run(() => ask("training.phone", { id: payment.id, action, session }));
  };
  const cancel = (): void => {
    if (payment) void run(() => ask("payments.cancel", { id: payment.id }));
  };
  const finish = async (): Promise<void> => {
    // Put away first: the till must not open on the test payment's green screen.
    if (payment) await ask("payments.dismiss", { id: payment.id });
    done();
  };
  // On to another bank only when the test payment is off the screen: as a sale it would take the desk away.
  const [other, setOther] = useState<DeskBank | null>(null);
  useEffect(() => {
    if (other && !payment) connect(other);
  });
  const follow = (next: DeskBank): void => {
    setOther(next);
    if (payment) void run(() => ask("payments.dismiss", { id: payment.id }));
  };
  const state = payment?.state;
  const ended = payment !== null && !isOpen({ ...payment, parked: false });
  const paid = state === "paid";
  const scannable = state === "awaiting_scan";
  const scanned = state === "awaiting_confirmation";
  // The test host of Halyk has no telephone to play: the code is scanned with the bank's test application, or withdrawn.
  const played = bank === "kaspi" || snapshot.app.training;
  return (
    <Step
      name="pay"
      title={words("pay.q")}
      {...(played ? { lead: words("pay.t") } : payment ? {} : { lead: words("pay.t.scan") })}
      error={error}
      buttons={
        <>
          {!paid && (
            <Button id="trial-start" kind="main" off={busy || (payment !== null && !ended)} onPress={start}>
              {words(ended ? "pay.again" : "pay.start")}
            </Button>
          )}
          <Button
            id="finish"
            kind={paid ? "main" : "plain"}
            off={payment !== null && !ended}
            onPress={() => void finish()}
          >
            {words(paid ? "pay.to.till" : "pay.later")}
          </Button>
          {back && !payment && (
            <Button id="previous" off={busy} onPress={back}>
              {words("back")}
            </Button>
          )}
        </>
      }
    >
      {payment && (
        <div className={played ? "trial" : "trial scanned"} data-testid="trial" data-state={payment.state}>
          {payment.qr && <Plate payload={payment.qr.payload} />}
          <div>
            {paid ? (
              <Note kind="yes">
                <p>
                  <b>{words("pay.paid")}</b>
                </p>
                <p>{words("pay.ready")}</p>
              </Note>
            ) : (
              <p className="lead" role="status">
                {words(played ? STATE[payment.state] : (SCANNED[payment.state] ?? STATE[payment.state]))}
              </p>
            )}
            <Fault error={payment.error} />
            {played && (scannable || scanned) && (
              <div className="row">
                <Button id="phone-scan" off={!scannable || busy} onPress={phone("scan")}>
                  {words("phone.scan")}
                </Button>
                <Button id="phone-confirm" off={!scanned || busy} onPress={phone("confirm")}>
                  {words("phone.confirm")}
                </Button>
                <Button id="phone-decline" off={!scanned || busy} onPress={phone("decline")}>
                  {words("phone.decline")}
                </Button>
              </div>
            )}
            {!played && scannable && (
              <div className="row">
                <Button id="trial-cancel" off={busy} onPress={cancel}>
                  {words("pay.withdraw")}
                </Button>
              </div>
            )}
          </div>
        </div>
      )}
      {(payment === null || ended) && <OtherBanks connect={follow} />}
    </Step>
  );
}

/** One bank works: the others that this till has not yet can follow at once. */
export function OtherBanks({ connect }: Pick<Props, "connect">): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  return DESK_BANKS.filter((bank) => bankOf(view, bank).inUse === null).map((bank) => (
    <button
      key={bank}
      type="button"
      className="link quiet"
      data-testid={`connect-${bank}`}
      onClick={() => connect(bank)}
    >
      {words(`${bank}.connect`)}
    </button>
  ));
}
