/** The voice of an unattended till: what is said when, that it never lies over the paid sound, and that a session ends it. */
import { readdirSync, readFileSync } from "node:fs";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { awaitingConfirmation, awaitingScan, ended, snapshot } from "./support/snapshots.ts";
import { expect, freshTest as test, openTill } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const each = (text: string) => ({ kk: text, ru: text, en: text });

/** A kiosk between two customers, or with this payment. */
function kiosk(current: PaymentView | null, voice = true): Snapshot {
  const base = snapshot({
    current,
    kiosk: {
      catalogue: [{ id: "1", name: each("Су"), minor: 45_000, picture: null }],
      voice,
      elsewhere: null,
      outOfService: null,
    },
  });
  return { ...base, app: { ...base.app, mode: "kiosk", locked: true } };
}

const clips = (till: Till) => till.page.evaluate(() => window.clips);
const said = (till: Till) => till.id("spoken").getAttribute("data-said");
/** Everything that is said ahead of a sale has come from the host and is decoded. */
const ready = async (till: Till): Promise<void> => {
  await till.id("spoken").waitFor({ state: "attached" });
  await till.page.waitForLoadState("networkidle");
};

test("the sum and the result are said aloud: after the paid sound, in time, each cut off by the next screen", async ({
  page,
  url,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const till = await openTill(page, url, kiosk(null));
  await ready(till);
  expect(await clips(till)).toEqual([]);

  const lateness: number[] = [];
  for (let round = 0; round < 3; round++) {
    const id = `p-${String(round)}`;
    await till.page.evaluate(() => ((window.clips = []), (window.cues = [])));
    await till.show(kiosk(awaitingScan({ id })));
    expect(await said(till)).toBe("К оплате: две тысячи пятьсот тенге.");
    // "К оплате", "две", "тысячи", "пятьсот", "тенге": one after the other.
    await expect.poll(async () => (await clips(till)).length).toBe(5);
    const sum = await clips(till);
    for (const [index, { from, seconds }] of sum.entries()) {
      const before = sum[index - 1];
      if (before) expect(from).toBeCloseTo(before.from + before.seconds, 3);
      expect(seconds).toBeGreaterThan(0.1);
    }
    await till.show(kiosk(ended("paid", { id })));
    expect(await said(till)).toBe("Оплата принята. две тысячи пятьсот тенге. Спасибо.");
    await expect.poll(async () => (await clips(till)).length).toBe(11);
    const heard = await clips(till);
    expect(heard.slice(0, 5).every(({ cut }) => cut)).toBe(true);
    const first = heard[5];
    const cue = (await till.page.evaluate(() => window.cues))[0];
    // The two notes last 140 ms, on the same clock.
    expect(first?.from).toBeGreaterThanOrEqual(0.14);
    expect(first?.from).toBeLessThanOrEqual(0.15);
    lateness.push((first?.at ?? Infinity) - (cue?.at ?? 0));
    await till.show(kiosk(null));
    expect((await clips(till)).every(({ cut }) => cut)).toBe(true);
  }
  // It has to be with the sound device before it has to be heard. The machine of a test may be busy once.
  expect(Math.min(...lateness)).toBeLessThan(140);
  expect(asked.filter((address) => !address.startsWith(url))).toEqual([]);
});

test("nothing is said aloud where the settings say so, and nothing of what a page finds when it starts", async ({
  page,
  url,
}) => {
  const till = await openTill(page, url, kiosk(ended("paid")));
  await ready(till);
  expect(await clips(till)).toEqual([]);
  await till.show(kiosk(null, false));
  await till.show(kiosk(awaitingScan(), false));
  await till.show(kiosk(ended("paid"), false));
  expect(await said(till)).toBe("");
  expect(await clips(till)).toEqual([]);
});

test("listening: each screen is read from its first word, until the customer has gone", async ({ page, url }) => {
  const till = await openTill(page, url, kiosk(null));
  await ready(till);
  const listen = till.id("listen");
  await expect(listen).toHaveAttribute("aria-pressed", "false");
  await listen.click();
  await expect(listen).toHaveAttribute("aria-pressed", "true");
  // "Экран читается вслух" first, then what stands on the screen.
  await expect.poll(async () => (await clips(till)).length).toBeGreaterThan(2);
  expect(await said(till)).toContain("коснитесь своего языка");

  await till.id("language-ru").click();
  await expect.poll(() => said(till)).toContain("Вы выбрали: Су.");
  await till.show(kiosk(awaitingScan()));
  expect(await said(till)).toContain("Код для оплаты на экране справа. Откройте на телефоне Kaspi.kz");
  expect(await said(till)).toMatch(/Осталось времени: .+ секунд/);
  await till.show(kiosk(awaitingConfirmation()));
  expect(await said(till)).toContain("Подтвердите оплату в телефоне.");
  await till.id("cancel").click();
  await expect.poll(() => said(till)).toContain("Если уйти, деньги всё равно могут списаться.");
  await till.show(kiosk(ended("paid")));
  expect(await said(till)).toContain("Оплата принята. две тысячи пятьсот тенге.");
  // Back at the attract screen nobody has asked to be read to.
  await till.show(kiosk(null));
  await expect(listen).toHaveAttribute("aria-pressed", "false");
  expect(await said(till)).toBe("");
});

test("every clip sounds: neither silent nor clipped nor long in coming", async ({ page, url }) => {
  await page.goto(url);
  const voice = new URL("../../assets/voice/", import.meta.url);
  for (const language of ["kk", "ru", "en"]) {
    const folder = new URL(`${language}/`, voice);
    const files = readdirSync(folder).map(
      (name) => [name, readFileSync(new URL(name, folder)).toString("base64")] as const,
    );
    const faults = await page.evaluate(async (all) => {
      const decoder = new OfflineAudioContext(1, 1, 16_000);
      const bad: string[] = [];
      const look = async ([name, base64]: readonly [string, string]): Promise<void> => {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.codePointAt(0) ?? 0);
        const buffer = await decoder.decodeAudioData(bytes.buffer);
        const samples = buffer.getChannelData(0);
        let [peak, power, first] = [0, 0, -1];
        for (let index = 0; index < samples.length; index++) {
          const value = Math.abs(samples[index] ?? 0);
          if (value > peak) peak = value;
          if (value > 0.02 && first < 0) first = index;
          power += value * value;
        }
        const loud = Math.sqrt(power / samples.length);
        const said = `${name}: ${buffer.duration.toFixed(2)} s, peak ${peak.toFixed(2)}, mean ${loud.toFixed(3)}`;
        if (buffer.numberOfChannels !== 1) bad.push(`${said}: not mono`);
        if (peak >= 0.999) bad.push(`${said}: clipped`);
        if (loud < 0.03 || peak < 0.2) bad.push(`${said}: too quiet`);
        if (first / 16_000 > 0.06) bad.push(`${said}: begins late`);
        // A word of a number must not stop the sum; a sentence has an end.
        if (
          buffer.duration < 0.12 ||
          buffer.duration > (/^(n\d|tenge|tiyn|thousand|million|second)/.test(name) ? 1.2 : 16)
        )
          bad.push(`${said}: its length`);
      };
      await Promise.all(all.map(look));
      return bad;
    }, files);
    expect(faults, language).toEqual([]);
  }
});
