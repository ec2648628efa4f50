import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { Languages } from "../ui/Languages.tsx";
import { useWords } from "../words.tsx";

/** Nothing is configured: what to do, in words. */
export function SetupScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const { merchant, till } = snapshot;
  return (
    <main className="screen office setup" data-testid="screen" data-screen="setup" data-sky="open" data-line="dashed">
      <section className="sky">
        <header className="top">
          <p className="shop">
            <b>{merchant.name || words("app.name")}</b> <span>{till.name}</span>
          </p>
          <Languages />
        </header>
        <div className="stand">
          <div>
            <h1 className="title">{words("setup.title")}</h1>
          </div>
        </div>
        <i className="line" />
      </section>
      <section className="ground">
        <p className="lead">{words("setup.lead")}</p>
        <ol className="stepslist">
          <li>
            <b>1</b>
            <div>
              <b>{words("setup.1")}</b>
              <span>{words("setup.1.t")}</span>
            </div>
          </li>
          <li>
            <b>2</b>
            <div>
              <b>{words("setup.2")}</b>
              <span>{words("setup.2.t")}</span>
            </div>
          </li>
          <li>
            <b>3</b>
            <div>
              <b>{words("setup.3")}</b>
              <code lang="en">npm run start:node -- --provision provision.json</code>
            </div>
          </li>
        </ol>
        <p className="train">
          {words("setup.train")} <code lang="en">--training</code>
        </p>
        {merchant.supportPhone && (
          <p className="foot">
            <span>
              {words("support")} <b>{merchant.supportPhone}</b>
            </span>
          </p>
        )}
      </section>
    </main>
  );
}
