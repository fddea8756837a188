import { describe, expect, test } from "bun:test";
import {
  fixedDecimal,
  fixedDuration,
  fixedInteger,
  mergeProgress,
  progressText,
  waitingText,
} from "../../../src/execution/executor/progress-text.ts";
import type { ScenarioProgress } from "../../../src/execution/executor/executor.ts";
import type { ScenarioConfig } from "../../../src/options/scenario-config.ts";
import { resolveScenario } from "../../../src/options/scenarios.ts";
import { Share } from "../../../src/options/segment.ts";

const NOTHING: ScenarioProgress = { fraction: 0, activeVus: 0, maxVus: 0, iterationsDone: 0, iterationsDropped: 0 };

function textOf(options: ScenarioConfig, progress: Partial<ScenarioProgress>, elapsedMs: number, share = Share.of()) {
  return progressText(resolveScenario("s", options), share)({ ...NOTHING, ...progress }, elapsedMs);
}

describe("progressText", () => {
  test("shared-iterations", () => {
    const options: ScenarioConfig = { executor: "shared-iterations", vus: 5, iterations: 100 };
    expect(textOf(options, { iterationsDone: 3 }, 1_240)).toEqual(["5 VUs", "00m01.2s/10m0s", "003/100 shared iters"]);
    const third = Share.fromOptions({ executionSegment: "0:1/3", executionSegmentSequence: "0,1/3,2/3,1" });
    expect(textOf(options, {}, 0, third)).toEqual(["2 VUs", "00m00.0s/10m0s", "00/40 shared iters"]);
  });

  test("per-vu-iterations", () => {
    const options: ScenarioConfig = { executor: "per-vu-iterations", vus: 2, iterations: 5, maxDuration: 5_000 };
    expect(textOf(options, { iterationsDone: 3 }, 500)).toEqual(["2 VUs", "0.5s/5s", "03/10 iters, 5 per VU"]);
    expect(textOf(options, { iterationsDone: 9 }, 5_001)).toEqual(["2 VUs", "5s", "09/10 iters, 5 per VU"]);
  });

  test("constant-vus", () => {
    const options: ScenarioConfig = { executor: "constant-vus", vus: 12, duration: 10_000 };
    expect(textOf(options, {}, 2_000)).toEqual(["12 VUs", "02.0s/10s"]);
    expect(textOf(options, {}, 10_500)).toEqual(["12 VUs", "10s"]);
  });

  test("ramping-vus", () => {
    const options: ScenarioConfig = { executor: "ramping-vus", stages: [{ duration: 90_000, target: 20 }] };
    expect(textOf(options, { activeVus: 7 }, 61_000)).toEqual(["07/20 VUs", "1m01.0s/1m30.0s"]);
    expect(textOf(options, { activeVus: 7 }, 90_001)).toEqual(["07/20 VUs", "1m30s"]);
  });

  test("constant-arrival-rate", () => {
    const options: ScenarioConfig = {
      executor: "constant-arrival-rate",
      rate: 300,
      timeUnit: 60_000,
      duration: 10_000,
      preAllocatedVUs: 5,
      maxVUs: 10,
    };
    const progress = { activeVus: 1, maxVus: 6 };
    expect(textOf(options, progress, 1_000)).toEqual(["01/06 VUs", "01.0s/10s", "5.00 iters/s"]);
    const half = Share.fromOptions({ executionSegment: "0:1/2" });
    expect(textOf(options, progress, 1_000, half)[2]).toBe("2.50 iters/s");
  });

  test("ramping-arrival-rate shows the rate of the moment", () => {
    const options: ScenarioConfig = {
      executor: "ramping-arrival-rate",
      startRate: 5,
      stages: [
        { duration: 5_000, target: 5 },
        { duration: 5_000, target: 20 },
      ],
      preAllocatedVUs: 1,
    };
    const rate = (elapsedMs: number) => textOf(options, {}, elapsedMs)[2];
    expect(rate(1_000)).toBe("05.00 iters/s");
    // from the 46th to the 47th: the rate where the area is 46.5
    expect(rate(7_500)).toBe("12.41 iters/s");
    expect(rate(99_000)).toMatch(/^19\.\d\d iters\/s$/);
    expect(textOf({ ...options, startRate: 0, stages: [{ duration: 1_000, target: 0 }] }, {}, 10)[2]).toBe(
      "0.00 iters/s",
    );
  });

  test("waiting for startTime", () => {
    expect(waitingText(4_949, 65_000)).toEqual(["waiting", "0m04.9s"]);
  });
});

describe("mergeProgress", () => {
  test("adds up what threads count", () => {
    const part = { ...NOTHING, activeVus: 1, maxVus: 2, iterationsDropped: 3 };
    const merged = mergeProgress([
      { ...part, fraction: 0.5, iterationsDone: 5, iterationsTotal: 10 },
      { ...part, fraction: 0.1, iterationsDone: 3, iterationsTotal: 30 },
    ]);
    expect(merged).toEqual({
      fraction: 0.2,
      activeVus: 2,
      maxVus: 4,
      iterationsDone: 8,
      iterationsTotal: 40,
      iterationsDropped: 6,
    });
  });

  test("shows the time of the thread whose part takes longest", () => {
    expect(
      mergeProgress([
        { ...NOTHING, fraction: 0.6 },
        { ...NOTHING, fraction: 0.5 },
      ]).fraction,
    ).toBe(0.5);
    expect(mergeProgress([{ ...NOTHING, fraction: 1, iterationsTotal: 0 }]).fraction).toBe(1);
  });
});

test.each([
  [1_540, 5_000, "1.5s"],
  [1_550, 10_000, "01.6s"],
  [59_960, 9_000, "1m00.0s"],
  [61_000, 599_000, "1m01.0s"],
  [61_000, 600_000, "01m01.0s"],
  [61_000, 3_600_000, "0h01m01.0s"],
  [3_661_000, 36_000_000, "01h01m01.0s"],
  [90_061_000, 86_400_000, "1d01h01m01.0s"],
  [90_061_000, 864_000_000, "01d01h01m01.0s"],
])("fixedDuration of %p ms, at most %p, is %p", (ms, longest, text) => {
  expect(fixedDuration(ms, longest)).toBe(text);
});

test("fixedInteger and fixedDecimal are as wide as the largest", () => {
  expect(fixedInteger(7, 1_000)).toBe("0007");
  expect(fixedDecimal(7.5, 1_000)).toBe("0007.50");
  expect(fixedDecimal(0.125, 1)).toBe("0.12"); // Go rounds halves to even
  expect(fixedDecimal(0.375, 1)).toBe("0.38");
});
