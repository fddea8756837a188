import { expect, test } from "bun:test";
import { summaryData, summaryReport } from "../../src/report/summary-data.ts";
import { jUnit } from "../../src/report/summary-junit.ts";
import { summaryText, textSummary } from "../../src/report/summary-text.ts";
import { type AddSample, recordTest, TREND_STATS } from "../support/recorded-test.ts";

const PLAIN = { enableColors: false, trendStats: TREND_STATS };
const SURROUNDINGS = { timeUnit: "", noColor: false, isStdOutTTY: true, isStdErrTTY: false, setupData: undefined };

/** What every test has. */
function common(add: AddSample): void {
  add("iteration_duration", 20);
  add("iterations", 1);
  add("data_sent", 150);
  add("data_received", 1_500);
}

/** The script of the conformance case core/summary-text, of which the lines are. */
const everything = recordTest(
  {
    metrics: { my_counter: ["counter"], my_gauge: ["gauge"], my_rate: ["rate"], my_trend: ["trend"] },
    thresholds: { my_counter: ["count<100"], my_trend: ["p(95)<1", "avg<100"], "my_counter{a:b}": ["count>0"] },
  },
  (add) => {
    for (const index of [0, 1]) {
      add("my_counter", 3, { a: "b" });
      add("my_gauge", 7);
      add("my_rate", index === 0 ? 1 : 0);
      add("my_trend", 10);
      add("checks", 1, { check: "passes" });
      add("checks", index === 0 ? 1 : 0, { check: "fails sometimes" });
      add("checks", 1, { check: "inside", group: "::a group" });
      common(add);
    }
  },
);

test("summaryText prints thresholds, checks and metrics in k6's layout", () => {
  expect(summaryText(summaryReport(everything, "compact"), PLAIN).split("\n")).toEqual([
    "",
    "",
    "  █ THRESHOLDS ",
    "",
    "    my_counter",
    "    ✓ 'count<100' count=6",
    "",
    "      {a:b}",
    "      ✓ 'count>0' count=6",
    "",
    "    my_trend",
    "    ✗ 'p(95)<1' p(95)=10",
    "    ✓ 'avg<100' avg=10",
    "",
    "",
    "  █ TOTAL RESULTS ",
    "",
    "    checks_total.......: 6      3/s",
    "    checks_succeeded...: 83.33% 5 out of 6",
    "    checks_failed......: 16.66% 1 out of 6",
    "",
    "    ✓ passes",
    "    ✗ fails sometimes",
    "      ↳  50% — ✓ 1 / ✗ 1",
    "    ✓ inside",
    "",
    "    CUSTOM",
    "    my_counter...........: 6      3/s",
    "      { a:b }............: 6      3/s",
    "    my_gauge.............: 7      min=7      max=7",
    "    my_rate..............: 50.00% 1 out of 2",
    "    my_trend.............: avg=10   min=10   med=10   max=10   p(90)=10   p(95)=10  ",
    "",
    "    EXECUTION",
    "    iteration_duration...: avg=20ms min=20ms med=20ms max=20ms p(90)=20ms p(95)=20ms",
    "    iterations...........: 2      1/s",
    "",
    "    NETWORK",
    "    data_received........: 3.0 kB 1.5 kB/s",
    "    data_sent............: 300 B  150 B/s",
    "",
    "",
    "",
    "",
  ]);
});

test("summaryText prints groups below each other and scenarios in full mode", () => {
  const input = recordTest({ breakdown: true, metrics: { my_counter: ["counter"] } }, (add) => {
    add("checks", 1, { check: "deep", group: "::a group::deeper" });
    add("checks", 0, { check: "deep", group: "::a group::deeper" });
    add("my_counter", 1, { group: "::a group" });
    add("my_counter", 1, { scenario: "zz" });
    add("my_counter", 1, { scenario: "mine", group: "::b" });
    common(add);
  });
  const lines = summaryText(summaryReport(input, "full"), PLAIN).split("\n");
  expect(lines.slice(lines.indexOf("  █ GROUP: a group "))).toEqual([
    "  █ GROUP: a group ",
    "",
    "    CUSTOM",
    "    my_counter...: 1 0.5/s",
    "",
    "    ↳ GROUP: deeper ",
    "",
    "      checks_total.......: 2      1/s",
    "      checks_succeeded...: 50.00% 1 out of 2",
    "      checks_failed......: 50.00% 1 out of 2",
    "",
    "      ✗ deep",
    "          ↳  50% — ✓ 1 / ✗ 1",
    "",
    "",
    "  █ SCENARIO: mine ",
    "",
    "    CUSTOM",
    "    my_counter...: 1 0.5/s",
    "",
    "    ↳ GROUP: b ",
    "",
    "      CUSTOM",
    "      my_counter...: 1 0.5/s",
    "",
    "",
    "  █ SCENARIO: zz ",
    "",
    "    CUSTOM",
    "    my_counter...: 1 0.5/s",
    "",
    "",
    "",
    "",
  ]);
});

test("summaryText shows what each threshold asked for, also a rate, an inequality and a percentile of its own", () => {
  const input = recordTest(
    { thresholds: { iterations: ["count!=5", "rate>1"], checks: ["rate>0.5"], iteration_duration: ["p(99.9) < 5"] } },
    (add) => {
      common(add);
      add("checks", 1, { check: "x" });
    },
  );
  const lines = summaryText(summaryReport(input, "compact"), PLAIN).split("\n");
  expect(lines.slice(4, 14)).toEqual([
    "    checks",
    "    ✓ 'rate>0.5' rate=100.00%",
    "",
    "    iteration_duration",
    "    ✗ 'p(99.9) < 5' p(99.9)=20ms",
    "",
    "    iterations",
    "    ✓ 'count!=5' count=1",
    "    ✗ 'rate>1' rate=0.5/s",
    "",
  ]);
});

test("summaryText follows summaryTrendStats and summaryTimeUnit", () => {
  const trendStats = ["min", "count", "p(99.9)"];
  const report = summaryReport(recordTest({ trendStats }, common), "compact");
  expect(summaryText(report, { enableColors: false, trendStats, timeUnit: "s" })).toContain(
    "    iteration_duration...: min=0.02s count=1 p(99.9)=0.02s\n",
  );
});

test("summaryText colours what k6 colours", () => {
  const text = summaryText(summaryReport(everything, "compact"), { ...PLAIN, enableColors: true });
  expect(text).toContain("  █ \x1b[1mTOTAL RESULTS\x1b[0m \n");
  expect(text).toContain("    \x1b[31m✗\x1b[0m \x1b[37m'p(95)<1'\x1b[0m \x1b[37mp(95)\x1b[0m=\x1b[36m10\x1b[0m\n");
  expect(text).toContain(
    "    my_rate\x1b[2;37m..............:\x1b[0m \x1b[36m50.00%\x1b[0m \x1b[2;36m1 out of 2\x1b[0m\n",
  );
});

test("summaryText of a test in which nothing happened has no metrics", () => {
  expect(
    summaryText(
      summaryReport(
        recordTest({}, () => undefined),
        "compact",
      ),
      PLAIN,
    ),
  ).toBe("\n\n  █ TOTAL RESULTS \n\n\n\n");
});

test("summaryText says what is missing", () => {
  const missing = ["1 of 4 threads crashed: samples of its last 100 ms are lost"];
  const text = summaryText(summaryReport(recordTest({}, common), "compact"), { ...PLAIN, missing });
  expect(text).toEndWith(`\n  █ INCOMPLETE \n\n    ${missing[0]}\n\n\n`);
});

test("textSummary prints the data of handleSummary in the layout of the jslib k6-summary", () => {
  const data = summaryData(everything, SURROUNDINGS);
  expect(textSummary(data, { indent: " ", enableColors: false }).split("\n")).toEqual([
    "     ✓ passes",
    "     ✗ fails sometimes",
    "      ↳  50% — ✓ 1 / ✗ 1",
    "",
    "     █ a group",
    "",
    "       ✓ inside",
    "",
    "     checks...............: 83.33% ✓ 5      ✗ 1  ",
    "     data_received........: 3.0 kB 1.5 kB/s",
    "     data_sent............: 300 B  150 B/s",
    "     iteration_duration...: avg=20ms min=20ms med=20ms max=20ms p(90)=20ms p(95)=20ms",
    "     iterations...........: 2      1/s",
    "   ✓ my_counter...........: 6      3/s",
    "     ✓ { a:b }............: 6      3/s",
    "     my_gauge.............: 7      min=7    max=7",
    "     my_rate..............: 50.00% ✓ 1      ✗ 1  ",
    "   ✗ my_trend.............: avg=10   min=10   med=10   max=10   p(90)=10   p(95)=10  ",
  ]);
});

test("textSummary takes options from the data, its own first, and colours unless told not to", () => {
  const data = {
    ...summaryData(everything, SURROUNDINGS),
    root_group: summaryData(everything, SURROUNDINGS).root_group,
  };
  data.options = { ...data.options, summaryTrendStats: ["max"], summaryTimeUnit: "us" };
  const text = textSummary(data, { indent: "→", summaryTimeUnit: "s" });
  expect(text).toContain("→    iteration_duration\x1b[2m...:\x1b[0m max=\x1b[36m0.02s\x1b[0m\n");
  expect(text).toContain("\x1b[36m50.00%\x1b[0m \x1b[36;2m✓ 1\x1b[0m");
});

test("textSummary copes with data that the script has cut down", () => {
  const data = summaryData(everything, SURROUNDINGS);
  for (const name of Object.keys(data.metrics)) if (name !== "iterations") delete data.metrics[name];
  data.root_group.groups = [];
  data.root_group.checks = [];
  expect(textSummary({ root_group: data.root_group, metrics: data.metrics }, { enableColors: false })).toBe(
    "     iterations...: 2 1/s",
  );
});

test("jUnit makes a test case of each threshold", () => {
  const text = jUnit(summaryData(everything, SURROUNDINGS), { name: "a <suite>" });
  expect(text).toStartWith('<?xml version="1.0"?>\n    <testsuites tests="4" failures="1">\n');
  expect(text).toContain('<testsuite name="a &lt;suite&gt;" tests="4" failures="1">');
  expect(text).toContain('<testcase name="my_counter{a:b} - count&gt;0" classname="Unnamed folder" />');
  expect(text).toContain(
    '<testcase name="my_trend - p(95)&lt;1" classname="Unnamed folder"><failure message="trend threshold failed: ' +
      'avg value: 10, min value: 10, med value: 10, max value: 10, p(90) value: 10, p(95) value: 10" /></testcase>',
  );
});
