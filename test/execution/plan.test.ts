import { expect, test } from "bun:test";
import { threadsMax, vuNeeds } from "../../src/execution/plan.ts";
import type { ScenarioConfig } from "../../src/options/scenario-config.ts";
import { resolveScenario } from "../../src/options/scenarios.ts";
import { Share } from "../../src/options/segment.ts";

const scenarios = (...configs: ScenarioConfig[]) =>
  configs.map((config, index) => resolveScenario(`s${index}`, config));
const WHOLE = Share.of();

test("vuNeeds counts scenarios together only while they overlap", () => {
  const first: ScenarioConfig = { executor: "constant-vus", vus: 4, duration: 1_000, gracefulStop: 0 };
  expect(vuNeeds(scenarios(first, first), WHOLE)).toEqual({ planned: 8, unplannedMax: 0 });
  expect(vuNeeds(scenarios(first, { ...first, startTime: 1_000 }), WHOLE)).toEqual({ planned: 4, unplannedMax: 0 });
});

test("vuNeeds tells how many VUs may be made while the test runs", () => {
  const arrivals: ScenarioConfig = {
    executor: "constant-arrival-rate",
    rate: 1,
    duration: 1_000,
    preAllocatedVUs: 2,
    maxVUs: 10,
  };
  expect(vuNeeds(scenarios(arrivals), WHOLE)).toEqual({ planned: 2, unplannedMax: 8 });
  expect(vuNeeds(scenarios(arrivals), WHOLE.split(2)[0]!)).toEqual({ planned: 1, unplannedMax: 4 });
});

test("threadsMax gives every thread a VU, and one that is ready for the first arrival", () => {
  const shared: ScenarioConfig = { executor: "shared-iterations", vus: 6, iterations: 100 };
  const arrivals: ScenarioConfig = {
    executor: "ramping-arrival-rate",
    stages: [{ duration: 1_000, target: 5 }],
    preAllocatedVUs: 2,
    maxVUs: 10,
  };
  expect(threadsMax(scenarios(shared), WHOLE)).toBe(6);
  expect(threadsMax(scenarios(shared, arrivals), WHOLE)).toBe(2);
  expect(threadsMax(scenarios({ ...arrivals, preAllocatedVUs: 0 }), WHOLE)).toBe(1);
  expect(threadsMax(scenarios(), WHOLE)).toBe(1);
});
