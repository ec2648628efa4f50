import { fill } from "../../contract/messages/index.ts";
import type { Language } from "../../contract/states.ts";
import { deskEn } from "../messages/desk.en.ts";
import { deskKk } from "../messages/desk.kk.ts";
import type { DeskKey, DeskMessages } from "../messages/desk.kk.ts";
import { deskRu } from "../messages/desk.ru.ts";
import { useStore } from "../store.ts";

type Places<Text> = Text extends `${string}{{${infer Place}}}${infer Rest}` ? Place | Places<Rest> : never;
type PlacesOf<Key extends DeskKey> = Places<(typeof deskKk)[Key]>;
type Fill<Key extends DeskKey> = [PlacesOf<Key>] extends [never]
  ? []
  : [values: Readonly<Record<PlacesOf<Key>, string | number>>];

/** The desk's words of one language: keys and places are checked by type, as those of the cashier's screens. */
export type DeskWords = <Key extends DeskKey>(key: Key, ...values: Fill<Key>) => string;

const fixed = (messages: DeskMessages): DeskWords => {
  return (key, ...values) => fill(messages[key], values[0] ?? {});
};

const DESK_WORDS: Readonly<Record<Language, DeskWords>> = { kk: fixed(deskKk), ru: fixed(deskRu), en: fixed(deskEn) };

/** The desk's words of the language on the screen. */
export const useDeskWords = (): DeskWords => DESK_WORDS[useStore((state) => state.language)];
