import { expect, test } from "bun:test";
import { textSummary } from "../../../src/report/summary-text.ts";
import { runScript } from "../../support/script-runner.ts";

const data = {
  root_group: {
    name: "",
    path: "",
    id: "",
    groups: [],
    checks: [{ name: "ok", path: "::ok", id: "", passes: 1, fails: 1 }],
  },
  options: { summaryTrendStats: ["avg"], summaryTimeUnit: "", noColor: false },
  metrics: {
    hits: {
      type: "counter",
      contains: "default",
      values: { count: 2, rate: 1 },
      thresholds: { "count>1": { ok: true } },
    },
    took: { type: "trend", contains: "time", values: { avg: 1.5 } },
  },
};

test("textSummary and jUnit write what the script made of the data", async () => {
  const { log, errors } = await runScript(`
    import { textSummary, jUnit, humanizeValue } from "https://jslib.k6.io/k6-summary/0.0.2/index.js";
    const data = JSON.parse(${JSON.stringify(JSON.stringify(data))});
    export default () => {
      console.log(textSummary(data, { indent: "-", enableColors: false }));
      console.log(jUnit(data, { name: "<mine>" }).includes('<testsuite name="&lt;mine&gt;" tests="1" failures="0">'));
      console.log(humanizeValue(1500, { contains: "time" }, "s"));
    };`);
  expect(errors).toEqual([]);
  expect(log[0]).toBe(`info: ${textSummary(data as never, { indent: "-", enableColors: false })}`);
  expect(log.slice(1)).toEqual(["info: true", "info: 1.50s"]);
});
