/** The arithmetic of VUs and iterations, row by row against what k6 did: 16 scenarios in 22 segmentations. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeExecution } from "../../src/options/describe.ts";
import { executionRequirements } from "../../src/options/inspect.ts";
import { readScriptOptions } from "../../src/options/read.ts";
import { hasWork, maxPossibleVUs, planExecution, rampingSteps, scenarioSteps } from "../../src/options/requirements.ts";
import { resolveScenarios } from "../../src/options/scenarios.ts";
import type { RampingVusScenario, Scenario } from "../../src/options/schema.ts";
import { parseSegmentSequence, Share } from "../../src/options/segment.ts";
import golden from "./segments.golden.json";

interface Row {
  case: string;
  options: Record<string, unknown>;
  segment: string | null;
  sequence: string | null;
  description: string[];
  inspect: { maxVUs: number; totalDuration: string };
  expected: {
    vus?: number;
    iterations?: number;
    iterationInTest?: number[];
    vuIdInTest: number[];
    preAllocatedVUs?: number;
    maxVUs?: number;
    rawSteps?: [number, number][];
    startMs?: number[];
    droppedIterations?: number;
  };
}

const rows = (golden as unknown as { rows: Row[] }).rows;

function firstIndexes(share: Share | undefined, count: number): number[] {
  return share === undefined ? [] : Array.from({ length: count }, (_, k) => share.indexAt(k));
}

/** The VUs that the scenario may have in all, before segmentation. */
function vusOf(scenario: Scenario): number {
  switch (scenario.executor) {
    case "ramping-vus":
      return Math.max(scenario.startVUs, ...scenario.stages.map(({ target }) => target));
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return scenario.maxVUs;
    default:
      return scenario.vus;
  }
}

describe.each(rows.map((row): [string, Row] => [`${row.case} ${row.segment ?? "-"} in ${row.sequence ?? "-"}`, row]))(
  "%s",
  (_name, row) => {
    const segmentation = {
      ...(row.segment === null ? {} : { executionSegment: row.segment }),
      ...(row.sequence === null ? {} : { executionSegmentSequence: row.sequence }),
    };
    const { options } = readScriptOptions({ scenarios: { s: row.options }, ...segmentation });
    const share = Share.fromOptions(options);
    const scenario = resolveScenarios(options)[0]!;
    const { expected } = row;

    test("VUs, requirements and banner", () => {
      expect(firstIndexes(share, share.scale(vusOf(scenario))).map((index) => index + 1)).toEqual(expected.vuIdInTest);
      expect(executionRequirements(options)).toEqual(row.inspect);
      const banner = describeExecution([scenario], share).split("\n");
      // The rows have no line for a scenario without work.
      expect(banner.map((line) => line.trim()).slice(0, row.description.length)).toEqual(row.description);
      expect(hasWork(scenario, share)).toBe(row.inspect.maxVUs > 0);
    });

    test("iterations or steps", () => {
      switch (scenario.executor) {
        case "shared-iterations": {
          const iterations = share.resegment(scenario.vus)?.scale(scenario.iterations) ?? 0;
          expect(iterations).toBe(expected.iterations!);
          expect(firstIndexes(share.resegment(scenario.vus), iterations)).toEqual(expected.iterationInTest!);
          break;
        }
        case "per-vu-iterations": {
          const iterations = share.scale(scenario.vus) * scenario.iterations;
          expect(iterations).toBe(expected.iterations!);
          expect(firstIndexes(share, iterations)).toEqual(expected.iterationInTest!);
          break;
        }
        case "constant-vus":
          expect(share.scale(scenario.vus)).toBe(expected.vus!);
          break;
        case "ramping-vus": {
          const steps = rampingSteps(scenario, share, true).map(({ offset, plannedVUs }) => [offset, plannedVUs]);
          expect(steps).toEqual(expected.rawSteps!);
          break;
        }
        case "constant-arrival-rate":
        case "ramping-arrival-rate": {
          expect(share.scale(scenario.preAllocatedVUs)).toBe(expected.preAllocatedVUs!);
          expect(share.scale(scenario.maxVUs)).toBe(expected.maxVUs!);
          if (scenario.executor === "ramping-arrival-rate") break;
          // The first event is at 0.
          const period = scenario.timeUnit / scenario.rate;
          const events = Math.ceil(scenario.duration / period);
          const own = share.resegment(scenario.maxVUs);
          const starts = firstIndexes(own, own?.scale(events) ?? 0).map((index) => index * period);
          expect(starts).toEqual(expected.startMs!);
          break;
        }
      }
    });
  },
);

const RAMP: RampingVusScenario = {
  name: "s",
  executor: "ramping-vus",
  startTime: 0,
  gracefulStop: 30_000,
  env: {},
  exec: "default",
  tags: {},
  startVUs: 4,
  stages: [
    { duration: 2_000, target: 6 },
    { duration: 5_000, target: 1 },
    { duration: 4_000, target: 5 },
    { duration: 4_000, target: 1 },
    { duration: 3_000, target: 4 },
    { duration: 3_000, target: 1 },
    { duration: 0, target: 4 },
    { duration: 3_000, target: 1 },
  ],
  gracefulRampDown: 30_000,
};

describe("scenarioSteps of ramping-vus", () => {
  const everything = Share.of();
  const seconds = (scenario: RampingVusScenario) =>
    scenarioSteps(scenario, everything).map(({ offset, plannedVUs }) => [offset / 1_000, plannedVUs]);

  test("reserves VUs while they may be finishing", () => {
    // Six VUs from 2 s on; the first goes at 3 s, and is reserved for 30 s more; of the four at 21 s the first goes at 22 s. All ends at 24 s + 30 s.
    expect(seconds(RAMP)).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [33, 5],
      [42, 4],
      [52, 3],
      [53, 2],
      [54, 0],
    ]);
  });

  test("follows the ramp itself without gracefulRampDown", () => {
    const raw = rampingSteps(RAMP, everything).map(({ offset, plannedVUs }) => [offset / 1_000, plannedVUs]);
    expect(seconds({ ...RAMP, gracefulRampDown: 0 })).toEqual([...raw, [54, 0]]);
  });

  test("is cut short by gracefulStop", () => {
    expect(seconds({ ...RAMP, gracefulStop: 0 })).toEqual([
      [0, 4],
      [1, 5],
      [2, 6],
      [24, 0],
    ]);
  });
});

test("planExecution adds up scenarios that run at the same time", () => {
  const { options } = readScriptOptions({
    scenarios: {
      late: { executor: "constant-vus", vus: 3, duration: "10s", startTime: "5s", gracefulStop: "0s" },
      first: {
        executor: "constant-arrival-rate",
        rate: 1,
        duration: "10s",
        preAllocatedVUs: 1,
        maxVUs: 4,
        gracefulStop: 0,
      },
    },
  });
  expect(planExecution(resolveScenarios(options), Share.of())).toEqual([
    { offset: 0, plannedVUs: 1, maxUnplannedVUs: 3 },
    { offset: 5_000, plannedVUs: 4, maxUnplannedVUs: 3 },
    { offset: 10_000, plannedVUs: 3, maxUnplannedVUs: 0 },
    { offset: 15_000, plannedVUs: 0, maxUnplannedVUs: 0 },
  ]);
});

describe("for random ramps and sequences", () => {
  const target = fc.nat(40);
  const ramp = fc
    .record({
      startVUs: target,
      stages: fc.array(fc.record({ duration: fc.constantFrom(0, 1, 7, 1_000, 3_333.333_333), target }), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map((some): RampingVusScenario => ({ ...RAMP, ...some }));
  const borders = fc
    .uniqueArray(fc.integer({ min: 1, max: 11 }), { maxLength: 4 })
    .map((points) => ["0", ...points.sort((a, b) => a - b).map((point) => `${point}/12`), "1"].join(","));

  /** Active VUs after each change, by the last step at or before it. */
  const at = (steps: { offset: number; plannedVUs: number }[], offset: number) =>
    steps.filter((step) => step.offset <= offset).at(-1)?.plannedVUs ?? 0;

  test("the shares' active VUs add up to the whole at every moment, with threads or without", () => {
    fc.assert(
      fc.property(ramp, borders, fc.integer({ min: 1, max: 3 }), (scenario, text, threads) => {
        const segments = parseSegmentSequence(text);
        const shares = segments.flatMap((segment) => Share.of(segment, segments).split(threads));
        const whole = rampingSteps(scenario, Share.of(), true);
        const parts = shares.map((share) => rampingSteps(scenario, share, true));
        for (const { offset } of [...whole, ...parts.flat()]) {
          expect(parts.reduce((sum, steps) => sum + at(steps, offset), 0)).toBe(at(whole, offset));
        }
      }),
    );
  });

  test("the reserved VUs reach the ramp's peak, no more, and end at 0", () => {
    const graceful = fc.constantFrom(0, 500, 30_000);
    fc.assert(
      fc.property(ramp, borders, graceful, graceful, (some, text, gracefulRampDown, gracefulStop) => {
        const segments = parseSegmentSequence(text);
        for (const segment of segments) {
          const share = Share.of(segment, segments);
          const plan = planExecution([{ ...some, gracefulRampDown, gracefulStop }], share);
          expect(maxPossibleVUs(plan)).toBe(Math.max(...rampingSteps(some, share).map(({ plannedVUs }) => plannedVUs)));
          expect(plan.at(-1)!.plannedVUs).toBe(0);
        }
      }),
    );
  });
});
