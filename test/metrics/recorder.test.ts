import { expect, test } from "bun:test";
import fc from "fast-check";
import { Aggregate } from "../../src/metrics/aggregate.ts";
import type { MetricKind } from "../../src/metrics/metric.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { MetricError, Registry } from "../../src/metrics/registry.ts";
import { EXACT_MAX } from "../../src/metrics/sink/trend.ts";
import { TagSetRoot } from "../../src/metrics/tags.ts";
import { parseThresholdTarget } from "../../src/metrics/threshold/submetric.ts";

const submetric = (name: string) => parseThresholdTarget(name).submetric!;

/** One thread with its recorder, and a way to hand in what it has. */
function thread(options: { submetrics?: string[]; breakdown?: boolean } = {}) {
  const registry = new Registry();
  const recorder = new Recorder({
    registry,
    submetrics: (options.submetrics ?? []).map(submetric),
    breakdown: options.breakdown,
  });
  const root = new TagSetRoot();
  return {
    registry,
    recorder,
    root,
    add(name: string, kind: MetricKind, value: number, tags: Record<string, string> = {}, timeMs = 0) {
      recorder.add(registry.define(name, kind), root.from(tags), value, timeMs);
    },
    report(aggregate: Aggregate) {
      const packed = recorder.takePacked();
      if (packed !== undefined) aggregate.merge(packed);
    },
  };
}

/** The name and the figures of all metrics. */
function figures(aggregate: Aggregate): Record<string, Record<string, number>> {
  return Object.fromEntries(
    aggregate
      .metrics()
      .map((metric) => [metric.name, metric.sink.format(1_000, ["count", "min", "max", "avg", "med"])]),
  );
}

test("Recorder feeds a metric and the sub-metrics whose tags match", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread({ submetrics: ["cc{a:1}", "cc{a:1,b:2}", "cc{a:none}", "other{a:1}"] });
  one.add("cc", "counter", 1, { a: "1" });
  one.add("cc", "counter", 2, { a: "1", b: "2" });
  one.add("cc", "counter", 4);
  one.report(aggregate);
  expect(figures(aggregate)).toEqual({
    cc: { count: 7, rate: 7 },
    "cc{a:1}": { count: 3, rate: 3 },
    "cc{a:1,b:2}": { count: 2, rate: 2 },
  });
  expect(aggregate.get("cc{a:1}")?.submetric?.metric).toBe("cc");
});

test("Recorder.addSubmetric takes effect for tag sets that were seen before", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread();
  one.add("cc", "counter", 1, { a: "1" });
  one.recorder.addSubmetric(submetric("cc{a:1}"));
  one.recorder.addSubmetric(submetric("cc{a:1}"));
  one.add("cc", "counter", 2, { a: "1" });
  one.report(aggregate);
  expect(figures(aggregate)).toEqual({ cc: { count: 3, rate: 3 }, "cc{a:1}": { count: 2, rate: 2 } });
});

test("Recorder.takePacked hands in each sample once, and nothing when there is nothing", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread();
  expect(one.recorder.takePacked()).toBeUndefined();
  one.add("cc", "counter", 1);
  one.report(aggregate);
  expect(one.recorder.takePacked()).toBeUndefined();
  one.add("cc", "counter", 2);
  one.report(aggregate);
  expect(figures(aggregate)).toEqual({ cc: { count: 3, rate: 3 } });
});

test("Recorder tells a listener of every sample, with its metadata", () => {
  const one = thread();
  const seen: unknown[] = [];
  one.add("cc", "counter", 1);
  one.recorder.onSample = (metric, tags, value, timeMs, metadata) =>
    seen.push([metric.name, tags.toRecord(), value, timeMs, metadata]);
  one.recorder.add(one.registry.define("cc", "counter"), one.root.from({ a: "1" }), 2, 5.25, { vu: "3" });
  one.recorder.onSample = undefined;
  one.add("cc", "counter", 4);
  expect(seen).toEqual([["cc", { a: "1" }, 2, 5.25, { vu: "3" }]]);
});

test("two recorders may share tag sets without taking each other's samples", () => {
  const one = thread();
  const two = thread();
  const tags = one.root.from({ a: "1" });
  for (const { recorder, registry } of [one, two, one]) recorder.add(registry.define("cc", "counter"), tags, 1, 0);
  const [first, second] = [new Aggregate(new Registry()), new Aggregate(new Registry())];
  one.report(first);
  two.report(second);
  expect([figures(first)["cc"]!["count"], figures(second)["cc"]!["count"]]).toEqual([2, 1]);
});

test("Aggregate is the same for any split of the samples between threads and reports", () => {
  const kinds: MetricKind[] = ["counter", "gauge", "rate", "trend"];
  const sample = fc.record({
    kind: fc.constantFrom(...kinds),
    value: fc.integer({ min: -1000, max: 1000 }),
    tag: fc.constantFrom("1", "2"),
    thread: fc.integer({ min: 0, max: 2 }),
    report: fc.boolean(),
  });
  const submetrics = kinds.map((kind) => `my_${kind}{a:1}`);
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 80 }), (samples) => {
      const [whole, split] = [new Aggregate(new Registry()), new Aggregate(new Registry())];
      const single = thread({ submetrics });
      const several = [thread({ submetrics }), thread({ submetrics }), thread({ submetrics })];
      for (const [timeMs, { kind, value, tag, thread: index, report }] of samples.entries()) {
        single.add(`my_${kind}`, kind, value, { a: tag }, timeMs);
        several[index]!.add(`my_${kind}`, kind, value, { a: tag }, timeMs);
        if (report) several[index]!.report(split);
      }
      single.report(whole);
      for (const one of several) one.report(split);
      expect(figures(split)).toEqual(figures(whole));
    }),
  );
});

test("Aggregate keeps percentiles exact up to the cap, and within 0.1 % when threads hand in far more", () => {
  const aggregate = new Aggregate(new Registry());
  const threads = [thread(), thread()];
  const count = 6 * EXACT_MAX;
  for (let index = 0; index < count; index++) {
    threads[index % 2]!.add("tt", "trend", index + 1);
    // the last report of each thread holds more than a trend keeps
    if (index % 10_000 === 0 && index < 2 * EXACT_MAX) for (const one of threads) one.report(aggregate);
    if (index === EXACT_MAX / 2) {
      for (const one of threads) one.report(aggregate);
      expect(aggregate.get("tt")!.sink.get("p(90)", 0)).toBe(1 + 0.9 * index);
    }
  }
  for (const one of threads) one.report(aggregate);
  const sink = aggregate.get("tt")!.sink;
  expect(sink.format(0, ["count", "min", "max", "avg"])).toEqual({ count, min: 1, max: count, avg: (count + 1) / 2 });
  for (const percentile of [1, 50, 90, 99, 99.9]) {
    const want = 1 + (percentile / 100) * (count - 1);
    expect(Math.abs(sink.get(`p(${percentile})`, 0)! - want)).toBeLessThan(want / 1000);
  }
});

test("Aggregate counts checks by group and name, in the order in which they first happened", () => {
  const aggregate = new Aggregate(new Registry());
  const [one, two] = [thread(), thread()];
  two.add("checks", "rate", 1, { group: "", check: "later" }, 20);
  two.add("checks", "rate", 0, { group: "", check: "first" }, 30);
  one.add("checks", "rate", 1, { group: "", check: "first" }, 10);
  one.add("checks", "rate", 1, { group: "::a", check: "first" }, 15);
  one.add("checks", "rate", 1, { check: "no group" }, 16);
  one.add("checks", "rate", 1, { group: "" }, 17);
  two.report(aggregate);
  one.report(aggregate);
  expect(aggregate.checks().map(({ group, name, passes, fails }) => [group, name, passes, fails])).toEqual([
    ["", "first", 1, 1],
    ["::a", "first", 1, 0],
    [undefined, "no group", 1, 0],
    ["", "later", 1, 0],
  ]);
  expect(aggregate.get("checks")!.sink.format(0, [])).toEqual({ rate: 5 / 6, passes: 5, fails: 1 });
});

test("Aggregate lists groups once, in the order in which they first happened", () => {
  const aggregate = new Aggregate(new Registry());
  const [one, two] = [thread(), thread()];
  for (const { add } of [one, two]) {
    add("group_duration", "trend", 5, { group: "::b" }, 20);
    add("group_duration", "trend", 5, { group: "::a::c" }, 10);
    add("http_reqs", "counter", 5, { group: "::not a group of its own" }, 1);
    add("checks", "rate", 1, { group: "", check: "top" }, 1);
  }
  one.report(aggregate);
  two.report(aggregate);
  expect(aggregate.groups()).toEqual(["::a::c", "::b"]);
});

test("Aggregate breaks metrics down by scenario and group when asked to", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread({ breakdown: true });
  one.add("cc", "counter", 1, { scenario: "default", group: "" });
  one.add("cc", "counter", 2, { scenario: "default", group: "::a" });
  one.add("cc", "counter", 4, { scenario: "mine", group: "::a" });
  one.add("cc", "counter", 8, { scenario: "mine", group: "" });
  one.add("cc", "counter", 16, { group: "::setup" });
  one.add("checks", "rate", 1, { scenario: "mine", group: "::a", check: "x" });
  one.report(aggregate);
  expect(
    aggregate
      .scopes()
      .map(({ scenario, group, metrics }) => [scenario, group, metrics.get("cc")?.sink.get("count", 0)]),
  ).toEqual([
    ["", "::a", 2],
    ["mine", "", 12],
    ["mine", "::a", 4],
  ]);
  expect(aggregate.checks()).toMatchObject([{ scenario: "mine", group: "::a", name: "x", passes: 1 }]);
});

test("Recorder.breakDown takes effect for tag sets that were seen before", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread();
  one.add("cc", "counter", 1, { scenario: "mine" });
  one.recorder.breakDown();
  one.add("cc", "counter", 2, { scenario: "mine" });
  one.report(aggregate);
  expect(aggregate.get("cc")!.sink.get("count", 0)).toBe(3);
  expect(aggregate.scopes()[0]!.metrics.get("cc")!.sink.get("count", 0)).toBe(2);
});

test("Aggregate.observe shows a metric without samples, and refuses one that nobody defined", () => {
  const registry = new Registry();
  registry.define("cc", "counter");
  const aggregate = new Aggregate(registry);
  aggregate.observe("cc", submetric("cc{a:1}"));
  aggregate.observe("cc");
  expect(figures(aggregate)).toEqual({ cc: { count: 0, rate: 0 }, "cc{a:1}": { count: 0, rate: 0 } });
  expect(() => aggregate.observe("nothing")).toThrow("metric 'nothing' does not exist in the script");
});

test("Aggregate learns metrics from threads, and adds all else before it refuses one of another kind", () => {
  const registry = new Registry();
  const aggregate = new Aggregate(registry);
  const [one, two] = [thread(), thread()];
  one.add("mine", "counter", 1);
  two.add("mine", "trend", 1);
  two.add("other", "gauge", 3);
  one.report(aggregate);
  expect(registry.get("mine")?.kind).toBe("counter");
  expect(() => two.report(aggregate)).toThrow(
    new MetricError("metric 'mine' already exists but with type counter, instead of trend"),
  );
  expect(aggregate.get("other")!.sink.get("value", 0)).toBe(3);
  expect(aggregate.get("mine")!.sink.get("count", 0)).toBe(1);
});

test("Aggregate knows how many series the threads hold", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread();
  for (const a of ["1", "2", "1"]) one.add("cc", "counter", 1, { a });
  one.report(aggregate);
  for (const a of ["1", "3"]) one.add("cc", "counter", 1, { a });
  one.report(aggregate);
  expect(aggregate.seriesCount).toBe(3);
});

test("Aggregate warns of very many series, and again at twice as many", () => {
  const aggregate = new Aggregate(new Registry());
  const one = thread();
  const grow = (from: number, to: number) => {
    for (let index = from; index < to; index++) one.add("cc", "counter", 1, { id: String(index) });
    one.report(aggregate);
    return aggregate.cardinalityWarning();
  };
  expect(grow(0, 100_000)).toBeUndefined();
  expect(grow(100_000, 100_001)).toStartWith(
    "The test has generated metrics with 100001 unique time series, which is higher than the suggested limit of 100000",
  );
  expect(grow(100_001, 100_002)).toBeUndefined();
  expect(grow(100_002, 200_001)).toContain("200001 unique time series");
});
