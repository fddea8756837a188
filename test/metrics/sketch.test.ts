import { expect, test } from "bun:test";
import fc from "fast-check";
import { QuantileSketch } from "../../src/metrics/sketch.ts";

function sketch(values: readonly number[]): QuantileSketch {
  const made = new QuantileSketch();
  for (const value of values) made.add(value);
  return made;
}

const RELATIVE_ERROR = 1 / 1024;

test("QuantileSketch is off by less than 0.1 % for every value of its range", () => {
  const value = fc.double({ min: 2 ** -64, max: 2 ** 63, noNaN: true });
  const signed = fc.tuple(value, fc.boolean()).map(([size, negative]) => (negative ? -size : size));
  fc.assert(
    fc.property(fc.array(signed, { minLength: 1, maxLength: 200 }), (values) => {
      const made = sketch(values);
      const sorted = [...values].sort((a, b) => a - b);
      sorted.forEach((want, rank) => {
        expect(Math.abs(made.valueAt(rank) - want)).toBeLessThanOrEqual(Math.abs(want) * RELATIVE_ERROR);
      });
    }),
  );
});

test("QuantileSketch ranks zeros, tiny, huge and infinite values", () => {
  const made = sketch([Infinity, 1e300, 5, 0, -0, 1e-300, -1e-300, -5, -1e300, -Infinity]);
  expect(made.count).toBe(10);
  const found = Array.from({ length: 10 }, (_, rank) => made.valueAt(rank));
  expect([found[0], found[1]]).toEqual([-Infinity, -Infinity]);
  expect(found[2]).toBeCloseTo(-5, 1);
  expect(found.slice(3, 7)).toEqual([0, 0, 0, 0]);
  expect(found[7]).toBeCloseTo(5, 1);
  expect([found[8], found[9]]).toEqual([Infinity, Infinity]);
});

test("QuantileSketch merged, in any order and through its buckets, is the sketch of all values", () => {
  const values = fc.array(fc.double({ noNaN: true }), { maxLength: 50 });
  fc.assert(
    fc.property(values, values, (first, second) => {
      const whole = sketch([...first, ...second]);
      const merged = sketch(first);
      merged.merge(sketch(second));
      const swapped = sketch(second);
      swapped.merge(sketch(first));
      const shipped = new QuantileSketch();
      shipped.addBuckets(sketch(first).buckets());
      shipped.addBuckets(sketch(second).buckets());
      for (const other of [merged, swapped, shipped]) {
        expect(other.count).toBe(whole.count);
        expect(other.buckets()).toEqual(whole.buckets());
      }
    }),
  );
});

test("QuantileSketch is empty after a reset", () => {
  const made = sketch([1, -1, 0, Infinity]);
  made.reset();
  expect(made.count).toBe(0);
  expect(made.buckets().length).toBe(0);
});
