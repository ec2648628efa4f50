/** A sum of tenge in words, for the person who is about to send it back (design U27). */
import type { Language } from "../../contract/states.ts";

interface Numerals {
  readonly zero: string;
  readonly units: readonly string[];
  readonly teens: readonly string[];
  readonly tens: readonly string[];
  readonly hundreds: readonly string[];
  /** Between tens and units, as in "twenty-five". */
  readonly join: string;
  /** The name of 1000, 10^6, 10^9 after this many. */
  readonly scale: (power: number, count: number) => string;
  /** Units that agree with a feminine noun (Russian thousands). */
  readonly feminine?: Readonly<Record<number, string>>;
  readonly tenge: string;
  readonly tiyn: (count: number) => string;
}

const list = (text: string): readonly string[] => ["", ...text.split(" ")];

/** Russian plural: 1 тысяча, 2 тысячи, 5 тысяч. */
function plural(count: number, one: string, few: string, many: string): string {
  const tens = count % 100;
  const last = count % 10;
  if (tens > 10 && tens < 20) return many;
  if (last === 1) return one;
  return last >= 2 && last <= 4 ? few : many;
}

const RU_SCALES = [
  ["тысяча", "тысячи", "тысяч"],
  ["миллион", "миллиона", "миллионов"],
  ["миллиард", "миллиарда", "миллиардов"],
] as const;
const KK_SCALES = ["мың", "миллион", "миллиард"] as const;
const EN_SCALES = ["thousand", "million", "billion"] as const;

const NUMERALS: Readonly<Record<Language, Numerals>> = {
  kk: {
    zero: "нөл",
    units: list("бір екі үш төрт бес алты жеті сегіз тоғыз"),
    teens: [],
    tens: list("он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан"),
    hundreds: list("жүз екі_жүз үш_жүз төрт_жүз бес_жүз алты_жүз жеті_жүз сегіз_жүз тоғыз_жүз"),
    join: " ",
    scale: (power) => KK_SCALES[power - 1] ?? "",
    tenge: "теңге",
    tiyn: () => "тиын",
  },
  ru: {
    zero: "ноль",
    units: list("один два три четыре пять шесть семь восемь девять"),
    teens:
      "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать".split(
        " ",
      ),
    tens: list("_ двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"),
    hundreds: list("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот"),
    join: " ",
    scale: (power, count) => {
      const [one, few, many] = RU_SCALES[power - 1] ?? RU_SCALES[0];
      return plural(count, one, few, many);
    },
    feminine: { 1: "одна", 2: "две" },
    tenge: "тенге",
    tiyn: (count) => plural(count, "тиын", "тиына", "тиынов"),
  },
  en: {
    zero: "zero",
    units: list("one two three four five six seven eight nine"),
    teens: "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" "),
    tens: list("_ twenty thirty forty fifty sixty seventy eighty ninety"),
    hundreds: list(
      "one_hundred two_hundred three_hundred four_hundred five_hundred six_hundred seven_hundred eight_hundred nine_hundred",
    ),
    join: "-",
    scale: (power) => EN_SCALES[power - 1] ?? "",
    tenge: "tenge",
    tiyn: () => "tiyn",
  },
};

/** Three digits in words; `power` is that of the thousand they count. */
function triple(count: number, power: number, numerals: Numerals): string {
  const { units, teens, tens, hundreds, join } = numerals;
  const rest = count % 100;
  const unit = rest % 10;
  const named = (power === 1 ? numerals.feminine?.[unit] : undefined) ?? units[unit] ?? "";
  const small =
    rest >= 10 && rest < 20 && teens.length > 0
      ? (teens[rest - 10] ?? "")
      : [tens[Math.floor(rest / 10)], named].filter(Boolean).join(join);
  return [hundreds[Math.floor(count / 100)], small, power > 0 ? numerals.scale(power, count) : ""]
    .filter(Boolean)
    .join(" ")
    .replaceAll("_", " ");
}

function whole(value: number, numerals: Numerals): string {
  if (value === 0) return numerals.zero;
  const parts: string[] = [];
  for (let rest = value, power = 0; rest > 0; rest = Math.floor(rest / 1000), power++) {
    const count = rest % 1000;
    if (count > 0) parts.unshift(triple(count, power, numerals));
  }
  return parts.join(" ");
}

/** `tiyn` in words: "одна тысяча двести тенге", with the tiyn only where there are any. Exact up to 10^12 tenge. */
export function inWords(tiyn: number, language: Language): string {
  const numerals = NUMERALS[language];
  const rest = tiyn % 100;
  const sum = `${whole(Math.floor(tiyn / 100), numerals)} ${numerals.tenge}`;
  return rest === 0 ? sum : `${sum} ${whole(rest, numerals)} ${numerals.tiyn(rest)}`;
}
