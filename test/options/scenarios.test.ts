import { describe, expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import {
  deriveScenarios,
  resolveScenario,
  resolveScenarios,
  validateOptions,
  validateScenario,
} from "../../src/options/scenarios.ts";
import type { Options, ScenarioConfig } from "../../src/options/schema.ts";

function refusal(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("deriveScenarios", () => {
  const derived = (options: Options) => deriveScenarios(options).options.scenarios;

  test.each([
    [
      { vus: 2, iterations: 3 },
      { executor: "shared-iterations", vus: 2, iterations: 3 },
    ],
    [
      { iterations: 3, duration: 5_000 },
      { executor: "shared-iterations", iterations: 3, maxDuration: 5_000 },
    ],
    [
      { vus: 2, duration: 5_000 },
      { executor: "constant-vus", vus: 2, duration: 5_000 },
    ],
    [
      { vus: 0, stages: [{ duration: 1_000, target: 1 }] },
      { executor: "ramping-vus", startVUs: 0, stages: [{ duration: 1_000, target: 1 }] },
    ],
    [{ vus: 2 }, { executor: "shared-iterations", vus: 2, iterations: 2 }],
    [{}, { executor: "per-vu-iterations" }],
  ])("makes of %j the scenario %j", (options, scenario) => {
    expect(derived(options)).toEqual({ default: scenario } as Record<string, ScenarioConfig>);
  });

  test("keeps scenarios, and has vus replace them with a warning", () => {
    const scenarios: Options["scenarios"] = { s: { executor: "per-vu-iterations" } };
    expect(derived({ scenarios })).toBe(scenarios);
    const { options, notices } = deriveScenarios({ scenarios, vus: 3 });
    expect(options).toMatchObject({ scenarios: { default: { executor: "shared-iterations" } }, iterations: 3 });
    expect(notices[0]!.message).toBe("`vus=3` overrides scenarios configuration");
  });

  test("warns about empty stages", () => {
    expect(deriveScenarios({ stages: [], vus: 2 }).notices[0]!.message).toBe(
      "`stages` was explicitly set to an empty value, running the script with 1 iteration in 1 VU",
    );
  });

  test.each([
    [{ duration: 1, stages: [{}] }, "using `duration` and `stages` options simultaneously is not allowed"],
    [{ iterations: 1, scenarios: {} }, "using `iterations` and `scenarios` options simultaneously is not allowed"],
    [{ stages: [{}], scenarios: {} }, "using `stages` and `scenarios` options simultaneously is not allowed"],
    [
      { duration: 0 },
      "`duration` option should be more than 0, for infinite duration use the externally-controlled executor",
    ],
  ])("refuses %j", (options, message) => {
    const error = refusal(() => deriveScenarios(options));
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(104);
  });

  test("says of a duration of nothing that it is one, and of two options to keep one", () => {
    expect(refusal(() => deriveScenarios({ duration: -1 }))).toMatchObject({
      code: "invalid-configuration",
      hint: expect.stringContaining("30s"),
    });
    expect(refusal(() => deriveScenarios({ duration: 1, scenarios: {} }))).toMatchObject({
      code: "conflicting-options",
      hint: expect.stringContaining("Keep one"),
    });
  });
});

// What the goldens of the conformance kit do not show; see conformance.test.ts for the rest.
test.each([
  [
    "",
    { executor: "per-vu-iterations" },
    "scenario name can't be empty, the scenario name should contain only numbers, latin letters, underscores, and dashes",
  ],
  ["s", { executor: "constant-vus", duration: 900 }, "the duration must be at least 1s, but is 900ms"],
  [
    "s",
    { executor: "ramping-vus", startVUs: -1, stages: [{}] },
    "the number of start VUs can't be negative, either startVUs or one of the stages' target values must be greater than 0, stage 1 doesn't have a duration, stage 1 doesn't have a target",
  ],
  [
    "s",
    { executor: "ramping-vus", startVUs: 2e8, stages: [{ duration: 1, target: 3e8 }] },
    "the startVUs exceed max limit of 100000000, target for stage 1 exceeds max limit of 100000000",
  ],
  [
    "s",
    { executor: "constant-arrival-rate", rate: 1, duration: 1_000, preAllocatedVUs: -1 },
    "the number of preAllocatedVUs can't be negative",
  ],
] as [string, ScenarioConfig, string][])("validateScenario refuses %j %j", (name, config, complaints) => {
  expect(validateScenario(name, config).join(", ")).toBe(complaints);
});

describe("validateOptions", () => {
  test("refuses a segment that is not in its sequence, and a setupTimeout of nothing", () => {
    const options = { executionSegmentSequence: "0,1/2,1", executionSegment: "1/3:2/3", setupTimeout: 0 };
    expect(refusal(() => validateOptions(options, [])).message).toBe(
      "There were problems with the specified script configuration:\n\t- provided segment 1/3:2/3 can't be found in sequence 0,1/2,1\n\t- setupTimeout must be positive",
    );
    expect(refusal(() => validateOptions({ executionSegmentSequence: "0,1/2,1" }, [])).message).toContain(
      "segment 0:1",
    );
  });

  test("guesses which function was meant", () => {
    const options: Options = { scenarios: { s: { executor: "per-vu-iterations", exec: "logn" } } };
    const error = refusal(() => validateOptions(options, ["login", "default"]));
    expect(error.hint).toBe('Did you mean "login"?');
    expect(() => validateOptions(options, ["logn"])).not.toThrow();
  });
});

test("resolveScenario fills in k6's defaults", () => {
  const base = { name: "s", startTime: 0, gracefulStop: 30_000, env: {}, exec: "default", tags: {} };
  expect(resolveScenario("s", { executor: "shared-iterations" })).toEqual({
    ...base,
    executor: "shared-iterations",
    vus: 1,
    iterations: 1,
    maxDuration: 600_000,
  });
  expect(resolveScenario("s", { executor: "ramping-vus", stages: [{ duration: 1, target: 2 }] })).toEqual({
    ...base,
    executor: "ramping-vus",
    startVUs: 1,
    stages: [{ duration: 1, target: 2 }],
    gracefulRampDown: 30_000,
  });
  expect(
    resolveScenario("s", { executor: "constant-arrival-rate", rate: 5, duration: 1_000, preAllocatedVUs: 3 }),
  ).toEqual({
    ...base,
    executor: "constant-arrival-rate",
    rate: 5,
    timeUnit: 1_000,
    duration: 1_000,
    preAllocatedVUs: 3,
    maxVUs: 3,
  });
});

test("resolveScenarios orders by start time, then by name", () => {
  const scenarios: Options["scenarios"] = {
    c: { executor: "per-vu-iterations" },
    a: { executor: "per-vu-iterations", startTime: 1 },
    b: { executor: "per-vu-iterations" },
  };
  expect(resolveScenarios({ scenarios }).map(({ name }) => name)).toEqual(["b", "c", "a"]);
});
