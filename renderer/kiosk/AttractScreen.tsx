import type { ReactNode } from "react";
import { groupDigits, minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { LANGUAGES } from "../../contract/states.ts";
import { WAY_NAME } from "../banks.ts";
import { KIOSK, useKioskWords } from "../messages/kiosk.ts";
import { useStore } from "../store.ts";
import { NAMES } from "../ui/Languages.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Sunrise } from "../ui/Sunrise.tsx";
import { useKeyMap } from "./keys.ts";
import { Picture } from "./Picture.tsx";
import { Shell } from "./Shell.tsx";
import { Tap } from "./Tap.tsx";
import { banksOf, begin } from "./visit.ts";

/** Nobody is here: the three languages, each a way to begin, and the price where there is one product only. */
export function AttractScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const kiosk = useKioskWords();
  const home = useStore((state) => state.language);
  const catalogue = snapshot.kiosk?.catalogue ?? [];
  const only = catalogue.length === 1 ? catalogue[0] : undefined;
  useKeyMap(Object.fromEntries(LANGUAGES.map((language, index) => [String(index + 1), () => begin(language)])));
  return (
    <Shell
      snapshot={snapshot}
      scene="attract"
      className={only ? "attract priced" : "attract"}
      focusOn="attract"
      languages={false}
      stand={
        <>
          {!only?.picture && <Sunrise />}
          {only ? (
            <div className="stand">
              <div>
                <h1 className="who">
                  <b>{only.name[home]}</b>
                </h1>
                <SumDigits digits={groupDigits(minor(only.minor))} />
              </div>
              {only.picture && <Picture name={only.picture} className="sun" />}
            </div>
          ) : (
            <h1 className="within wordmark">{snapshot.merchant.name}</h1>
          )}
        </>
      }
    >
      <p className="sr">{kiosk("attract.title")}</p>
      <div className="tongues">
        {LANGUAGES.map((language, index) => (
          <Tap
            key={language}
            id={`language-${language}`}
            lang={language}
            className={language === home ? "main" : ""}
            shortcut={String(index + 1)}
            onPress={() => begin(language)}
          >
            <b>{KIOSK[language]("pay")}</b>
            <span>{NAMES[language][1]}</span>
          </Tap>
        ))}
      </div>
      <p className="accepts">
        {banksOf(snapshot).map(({ name }) => (
          <span key={name}>{WAY_NAME[name]}</span>
        ))}
      </p>
    </Shell>
  );
}
