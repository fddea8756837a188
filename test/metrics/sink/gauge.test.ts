import { expect, test } from "bun:test";
import { GaugeSink } from "../../../src/metrics/sink/gauge.ts";
import { sinkSuite } from "../../suites/sink.ts";

sinkSuite("GaugeSink", "gauge", () => new GaugeSink());

test("GaugeSink keeps the last value, the least and the greatest", () => {
  const sink = new GaugeSink();
  for (const value of [5, 1, 9, 4]) sink.add(value, 0);
  expect(sink.format(1_000, [])).toEqual({ value: 4, min: 1, max: 9 });
});

test("GaugeSink of several threads shows the value that was taken last, in whatever order they report", () => {
  const early = new GaugeSink();
  early.add(1, 100);
  const late = new GaugeSink();
  late.add(2, 200);
  late.merge(early);
  expect(late.get("value", 0)).toBe(2);
  early.merge(late);
  expect(early.get("value", 0)).toBe(2);
});
