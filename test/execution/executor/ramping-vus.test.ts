import { describe, expect, test } from "bun:test";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { describeExecutor } from "../../suites/executor.ts";
import { goldenRows, toMicroseconds } from "./golden.ts";
import { benchesOf, ScenarioBench } from "../../support/scenario-bench.ts";

const options: ScenarioConfig = {
  executor: "ramping-vus",
  startVUs: 2,
  stages: [
    { duration: 500, target: 4 },
    { duration: 500, target: 4 },
  ],
};

describeExecutor("ramping-vus", { options, iterationMs: 40, regularEndMs: 1_000 });

const upAndDown = (more: object): ScenarioConfig => ({
  executor: "ramping-vus",
  startVUs: 0,
  stages: [
    { duration: 1_000, target: 10 },
    { duration: 1_000, target: 0 },
  ],
  ...more,
});

test("ramping-vus starts and stops each VU at its own moment", async () => {
  const config = upAndDown({ gracefulRampDown: 0, gracefulStop: 0 });
  const bench = await new ScenarioBench({ options: config, iterationMs: 100_000 }).start().finish();
  expect(bench.startTimes).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  expect(bench.started.map(({ endMs }) => endMs)).toEqual([
    2_000, 1_900, 1_800, 1_700, 1_600, 1_500, 1_400, 1_300, 1_200, 1_100,
  ]);
  expect(bench.interruptedCount).toBe(10);
  expect(bench.doneMs).toBe(2_000);
});

test("ramping-vus lets an iteration end within gracefulRampDown", async () => {
  const config = upAndDown({ gracefulRampDown: 300, gracefulStop: 100 });
  const bench = await new ScenarioBench({ options: config, iterationMs: 1_150 }).start().finish();
  const last = bench.started.find(({ startMs }) => startMs === 1_000)!;
  expect([last.endMs, last.outcome?.interrupted]).toEqual([1_400, true]); // 1,100 + 300
  // The VU that started at 600 ms and is taken away at 1,500 ms may go on until 1,800 ms.
  expect(bench.started[5]!).toMatchObject({ startMs: 600, endMs: 1_750, outcome: { interrupted: false } });
  // gracefulStop ends what gracefulRampDown would still allow.
  expect(Math.max(...bench.started.map(({ endMs }) => endMs!))).toBeLessThanOrEqual(2_100);
});

test("ramping-vus uses a VU again that the ramp took away and that still runs", async () => {
  const config: ScenarioConfig = {
    executor: "ramping-vus",
    startVUs: 2,
    stages: [
      { duration: 100, target: 2 },
      { duration: 0, target: 1 },
      { duration: 100, target: 1 },
      { duration: 0, target: 2 },
      { duration: 300, target: 2 },
    ],
  };
  const bench = new ScenarioBench({ options: config, iterationMs: 260 });
  await bench.start().finish();
  expect(bench.madeCount).toBe(2);
  expect(bench.started.map(({ vu, startMs }) => [vu, startMs])).toEqual([
    [1, 0],
    [2, 0],
    [1, 260],
    [2, 260],
  ]);
  expect(bench.interruptedCount).toBe(0);
});

test("ramping-vus takes a VU anew when the old one was cut off and has not ended", async () => {
  const config: ScenarioConfig = {
    executor: "ramping-vus",
    startVUs: 1,
    stages: [
      { duration: 100, target: 1 },
      { duration: 0, target: 0 },
      { duration: 50, target: 0 },
      { duration: 0, target: 1 },
      { duration: 300, target: 1 },
    ],
    gracefulRampDown: 10,
    gracefulStop: 0,
  };
  const bench = new ScenarioBench({ options: config, iterationMs: 100_000, interruptMs: 70 });
  await bench.start().finish();
  // cut off at 110 ms, ended at 180 ms, wanted since 150 ms
  expect(bench.started.map(({ vu, startMs, endMs }) => [vu, startMs, endMs])).toEqual([
    [1, 0, 180],
    [1, 180, 520],
  ]);
});

test("ramping-vus takes no step late because its timer is", async () => {
  const config = upAndDown({ gracefulRampDown: 0, gracefulStop: 0 });
  const bench = new ScenarioBench({ options: config, iterationMs: 7 });
  bench.clock.latenessMs = 30;
  await bench.start().finish();
  // VU 10 is wanted from 1,000 to 1,100 ms
  const starts = bench.started.filter(({ vu }) => vu === 10).map(({ startMs }) => startMs);
  expect(Math.max(...starts)).toBeLessThan(1_100);
});

test.each([
  ["a ramp", 0, [{ duration: 500, target: 5 }], [100, 200, 300, 400], 5],
  ["a ramp to 1", 0, [{ duration: 300, target: 1 }], [], 1],
  ["a stage of no length", 3, [{ duration: 0, target: 5 }], [], 5],
  ["a jump", 2, [{ duration: 300, target: 2 }, { duration: 0, target: 5 }], [0, 0], 5], // biome-ignore format: a row
  ["a ramp, and 0 from then on", 0, [500, 0, 500].map((duration, k) => ({ duration, target: k === 0 ? 1 : 0 })), [], 1],
])(
  "ramping-vus plans what starts at its very end, but does not start it: %s",
  async (_, startVUs, stages, starts, planned) => {
    const config: ScenarioConfig = { executor: "ramping-vus", startVUs, stages };
    const bench = await new ScenarioBench({ options: config, iterationMs: 1_000 }).start().finish();
    expect(bench.startTimes).toEqual(starts);
    expect(bench.executor.progress().maxVus).toBe(planned);
  },
);

test("ramping-vus of a segment with no VU in a ramp's low part is over when its own VUs are", async () => {
  const benches = benchesOf(
    { options: upAndDown({ gracefulRampDown: 0, gracefulStop: 0 }), iterationMs: 100_000 },
    { sequence: "0,1/3,2/3,1", threads: 1 },
  );
  const second = await benches[1]!.start().finish();
  expect(second.startTimes).toEqual([200, 500, 800]);
  expect(second.started.map(({ endMs }) => endMs)).toEqual([1_900, 1_600, 1_300]);
  expect(second.doneMs).toBe(1_900);
});

test("ramping-vus shows its progress", async () => {
  const bench = new ScenarioBench({ options: upAndDown({}), iterationMs: 50 }).start();
  await bench.clock.advance(510);
  expect(bench.executor.progress()).toMatchObject({ fraction: 0.255, activeVus: 5, maxVus: 10 });
});

describe("ramping-vus holds as many VUs as k6 planned", () => {
  test.each(goldenRows("ramping-vus").map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const bench = await new ScenarioBench({ ...row, iterationMs: 100_000 }).start().finish();
    const held = lastOfEachMoment(bench.held);
    const plan = lastOfEachMoment(row.expected.rawSteps!);
    expect(held).toEqual(plan);
  });
});

/** Steps as [ms, VUs], without those that change nothing. */
function lastOfEachMoment(steps: readonly [number, number][]): [number, number][] {
  const times = steps.map(([ms, vus]): [number, number] => [toMicroseconds(ms), vus]);
  const last = times.filter(([ms], index) => times[index + 1]?.[0] !== ms);
  return last.filter(([, vus], index) => vus !== (last[index - 1]?.[1] ?? 0));
}
