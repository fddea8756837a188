import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareNames, sortedNames } from "../../src/report/summary-columns.ts";

const collator = new Intl.Collator("en");
const name = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 6 });

test("names are in the order of localeCompare", () => {
  const plain = name("ab_z019");
  const any = name("aB_z0{}: é");
  for (const names of [fc.tuple(plain, plain), fc.tuple(any, any), fc.tuple(plain, any)]) {
    fc.assert(
      fc.property(names, ([a, b]) => expect(compareNames(a, b)).toBe(Math.sign(collator.compare(a, b)))),
      { numRuns: 2_000 },
    );
  }
});

test("sub-metrics follow their parent", () => {
  expect(sortedNames(["vus_max", "http_reqs{b:1}", "vus", "http_reqs", "http_reqs{a:1}", "http_req_failed"])).toEqual([
    "http_req_failed",
    "http_reqs",
    "http_reqs{a:1}",
    "http_reqs{b:1}",
    "vus",
    "vus_max",
  ]);
});
