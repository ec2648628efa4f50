import type { ReactNode } from "react";
import { useStore } from "../store.ts";
import { Mark } from "../ui/Mark.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { useWords } from "../words.tsx";

/** Until the first snapshot: the horizon, and no control that could not work yet. */
export function OpeningScreen(): ReactNode {
  const words = useWords();
  const silent = useStore((state) => state.link === "silent");
  return (
    <div className="till">
      <main className="screen pay opening" data-testid="opening" data-sky="open" data-line="dashed">
        <section className="sky">
          <Sunrise />
          <h1 className="within wordmark">{words("app.name")}</h1>
          <i className="line" />
        </section>
        <section className="ground" role="status">
          {silent && (
            <>
              <p className="title">
                <Mark name="net" className="inl" />
                {words("link.title")}
              </p>
              <p className="lead">{words("link.sub")}</p>
            </>
          )}
        </section>
      </main>
    </div>
  );
}
