import { expect, test } from "bun:test";
import {
  fixedDuration,
  progressLines,
  type RunProgress,
  runLine,
  scenarioColumns,
  type ScenarioProgress,
} from "../../src/report/progress.ts";

const scenario: ScenarioProgress = {
  name: "default",
  status: "running",
  fraction: 0.5,
  figures: { executor: "constant-vus", vus: 10, elapsedMs: 5_000, durationMs: 10_000 },
};

function run(overrides: Partial<RunProgress> = {}): RunProgress {
  return {
    elapsedMs: 5_000,
    durationMaxMs: 40_000,
    paused: false,
    vusActive: 5,
    vusInitialized: 10,
    vusPlanned: 10,
    vusMax: 100,
    iterationsComplete: 42,
    iterationsInterrupted: 1,
    scenarios: [scenario],
    ...overrides,
  };
}

test("progressLines draws bars as wide as the terminal allows, forty columns at most", () => {
  const lines = (width: number) => progressLines(run(), { width, enableColors: false });
  expect(lines(120)).toEqual([
    "running (05.0s), 005/010 VUs, 42 complete and 1 interrupted iterations",
    "default   [==================>-------------------] 10 VUs  05.0s/10s",
  ]);
  expect(lines(60)[1]).toBe("default   [=============>---------------] 10 VUs  05.0s/10s");
  expect(lines(60)[1]!.length).toBeLessThan(60);
  expect(lines(30)[1]).toBe("default   [  50% ] 10 VUs  05.0s/10s");
});

test("progressLines writes percentages where there is no terminal", () => {
  expect(progressLines(run(), { enableColors: false })[1]).toBe("default   [  50% ] 10 VUs  05.0s/10s");
});

test("progressLines aligns scenarios and marks what has become of them", () => {
  const scenarios: ScenarioProgress[] = [
    { ...scenario, name: "one", status: "done", fraction: 1 },
    { ...scenario, name: "another", status: "interrupted", fraction: 0 },
    { ...scenario, name: "s", status: "stopping", fraction: 1.5 },
    {
      ...scenario,
      name: "a scenario with a name of forty characters",
      status: "waiting",
      fraction: 0,
      figures: { executor: "waiting", startsInMs: 2_500, startTimeMs: 60_000 },
    },
  ];
  expect(progressLines(run({ scenarios }), { enableColors: false }).slice(1)).toEqual([
    "one                            ✓ [ 100% ] 10 VUs   05.0s/10s",
    "another                        ✗ [   0% ] 10 VUs   05.0s/10s",
    "s                              ↓ [ 100% ] 10 VUs   05.0s/10s",
    "a scenario with a name of f... • [   0% ] waiting  0m02.5s",
  ]);
  const colored = progressLines(run({ scenarios }), { width: 200, enableColors: true });
  expect(colored[1]).toContain("\x1b[32m✓\x1b[0m [======================================]");
  expect(colored[2]).toContain("\x1b[31m✗\x1b[0m [\x1b[2m--------------------------------------\x1b[0m]");
});

test("progressLines shows VUs being made before the test starts", () => {
  const starting = run({ elapsedMs: undefined, vusInitialized: 7, vusPlanned: 10, scenarios: [] });
  expect(progressLines(starting, { width: 80, enableColors: false })).toEqual([
    "Init   [=========================>------------] 07/10 VUs initialized",
  ]);
  expect(runLine(run({ elapsedMs: undefined, paused: true }))).toBe(
    "paused, 005/010 VUs, 42 complete and 1 interrupted iterations",
  );
});

test("scenarioColumns says of each executor what matters there", () => {
  const time = { elapsedMs: 65_000, durationMs: 90_000 };
  const over = { elapsedMs: 91_000, durationMs: 90_000 };
  const iterations = { vus: 3, iterationsDone: 7, iterationsTotal: 120 };
  const rates = { vusBusy: 2, vusActive: 5, vusMax: 50, rate: 7.5, rateMax: 1_000 };
  expect(scenarioColumns({ executor: "constant-vus", vus: 3, ...time })).toEqual(["3 VUs", "1m05.0s/1m30s"]);
  expect(scenarioColumns({ executor: "constant-vus", vus: 3, ...over })).toEqual(["3 VUs", "1m30s"]);
  expect(scenarioColumns({ executor: "ramping-vus", vusActive: 3, vusMax: 20, ...time })).toEqual([
    "03/20 VUs",
    "1m05.0s/1m30.0s",
  ]);
  expect(scenarioColumns({ executor: "ramping-vus", vusActive: 0, vusMax: 20, ...over })).toEqual([
    "00/20 VUs",
    "1m30s",
  ]);
  expect(scenarioColumns({ executor: "shared-iterations", ...iterations, ...time })).toEqual([
    "3 VUs",
    "1m05.0s/1m30s",
    "007/120 shared iters",
  ]);
  expect(scenarioColumns({ executor: "per-vu-iterations", iterationsPerVu: 40, ...iterations, ...over })).toEqual([
    "3 VUs",
    "1m30s",
    "007/120 iters, 40 per VU",
  ]);
  for (const executor of ["constant-arrival-rate", "ramping-arrival-rate"] as const) {
    expect(scenarioColumns({ executor, ...rates, ...time })).toEqual(["02/05 VUs", "1m05.0s/1m30s", "0007.50 iters/s"]);
  }
});

test("fixedDuration has the parts that the longest duration has", () => {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;
  const cases: [milliseconds: number, maxMs: number, text: string][] = [
    [1_549, 9_900, "1.5s"],
    [1_550, 10_000, "01.6s"],
    [1_500, minute, "0m01.5s"],
    [1_500, 10 * minute, "00m01.5s"],
    [1_500, hour, "0h00m01.5s"],
    [25 * minute, 10 * hour, "00h25m00.0s"],
    [25 * minute, day, "0d00h25m00.0s"],
    [3 * day + hour, 12 * day, "03d01h00m00.0s"],
    [minute, 1_000, "1m00.0s"],
  ];
  for (const [milliseconds, maxMs, text] of cases) expect(fixedDuration(milliseconds, maxMs)).toBe(text);
});
