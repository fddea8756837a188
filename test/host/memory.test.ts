import { expect, test } from "bun:test";
import { Milestones } from "../../src/host/memory.ts";

function passed(milestones: Milestones, count: number): number[] {
  const at: number[] = [];
  for (let i = 1; i <= count; i++) if (milestones.pass()) at.push(i);
  return at;
}

test("milestones come after so many, and then further and further apart", () => {
  expect(passed(new Milestones(1_000, 1.8), 10_000)).toEqual([1_000, 2_000, 3_600, 6_480]);
  expect(passed(new Milestones(250, 1.125), 2_600)).toEqual([
    250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_250, 2_532,
  ]);
});

test("a million things have few milestones", () => {
  expect(passed(new Milestones(250, 1.125), 1_000_000).length).toBeLessThan(65);
});
