import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSchedule, nextOnGrid, onMonotonic } from "../../main/core/schedule.ts";
import { businessDay, isoTime } from "../../main/core/time.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

describe("the polling grid", () => {
  it("the first question goes one interval after the creation (Q-38)", () => {
    expect(nextOnGrid(0, 5_000, 0, null)).toBe(5_000);
  });
  it("a late timer does not shift the grid", () => {
    expect(nextOnGrid(0, 5_000, 5_012, 5_012)).toBe(10_000);
  });
  it("points that passed while waiting are skipped", () => {
    expect(nextOnGrid(0, 5_000, 15_300, 5_000)).toBe(20_000);
  });
  it("after a question off the grid a whole interval passes", () => {
    expect(nextOnGrid(0, 5_000, 13_000, 13_000)).toBe(20_000);
  });
  it("a question sent late by a busy machine does not cost the next one its turn", () => {
    expect(nextOnGrid(0, 1_000, 5_150, 5_150)).toBe(6_130);
    expect(nextOnGrid(0, 1_000, 6_140, 6_130)).toBe(7_110);
  });
  it("always lies ahead, on the grid or pushed by less than half of it, a whole interval (but for the timers' own lateness) after the last question", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 60_000 }),
        fc.integer({ min: 0, max: 10 ** 7 }),
        fc.integer({ min: 0, max: 10 ** 6 }),
        (interval, now, ago) => {
          const last = Math.max(0, now - ago);
          const next = nextOnGrid(0, interval, now, last);
          expect(next).toBeGreaterThan(now);
          expect(next % interval).toBeLessThan(interval / 2);
          expect(next - last).toBeGreaterThanOrEqual(interval - 100);
          expect(next - now).toBeLessThanOrEqual(2 * interval);
        },
      ),
    );
  });
});

describe("deadlines after a restart (rule 8)", () => {
  it("never longer than the window, never in the past", () => {
    expect(onMonotonic(10_000, 180_000, 4_000, 500)).toBe(6_500);
    expect(onMonotonic(10_000, 180_000, 20_000, 500)).toBe(500);
    expect(onMonotonic(10 ** 9, 180_000, 0, 500)).toBe(180_500);
  });
});

describe("timers", () => {
  it("run once at their time, can be replaced, cancelled and stopped, and bear waits longer than Node's", async () => {
    const clock = simulatedClock();
    const schedule = createSchedule(clock);
    const ran: string[] = [];
    const at = (ms: number): number => clock.mono() + ms;
    schedule.set("a", at(100), () => ran.push("a"));
    schedule.set("b", at(100), () => ran.push("b-old"));
    schedule.set("b", at(200), () => ran.push("b"));
    schedule.set("c", at(50), () => ran.push("c"));
    schedule.cancel("c");
    schedule.set("month", at(40 * 86_400_000), () => ran.push("month"));
    await clock.advance(1_000);
    expect(ran).toEqual(["a", "b"]);
    await clock.advance(41 * 86_400_000);
    expect(ran).toEqual(["a", "b", "month"]);
    schedule.set("d", at(10), () => ran.push("d"));
    schedule.stop();
    schedule.set("e", at(10), () => ran.push("e"));
    await clock.advance(100);
    expect(ran).toEqual(["a", "b", "month"]);
    expect(clock.pending()).toBe(0);
  });
  it("a wall clock that jumps moves no timer (Q-24)", async () => {
    const clock = simulatedClock();
    const schedule = createSchedule(clock);
    let ran = false;
    schedule.set("a", clock.mono() + 1_000, () => (ran = true));
    clock.jump(12 * 3_600_000);
    await clock.advance(999);
    expect(ran).toBe(false);
    await clock.advance(1);
    expect(ran).toBe(true);
  });
});

describe("the shop's time", () => {
  it("carries the offset of that date, whatever the machine's zone", () => {
    expect(isoTime(Date.UTC(2023, 5, 1, 12, 0, 0, 7), "Asia/Almaty")).toBe("2023-06-01T18:00:00.007+06:00");
    expect(isoTime(Date.UTC(2026, 10, 22, 20, 30), "Asia/Almaty")).toBe("2026-11-23T01:30:00.000+05:00");
    expect(isoTime(Date.UTC(2026, 0, 1), "UTC")).toBe("2026-01-01T00:00:00.000+00:00");
  });
  it("decides the business day", () => {
    expect(businessDay(Date.UTC(2026, 10, 22, 18, 59), "Asia/Almaty")).toBe("2026-11-22");
    expect(businessDay(Date.UTC(2026, 10, 22, 19, 0), "Asia/Almaty")).toBe("2026-11-23");
  });
});
