import { expect, test } from "bun:test";
import { displayWidth, humanizeBytes, humanizeDuration, humanizeValue } from "../../src/report/humanize.ts";

test("humanizeValue cuts rates off, so that almost all is not all", () => {
  const rate = { type: "rate", contains: "default" } as const;
  expect(humanizeValue(0.999999, rate)).toBe("99.99%");
  expect(humanizeValue(1, rate)).toBe("100.00%");
  expect(humanizeValue(1 / 6, rate)).toBe("16.66%");
  expect(humanizeValue(0, rate)).toBe("0.00%");
});

test("humanizeValue rounds plain numbers to six digits", () => {
  const counter = { type: "counter", contains: "default" } as const;
  expect([1234567, 0.123456789, 2.14159265, 0.0000123, 1e21, 0].map((value) => humanizeValue(value, counter))).toEqual([
    "1234567",
    "0.123457",
    "2.141593",
    "0.000012",
    "1e+21",
    "0",
  ]);
});

test("humanizeBytes counts in thousands", () => {
  expect([0, 9, 9.5, 10, 999, 1000, 1499, 9949, 9950, 12_345, 999_400, 1e6, 2.5e9].map(humanizeBytes)).toEqual([
    "0 B",
    "9 B",
    "9.5 B",
    "10 B",
    "999 B",
    "1.0 kB",
    "1.5 kB",
    "9.9 kB",
    "10 kB",
    "12 kB",
    "999 kB",
    "1.0 MB",
    "2.5 GB",
  ]);
  expect(humanizeValue(1500, { type: "counter", contains: "data" })).toBe("1.5 kB");
});

test("humanizeDuration gives each duration the unit that suits it, cut off", () => {
  expect(
    [
      0, 0.0000005, 0.000999, 0.001, 0.0399999, 0.999, 1, 12.3499, 999.999, 1000, 59_999, 60_000, 61_999, 3_600_000,
      90_061_000,
    ].map((milliseconds) => humanizeDuration(milliseconds)),
  ).toEqual([
    "0s",
    "0ns",
    "999ns",
    "1µs",
    "39.99µs",
    "999µs",
    "1ms",
    "12.34ms",
    "999.99ms",
    "1s",
    "59.99s",
    "1m0s",
    "1m1s",
    "1h0m0s",
    "25h1m1s",
  ]);
});

test("humanizeDuration writes all durations in one unit if told so", () => {
  expect(humanizeDuration(1500, "s")).toBe("1.50s");
  expect(humanizeDuration(1.5, "ms")).toBe("1.50ms");
  expect(humanizeDuration(0.0015, "us")).toBe("1.50µs");
  for (const other of ["", "m", "toString", null]) expect(humanizeDuration(1500, other)).toBe("1.5s");
});

test("displayWidth counts characters, not code units or escape sequences", () => {
  expect(displayWidth("abc")).toBe(3);
  expect(displayWidth("\x1b[36mabc\x1b[0m")).toBe(3);
  expect(displayWidth("\x1b[2;36mµs\x1b[0m")).toBe(2);
  expect(displayWidth("e\u0301")).toBe(1);
  expect(displayWidth("😀")).toBe(1);
});
