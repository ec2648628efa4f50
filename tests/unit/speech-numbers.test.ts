/** Sums as clips: read back from their words by another hand, and each clip lies in assets/voice. */
import { existsSync, readdirSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { hasClip, SPEECH } from "../../renderer/messages/speech.ts";
import {
  clipsOfCount,
  clipsOfDigits,
  clipsOfSum,
  LARGEST_MINOR,
  NUMBER_WORDS,
  wordsOfClips,
} from "../../renderer/speech/numbers.ts";

const VOICE = new URL("../../assets/voice/", import.meta.url);
const words = (minor: number, language: Language): string => wordsOfClips(clipsOfSum(minor, language), language);

/** What each word is worth, learnt from the languages and not from the program. */
const WORTH: Readonly<Record<Language, string>> = {
  ru: "ноль 0 один 1 одна 1 два 2 две 2 три 3 четыре 4 пять 5 шесть 6 семь 7 восемь 8 девять 9 десять 10 одиннадцать 11 двенадцать 12 тринадцать 13 четырнадцать 14 пятнадцать 15 шестнадцать 16 семнадцать 17 восемнадцать 18 девятнадцать 19 двадцать 20 тридцать 30 сорок 40 пятьдесят 50 шестьдесят 60 семьдесят 70 восемьдесят 80 девяносто 90 сто 100 двести 200 триста 300 четыреста 400 пятьсот 500 шестьсот 600 семьсот 700 восемьсот 800 девятьсот 900",
  kk: "нөл 0 бір 1 екі 2 үш 3 төрт 4 бес 5 алты 6 жеті 7 сегіз 8 тоғыз 9 он 10 жиырма 20 отыз 30 қырық 40 елу 50 алпыс 60 жетпіс 70 сексен 80 тоқсан 90",
  en: "zero 0 one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90",
};
const TIMES: Readonly<Record<string, number>> = {
  жүз: 100,
  hundred: 100,
  тысяча: 1000,
  тысячи: 1000,
  тысяч: 1000,
  мың: 1000,
  thousand: 1000,
  миллион: 1e6,
  миллиона: 1e6,
  миллионов: 1e6,
  million: 1e6,
};

/** The number that a row of words names; throws on a word that is none, and on a row nobody would say. */
function heard(told: readonly string[], language: Language): number {
  const pairs = WORTH[language].split(" ");
  const worth = new Map(pairs.flatMap((word, at) => (at % 2 === 0 ? [[word, Number(pairs[at + 1])] as const] : [])));
  let [total, part, last, scale] = [0, 0, Infinity, Infinity];
  for (const word of told) {
    const times = TIMES[word];
    const value = worth.get(word);
    if (times === 100) {
      part = (part || 1) * 100;
      last = 100;
    } else if (times !== undefined) {
      if (times >= scale || part === 0) throw new Error(`out of order: ${word}`);
      total += part * times;
      [part, last, scale] = [0, Infinity, times];
    } else if (value !== undefined) {
      // Hundreds, then tens, then ones: "пять двадцать" is no number.
      const rank = value >= 100 ? 100 : value >= 20 || (language === "kk" && value >= 10) ? 20 : 1;
      if (rank >= last) throw new Error(`out of order: ${word}`);
      part += value;
      last = rank;
    } else throw new Error(`no number: ${word}`);
  }
  return total + part;
}

/** A sum in words, back in tiyn. */
function heardSum(text: string, language: Language): number {
  const [tenge = "", tiyn = ""] = text.split(language === "kk" ? "теңге" : language === "ru" ? "тенге" : "tenge");
  const of = (part: string): string[] => part.split(" ").filter((word) => word !== "" && !/^(тиын|tiyn)/.test(word));
  return heard(of(tenge), language) * 100 + (tiyn.trim() === "" ? 0 : heard(of(tiyn), language));
}

const sums = fc.oneof(
  fc.integer({ min: 0, max: LARGEST_MINOR }),
  fc.integer({ min: 0, max: 9_999_999 }),
  // Round ones, and those with holes in the middle.
  fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 8 })).map(([n, zeros]) => n * 10 ** zeros),
);

describe("a sum as clips", () => {
  it.each(LANGUAGES)("is heard as the same sum, to the tiyn, and every clip is there: %s", (language) => {
    const there = new Set(readdirSync(new URL(`${language}/`, VOICE)));
    fc.assert(
      fc.property(sums, (minor) => {
        expect(heardSum(words(minor, language), language)).toBe(minor);
        for (const clip of clipsOfSum(minor, language)) expect(there).toContain(`${clip}.ogg`);
      }),
      { numRuns: 600 },
    );
  });

  it("bends Russian nouns and numbers as the language does", () => {
    const rules = new Intl.PluralRules("ru");
    const form = (count: number, one: string, few: string, many: string): string =>
      ({ one, few, many })[rules.select(count) as "one"] ?? "";
    fc.assert(
      fc.property(sums, (minor) => {
        const text = ` ${words(minor, "ru")} `;
        const [tenge, tiyn] = [Math.floor(minor / 100), minor % 100];
        const [millions, thousands] = [Math.floor(tenge / 1e6), Math.floor(tenge / 1000) % 1000];
        if (millions > 0) expect(text).toContain(` ${form(millions, "миллион", "миллиона", "миллионов")} `);
        if (thousands > 0) expect(text).toContain(` ${form(thousands, "тысяча", "тысячи", "тысяч")} `);
        if (tiyn > 0) expect(text.endsWith(` ${form(tiyn, "тиын", "тиына", "тиынов")} `)).toBe(true);
        else expect(text.endsWith(" тенге ")).toBe(true);
        // одна тысяча, две тысячи; but один миллион, два тенге.
        const feminine = /(\S+) тысяч/.exec(text)?.[1];
        expect(feminine === "один" || feminine === "два").toBe(false);
        expect(/(одна|две) (?!тысяч)/.test(text)).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it.each<[number, string, string, string]>([
    [0, "нөл теңге", "ноль тенге", "zero tenge"],
    [5, "нөл теңге бес тиын", "ноль тенге пять тиынов", "zero tenge five tiyn"],
    [250_000, "екі мың бес жүз теңге", "две тысячи пятьсот тенге", "two thousand five hundred tenge"],
    [
      2_100_121,
      "жиырма бір мың бір теңге жиырма бір тиын",
      "двадцать одна тысяча один тенге двадцать один тиын",
      "twenty one thousand one tenge twenty one tiyn",
    ],
    [
      101_211_142,
      "бір миллион он екі мың жүз он бір теңге қырық екі тиын",
      "один миллион двенадцать тысяч сто одиннадцать тенге сорок два тиына",
      "one million twelve thousand one hundred eleven tenge forty two tiyn",
    ],
  ])("%d tiyn", (minor, kk, ru, en) => {
    expect([words(minor, "kk"), words(minor, "ru"), words(minor, "en")]).toEqual([kk, ru, en]);
  });

  it("counts seconds, and names digits one by one", () => {
    const seconds = (count: number, language: Language): string =>
      wordsOfClips(clipsOfCount(count, "second", language), language);
    expect([1, 2, 11, 22, 60].map((count) => seconds(count, "ru"))).toEqual([
      "одна секунда",
      "две секунды",
      "одиннадцать секунд",
      "двадцать две секунды",
      "шестьдесят секунд",
    ]);
    expect([seconds(1, "en"), seconds(21, "en"), seconds(30, "kk")]).toEqual([
      "one second",
      "twenty one seconds",
      "отыз секунд",
    ]);
    expect(wordsOfClips(clipsOfDigits("+7 (701)"), "ru")).toBe("семь семь ноль один");
  });

  it("names nothing larger than it can", () => {
    expect(() => clipsOfSum(LARGEST_MINOR + 1, "ru")).toThrow(RangeError);
    expect(() => clipsOfSum(0.5, "kk")).toThrow(RangeError);
  });
});

describe("the clips", () => {
  it.each(LANGUAGES)("are one for every word and sentence, and no more: %s", (language) => {
    const sentences = Object.keys(SPEECH[language]).filter((key) => hasClip(key as never));
    const names = [...Object.keys(NUMBER_WORDS[language]), ...sentences].map((name) => `${name}.ogg`);
    expect(readdirSync(new URL(`${language}/`, VOICE)).toSorted()).toEqual(names.toSorted());
  });

  it("are small enough to come with the program", () => {
    const files = LANGUAGES.flatMap((language) =>
      readdirSync(new URL(`${language}/`, VOICE)).map((name) => new URL(`${language}/${name}`, VOICE)),
    );
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(2.5 * 1024 * 1024);
    expect(existsSync(new URL("README.md", VOICE))).toBe(true);
  });
});
