import { expect, test } from "bun:test";
import { CounterSink } from "../../../src/metrics/sink/counter.ts";
import { sinkSuite } from "../../suites/sink.ts";

sinkSuite("CounterSink", "counter", () => new CounterSink());

test("CounterSink gives its sum, and its sum for each second of the test", () => {
  const sink = new CounterSink();
  for (const value of [1, 2.5, 0, 3, 1, -1]) sink.add(value, 0);
  expect(sink.format(2_000, [])).toEqual({ count: 6.5, rate: 3.25 });
});

test("CounterSink has no rate before the test has begun, so that no threshold compares with infinity", () => {
  const sink = new CounterSink();
  sink.add(5, 0);
  expect(sink.get("rate", 0)).toBeUndefined();
  expect(sink.format(0, [])).toEqual({ count: 5, rate: 0 });
});

test("CounterSink does not drift over a million additions", () => {
  const sink = new CounterSink();
  for (let index = 0; index < 1_000_000; index++) sink.add(0.1, 0);
  expect(sink.get("count", 0)).toBe(100_000); // plain addition gives 100000.00000133288
});
