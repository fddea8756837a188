import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ConstantArrivalRateConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor, numbersOf } from "../../suites/executor.ts";
import { benchesOf, ScenarioBench } from "../../support/scenario-bench.ts";
import { anySequence, anyThreads, range } from "./arbitrary.ts";
import { goldenRows, toMicroseconds } from "./golden.ts";

const options: ConstantArrivalRateConfig = {
  executor: "constant-arrival-rate",
  rate: 20,
  duration: 1_000,
  preAllocatedVUs: 4,
};

describeExecutor("constant-arrival-rate", { options, iterationMs: 40, regularEndMs: 1_000 });

test("constant-arrival-rate starts on time, however long iterations take", async () => {
  const bench = new ScenarioBench({ options: { ...options, preAllocatedVUs: 30 }, iterationMs: 400 });
  await bench.start().finish();
  expect(bench.startTimes).toEqual(range(21).map((k) => k * 50));
  expect(bench.doneMs).toBe(1_400);
});

test.each([
  // the border is no whole number of milliseconds, or the distance is not one of the rate's
  [50, 1_000, 1_000, 51],
  [7, 1_000, 1_000, 8],
  [3, 1_000, 1_000, 4],
  [10, 300, 70.2, 3],
  [10, 1, 0.7, 8],
  [10, 1_000, 2_000.1, 21],
])("constant-arrival-rate starts what is due at its very end: %d per %d ms for %d ms", async (...row) => {
  const [rate, timeUnit, duration, count] = row;
  for (const startMs of [0, 0.1, 12_345.678]) {
    const bench = new ScenarioBench({ options: { ...options, rate, timeUnit, duration }, iterationMs: 0.001 });
    await bench.clock.advance(startMs);
    await bench.start().finish();
    expect(bench.started.length + bench.droppedCount).toBe(count);
    expect(bench.droppedCount).toBe(0);
  }
});

test("constant-arrival-rate drops what is due at its very end if no VU is free", async () => {
  const config = { ...options, rate: 10, preAllocatedVUs: 1 };
  const bench = await new ScenarioBench({ options: config, iterationMs: 650 }).start().finish();
  expect(bench.startTimes).toEqual([0, 700]);
  expect(bench.drops.at(-1)).toEqual({ atMs: 1_000, count: 1 });
  expect(bench.droppedCount).toBe(9);
});

test("constant-arrival-rate with gracefulStop 0s cuts off what starts at its very end", async () => {
  const config = { ...options, rate: 10, gracefulStop: 0 };
  const bench = await new ScenarioBench({ options: config, iterationMs: 50 }).start().finish();
  expect(bench.startTimes.at(-1)).toBe(1_000);
  expect([bench.started.length, bench.interruptedCount, bench.droppedCount]).toEqual([11, 1, 0]);
  expect(bench.doneMs).toBe(1_000);
});

test("constant-arrival-rate is over at its end, not after its last iteration", async () => {
  const bench = new ScenarioBench({ options: { ...options, rate: 1, timeUnit: 600 }, iterationMs: 10 });
  await bench.start().finish();
  expect(bench.startTimes).toEqual([0, 600]);
  expect(bench.doneMs).toBe(1_000);
});

test("constant-arrival-rate drops the iteration that is due while every VU is busy, at once, and warns once", async () => {
  const bench = new ScenarioBench({ options: { ...options, rate: 10, preAllocatedVUs: 1 }, iterationMs: 350 });
  await bench.start().finish();
  expect(bench.startTimes).toEqual([0, 400, 800]);
  expect(bench.drops).toEqual([100, 200, 300, 500, 600, 700, 900, 1_000].map((atMs) => ({ atMs, count: 1 })));
  expect(bench.logs).toEqual(["warning: Insufficient VUs, reached 1 active VUs and cannot initialize more"]);
  // what was dropped has no number
  expect(bench.started.map(({ iterationInTest }) => iterationInTest)).toEqual([0, 1, 2]);
});

test("constant-arrival-rate makes VUs one after the other up to maxVUs, and drops meanwhile", async () => {
  const bench = new ScenarioBench({
    options: { ...options, rate: 10, preAllocatedVUs: 1, maxVUs: 3 },
    iterationMs: 10_000,
    makeMs: 150,
  });
  bench.start();
  await bench.clock.advance(999);
  // due at 100: VU 2 is made until 250; 300: starts; 400: VU 3 is made until 550; 600: starts
  expect(bench.started.map(({ vu, startMs }) => [vu, startMs])).toEqual([
    [1, 0],
    [2, 300],
    [3, 600],
  ]);
  expect(bench.drops.map(({ atMs }) => atMs)).toEqual([100, 200, 400, 500, 700, 800, 900]);
  expect(bench.logs).toEqual(["warning: Insufficient VUs, reached 3 active VUs and cannot initialize more"]);
  expect(bench.executor.progress()).toMatchObject({ activeVus: 3, maxVus: 3, iterationsDropped: 7 });
});

test("constant-arrival-rate waits for a VU that is being made when it ends, and gives it back", async () => {
  const bench = new ScenarioBench({
    options: { ...options, preAllocatedVUs: 1, maxVUs: 2 },
    iterationMs: 1_001,
    makeMs: 5_000,
  });
  await bench.start().finish();
  expect(bench.doneMs).toBe(5_050);
});

test("constant-arrival-rate does not wait for it when it is aborted", async () => {
  const bench = new ScenarioBench({
    options: { ...options, preAllocatedVUs: 1, maxVUs: 2 },
    iterationMs: 1_001,
    makeMs: 5_000,
  }).start();
  await bench.clock.advance(200);
  bench.abort();
  await bench.clock.advance(1);
  expect(bench.doneCount).toBe(1);
  await bench.clock.advance(10_000);
  expect(bench.heldCount).toBe(0);
});

test("constant-arrival-rate takes turns among its VUs", async () => {
  const bench = await new ScenarioBench({ options, iterationMs: 1 }).start().finish();
  expect(bench.started.slice(0, 6).map(({ vu }) => vu)).toEqual([1, 2, 3, 4, 1, 2]);
});

test("constant-arrival-rate starts what a late timer left, and nothing before it is due", async () => {
  const bench = new ScenarioBench({ options: { ...options, rate: 1_000, preAllocatedVUs: 100 }, iterationMs: 5 });
  bench.clock.latenessMs = 3.5;
  await bench.start().finish();
  expect(bench.started.length).toBe(1_001);
  bench.startTimes.forEach((ms, k) => {
    expect(ms).toBeGreaterThanOrEqual(k);
    expect(ms).toBeLessThanOrEqual(k + 4);
  });
});

test("constant-arrival-rate lets few VUs serve what one tick brings", async () => {
  // 10 come due in each tick of a millisecond, on one VU that needs 50 microseconds
  const bench = new ScenarioBench({
    options: { ...options, rate: 10_000, preAllocatedVUs: 1 },
    iterationMs: 0.05,
  });
  bench.clock.latenessMs = 0;
  const tick = bench.clock.at.bind(bench.clock);
  bench.clock.at = (atMs, callback) => {
    const isWholeTick = atMs - bench.clock.nowMs() > 0.06;
    return tick(isWholeTick ? Math.ceil(atMs) : atMs, callback);
  };
  await bench.start().finish();
  expect(bench.droppedCount).toBe(0);
  expect(bench.started.length).toBe(10_001);
  const lateness = bench.startTimes.map((ms, k) => ms - k / 10);
  expect(Math.min(...lateness)).toBeGreaterThan(-1e-6);
  expect(Math.max(...lateness)).toBeLessThan(2);
});

test("constant-arrival-rate makes up for a time in which the thread stood still", async () => {
  const bench = new ScenarioBench({ options: { ...options, rate: 1_000, preAllocatedVUs: 2 }, iterationMs: 0.5 });
  bench.start();
  await bench.clock.advance(500);
  bench.clock.spend(60); // 60 come due, and 2 VUs need 15 ms for them
  await bench.finish();
  expect(bench.droppedCount).toBe(0);
  expect(bench.started.length).toBe(1_001);
});

test("constant-arrival-rate beyond what its VUs can do drops the rest within two ticks", async () => {
  const bench = new ScenarioBench({ options: { ...options, rate: 10_000, preAllocatedVUs: 2 }, iterationMs: 1 });
  await bench.start().finish();
  expect(bench.started.length + bench.droppedCount).toBe(10_001);
  expect(bench.started.length).toBeGreaterThan(1_900);
  expect(bench.started.length).toBeLessThanOrEqual(2_002);
  let decided = 0;
  for (const { atMs } of bench.drops) {
    decided = bench.started.filter(({ startMs }) => startMs <= atMs).length;
    decided += bench.drops.filter((drop) => drop.atMs <= atMs).reduce((sum, { count }) => sum + count, 0);
    expect(decided).toBeGreaterThanOrEqual(Math.floor((atMs - 4) * 10));
  }
});

test("constant-arrival-rate counts a hopeless rate without being lost in it", async () => {
  const bench = new ScenarioBench({
    options: { ...options, rate: 1e9, preAllocatedVUs: 1, gracefulStop: 0 },
    iterationMs: 100,
  });
  await bench.start().finish();
  expect(bench.started.length + bench.droppedCount).toBe(1e9 + 1);
});

test("constant-arrival-rate gives others a turn while it starts many", async () => {
  const bench = new ScenarioBench({
    options: { ...options, rate: 1_000, preAllocatedVUs: 500 },
    iterationMs: (_, { clock }) => {
      clock.spend(2);
      return 10;
    },
  });
  let longest = 0;
  let last = bench.clock.nowMs();
  const watch = () => {
    longest = Math.max(longest, bench.clock.nowMs() - last);
    last = bench.clock.nowMs();
    if (bench.doneCount === 0) bench.clock.at(last + 1, watch);
  };
  watch();
  await bench.start().finish();
  expect(longest).toBeLessThan(20);
});

test("constant-arrival-rate is complete over instances and threads, each iteration on time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 20 }),
      anySequence,
      anyThreads,
      async (rate, vus, sequence, threads) => {
        const scenario = { ...options, rate, timeUnit: 700, preAllocatedVUs: vus };
        const benches = benchesOf({ options: scenario, iterationMs: 0.001 }, { sequence, threads });
        for (const bench of benches) bench.start();
        await benches[0]!.clock.advance(2_000);
        const periodMs = Math.floor(700e6 / rate) / 1e6;
        const starts = benches.flatMap(({ startTimes }) => startTimes).sort((a, b) => a - b);
        expect(numbersOf(benches, "iterationInTest")).toEqual(range(starts.length));
        expect(starts.length).toBe(Math.floor(1e9 / Math.floor(700e6 / rate)) + 1);
        const deviations = starts.map((ms, k) => Math.abs(ms - k * periodMs));
        expect(Math.max(...deviations)).toBeLessThan(1e-6);
        for (let first = 0; first < benches.length; first += threads) {
          const own = numbersOf(benches.slice(first, first + threads), "iterationInInstance");
          expect(own).toEqual(range(own.length));
        }
      },
    ),
    { numRuns: 60 },
  );
});

describe("constant-arrival-rate runs the iterations that k6 ran", () => {
  test.each(goldenRows("constant-arrival-rate").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const bench = await new ScenarioBench({ ...row, iterationMs: 1, makeMs: 1 }).start().finish();
    const dropped = row.expected.droppedIterations ?? 0;
    const { startMs = [], iterationInTest = [] } = row.expected;
    // what was dropped for lack of a VU has no number
    expect(numbersOf([bench], "iterationInTest")).toEqual(iterationInTest.slice(0, iterationInTest.length - dropped));
    expect(bench.droppedCount).toBe(dropped);
    expect(bench.startTimes.map(toMicroseconds)).toEqual(startMs.slice(dropped));
  });
});
