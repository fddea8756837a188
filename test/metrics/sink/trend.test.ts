import { expect, test } from "bun:test";
import fc from "fast-check";
import { TrendSink } from "../../../src/metrics/sink/trend.ts";
import { sinkSuite } from "../../suites/sink.ts";

sinkSuite("TrendSink", "trend", () => new TrendSink());
// Small enough that merging crosses from exact values to a sketch; estimates depend on counts alone, not on order.
sinkSuite("TrendSink of at most one value", "trend", () => new TrendSink(1));

function trend(values: readonly number[], exactMax?: number): TrendSink {
  const sink = new TrendSink(exactMax);
  for (const value of values) sink.add(value, 0);
  return sink;
}

test("TrendSink interpolates percentiles as k6 does, to the last bit", () => {
  // The figures of the conformance case metrics/percentiles.
  const few = trend([3, 1, 2]);
  expect(few.get("p(90)", 0)).toBe(2.8);
  expect(few.get("p(99.99)", 0)).toBe(2.9997999999999996);
  const odd = trend([0.1, 0.2, 0.3, 1000, -5]);
  expect(odd.format(0, ["avg", "min", "med", "max", "p(10)", "p(90)", "p(95)", "p(99)", "p(99.99)", "count"])).toEqual({
    avg: 199.12,
    min: -5,
    med: 0.2,
    max: 1000,
    "p(10)": -2.96,
    "p(90)": 600.1200000000001,
    "p(95)": 800.0599999999998,
    "p(99)": 960.012,
    "p(99.99)": 999.6001199999996,
    count: 5,
  });
  // 90.10000000000001: a threshold "p(90)==90.1" on 1 to 100 is crossed in k6.
  expect(trend(Array.from({ length: 100 }, (_, index) => index + 1)).get("p(90)", 0)).toBe(90.10000000000001);
});

test("TrendSink without values says 0 to everything", () => {
  expect(new TrendSink().format(0, ["avg", "min", "med", "max", "p(95)", "count"])).toEqual({
    avg: 0,
    min: 0,
    med: 0,
    max: 0,
    "p(95)": 0,
    count: 0,
  });
});

test("TrendSink takes infinite values", () => {
  const sink = trend([1, Infinity, Infinity]);
  expect(sink.format(0, ["avg", "max", "p(90)"])).toEqual({ avg: Infinity, max: Infinity, "p(90)": Infinity });
});

test("TrendSink stays exact up to its cap and within 0.1 % beyond it", () => {
  const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  const quantiles = ["p(0)", "p(1)", "p(25)", "med", "p(90)", "p(99)", "p(99.9)", "p(100)"];
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 300 }), (values) => {
      const exact = trend(values);
      const bounded = trend(values, 20);
      expect(bounded.isSketch).toBe(values.length > 20);
      expect(bounded.format(0, ["min", "max", "avg", "count"])).toEqual(
        exact.format(0, ["min", "max", "avg", "count"]),
      );
      for (const quantile of quantiles) {
        const want = exact.get(quantile, 0)!;
        const tolerance = values.length > 20 ? want * 0.001 : 0;
        expect(Math.abs(bounded.get(quantile, 0)! - want)).toBeLessThanOrEqual(tolerance);
      }
    }),
  );
});

test("TrendSink becomes a sketch when merged with one, and when the sum is over the cap", () => {
  const whole = trend([1, 2], 4);
  whole.merge(trend([3, 4], 4));
  expect(whole.isSketch).toBe(false);
  whole.merge(trend([5], 4));
  expect(whole.isSketch).toBe(true);
  const other = trend([0], 4);
  other.merge(whole);
  expect(other.isSketch).toBe(true);
  expect(other.format(0, ["min", "max", "count", "avg"])).toEqual({ min: 0, max: 5, count: 6, avg: 2.5 });
});

test("TrendSink knows the percentiles that k6 knows", () => {
  const sink = trend([5]);
  for (const good of ["p(0)", "p(99.99)", "p(100)", "p(1e1)"]) expect(sink.get(good, 0)).toBe(5);
  for (const bad of ["p(101)", "p(-1)", "p(x)", "p( 5)", "p()", "p(95", "p(nan)"]) {
    expect(sink.get(bad, 0)).toBeUndefined();
  }
});
