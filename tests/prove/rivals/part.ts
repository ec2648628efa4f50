/**
 * The seven public anti-patterns beside the till, in the same days before the same bank. `npm run prove -- --only rivals`.
 * The plain program itself, without any of them, runs along: it must lose nothing, or the losses would prove nothing.
 */
import { simulatedClock } from "../../support/simulated-clock.ts";
import { addLosses, LOSS_KINDS, type Losses, type Part } from "../part.ts";
import { KASPI_BIN, KASPI_DEVICE, kaspiProfile, openBanks, type Banks } from "../world/banks.ts";
import { liveThrough, SALES, type Day } from "./day.ts";
import { openOurs } from "./ours.ts";
import { PATTERNS } from "./patterns.ts";
import { openPlain, RIGHT, type Habits } from "./plain.ts";

const DAYS = { short: 2, long: 30 };
/** Of each way on the line, in milliseconds. */
const DELAY = 40;

const openLine = (clock: Parameters<typeof openBanks>[0]): Promise<Banks> => openBanks(clock, { delay: () => DELAY });
const sum = ({ losses }: { losses: Losses }): number => LOSS_KINDS.reduce((all, kind) => all + losses[kind], 0);

async function dayOfPlain(seed: number, habits: Habits): Promise<Day> {
  const clock = simulatedClock();
  const banks = await openLine(clock);
  const { url } = kaspiProfile(3).profile;
  const account = { url, bin: KASPI_BIN, tradePoint: "12", device: KASPI_DEVICE, identity: "kaspi" };
  return liveThrough(seed, clock, banks, () => openPlain(clock, banks.http, account, habits));
}

async function dayOfOurs(seed: number): Promise<Day> {
  const opened: Banks[] = [];
  const { desk, till } = await openOurs(async (clock) => {
    opened.push(await openLine(clock));
    return opened[0] as Banks;
  });
  return liveThrough(seed, desk.clock, opened[0] as Banks, async () => till);
}

export const run: Part = async ({ seed, scale, count, report }) => {
  const days = count ?? DAYS[scale];
  const seeds = Array.from({ length: days }, (_, n) => seed + n);
  const ours: Day[] = [];
  const theirs = new Map<string, Day[]>(Object.keys(PATTERNS).map((name) => [name, []]));
  const failures: string[] = [];
  for (const [n, one] of seeds.entries()) {
    const mine = await dayOfOurs(one);
    ours.push(mine);
    failures.push(...mine.notes.map((note) => `seed ${one}: ${note}`));
    const plain = await dayOfPlain(one, RIGHT);
    if (sum(plain) > 0) failures.push(`seed ${one}: the plain program without any anti-pattern: ${plain.notes[0]}`);
    for (const [name, habits] of Object.entries(PATTERNS)) theirs.get(name)?.push(await dayOfPlain(one, habits));
    if ((n + 1) % 10 === 0) report(`${n + 1} of ${days} days`);
  }
  const rivals = Object.fromEntries(
    [...theirs].map(([name, lived]) => [name, addLosses(lived.map(({ losses }) => losses))]),
  );
  for (const [name, losses] of Object.entries(rivals))
    // One day may be kind to one of them.
    if (days >= DAYS.short && sum({ losses }) === 0)
      failures.push(`"${name}" lost nothing in ${days} days: it is no working example`);
  const paid = ours.reduce((all, day) => all + day.paid, 0);
  if (paid < days) failures.push(`only ${paid} sales were paid in ${days} days: nothing was proved`);
  return {
    name: "rivals",
    runs: days,
    unit: "shop days",
    figures: {
      "sales a day": SALES,
      "sales paid by our customers": paid,
      "refunds at our bank": ours.reduce((all, day) => all + day.refunds, 0),
      ...Object.fromEntries(
        [...theirs].map(([name, lived]) => [
          `days on which "${name}" lost`,
          `${lived.filter((day) => sum(day) > 0).length} of ${days}`,
        ]),
      ),
    },
    losses: addLosses(ours.map(({ losses }) => losses)),
    failures,
    seeds,
    rivals,
  };
};
