import { useLayoutEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { useStore } from "../store.ts";
import { Mark } from "../ui/Mark.tsx";
import { useWords } from "../words.tsx";
import { useKeyMap } from "./keys.ts";
import { Picture } from "./Picture.tsx";
import { Shell } from "./Shell.tsx";
import { Tap } from "./Tap.tsx";
import { choose, endVisit, turnTo } from "./visit.ts";

/** So many or fewer stand in one row, or two, and are larger. */
const FEW = 4;
/** Until the grid has been measured. */
const USUAL_ROOM = 4;

/** What is sold here: as many products as fit at once, the others on further pages, for nothing scrolls before a payment. */
export function CatalogueScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const language = useStore((state) => state.language);
  const wanted = useStore((state) => state.visit.page);
  const gone = useStore((state) => state.visit.item !== null);
  const grid = useRef<HTMLUListElement>(null);
  const room = useRoom(grid);
  const catalogue = snapshot.kiosk?.catalogue ?? [];
  const pages = Math.max(1, Math.ceil(catalogue.length / room));
  const page = Math.min(wanted, pages - 1);
  const shown = catalogue.slice(page * room, (page + 1) * room);
  const back = (): void => turnTo(Math.max(0, page - 1));
  const on = (): void => turnTo(Math.min(pages - 1, page + 1));
  useKeyMap({
    ...Object.fromEntries(shown.map(({ id }, index) => [String(index + 1), () => choose(id)])),
    "-": back,
    "+": on,
    Escape: endVisit,
  });
  return (
    <Shell
      snapshot={snapshot}
      scene="catalogue"
      className="shelf"
      focusOn={`catalogue ${page}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="word">{kiosk("cat.title")}</h1>
            {gone && (
              <p className="lead" role="status" data-testid="gone">
                {kiosk("item.out")}
              </p>
            )}
          </div>
        </div>
      }
    >
      <ul
        className="goods"
        ref={grid}
        data-few={catalogue.length <= Math.min(room, FEW) ? catalogue.length : undefined}
      >
        {shown.map(({ id, name, minor: tiyn, picture }, index) => (
          <li key={id}>
            <Tap
              id={`product-${id}`}
              className="good"
              shortcut={index < 9 ? String(index + 1) : undefined}
              onPress={() => choose(id)}
            >
              <Picture name={picture} />
              <span className="name">{name[language]}</span>
              <b className="num">{formatMoney(minor(tiyn))}</b>
            </Tap>
          </li>
        ))}
      </ul>
      <div className="pager">
        <Tap id="back" className="btn" onPress={endVisit}>
          <span>{words("nav.back")}</span>
        </Tap>
        {pages > 1 && (
          <>
            <Tap id="page-back" className="btn turn" off={page === 0} spoken={kiosk("cat.prev")} onPress={back}>
              <Mark name="prev" className="ico" />
            </Tap>
            <p className="num" data-testid="page">
              <span aria-hidden="true">{kiosk("cat.page", { n: page + 1, of: pages })}</span>
              <span className="sr">{kiosk("cat.page.t", { n: page + 1, of: pages })}</span>
            </p>
            <Tap id="page-on" className="btn turn" off={page === pages - 1} spoken={kiosk("cat.next")} onPress={on}>
              <Mark name="next" className="ico" />
            </Tap>
          </>
        )}
      </div>
    </Shell>
  );
}

/** How many products the style sheet has made room for: columns times rows of the grid, as the profile has them. */
function useRoom(grid: React.RefObject<HTMLUListElement | null>): number {
  const [room, setRoom] = useState(USUAL_ROOM);
  useLayoutEffect(() => {
    const list = grid.current;
    if (!list) return undefined;
    const look = (): void => {
      const told = Number(getComputedStyle(list).getPropertyValue("--room"));
      if (told > 0) setRoom(told);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(list);
    return () => observer.disconnect();
  }, [grid]);
  return room;
}
