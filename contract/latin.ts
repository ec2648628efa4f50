/**
 * Kazakh and Russian in Latin letters, for what takes nothing else: a certificate's subject (Kaspi appendix 2) and a
 * bank's `pointOfSale`. Kazakh letters become the base letters of the Latin alphabet of 2021, Russian ones those
 * of everyday use. No standard of one language is followed to the letter, since one text may hold both languages.
 */
const LETTERS = table(
  "ә=a ғ=g қ=q ң=n ө=o ұ=u ү=u һ=h і=i",
  "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f",
  "х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya",
  '«=" »=" “=" ”=" „=" ’=\' ‘=\' –=- —=- −=- №=No',
);

/**
 * The text in printable ASCII, with single spaces. Accents are taken off ("é" becomes "e"), what has no Latin form is
 * left out; the result may be empty. Two letters for one capital follow the case of their neighbours: ЖШС is ZHSHS, Жұлдыз
 * is Zhuldyz.
 */
export function toLatin(text: string): string {
  const letters = Array.from(text.normalize("NFC"));
  const parts = letters.map((letter, index) => {
    const small = letter.toLowerCase();
    const latin = LETTERS.get(small);
    if (latin === undefined) return letter.normalize("NFKD").replaceAll(/[^ -~]/g, /\s/.test(letter) ? " " : "");
    if (small === letter) return latin;
    if (isCapital(letters[index + 1]) || (!isLetter(letters[index + 1]) && isCapital(letters[index - 1])))
      return latin.toUpperCase();
    return latin.slice(0, 1).toUpperCase() + latin.slice(1);
  });
  return parts.join("").replaceAll(/ {2,}/g, " ").trim();
}

// --- helpers ---

function isLetter(letter: string | undefined): boolean {
  return letter !== undefined && letter.toLowerCase() !== letter.toUpperCase();
}

function isCapital(letter: string | undefined): boolean {
  return letter !== undefined && isLetter(letter) && letter !== letter.toLowerCase();
}

function table(...lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines
      .join(" ")
      .split(" ")
      .map((pair) => [pair.slice(0, 1), pair.slice(2)]),
  );
}
