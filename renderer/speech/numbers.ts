/**
 * Numbers as a row of clips, each a word that was spoken once. The words are here too: `npm run voice` speaks them, and what is
 * said is also written (for a voice of the computer, and for whoever reads along).
 */
import type { Language } from "../../contract/states.ts";

const MILLION = 1_000_000;
/** Larger ones no clip can name, and no bank here takes: 999 999 999 tenge 99 tiyn. */
export const LARGEST_MINOR = 99_999_999_999;

/** What is counted. A form stands for each way a language bends it: 1, 2 and 5 of it. */
export type Unit = "tenge" | "tiyn" | "second";

const range = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

const named = (numbers: readonly number[], words: string): Record<string, string> => {
  const each = words.split(" ");
  return Object.fromEntries(numbers.map((number, index) => [`n${String(number)}`, each[index] ?? ""]));
};

const TEENS = range(0, 19, 1);
const TENS = range(20, 90, 10);
const HUNDREDS = range(100, 900, 100);

const RU: Readonly<Record<string, string>> = {
  ...named(
    TEENS,
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать",
  ),
  n1f: "одна",
  n2f: "две",
  ...named(TENS, "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"),
  ...named(HUNDREDS, "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"),
  thousand1: "тысяча",
  thousand2: "тысячи",
  thousand5: "тысяч",
  million1: "миллион",
  million2: "миллиона",
  million5: "миллионов",
  tenge: "тенге",
  tiyn1: "тиын",
  tiyn2: "тиына",
  tiyn5: "тиынов",
  second1: "секунда",
  second2: "секунды",
  second5: "секунд",
};

const KK: Readonly<Record<string, string>> = {
  ...named(range(0, 9, 1), "нөл бір екі үш төрт бес алты жеті сегіз тоғыз"),
  ...named(range(10, 90, 10), "он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан"),
  n100: "жүз",
  thousand: "мың",
  million: "миллион",
  tenge: "теңге",
  tiyn: "тиын",
  second: "секунд",
};

const EN: Readonly<Record<string, string>> = {
  ...named(
    TEENS,
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
  ),
  ...named(TENS, "twenty thirty forty fifty sixty seventy eighty ninety"),
  n100: "hundred",
  thousand: "thousand",
  million: "million",
  tenge: "tenge",
  tiyn: "tiyn",
  second1: "second",
  second2: "seconds",
};

/** Every clip of a number and the word it holds. */
export const NUMBER_WORDS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { kk: KK, ru: RU, en: EN };

/** 1, 2 or 5: which form a Russian noun takes after this number. */
function russianForm(count: number): "1" | "2" | "5" {
  const [ten, one] = [count % 100, count % 10];
  if (ten >= 11 && ten <= 14) return "5";
  return one === 1 ? "1" : one >= 2 && one <= 4 ? "2" : "5";
}

const clip = (number: number): string => `n${String(number)}`;

/** 1 to 999. `feminine`: of thousands and seconds. */
function russianTriple(value: number, feminine: boolean): readonly string[] {
  const [hundreds, rest] = [value - (value % 100), value % 100];
  const ones = rest < 20 ? rest : rest % 10;
  const last = feminine && (ones === 1 || ones === 2) ? `${clip(ones)}f` : clip(ones);
  return [
    ...(hundreds > 0 ? [clip(hundreds)] : []),
    ...(rest >= 20 ? [clip(rest - ones)] : []),
    ...(ones > 0 ? [last] : []),
  ];
}

function kazakhTriple(value: number): readonly string[] {
  const [hundreds, tens, ones] = [Math.floor(value / 100), (value % 100) - (value % 10), value % 10];
  return [
    ...(hundreds > 1 ? [clip(hundreds)] : []),
    ...(hundreds > 0 ? ["n100"] : []),
    ...(tens > 0 ? [clip(tens)] : []),
    ...(ones > 0 ? [clip(ones)] : []),
  ];
}

function englishTriple(value: number): readonly string[] {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  const ones = rest < 20 ? rest : rest % 10;
  return [
    ...(hundreds > 0 ? [clip(hundreds), "n100"] : []),
    ...(rest >= 20 ? [clip(rest - ones)] : []),
    ...(ones > 0 ? [clip(ones)] : []),
  ];
}

/** A whole number from 0 to 999 999 999; `feminine` bends a Russian one for what is counted. */
export function clipsOfNumber(value: number, language: Language, feminine = false): readonly string[] {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 1000 * MILLION)
    throw new RangeError(`no clips for ${String(value)}`);
  if (value === 0) return ["n0"];
  const triples = [Math.floor(value / MILLION), Math.floor(value / 1000) % 1000, value % 1000] as const;
  const [millions, thousands, rest] = triples;
  if (language === "ru")
    return [
      ...(millions > 0 ? [...russianTriple(millions, false), `million${russianForm(millions)}`] : []),
      ...(thousands > 0 ? [...russianTriple(thousands, true), `thousand${russianForm(thousands)}`] : []),
      ...russianTriple(rest, feminine),
    ];
  const triple = language === "kk" ? kazakhTriple : englishTriple;
  return [
    ...(millions > 0 ? [...triple(millions), "million"] : []),
    ...(thousands > 0 ? [...triple(thousands), "thousand"] : []),
    ...triple(rest),
  ];
}

/** So many of it: the number and the noun in the form the number asks for. */
export function clipsOfCount(value: number, unit: Unit, language: Language): readonly string[] {
  const number = clipsOfNumber(value, language, unit === "second");
  return [...number, unitClip(value, unit, language)];
}

function unitClip(value: number, unit: Unit, language: Language): string {
  if (unit === "tenge" || language === "kk") return unit;
  if (language === "ru") return `${unit}${russianForm(value)}`;
  return unit === "second" ? `second${value === 1 ? "1" : "2"}` : unit;
}

/** A sum of tenge, in whole tiyn. Throws RangeError above `LARGEST_MINOR`. */
export function clipsOfSum(minor: number, language: Language): readonly string[] {
  if (!Number.isSafeInteger(minor) || minor < 0 || minor > LARGEST_MINOR)
    throw new RangeError(`no clips for the sum ${String(minor)}`);
  const tiyn = minor % 100;
  return [
    ...clipsOfCount((minor - tiyn) / 100, "tenge", language),
    ...(tiyn > 0 ? clipsOfCount(tiyn, "tiyn", language) : []),
  ];
}

/** The digits of a number that is named and not counted (a telephone, a receipt); anything else in it is left out. */
export const clipsOfDigits = (text: string): readonly string[] =>
  Array.from(text.matchAll(/\d/g), ([digit]) => `n${digit}`);

/** The words of a row of clips. */
export const wordsOfClips = (clips: readonly string[], language: Language): string =>
  clips.map((name) => NUMBER_WORDS[language][name] ?? "").join(" ");
