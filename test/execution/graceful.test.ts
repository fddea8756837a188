import { expect, test } from "bun:test";
import { cutOffOffsets, GracefulEnd } from "../../src/execution/graceful.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

test("GracefulEnd calls at both ends, the regular one first", async () => {
  const clock = new VirtualClock(100);
  const calls: string[] = [];
  const on = { regularEnd: () => void calls.push("regular"), hardEnd: () => void calls.push("hard") };
  const ends = new GracefulEnd(clock, { regularMs: 1_000, hardMs: 1_000 }, on);
  expect([ends.startMs, ends.regularEndMs, ends.hardEndMs]).toEqual([100, 1_100, 1_100]);
  await clock.advance(999);
  expect(ends.isRegularOver).toBe(false);
  await clock.advance(1);
  expect(ends.isRegularOver).toBe(true);
  expect(calls).toEqual(["regular", "hard"]);
});

test("GracefulEnd knows its end by the clock, even if the timer is late", () => {
  const clock = new VirtualClock();
  const nothing = () => undefined;
  const ends = new GracefulEnd(clock, { regularMs: 10, hardMs: 20 }, { regularEnd: nothing, hardEnd: nothing });
  clock.spend(10);
  expect(ends.isRegularOver).toBe(true);
  ends.cancel();
  expect(clock.pendingCount).toBe(0);
});

test("cutOffOffsets lists the moments at which the allowance falls below each VU", () => {
  const steps = [
    [0, 2],
    [100, 3],
    [200, 1],
    [300, 2],
    [400, 0],
  ].map(([offset, plannedVUs]) => ({ offset: offset!, plannedVUs: plannedVUs!, maxUnplannedVUs: 0 }));
  expect(cutOffOffsets(steps)).toEqual([[400], [200, 400], [200]]);
});
