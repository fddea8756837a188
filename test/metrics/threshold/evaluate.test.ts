import { expect, test } from "bun:test";
import { UserError } from "../../../src/base/errors.ts";
import { ExitCode } from "../../../src/base/exit-codes.ts";
import { Aggregate } from "../../../src/metrics/aggregate.ts";
import { defineBuiltinMetrics } from "../../../src/metrics/builtin.ts";
import { Registry } from "../../../src/metrics/registry.ts";
import {
  parseThresholds,
  submetricsWithoutThresholds,
  ThresholdEvaluator,
  type ThresholdDefinition,
  thresholdsAbortError,
  thresholdsFailedError,
} from "../../../src/metrics/threshold/evaluate.ts";

type Sources = Record<string, (string | Partial<ThresholdDefinition>)[]>;

/** A test with these thresholds, and one metric of each kind. */
function setUp(sources: Sources) {
  const registry = new Registry();
  defineBuiltinMetrics(registry);
  for (const kind of ["counter", "gauge", "rate", "trend"] as const) registry.define(`my_${kind}`, kind);
  const definitions = Object.fromEntries(
    Object.entries(sources).map(([name, list]) => [
      name,
      list.map((item) => ({
        threshold: "",
        abortOnFail: false,
        ...(typeof item === "string" ? { threshold: item } : item),
      })),
    ]),
  );
  const thresholds = parseThresholds(definitions, registry);
  const aggregate = new Aggregate(registry);
  const evaluator = new ThresholdEvaluator(thresholds, aggregate);
  return {
    evaluator,
    aggregate,
    add: (name: string, ...values: number[]) => {
      for (const value of values) aggregate.get(name)!.sink.add(value, 0);
    },
    crossed: () =>
      thresholds.flatMap((target) => target.thresholds.filter((one) => !one.ok).map((one) => one.threshold)),
  };
}

test("ThresholdEvaluator asks each kind for its figures", () => {
  const { evaluator, add, crossed } = setUp({
    my_counter: ["count==6", "rate==3", "count<6"],
    my_gauge: ["value==2", "value>2"],
    my_rate: ["rate==0.75", "rate>0.75", "rate<=0.75"],
    my_trend: ["avg==50.5", "min===1", "max==100", "med!=50.5", "p(0)==1", "p(95)==95.05", "p(95)<95", "p(100)>=100"],
  });
  add("my_counter", 6);
  add("my_gauge", 9, 2);
  add("my_rate", 1, 1, 1, 0);
  for (let value = 100; value >= 1; value--) add("my_trend", value);
  expect(evaluator.evaluate(2_000, true)).toEqual({
    breached: ["my_counter", "my_gauge", "my_rate", "my_trend"],
    abort: false,
  });
  expect(crossed()).toEqual(["count<6", "value>2", "rate>0.75", "med!=50.5", "p(95)<95"]);
});

test("ThresholdEvaluator asks about metrics without samples only at the end, as k6 does", () => {
  const { evaluator, crossed } = setUp({
    my_counter: ["count==0", "count>0"],
    my_trend: ["avg<1", "avg>1"],
    my_rate: ["rate>0", "rate<1"],
    my_gauge: ["value<1", "value>1"],
    "my_counter{a:b}": ["count==0"],
  });
  expect(evaluator.evaluate(5_000, false)).toEqual({ breached: [], abort: false });
  expect(evaluator.evaluate(5_000, true).breached).toEqual(["my_counter", "my_gauge", "my_trend"]);
  expect(crossed()).toEqual(["count>0", "avg>1", "value>1"]);
});

test("ThresholdEvaluator makes metrics with thresholds appear, with their parents, also without any expression", () => {
  const { aggregate } = setUp({ "my_counter{a:b}": [], my_trend: [] });
  expect(aggregate.metrics().map((metric) => metric.name)).toEqual(["my_counter", "my_counter{a:b}", "my_trend"]);
});

test("ThresholdEvaluator aborts for thresholds that ask for it, and for others never", () => {
  const { evaluator, add } = setUp({
    my_counter: ["count<1"],
    my_gauge: [{ threshold: "value<1", abortOnFail: true }],
  });
  add("my_counter", 1);
  expect(evaluator.evaluate(1_000, false)).toEqual({ breached: ["my_counter"], abort: false });
  add("my_gauge", 1);
  expect(evaluator.evaluate(1_000, false)).toEqual({ breached: ["my_counter", "my_gauge"], abort: true });
});

test("ThresholdEvaluator does not abort before delayAbortEval has passed", () => {
  const delayed = { threshold: "count<1", abortOnFail: true, delayAbortEval: 3_000 };
  const { evaluator, add } = setUp({ my_counter: [delayed] });
  add("my_counter", 1);
  expect(evaluator.evaluate(2_000, false)).toEqual({ breached: ["my_counter"], abort: false });
  expect(evaluator.evaluate(3_000, false).abort).toBe(false);
  expect(evaluator.evaluate(4_000, false).abort).toBe(true);
});

test("ThresholdEvaluator lets a threshold recover", () => {
  const { evaluator, add, crossed } = setUp({ my_trend: ["avg<5"] });
  add("my_trend", 10);
  expect(evaluator.evaluate(1_000, false).breached).toEqual(["my_trend"]);
  add("my_trend", 0, 0);
  expect(evaluator.evaluate(2_000, false).breached).toEqual([]);
  expect(crossed()).toEqual([]);
});

test("ThresholdEvaluator does not judge a rate per second before the test has begun", () => {
  const { evaluator, add } = setUp({ my_counter: ["rate<1"] });
  add("my_counter", 5);
  expect(evaluator.evaluate(0, true).breached).toEqual([]);
});

test("parseThresholds refuses thresholds that do not fit, in k6's words and with exit code 104", () => {
  const refusals: [Sources, string][] = [
    [
      { nothing_like_it: ["count>5"] },
      'invalid threshold defined on nothing_like_it; reason: no metric name "nothing_like_it" found',
    ],
    [
      { "nothing{a:b}": ["count>5"] },
      'invalid threshold defined on nothing{a:b}; reason: no metric name "nothing{a:b}" found',
    ],
    [
      { http_reqs: ["p(95)<5"] },
      'invalid threshold "p(95)<5" applied on metric http_reqs; reason: unsupported aggregation method p on metric of ' +
        "type counter. supported aggregation methods for this metric are: count, rate",
    ],
    [
      { "checks{a:b}": ["count>5"] },
      'invalid threshold "count>5" applied on metric checks{a:b}; reason: unsupported aggregation method count on ' +
        "metric of type rate. supported aggregation methods for this metric are: rate",
    ],
    [{ "x{": ["bad"] }, 'failed parsing threshold expression "bad"; reason: malformed threshold expression'],
    [
      { "x{": ["rate>5"] },
      'unable to validate threshold expressions; reason: parsing metric name failed, metric "x{" has unmatched ' +
        "opening/close curly brace",
    ],
  ];
  for (const [sources, message] of refusals) {
    let thrown: unknown;
    try {
      setUp(sources);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UserError);
    expect(thrown).toMatchObject({ message, exitCode: ExitCode.InvalidConfig });
  }
});

test("submetricsWithoutThresholds keeps what makes sense and warns of the rest", () => {
  const registry = new Registry();
  defineBuiltinMetrics(registry);
  const warnings: string[] = [];
  const submetrics = submetricsWithoutThresholds(
    ["checks{a:b}", "checks", "nothing", "checks{"],
    registry,
    (...words) => warnings.push(words.join(": ")),
  );
  expect(submetrics.map((submetric) => submetric.name)).toEqual(["checks{a:b}"]);
  expect(warnings).toEqual([
    "Invalid metric 'nothing' in threshold definitions: metric 'nothing' does not exist in the script",
    expect.stringContaining("Invalid metric 'checks{' in threshold definitions: unable to validate"),
  ]);
});

test("the errors that crossed thresholds end a test with", () => {
  expect(thresholdsFailedError(["a", "b"])).toMatchObject({
    message: "thresholds on metrics 'a, b' have been crossed",
    exitCode: ExitCode.ThresholdsFailed,
  });
  expect(thresholdsAbortError(["a"])).toMatchObject({
    message: "thresholds on metrics 'a' were crossed; at least one has abortOnFail enabled, stopping test prematurely",
    exitCode: ExitCode.ThresholdsFailed,
  });
});
