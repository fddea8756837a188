import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RampingTimetable } from "../../../src/execution/pacing.ts";
import type { RampingArrivalRateConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor, numbersOf } from "../../suites/executor.ts";
import { benchesOf, ScenarioBench } from "../../support/scenario-bench.ts";
import { anySequence, anyThreads, range } from "./arbitrary.ts";
import { goldenRows } from "./golden.ts";

const options: RampingArrivalRateConfig = {
  executor: "ramping-arrival-rate",
  startRate: 10,
  stages: [
    { duration: 500, target: 40 },
    { duration: 500, target: 40 },
  ],
  preAllocatedVUs: 4,
};

describeExecutor("ramping-arrival-rate", { options, iterationMs: 40, regularEndMs: 1_000 });

test("ramping-arrival-rate follows the rate", async () => {
  const config = { ...options, startRate: 0, stages: [{ duration: 2_000, target: 4 }] };
  const bench = await new ScenarioBench({ options: config }).start().finish();
  expect(bench.startTimes.map((ms) => Math.floor(ms))).toEqual([1_000, 1_414, 1_732, 2_000]); // roots of 1, 2, 3, 4
});

const stagesOf = (count: number, target: number) => Array.from({ length: count }, () => ({ duration: 100, target }));

test.each([
  ["a constant rate", 10, [{ duration: 1_000, target: 10 }], 10],
  ["a rise", 0, [{ duration: 1_000, target: 10 }], 5],
  ["a fall to 0", 10, [{ duration: 1_000, target: 0 }], 5],
  ["a jump at the end", 10, [{ duration: 1_000, target: 10 }, { duration: 0, target: 20 }], 10], // biome-ignore format: a row
  ["several stages", 30, [100, 200, 300].map((duration) => ({ duration, target: 30 })), 18],
  ["seven in ten stages", 7, stagesOf(10, 7), 7],
  // ten tenths do not quite add up, in k6 neither
  ["one in ten stages", 1, stagesOf(10, 1), 0],
  ["three in ten stages", 3, stagesOf(10, 3), 2],
])("ramping-arrival-rate starts what is due at its very end: %s", async (_, startRate, stages, count) => {
  const bench = new ScenarioBench({ options: { ...options, startRate, stages }, iterationMs: 1 });
  await bench.start().finish();
  expect(bench.started.length).toBe(count);
  expect(bench.droppedCount).toBe(0);
});

test("ramping-arrival-rate is over after its last iteration, as in k6", async () => {
  const config = {
    ...options,
    startRate: 2,
    stages: [
      { duration: 1_000, target: 2 },
      { duration: 0, target: 0 },
      { duration: 5_000, target: 0 },
    ],
  };
  const bench = await new ScenarioBench({ options: config, iterationMs: 30 }).start().finish();
  expect(bench.startTimes).toEqual([500, 1_000]);
  expect(bench.doneMs).toBe(1_030);
});

test("ramping-arrival-rate from 0 to 0 is over at once", async () => {
  const config = { ...options, startRate: 0, stages: [{ duration: 2_000, target: 0 }] };
  const bench = await new ScenarioBench({ options: config }).start().finish();
  expect(bench.doneMs).toBe(0);
});

test("ramping-arrival-rate drops what finds no VU", async () => {
  const config = { ...options, startRate: 10, stages: [{ duration: 1_050, target: 10 }], preAllocatedVUs: 1 };
  const bench = await new ScenarioBench({ options: config, iterationMs: 250 }).start().finish();
  expect(bench.startTimes).toEqual([100, 400, 700, 1_000]);
  expect(bench.drops.map(({ atMs }) => atMs)).toEqual([200, 300, 500, 600, 800, 900]);
});

test("ramping-arrival-rate is complete over instances and threads, each iteration on time", async () => {
  const stage = fc.record({ duration: fc.integer({ min: 0, max: 900 }), target: fc.integer({ min: 0, max: 150 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 100 }),
      fc.array(stage, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      anySequence,
      anyThreads,
      async (startRate, stages, vus, sequence, threads) => {
        const scenario = { ...options, startRate, stages, timeUnit: 1_000, preAllocatedVUs: vus };
        const benches = benchesOf({ options: scenario, iterationMs: 0.001 }, { sequence, threads });
        for (const bench of benches) bench.start();
        await benches[0]!.clock.advance(5_000);
        // with its very end
        const idle = [0, 100].map((duration) => ({ duration, target: 0 }));
        const timetable = new RampingTimetable({ ...scenario, stages: [...stages, ...idle] });
        const starts = benches.flatMap(({ startTimes }) => startTimes).sort((a, b) => a - b);
        const dropped = benches.reduce((sum, { droppedCount }) => sum + droppedCount, 0);
        expect(starts.length + dropped).toBe(timetable.count);
        if (dropped > 0) return; // closer together than an iteration takes
        expect(numbersOf(benches, "iterationInTest")).toEqual(range(starts.length));
        const deviations = starts.map((ms, k) => Math.abs(ms - timetable.dueMs(k)));
        expect(Math.max(0, ...deviations)).toBeLessThan(1e-6);
      },
    ),
    { numRuns: 60 },
  );
});

describe("ramping-arrival-rate runs the iterations that k6 ran", () => {
  test.each(goldenRows("ramping-arrival-rate").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const bench = await new ScenarioBench({ ...row, iterationMs: 1 }).start().finish();
    const { startMs = [], iterationInTest = [] } = row.expected;
    expect(numbersOf([bench], "iterationInTest")).toEqual(iterationInTest);
    // rows are in microseconds, ours are whole nanoseconds
    const deviations = bench.startTimes.map((ms, k) => Math.abs(ms - startMs[k]!));
    expect(Math.max(0, ...deviations)).toBeLessThanOrEqual(0.001001);
  });
});
