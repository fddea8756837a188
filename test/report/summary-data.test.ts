import { expect, test } from "bun:test";
import { summaryData, summaryReport } from "../../src/report/summary-data.ts";
import { recordTest } from "../support/recorded-test.ts";

const SURROUNDINGS = { timeUnit: "", noColor: false, isStdOutTTY: true, isStdErrTTY: false, setupData: undefined };

test("summaryData has the figures of each kind, and thresholds where there are any", () => {
  const input = recordTest(
    {
      metrics: {
        my_counter: ["counter"],
        my_gauge: ["gauge"],
        my_rate: ["rate"],
        my_trend: ["trend"],
        my_time: ["trend", "time"],
      },
      thresholds: { my_trend: ["avg<10", "max<2"], "my_counter{a:b}": [] },
    },
    (add) => {
      add("my_counter", 3, { a: "b" });
      add("my_gauge", 7);
      add("my_gauge", 2);
      add("my_rate", 1);
      add("my_rate", 0);
      for (const value of [1, 2, 3, 4]) add("my_trend", value);
      add("my_time", 1.5);
    },
  );
  const data = summaryData(input, { ...SURROUNDINGS, setupData: { token: "abc" } });
  expect(data).toEqual({
    root_group: { name: "", path: "", id: "d41d8cd98f00b204e9800998ecf8427e", groups: [], checks: [] },
    options: {
      summaryTrendStats: ["avg", "min", "med", "max", "p(90)", "p(95)"],
      summaryTimeUnit: "",
      noColor: false,
    },
    state: { isStdOutTTY: true, isStdErrTTY: false, testRunDurationMs: 2_000 },
    metrics: {
      my_counter: { type: "counter", contains: "default", values: { count: 3, rate: 1.5 } },
      "my_counter{a:b}": { type: "counter", contains: "default", values: { count: 3, rate: 1.5 } },
      my_gauge: { type: "gauge", contains: "default", values: { value: 2, min: 2, max: 7 } },
      my_rate: { type: "rate", contains: "default", values: { rate: 0.5, passes: 1, fails: 1 } },
      my_trend: {
        type: "trend",
        contains: "default",
        values: { avg: 2.5, min: 1, med: 2.5, max: 4, "p(90)": 3.7, "p(95)": 3.8499999999999996 },
        thresholds: { "avg<10": { ok: true }, "max<2": { ok: false } },
      },
      my_time: {
        type: "trend",
        contains: "time",
        values: { avg: 1.5, min: 1.5, med: 1.5, max: 1.5, "p(90)": 1.5, "p(95)": 1.5 },
      },
    },
    setup_data: { token: "abc" },
  });
});

test("summaryData has a tree of groups, each check in its own, with k6's ids", () => {
  const input = recordTest({}, (add) => {
    add("checks", 1, { check: "top" });
    add("checks", 1, { check: "in a", group: "::a" });
    add("checks", 0, { check: "bad in a", group: "::a" });
    add("checks", 1, { check: "in a", group: "::a" });
    add("checks", 1, { check: "in b", group: "::a::b" });
    add("group_duration", 5, { group: "::c::d" });
  });
  const { root_group } = summaryData(input, SURROUNDINGS);
  expect(root_group.checks).toEqual([
    { name: "top", path: "::top", id: expect.stringMatching(/^[0-9a-f]{32}$/), passes: 1, fails: 0 },
  ]);
  const [a, c] = root_group.groups;
  expect(a).toMatchObject({ name: "a", path: "::a", id: "bbf5ee9e65399b518cbae210b4c64962" });
  expect(a!.checks.map(({ name, path, passes, fails }) => [name, path, passes, fails])).toEqual([
    ["in a", "::a::in a", 2, 0],
    ["bad in a", "::a::bad in a", 0, 1],
  ]);
  expect(a!.groups[0]!.checks).toMatchObject([{ name: "in b", path: "::a::b::in b", passes: 1, fails: 0 }]);
  expect([c!.path, c!.groups[0]!.path]).toEqual(["::c", "::c::d"]);
});

test("summaryData adds up a check over scenarios that are broken down", () => {
  const input = recordTest({ breakdown: true }, (add) => {
    for (const scenario of ["one", "two", "default"]) add("checks", 1, { check: "same", scenario });
  });
  expect(summaryData(input, SURROUNDINGS).root_group.checks).toMatchObject([{ name: "same", passes: 3, fails: 0 }]);
  expect(summaryReport(input, "full").checks?.checks).toEqual([{ name: "same", passes: 3, fails: 0 }]);
});

test("summaryReport sorts metrics into sections and keeps some for the full summary", () => {
  const input = recordTest({ metrics: { my_own: ["counter"], checks_of_mine: ["counter"] } }, (add) => {
    for (const name of ["my_own", "checks_of_mine", "http_reqs", "http_req_waiting", "vus", "iterations"]) add(name, 1);
    for (const name of ["data_sent", "ws_sessions", "grpc_req_duration", "group_duration"]) add(name, 1);
  });
  const sections = (mode: "compact" | "full") =>
    Object.fromEntries(
      Object.entries(summaryReport(input, mode).metrics).map(([section, metrics]) => [section, Object.keys(metrics)]),
    );
  expect(sections("compact")).toEqual({
    custom: ["checks_of_mine", "my_own"],
    http: ["http_reqs"],
    execution: ["iterations", "vus"],
    network: ["data_sent"],
    websocket: ["ws_sessions"],
    grpc: ["grpc_req_duration"],
  });
  expect(sections("full")["http"]).toEqual(["http_req_waiting", "http_reqs"]);
});

test("summaryReport in full has scenarios and groups, each with its own metrics and checks", () => {
  const input = recordTest({ metrics: { cc: ["counter"] }, breakdown: true }, (add) => {
    add("cc", 1, { scenario: "mine" });
    add("cc", 2, { scenario: "mine", group: "::a::b" });
    add("checks", 0, { scenario: "mine", group: "::a::b", check: "x" });
    add("cc", 4, { group: "::z" });
    add("checks", 1, { group: "::z", check: "x" });
    add("cc", 8, { group: "::setup" });
  });
  const report = summaryReport(input, "full");
  const count = (metrics: (typeof report)["metrics"]) => metrics.custom?.["cc"]?.values["count"];
  expect(count(report.metrics)).toBe(15);
  expect(Object.keys(report.groups)).toEqual(["z"]);
  expect(count(report.groups["z"]!.metrics)).toBe(4);
  expect(report.groups["z"]!.checks?.checks).toEqual([{ name: "x", passes: 1, fails: 0 }]);
  const mine = report.scenarios["mine"]!;
  expect(count(mine.metrics)).toBe(3);
  expect(mine.checks?.checks).toEqual([{ name: "x", passes: 0, fails: 1 }]);
  expect(count(mine.groups["a"]!.metrics)).toBeUndefined();
  expect(count(mine.groups["a"]!.groups["b"]!.metrics)).toBe(2);
  expect(mine.groups["a"]!.groups["b"]!.checks?.checks).toEqual([{ name: "x", passes: 0, fails: 1 }]);
});

test("summaryReport knows the figure that each threshold asks for", () => {
  const input = recordTest(
    { metrics: { tt: ["trend"] }, thresholds: { tt: [" p(99.9) < 5", "p(50.0)!=1", "avg<5"], checks: ["rate>0.5"] } },
    (add) => {
      add("tt", 2);
    },
  );
  expect(summaryReport(input, "compact").thresholds).toEqual({
    tt: {
      metric: {
        type: "trend",
        contains: "default",
        values: { avg: 2, min: 2, med: 2, max: 2, "p(90)": 2, "p(95)": 2, "p(99.9)": 2, "p(50.0)": 2 },
      },
      thresholds: [
        { source: " p(99.9) < 5", aggregation: "p(99.9)", ok: true },
        { source: "p(50.0)!=1", aggregation: "p(50.0)", ok: true },
        { source: "avg<5", aggregation: "avg", ok: true },
      ],
    },
    checks: {
      metric: { type: "rate", contains: "default", values: { rate: 0, passes: 0, fails: 0 } },
      thresholds: [{ source: "rate>0.5", aggregation: "rate", ok: true }],
    },
  });
});
