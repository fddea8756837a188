import { expect, test } from "bun:test";
import { summaryData } from "../../src/report/summary-data.ts";
import { summaryExport } from "../../src/report/summary-export.ts";
import { recordTest } from "../support/recorded-test.ts";

test("summaryExport has the shape of k6's first versions", () => {
  const input = recordTest(
    { metrics: { gg: ["gauge"], rr: ["rate"], tt: ["trend"] }, thresholds: { tt: ["avg<1", "max>1"], "rr{a:b}": [] } },
    (add) => {
      add("gg", 5);
      add("rr", 1);
      add("tt", 2);
      add("iterations", 1);
      add("checks", 1, { check: "yes", group: "::a" });
    },
  );
  const surroundings = { timeUnit: "", noColor: false, isStdOutTTY: true, isStdErrTTY: true };
  const text = summaryExport(summaryData(input, { ...surroundings, setupData: undefined }));
  expect(text).toStartWith('{\n    "root_group": {\n');
  expect(JSON.parse(text)).toEqual({
    root_group: {
      name: "",
      path: "",
      id: "d41d8cd98f00b204e9800998ecf8427e",
      groups: {
        a: {
          name: "a",
          path: "::a",
          id: "bbf5ee9e65399b518cbae210b4c64962",
          groups: {},
          checks: {
            yes: { name: "yes", path: "::a::yes", id: "ca29a2cf5b3f2a36474e8d328e7281bb", passes: 1, fails: 0 },
          },
        },
      },
      checks: {},
    },
    metrics: {
      checks: { value: 1, passes: 1, fails: 0 },
      gg: { value: 5, min: 5, max: 5 },
      iterations: { count: 1, rate: 0.5 },
      rr: { value: 1, passes: 1, fails: 0 },
      "rr{a:b}": { value: 0, passes: 0, fails: 0 },
      tt: { avg: 2, min: 2, med: 2, max: 2, "p(90)": 2, "p(95)": 2, thresholds: { "avg<1": true, "max>1": false } },
    },
  });
  const withSetup = JSON.parse(summaryExport(summaryData(input, { ...surroundings, setupData: [1] })));
  expect(withSetup.setup_data).toEqual([1]);
});
