import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { LANGUAGES } from "../../contract/states.ts";
import { KIOSK } from "../messages/kiosk.ts";
import { useStore } from "../store.ts";
import { dayTime } from "../time.ts";
import { Mark } from "../ui/Mark.tsx";
import { useWords } from "../words.tsx";
import { Shell } from "./Shell.tsx";

/** No payment can be taken. Nobody has chosen a language here, so it speaks all three; the small type is the technician's. */
export function OutOfServiceScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const home = useStore((state) => state.visit.home ?? state.language);
  const { kiosk, merchant, till, app } = snapshot;
  const out = kiosk?.outOfService ?? null;
  const elsewhere = kiosk?.elsewhere ?? null;
  const why = out ? errorText(home, out.reason).title : words("link.title");
  const facts = [
    till.name.includes(till.id) ? till.name : `${till.name} ${till.id}`,
    why,
    out && [out.reason.code, out.reason.incident, out.reason.bankCode].filter(Boolean).join(" · "),
    out && KIOSK[home]("out.since", { t: dayTime(out.since, app.timezone) }),
  ];
  return (
    <Shell
      snapshot={snapshot}
      scene="out-of-service"
      sky="over"
      line="dashed"
      className="out"
      focusOn="out-of-service"
      languages={false}
      stand={
        <div className="stand">
          <div>
            <h1 className="word">{merchant.name}</h1>
          </div>
          <Mark name="gone" className="sun" />
        </div>
      }
    >
      <div className="result">
        {LANGUAGES.map((language) => (
          <div key={language} lang={language} className="each">
            <h2>{KIOSK[language]("out.title")}</h2>
            <p className="lead">
              {elsewhere ? KIOSK[language]("out.else", { where: elsewhere[language] }) : KIOSK[language]("out.later")}
            </p>
          </div>
        ))}
        <p className="small dim facts-line" lang={home} data-testid="out-facts" data-code={out?.reason.code}>
          {facts.filter(Boolean).join(" · ")}
          {merchant.supportPhone !== null && (
            <>
              {" · "}
              <span>{merchant.supportPhone}</span>
            </>
          )}
        </p>
      </div>
    </Shell>
  );
}
