import { expect, test } from "bun:test";
import { closest, didYouMean } from "../../src/base/typo.ts";

const NAMES = ["vus", "duration", "iterations", "thresholds", "noConnectionReuse", "constant-vus", "ramping-vus"];

test.each([
  ["vu", "vus"],
  ["threshold", "thresholds"],
  ["treshholds", "thresholds"],
  ["iteratoins", "iterations"],
  ["no-connection-reuse", "noConnectionReuse"],
  ["constant-vu", "constant-vus"],
])("closest finds what %p was meant to be", (name, meant) => {
  expect(closest(name, NAMES)).toBe(meant);
});

test.each(["nonsense", "", "x", "externally-controlled"])("closest finds nothing for %p", (name) => {
  expect(closest(name, NAMES)).toBeUndefined();
});

test("didYouMean is a sentence", () => {
  expect(didYouMean("Duraton", NAMES)).toBe('Did you mean "duration"?');
  expect(didYouMean("qqqqqq", NAMES)).toBeUndefined();
});
