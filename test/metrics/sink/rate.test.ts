import { expect, test } from "bun:test";
import { RateSink } from "../../../src/metrics/sink/rate.ts";
import { sinkSuite } from "../../suites/sink.ts";

sinkSuite("RateSink", "rate", () => new RateSink());

test("RateSink counts what is not zero", () => {
  const sink = new RateSink();
  for (const value of [1, 0, 1, 0, 5, -1]) sink.add(value, 0);
  expect(sink.format(1_000, [])).toEqual({ rate: 4 / 6, passes: 4, fails: 2 });
});

test("RateSink has no rate of nothing, so that no threshold fails for want of samples", () => {
  expect(new RateSink().get("rate", 1_000)).toBeUndefined();
  expect(new RateSink().format(1_000, [])).toEqual({ rate: 0, passes: 0, fails: 0 });
});
