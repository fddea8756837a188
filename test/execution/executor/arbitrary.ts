/** Random ways to divide a test. */
import fc from "fast-check";

export const anyThreads: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 });

/** A full sequence of up to four segments, or none. */
export const anySequence: fc.Arbitrary<string | undefined> = fc.option(
  fc
    .uniqueArray(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 3 })
    .map((cuts) => ["0", ...cuts.sort((a, b) => a - b).map((cut) => `${cut}/12`), "1"].join(",")),
  { nil: undefined },
);

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
