import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ConstantTimetable, RampingTimetable, type Timetable } from "../../src/execution/pacing.ts";
import type { ConstantArrivalRateScenario, RampingArrivalRateScenario } from "../../src/options/scenario-config.ts";
import { goldenRows, toMicroseconds } from "./executor/golden.ts";

function dueTimes(timetable: Timetable, count = timetable.count): number[] {
  return Array.from({ length: count }, (_, index) => timetable.dueMs(index));
}

/** What must hold of every timetable. */
function expectConsistent(timetable: Timetable, durationMs: number): void {
  const due = dueTimes(timetable);
  for (let index = 1; index < due.length; index++) expect(due[index]!).toBeGreaterThanOrEqual(due[index - 1]!);
  if (due.length > 0) expect(due.at(-1)!).toBeLessThanOrEqual(durationMs);
  for (const ms of [0, durationMs / 3, durationMs / 2, durationMs, ...due.slice(0, 20)]) {
    expect(timetable.dueCount(ms)).toBe(due.filter((dueMs) => dueMs <= ms).length);
  }
}

describe("ConstantTimetable", () => {
  test("begins at once and keeps its distance", () => {
    const timetable = new ConstantTimetable({ rate: 4, timeUnit: 1_000, duration: 1_100 });
    expect(dueTimes(timetable)).toEqual([0, 250, 500, 750, 1_000]);
  });

  test("holds the one that is due at the end", () => {
    expect(new ConstantTimetable({ rate: 10, timeUnit: 1_000, duration: 1_000 }).count).toBe(11);
    expect(new ConstantTimetable({ rate: 5_000, timeUnit: 1_000, duration: 6_000 }).count).toBe(30_001);
    expect(new ConstantTimetable({ rate: 1, timeUnit: 60_000, duration: 1_000 }).count).toBe(1);
  });

  test("counts the distance in whole nanoseconds, as k6 does, and does not drift from that", () => {
    const timetable = new ConstantTimetable({ rate: 3, timeUnit: 1_000, duration: 86_400_000 });
    expect(timetable.dueMs(1)).toBe(333.333333);
    expect(timetable.dueMs(250_000)).toBe(83_333_333.25);
  });

  test("has an end for rates beyond reason", () => {
    const timetable = new ConstantTimetable({ rate: 1e12, timeUnit: 1, duration: 1_000 });
    expect(timetable.count).toBe(1e9 + 1);
    expect(timetable.dueCount(500)).toBe(500_000_001);
  });

  test("dueCount agrees with dueMs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        (rate, timeUnit, duration) => {
          fc.pre((rate * duration) / timeUnit < 3_000);
          expectConsistent(new ConstantTimetable({ rate, timeUnit, duration }), duration);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("RampingTimetable", () => {
  test("waits until the area is whole, so a constant rate begins after one distance", () => {
    const timetable = new RampingTimetable({
      startRate: 10,
      timeUnit: 1_000,
      stages: [{ duration: 1_000, target: 10 }],
    });
    expect(dueTimes(timetable)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  });

  test("solves the quadratic of a ramp", () => {
    const timetable = new RampingTimetable({ startRate: 0, timeUnit: 1_000, stages: [{ duration: 2_000, target: 4 }] });
    // area = t^2 for t in seconds
    expect(timetable.dueMs(0)).toBe(1_000);
    expect(timetable.dueMs(1)).toBeCloseTo(Math.SQRT2 * 1_000, 5);
    expect(timetable.dueMs(2)).toBeCloseTo(Math.sqrt(3) * 1_000, 5);
    expect(timetable.dueMs(3)).toBe(2_000);
    expect(timetable.count).toBe(4);
  });

  test("carries fractions over stages, jumps and pauses", () => {
    const timetable = new RampingTimetable({
      startRate: 1,
      timeUnit: 1_000,
      stages: [
        { duration: 1_500, target: 1 }, // 1.5
        { duration: 0, target: 0 },
        { duration: 1_000, target: 0 }, // nothing
        { duration: 0, target: 2 },
        { duration: 1_000, target: 2 }, // 2
      ],
    });
    expect(dueTimes(timetable)).toEqual([1_000, 2_750, 3_250]);
    expect([999, 1_000, 2_749, 2_750, 9_999].map((ms) => timetable.dueCount(ms))).toEqual([0, 1, 1, 2, 3]);
  });

  test("is empty for a ramp from 0 to 0", () => {
    const timetable = new RampingTimetable({ startRate: 0, timeUnit: 1_000, stages: [{ duration: 1_000, target: 0 }] });
    expect(timetable.count).toBe(0);
    expect(timetable.dueCount(500)).toBe(0);
  });

  test("does not drift: a million arrivals later the distance is still exact", () => {
    const timetable = new RampingTimetable({
      startRate: 1_000,
      timeUnit: 1_000,
      stages: [
        { duration: 1_000_000, target: 1_000 },
        { duration: 1_000_000, target: 1_000 },
      ],
    });
    expect(timetable.dueMs(1_499_999)).toBeCloseTo(1_500_000, 5);
    expect(timetable.count).toBe(2_000_000);
  });

  test("dueCount agrees with dueMs", () => {
    const stage = fc.record({ duration: fc.integer({ min: 0, max: 2_000 }), target: fc.integer({ min: 0, max: 300 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 300, max: 2_000 }),
        fc.array(stage, { minLength: 1, maxLength: 5 }),
        (startRate, timeUnit, stages) => {
          const duration = stages.reduce((sum, { duration }) => sum + duration, 0);
          expectConsistent(new RampingTimetable({ startRate, timeUnit, stages }), duration);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("the arrivals of a share are due when k6 started them", () => {
  const rows = [...goldenRows("constant-arrival-rate"), ...goldenRows("ramping-arrival-rate")];
  test.each(rows.map((row) => [row.name, row] as const))("%s", (_, { options, share, expected }) => {
    const { maxVUs, preAllocatedVUs } = options as { maxVUs?: number; preAllocatedVUs: number };
    const timetable =
      options.executor === "constant-arrival-rate"
        ? new ConstantTimetable(options as ConstantArrivalRateScenario)
        : new RampingTimetable(options as RampingArrivalRateScenario);
    const own = share.resegment(maxVUs ?? preAllocatedVUs);
    const count = own?.scale(timetable.count) ?? 0;
    const due = Array.from({ length: count }, (_, k) => toMicroseconds(timetable.dueMs(own!.indexAt(k))));
    // the rows are written in microseconds, ours are whole nanoseconds
    expect(due.length).toBe(expected.startMs!.length);
    const deviations = due.map((ms, k) => Math.abs(ms - expected.startMs![k]!));
    expect(Math.max(0, ...deviations)).toBeLessThanOrEqual(0.001001);
  });
});
