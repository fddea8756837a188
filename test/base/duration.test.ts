import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  DurationError,
  durationFromNumber,
  formatDuration,
  parseDuration,
  parseGoDuration,
  toNanoseconds,
} from "../../src/base/duration.ts";

describe("parseDuration", () => {
  test.each([
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1d2h", 26 * 3_600_000],
    ["2d", 2 * 86_400_000],
    ["-1d2h", -26 * 3_600_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["1.s", 1_000],
    ["-1s", -1_000],
    ["+3s", 3_000],
    ["0", 0],
    ["250", 250],
    ["1e3", 1_000],
    ["-20.5", -20.5],
    ["1us", 0.001],
    ["1\u00b5s", 0.001],
    ["7ns", 0.000_007],
    ["1h2m3s4ms5us6ns", 3_723_004.005_006],
  ])("reads %p as %p ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    ["soon", 'time: invalid duration "soon"'],
    ["", 'time: invalid duration ""'],
    ["-", 'time: invalid duration "-"'],
    ["10 s", 'time: unknown unit " s" in duration "10 s"'],
    ["5x", 'time: unknown unit "x" in duration "5x"'],
    ["1s5", 'time: missing unit in duration "1s5"'],
    ["bad", 'strconv.ParseInt: parsing "ba": invalid syntax'],
    ["seconds", 'time: invalid duration "s"'],
    ["1d-2h", "invalid time format '-2h'"],
    ["9999999999h", 'time: invalid duration "9999999999h"'],
  ])("refuses %p with k6's words", (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  test("keeps whole nanoseconds of a number, rounded towards zero", () => {
    expect(durationFromNumber(1.000_000_9)).toBe(1);
    expect(Object.is(durationFromNumber(-1e-9), 0)).toBe(true);
  });
});

test("parseGoDuration knows neither days nor bare numbers", () => {
  expect(() => parseGoDuration("1d")).toThrow('time: unknown unit "d" in duration "1d"');
  expect(() => parseGoDuration("10")).toThrow('time: missing unit in duration "10"');
});

describe("formatDuration", () => {
  test.each([
    [0, "0s"],
    [10_000, "10s"],
    [90_000, "1m30s"],
    [3_600_000, "1h0m0s"],
    [500, "500ms"],
    [1_975, "1.975s"],
    [1.5, "1.5ms"],
    [0.001, "1\u00b5s"],
    [0.000_001, "1ns"],
    [-1_000, "-1s"],
    [630_000, "10m30s"],
    [86_400_000, "24h0m0s"],
  ])("renders %p ms as %p", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test("is read back to the same duration", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (nanoseconds) => {
        const milliseconds = nanoseconds / 1e6;
        expect(toNanoseconds(parseDuration(formatDuration(milliseconds)))).toBe(nanoseconds);
      }),
    );
  });
});
