/**
 * Speaks every clip of assets/voice anew, from the words in renderer/speech/numbers.ts and renderer/messages/speech.*: the same
 * files from the same versions of espeak-ng and opusenc. For development alone: neither the build nor a test runs it, and no
 * till needs the two programs (Debian: apt-get install espeak-ng opus-tools). Runs on Node 24.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasClip, SPEECH } from "../renderer/messages/speech.ts";
import { NUMBER_WORDS } from "../renderer/speech/numbers.ts";
import { root } from "./lib/paths.mjs";
import { runMain, say } from "./lib/say.mjs";

/**
 * Names a voice would spell out or bend, as it has to read them.
 * @type {Readonly<Record<string, readonly (readonly [from: RegExp, to: string])[]>>}
 */
const READ = {
  kk: [
    [/Kaspi\.kz/g, "Каспи"],
    [/Kaspi Gold/g, "Каспи голд"],
    [/Kaspi Red/g, "Каспи рэд"],
    [/Kaspi/g, "Каспи"],
    [/Halyk/g, "Халық"],
    [/QR/g, "кюар"],
  ],
  ru: [
    [/Kaspi\.kz/g, "приложение Каспи"],
    [/Kaspi Gold/g, "Каспи голд"],
    [/Kaspi Red/g, "Каспи рэд"],
    [/Kaspi/g, "Каспи"],
    [/Halyk/g, "Халык"],
    [/QR/g, "кьюар"],
  ],
  en: [
    [/Kaspi\.kz/g, "Kaspi"],
    [/Kaspi/g, "Kaspy"],
    [/Halyk/g, "Hallick"],
    [/QR/g, "Q R"],
    [/\btenge\b/g, "tengay"],
    [/\btiyn\b/g, "tee-in"],
  ],
};
/**
 * Voice, words a minute.
 * @type {Readonly<Record<string, readonly [string, string]>>}
 */
const VOICES = { kk: ["kk", "140"], ru: ["ru", "150"], en: ["en-gb", "150"] };

const QUIET = 0.01;
/** What is heard counts, not the highest peak: each clip is brought to the same mean of its sounding parts. */
const LOUD = 0.14;
// The encoder overshoots, most where it is given full peaks.
const PEAK = 0.7;
const LEAD_SECONDS = 0.012;
const WORD_TAIL_SECONDS = 0.045;
const SENTENCE_TAIL_SECONDS = 0.18;

/**
 * The samples of a WAV file of one channel and 16 bits.
 * @param {Buffer} wav
 */
function samplesOf(wav) {
  const rate = wav.readUInt32LE(24);
  const at = wav.indexOf("data") + 8;
  const count = Math.floor((wav.length - at) / 2);
  return { rate, samples: Float64Array.from({ length: count }, (_, index) => wav.readInt16LE(at + index * 2) / 32768) };
}

/**
 * The sounding part alone, at the common loudness, with soft ends and the pause that belongs after it.
 * @param {Float64Array} samples
 * @param {number} rate
 * @param {number} tailSeconds
 */
function shape(samples, rate, tailSeconds) {
  const first = samples.findIndex((value) => Math.abs(value) > QUIET);
  const last = samples.findLastIndex((value) => Math.abs(value) > QUIET);
  if (first < 0) throw new Error("silent");
  const lead = Math.round(LEAD_SECONDS * rate);
  const part = samples.slice(Math.max(0, first - lead), last + lead);
  const sounding = part.filter((value) => Math.abs(value) > QUIET);
  const mean = Math.sqrt(sounding.reduce((sum, value) => sum + value * value, 0) / sounding.length);
  const peak = part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const gain = Math.min(LOUD / mean, PEAK / peak);
  const soft = Math.round(0.008 * rate);
  const shaped = part.map(
    (value, index) => value * gain * Math.min(1, (index + 1) / soft, (part.length - index) / soft),
  );
  const whole = new Float64Array(shaped.length + Math.round(tailSeconds * rate));
  whole.set(shaped);
  return whole;
}

/**
 * @param {Float64Array} samples
 * @param {number} rate
 */
function wavOf(samples, rate) {
  const wav = Buffer.alloc(44 + samples.length * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + samples.length * 2, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples.length * 2, 40);
  for (const [index, value] of samples.entries()) wav.writeInt16LE(Math.round(value * 32767), 44 + index * 2);
  return wav;
}

/**
 * @param {"kk" | "ru" | "en"} language
 * @returns {[name: string, text: string, tailSeconds: number][]}
 */
function clipsOf(language) {
  const sentences = Object.entries(SPEECH[language]).filter(([key]) => hasClip(/** @type {never} */ (key)));
  return [
    ...Object.entries(NUMBER_WORDS[language]).map(
      ([name, text]) => /** @type {[string, string, number]} */ ([name, text, WORD_TAIL_SECONDS]),
    ),
    ...sentences.map(([name, text]) => /** @type {[string, string, number]} */ ([name, text, SENTENCE_TAIL_SECONDS])),
  ];
}

runMain(async () => {
  const work = mkdtempSync(join(tmpdir(), "voice-"));
  let total = 0;
  let seconds = 0;
  for (const language of /** @type {const} */ (["kk", "ru", "en"])) {
    const folder = join(root, "assets/voice", language);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [voice, speed] = VOICES[language] ?? ["", ""];
    for (const [name, text, tail] of clipsOf(language)) {
      const read = (READ[language] ?? []).reduce((told, [from, to]) => told.replace(from, to), text);
      const raw = join(work, "raw.wav");
      execFileSync("espeak-ng", ["-v", voice, "-s", speed, "-a", "150", "-w", raw, "--", read]);
      const { rate, samples } = samplesOf(readFileSync(raw));
      const shaped = shape(samples, rate, tail);
      const wav = join(work, "clip.wav");
      writeFileSync(wav, wavOf(shaped, rate));
      const file = join(folder, `${name}.ogg`);
      // The serial number of a stream is drawn by chance otherwise.
      const usual = ["--quiet", "--speech", "--bitrate", "16", "--framesize", "60", "--serial", "1", "--padding", "0"];
      execFileSync("opusenc", [...usual, wav, file]);
      total += statSync(file).size;
      seconds += shaped.length / rate;
    }
    say(`${language}: ${String(readdirSync(folder).length)} clips`);
  }
  rmSync(work, { recursive: true });
  say(`${(total / 1024 / 1024).toFixed(2)} MB, ${seconds.toFixed(0)} s of speech`);
  return 0;
});
