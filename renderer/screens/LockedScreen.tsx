import type { ReactNode } from "react";
import { LANGUAGES } from "../../contract/states.ts";
import { WORDS } from "../messages/index.ts";
import { Mark } from "../ui/Mark.tsx";

/** The till program does not know this page (any more). Nobody has chosen a language yet, so it speaks all three. */
export function LockedScreen(): ReactNode {
  return (
    <div className="till">
      <main className="screen office locked" data-testid="locked" data-sky="over" data-line="dashed">
        <section className="sky">
          <div className="stand">
            <div>
              <h1 className="title">{WORDS.kk("app.name")}</h1>
            </div>
            <Mark name="doubt" className="sun" />
          </div>
          <i className="line" />
        </section>
        <section className="ground">
          {LANGUAGES.map((language) => (
            <div key={language} lang={language}>
              <h2 className="title">{WORDS[language]("locked.title")}</h2>
              <p className="lead">{WORDS[language]("locked.sub")}</p>
            </div>
          ))}
        </section>
      </main>
    </div>
  );
}
