import { expect, test } from "bun:test";
import { summaryReport } from "../../src/report/summary-data.ts";
import { machineSummary } from "../../src/report/summary-machine.ts";
import { recordTest } from "../support/recorded-test.ts";

const FACTS = { elapsedMs: 1_500, script: "export default () => {}", now: new Date(0) };

test("machineSummary lists metrics and checks by their kinds of values", () => {
  const input = recordTest(
    { metrics: { gg: ["gauge"], rr: ["rate"] }, trendStats: ["avg", "p(90)", "p(99)"], elapsedMs: 1_500 },
    (add) => {
      add("gg", 7);
      add("gg", 2);
      add("rr", 1);
      add("rr", 0);
      add("iteration_duration", 5);
      add("data_sent", 100);
      add("checks", 1, { check: "yes" });
    },
  );
  expect(machineSummary(summaryReport(input, "compact"), FACTS)).toEqual({
    config: { duration: 1.5, execution: "local", script: "export default () => {}" },
    metadata: { generated_at: "1970-01-01T00:00:00.000Z", k6_version: "2.2.0" },
    results: {
      checks: {
        metrics: [
          { contains: "default", name: "checks_total", type: "counter", values: { count: 1 } },
          { contains: "default", name: "checks_failed", type: "rate", values: { matches: 0, rate: 0, total: 1 } },
          { contains: "default", name: "checks_succeeded", type: "rate", values: { matches: 1, rate: 1, total: 1 } },
        ],
        results: [{ name: "yes", passes: 1, fails: 0 }],
      },
      metrics: [
        { contains: "default", name: "gg", type: "gauge", values: { max: 7, min: 2, value: 2 } },
        { contains: "default", name: "rr", type: "rate", values: { matches: 1, rate: 0.5, total: 2 } },
        { contains: "time", name: "iteration_duration", type: "trend", values: { avg: 5, p90: 5 } },
        { contains: "data", name: "data_sent", type: "counter", values: { count: 100 } },
      ],
    },
    version: "1.0.0",
  });
});

test("machineSummary of a test without checks has none", () => {
  const report = summaryReport(
    recordTest({}, (add) => add("iterations", 1)),
    "compact",
  );
  expect(machineSummary(report, FACTS).results.checks).toEqual({ metrics: [], results: [] });
});
