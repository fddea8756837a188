import { expect, test } from "bun:test";
import { UserError } from "../../../src/base/errors.ts";
import { TagSetRoot } from "../../../src/metrics/tags.ts";
import {
  defaultSubmetrics,
  matches,
  parseThresholdTarget,
  submetricWarnings,
} from "../../../src/metrics/threshold/submetric.ts";

test("parseThresholdTarget reads metrics and filters, with quotes and blanks", () => {
  expect(parseThresholdTarget("checks")).toEqual({ metric: "checks" });
  expect(parseThresholdTarget("checks{group:::outer}").submetric).toEqual({
    name: "checks{group:::outer}",
    metric: "checks",
    suffix: "group:::outer",
    tags: [["group", "::outer"]],
  });
  expect(parseThresholdTarget(`cc{ a : 1 ,"b":'x y' }`).submetric).toEqual({
    name: `cc{a : 1 ,"b":'x y'}`,
    metric: "cc",
    suffix: `a : 1 ,"b":'x y'`,
    tags: [
      ["a", "1"],
      ["b", "x y"],
    ],
  });
  expect(parseThresholdTarget("http_reqs{url:http://x/{id}}").submetric?.tags).toEqual([["url", "http://x/{id}"]]);
});

test("parseThresholdTarget refuses what it cannot read, in k6's words", () => {
  const refusals: [name: string, why: string][] = [
    ["checks{", 'metric "checks{" has unmatched opening/close curly brace'],
    ["checks}", 'metric "checks}" has unmatched opening/close curly brace'],
    ["a}b{c", 'metric "a}b{c" closing curly brace appears before opening one'],
    ["checks{a:b}x", 'metric "checks{a:b}x" lacks a closing curly brace in its last position'],
    ["checks{}", 'metric "" tag expression is malformed'],
    ["checks{a}", 'metric "a" tag expression is malformed'],
    ["checks{a:b,c:}", 'metric "c:" tag expression is malformed'],
  ];
  for (const [name, why] of refusals) {
    const attempt = () => parseThresholdTarget(name);
    expect(attempt).toThrow(`unable to validate threshold expressions; reason: parsing metric name failed, ${why}`);
    expect(attempt).toThrow(UserError);
  }
});

test("matches asks for every tag of the filter, and allows others", () => {
  const tags = new TagSetRoot().from({ a: "1", b: "2", c: "3" });
  const filter = (text: string) => parseThresholdTarget(`cc{${text}}`).submetric!;
  expect(matches(filter("a:1"), tags)).toBe(true);
  expect(matches(filter("a:1,c:3"), tags)).toBe(true);
  expect(matches(filter("a:1,c:4"), tags)).toBe(false);
  expect(matches(filter("d:1"), tags)).toBe(false);
});

test("submetricWarnings speak of filters on metadata", () => {
  expect(submetricWarnings(parseThresholdTarget("iterations{vu:1}").submetric!)).toEqual([
    "The high-cardinality 'vu' metric tag was made non-indexable in k6 v0.41.0, so thresholds like " +
      "'iterations{vu:1}' that are based on it won't work correctly.",
  ]);
  expect(submetricWarnings(parseThresholdTarget("iterations{iter:0,vu:1}").submetric!)).toHaveLength(2);
  expect(submetricWarnings(parseThresholdTarget("iterations{url:1}").submetric!)).toEqual([]);
});

test("defaultSubmetrics tells expected responses apart if that tag is on", () => {
  expect(defaultSubmetrics(["url", "expected_response"]).map((submetric) => submetric.name)).toEqual([
    "http_req_duration{expected_response:true}",
  ]);
  expect(defaultSubmetrics(["url"])).toEqual([]);
});
