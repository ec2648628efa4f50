import { Fragment } from "react";
import type { ReactNode } from "react";
import { WORDS } from "./messages/index.ts";
import type { Words } from "./messages/index.ts";
import { useStore } from "./store.ts";

/** The words of the language on the screen. */
export const useWords = (): Words => WORDS[useStore((state) => state.language)];

// A sum inside a sentence is one unbreakable piece: the thin space alone would let the line break in it.
const SUM = /(\d[\d\u2009,]*\u00a0[₸$])/;

/** A sentence, its sums kept whole. */
export function Text({ children }: { readonly children: string }): ReactNode {
  const parts = children.split(SUM);
  if (parts.length === 1) return children;
  return parts.map((part, index) => (
    <Fragment key={index}>{index % 2 === 1 ? <span className="num">{part}</span> : part}</Fragment>
  ));
}
