import type { ReactNode } from "react";
import { LAYERS } from "../../../contract/desk.ts";
import type { ConnectionCheck, Layer, LayerCheck } from "../../../contract/desk.ts";
import { useStore } from "../../store.ts";
import { Mark } from "../../ui/Mark.tsx";
import { Text } from "../../words.tsx";
import { deskError } from "../errors.ts";
import type { StepName } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { Copy } from "./Copy.tsx";

/** The step where what failed can be put right. */
const REMEDY: Readonly<Record<Layer, StepName | null>> = {
  dns: "where",
  tcp: "where",
  tls: "roots",
  certificate: "certificate",
  access: null,
  key: "key",
  tradePoint: "device",
  device: "device",
};

/** Until the till has told which layers there are: those of the scheme. */
const ONLY: Partial<Readonly<Record<Layer, readonly number[]>>> = { certificate: [2, 3], access: [3], key: [1] };

interface Props {
  readonly check: ConnectionCheck | null;
  readonly running: boolean;
  readonly scheme: 1 | 2 | 3;
  readonly host: string;
  readonly deviceId: string | null;
  readonly go?: (step: StepName) => void;
}

/** The way to the bank layer by layer: solid where proven, broken where it fails, dashed where nothing was tried. */
export function Checks({ check, running, scheme, host, deviceId, go }: Props): ReactNode {
  const rows: readonly LayerCheck[] =
    check && !running
      ? check.checks.filter(({ state }) => state !== "none")
      : LAYERS.filter((layer) =>
          check ? find(check, layer)?.state !== "none" : ONLY[layer]?.includes(scheme) !== false,
        ).map((layer) => ({
          layer,
          state: "untried",
          ms: null,
          error: null,
        }));
  return (
    <ol className="checks" data-testid="checks" aria-busy={running}>
      {rows.map((row) => (
        <Row key={row.layer} row={row} check={check} running={running} host={host} deviceId={deviceId} go={go} />
      ))}
    </ol>
  );
}

const find = (check: ConnectionCheck, layer: Layer): LayerCheck | undefined =>
  check.checks.find((one) => one.layer === layer);

interface RowProps extends Omit<Props, "go" | "scheme"> {
  readonly row: LayerCheck;
  readonly go: Props["go"];
}

function Row({ row, check, running, host, deviceId, go }: RowProps): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  const { layer, state, ms, error } = row;
  const kind = state === "ok" ? "yes" : state === "failed" ? "no" : "wait";
  const said =
    state === "ok"
      ? words(`lay.${layer}.ok`, { n: check?.tradePoints.length ?? 0 })
      : state === "failed" && error
        ? deskError(language, error).title
        : words(running ? "lay.running" : "lay.untried");
  const step = REMEDY[layer];
  return (
    <>
      <li className={`check ${kind}`} data-testid={`layer-${layer}`} data-state={state}>
        {state === "untried" ? <Dashed /> : <Mark name={kind === "yes" ? "yes" : "no"} className={`mark ${kind}c`} />}
        <b>{words(`lay.${layer}`)}</b>
        <span className="told">
          <Text>{said}</Text>
        </span>
        <span className="ms">
          {state === "ok" && ms !== null ? words("lay.ms", { n: ms }) : (error?.bankCode ?? "")}
        </span>
      </li>
      {state === "failed" && error && (
        <li className="fix" data-testid="remedy" data-code={error.code}>
          <p>
            <b>{words("lay.fix")}</b>
          </p>
          <ul>
            {error.remedy !== "fixSettings" && <li>{deskError(language, error).next}</li>}
            <li>{words(`lay.${layer}.fix1`)}</li>
            <li>{words(`lay.${layer}.fix2`)}</li>
          </ul>
          {error.bankMessage && <p className="small">{words("bank.said", { text: error.bankMessage })}</p>}
          {go && step && (
            <button type="button" className="link quiet" data-testid="remedy-go" onClick={() => go(step)}>
              {words("lay.go", { step: words(`wiz.${step}`) })}
            </button>
          )}
          <details className="more">
            <summary data-testid="remedy-copy">{words("lay.copy")}</summary>
            <Copy
              id="remedy-text"
              label={words("lay.copy")}
              tall
              text={[
                `host: ${host}`,
                `device: ${deviceId ?? "-"}`,
                `layer: ${layer}`,
                `error: ${[error.code, error.bankCode, error.bankMessage, error.incident].filter(Boolean).join(" / ")}`,
                ...(check?.checks ?? []).map(
                  (one) => `${one.layer}: ${one.state}${one.ms === null ? "" : ` ${one.ms} ms`}`,
                ),
              ].join("\n")}
            />
          </details>
        </li>
      )}
    </>
  );
}

/** Not tried: the outline is only ours, so it is dashed. */
function Dashed(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 100 100" aria-hidden="true">
      <circle
        cx="50"
        cy="50"
        r="44"
        fill="var(--ground)"
        stroke="currentColor"
        strokeWidth="7"
        pathLength="96"
        strokeDasharray="7 5"
      />
    </svg>
  );
}
