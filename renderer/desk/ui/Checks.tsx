import type { ReactNode } from "react";
import type { ConnectionCheck, Layer, LayerCheck } from "../../../contract/desk.ts";
import { useStore } from "../../store.ts";
import { Mark } from "../../ui/Mark.tsx";
import { Text } from "../../words.tsx";
import { addressOf, useBank } from "../banks.ts";
import type { Way } from "../banks.ts";
import { deskError } from "../errors.ts";
import { useDesk } from "../session.ts";
import { hostOf } from "../wizard/hosts.ts";
import type { StepName } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { Copy } from "./Copy.tsx";

interface Props {
  readonly way: Way;
  readonly running: boolean;
  readonly go?: (step: StepName) => void;
}

/** The way to the bank layer by layer: solid where proven, broken where it fails, dashed where nothing was tried. */
export function Checks({ way, running, go }: Props): ReactNode {
  const { view } = useDesk();
  const { check } = useBank(way.bank);
  const rows: readonly LayerCheck[] =
    check && !running
      ? check.checks.filter(({ state }) => state !== "none")
      : layersOf(way.layers(view), check).map((layer) => ({ layer, state: "untried", ms: null, error: null }));
  return (
    <ol className="checks" data-testid="checks" aria-busy={running}>
      {rows.map((row) => (
        <Row key={row.layer} way={way} row={row} running={running} {...(go ? { go } : {})} />
      ))}
    </ol>
  );
}

/** Those the till has told of, else those there ought to be. */
const layersOf = (known: readonly Layer[], check: ConnectionCheck | null): readonly Layer[] =>
  check ? check.checks.filter(({ state }) => state !== "none").map(({ layer }) => layer) : known;

function Row({ way, row, running, go }: Props & { readonly row: LayerCheck }): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  const { check } = useBank(way.bank);
  const { layer, state, ms, error } = row;
  // Payments go on without the stream of events: it only hurries the questions.
  const minor = layer === "events";
  const kind = state === "ok" ? "yes" : state === "failed" ? (minor ? "doubt" : "no") : "wait";
  const well = way.said[`lay.${layer}.ok`];
  const name = way.said[`lay.${layer}`] ?? (`lay.${layer}` as const);
  const said =
    state === "ok"
      ? well
        ? words(well)
        : words(`lay.${layer}.ok`, { n: check?.tradePoints.length ?? 0 })
      : state === "failed" && error
        ? deskError(language, error).title
        : words(running ? "lay.running" : "lay.untried");
  return (
    <>
      <li className={`check ${kind}`} data-testid={`layer-${layer}`} data-state={state}>
        {kind === "wait" ? <Dashed /> : <Mark name={SIGNS[kind]} className={`mark ${kind}c`} />}
        <b>{words(name)}</b>
        <span className="told">
          <Text>{said}</Text>
        </span>
        <span className="ms">
          {state === "ok" && ms !== null ? words("lay.ms", { n: ms }) : (error?.bankCode ?? "")}
        </span>
      </li>
      {state === "failed" && error && (
        <li className={minor ? "fix minor" : "fix"} data-testid="remedy" data-code={error.code}>
          <Remedy {...{ way, row, error }} {...(go ? { go } : {})} />
        </li>
      )}
    </>
  );
}

const SIGNS = { yes: "yes", no: "no", doubt: "attention" } as const;

interface RemedyProps extends Omit<Props, "running"> {
  readonly row: LayerCheck;
  readonly error: NonNullable<LayerCheck["error"]>;
}

/** What a technician looks at where a layer has failed, and the text to send to the bank. */
function Remedy({ way, row: { layer }, error, go }: RemedyProps): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  const { view } = useDesk();
  const { check, draft, inUse } = useBank(way.bank);
  const about = way.about?.(error) ?? null;
  const step = about?.step ?? way.remedies[layer];
  const shown = draft ?? inUse;
  const reason = [error.code, error.bankCode, error.bankMessage, error.params["detail"], error.incident];
  return (
    <>
      {about && <p data-testid="remedy-about">{words(about.text)}</p>}
      <p>
        <b>{words(layer === "events" ? "lay.events.minor" : "lay.fix")}</b>
      </p>
      <ul>
        {error.remedy !== "fixSettings" && <li>{deskError(language, error).next}</li>}
        <li>{words(way.said[`lay.${layer}.fix1`] ?? (`lay.${layer}.fix1` as const))}</li>
        <li>{words(way.said[`lay.${layer}.fix2`] ?? (`lay.${layer}.fix2` as const))}</li>
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
            `host: ${shown ? hostOf(addressOf(shown)) : "-"}`,
            way.knownAs(view),
            `layer: ${[layer, error.params["terminal"], error.params["host"]].filter(Boolean).join(" ")}`,
            `error: ${reason.filter(Boolean).join(" / ")}`,
            ...(check?.checks ?? []).map(
              (one) => `${one.layer}: ${one.state}${one.ms === null ? "" : ` ${one.ms} ms`}`,
            ),
          ].join("\n")}
        />
      </details>
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
