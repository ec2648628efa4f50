/**
 * Says a row of parts, one at a time: clips by Web Audio on the clock of the cues, the rest by a voice of this computer where it
 * has one for the language. What comes next cuts off what is being said. Nothing leaves the till: clips come from the host
 * that served the page, and a voice that a network speaks is never taken.
 */
import type { Language } from "../../contract/states.ts";
import { soundAt, wakeSound } from "../sound.ts";
import type { Said } from "./parts.ts";

/** Whatever the sound device plays at: a voice needs no more, and a minute of it is 5 MB. */
const RATE = 22_050;
/** Decoded clips that are kept, in seconds of speech. */
const KEPT_SECONDS = 90;
const LOUD = 0.9;
const FADE_SECONDS = 0.015;
/** A sound device that is not open by then has not been allowed to be. */
const WAKE_MS = 1000;
/** Chromium drops the end of an utterance now and then; speech goes on without it. */
const LONGEST_MS = 15_000;

let decoder: OfflineAudioContext | null = null;
const kept = new Map<string, Promise<AudioBuffer | null>>();
const seconds = new Map<string, number>();

async function load(language: Language, name: string): Promise<AudioBuffer | null> {
  const { clipUrl } = await import("./clips.ts");
  const url = clipUrl(language, name);
  if (url === null) return null;
  const response = await fetch(url);
  if (!response.ok) return null;
  decoder ??= new OfflineAudioContext(1, 1, RATE);
  return decoder.decodeAudioData(await response.arrayBuffer());
}

/** A clip, decoded; null where it cannot be had, which leaves that word out and nothing more. */
function clip(language: Language, name: string): Promise<AudioBuffer | null> {
  const key = `${language}/${name}`;
  const known = kept.get(key);
  const buffer = known ?? load(language, name).catch(() => null);
  // The last asked for is the last let go of.
  kept.delete(key);
  kept.set(key, buffer);
  if (!known)
    void buffer.then((decoded) => {
      // Asked for once more another time: a host that was restarting is no reason to stay silent.
      if (decoded === null) kept.delete(key);
      else seconds.set(key, decoded.duration);
      forget();
    });
  return buffer;
}

function forget(): void {
  let total = 0;
  for (const key of [...kept.keys()].reverse()) {
    total += seconds.get(key) ?? 0;
    if (total <= KEPT_SECONDS) continue;
    kept.delete(key);
    seconds.delete(key);
  }
}

/** Makes clips ready, so that they start with the state and not a disk later. */
export function warm(language: Language, names: readonly string[]): void {
  for (const name of names) void clip(language, name);
}

interface Speaking {
  readonly nodes: AudioBufferSourceNode[];
  volume: GainNode | null;
  cut: boolean;
}

let now: Speaking | null = null;

/** Cuts off what is being said. */
export function hush(): void {
  if (!now) return;
  const { nodes, volume } = now;
  now.cut = true;
  now = null;
  try {
    if ("speechSynthesis" in globalThis) speechSynthesis.cancel();
    const at = soundAt()?.audio.currentTime ?? 0;
    // Cut in the middle of a wave, it would click.
    volume?.gain.setValueAtTime(LOUD, at);
    volume?.gain.linearRampToValueAtTime(0, at + FADE_SECONDS);
    for (const node of nodes) node.stop(at + FADE_SECONDS);
  } catch {
    // A till without a sound card.
  }
}

/** Whether something is being said. */
export const isSpeaking = (): boolean => now !== null;

/** Says the parts, in place of whatever was being said. */
export function speak(said: readonly Said[]): void {
  hush();
  const speaking: Speaking = { nodes: [], volume: null, cut: false };
  now = speaking;
  for (const { clips, language } of said) if (clips) warm(language, clips);
  void run(said, speaking)
    .catch(() => undefined)
    .finally(() => {
      if (now === speaking) now = null;
    });
}

async function run(said: readonly Said[], speaking: Speaking): Promise<void> {
  const audio = await awake();
  let at = 0;
  for (const { clips, text, language } of said) {
    if (speaking.cut) return;
    if (clips === null) {
      const voice = voiceOf(language);
      if (!voice) continue;
      if (audio) await until(audio, at);
      if (!speaking.cut) await utter(text, voice);
    } else if (audio) {
      for (const name of clips) {
        const buffer = await clip(language, name);
        if (speaking.cut) return;
        if (buffer) at = schedule(audio, buffer, Math.max(at, soundAt()?.quietAt ?? 0), speaking);
      }
    }
  }
  if (audio) await until(audio, at);
}

/** The sound device, running; null where there is none, or the browser has not let it sound yet. */
async function awake(): Promise<AudioContext | null> {
  try {
    wakeSound();
    const audio = soundAt()?.audio ?? null;
    if (audio === null || audio.state === "running") return audio;
    await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, WAKE_MS))]);
    return (audio.state as AudioContextState) === "running" ? audio : null;
  } catch {
    return null;
  }
}

/** Plays a clip not before `from`, on the device's clock; returns when it ends there. */
function schedule(audio: AudioContext, buffer: AudioBuffer, from: number, speaking: Speaking): number {
  if (!speaking.volume) {
    speaking.volume = audio.createGain();
    speaking.volume.gain.value = LOUD;
    speaking.volume.connect(audio.destination);
  }
  const node = audio.createBufferSource();
  const start = Math.max(from, audio.currentTime);
  node.buffer = buffer;
  node.connect(speaking.volume);
  node.start(start);
  speaking.nodes.push(node);
  return start + buffer.duration;
}

const until = (audio: AudioContext, at: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, (at - audio.currentTime) * 1000)));

function voiceOf(language: Language): SpeechSynthesisVoice | null {
  if (!("speechSynthesis" in globalThis)) return null;
  const spoken = speechSynthesis.getVoices().filter(({ localService }) => localService);
  return spoken.find(({ lang }) => lang.toLowerCase().startsWith(language)) ?? null;
}

function utter(text: string, voice: SpeechSynthesisVoice): Promise<void> {
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.volume = LOUD;
    utterance.addEventListener("end", () => resolve());
    utterance.addEventListener("error", () => resolve());
    setTimeout(resolve, LONGEST_MS);
    speechSynthesis.speak(utterance);
  });
}
