import { fill } from "../../contract/messages/index.ts";
import type { Language } from "../../contract/states.ts";
import { en } from "./en.ts";
import { kk } from "./kk.ts";
import { ru } from "./ru.ts";

type Places<Text> = Text extends `${string}{{${infer Place}}}${infer Rest}` ? Place | Places<Rest> : never;
type Fill<Text> = [Places<Text>] extends [never] ? [] : [values: Readonly<Record<Places<Text>, string | number>>];

/** The sentences of a table without places to fill. */
export type PlainKeyOf<Table> = { [Key in keyof Table]: Fill<Table[Key]> extends [] ? Key : never }[keyof Table];

/** The words of one language. A missing key fails the type check, and so does a place left empty. */
export type WordsOf<Table> = <Key extends keyof Table>(key: Key, ...values: Fill<Table[Key]>) => string;

export type PlainKey = PlainKeyOf<typeof kk>;
export type Words = WordsOf<typeof kk>;

// i18next was weighed: 16 kB of the 118 kB (gzip) for putting values into sentences, and its keys would be typed less strictly.
/** A table of sentences, with their places filled. `Table` is the one that keys and places are checked against. */
export const wordsOf = <Table extends Readonly<Record<string, string>>>(
  messages: Readonly<Record<keyof Table, string>>,
): WordsOf<Table> => {
  return (key, ...values) => fill(messages[key], values[0] ?? {});
};

/** The language is part of the store, so that a switch is one commit and needs no second subscription. */
export const WORDS: Readonly<Record<Language, Words>> = {
  kk: wordsOf<typeof kk>(kk),
  ru: wordsOf<typeof kk>(ru),
  en: wordsOf<typeof kk>(en),
};
