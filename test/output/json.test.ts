import { expect, test } from "bun:test";
import { parseThresholdTarget } from "../../src/metrics/threshold/submetric.ts";
import { JsonOutput } from "../../src/output/json.ts";
import type { Output } from "../../src/output/output.ts";
import { OK, outputContext, outputSuite, sample } from "../suites/output.ts";

outputSuite(
  "JsonOutput",
  (context) => new JsonOutput(context),
  (file) => file,
);

test("JsonOutput writes a line about each metric before its first sample", async () => {
  const { context, printed } = outputContext({
    argument: "-",
    thresholds: {
      my_counter: [
        { threshold: "count>1", abortOnFail: false },
        { threshold: "count>2", abortOnFail: true, delayAbortEval: 90_000 },
        { threshold: "count>3", abortOnFail: true },
      ],
    },
    submetrics: [parseThresholdTarget("my_counter{b:2,a:1}").submetric!, parseThresholdTarget("other{a:1}").submetric!],
  });
  const output: Output = new JsonOutput(context);
  await output.start();
  output.add([
    sample({ value: 1.5, timeMs: Date.UTC(2026, 0, 1) + 123.5, tags: { group: "", scenario: "default" } }),
    sample({ metadata: { vu: "1", iter: "0" } }),
    sample({ metadata: {}, tags: {}, value: -0 }),
  ]);
  output.add([
    sample({ metric: { name: "my_time", kind: "trend", contains: "time", id: 1 }, value: 1e-7, tags: { a: 'x"\n<' } }),
  ]);
  await output.stop(OK);
  const lines = printed.join("").split("\n");
  const time = (line: string) => new Date(JSON.parse(line).data.time).getTime();
  expect(time(lines[1]!)).toBe(Date.UTC(2026, 0, 1) + 123);
  expect(lines.map((line) => line.replace(/"time":"[^"]+"/, '"time":""'))).toEqual([
    '{"type":"Metric","data":{"name":"my_counter","type":"counter","contains":"default","thresholds":["count>1",' +
      '{"threshold":"count>2","abortOnFail":true,"delayAbortEval":"1m30s"},' +
      '{"threshold":"count>3","abortOnFail":true,"delayAbortEval":null}],' +
      '"submetrics":[{"name":"my_counter{b:2,a:1}","suffix":"b:2,a:1","tags":{"a":"1","b":"2"}}]},"metric":"my_counter"}',
    '{"metric":"my_counter","type":"Point","data":{"time":"","value":1.5,"tags":{"group":"","scenario":"default"}}}',
    '{"metric":"my_counter","type":"Point","data":{"time":"","value":1,"tags":{"scenario":"default"},' +
      '"metadata":{"vu":"1","iter":"0"}}}',
    '{"metric":"my_counter","type":"Point","data":{"time":"","value":0,"tags":{}}}',
    '{"type":"Metric","data":{"name":"my_time","type":"trend","contains":"time","thresholds":[],"submetrics":null},' +
      '"metric":"my_time"}',
    '{"metric":"my_time","type":"Point","data":{"time":"","value":1e-7,"tags":{"a":"x\\"\\n<"}}}',
    "",
  ]);
});

test("JsonOutput writes times to the nanosecond, and what a script added as it is", async () => {
  const { context, printed } = outputContext({ argument: "-" });
  const output: Output = new JsonOutput(context);
  await output.start();
  // the first is 7.797248 with the noise of a subtraction
  const values = [7.797247999999996, 1.23456789, 1234.5678, 1e300, -0, 0.1];
  for (const name of ["ws_ping", "my_time"]) {
    const metric = { name, kind: "trend", contains: "time", id: 1 } as const;
    output.add(values.map((value) => sample({ metric, value })));
  }
  await output.stop(OK);
  const lines = printed
    .join("")
    .trim()
    .split("\n")
    .filter((line) => line.includes('"Point"'));
  const written = lines.map((line) => /"value":([^,]+)/.exec(line)![1]);
  expect(written[values.length]).toBe("7.797247999999996");
  expect(written.slice(0, values.length)).toEqual(["7.797248", "1.23456789", "1234.5678", "1e+300", "0", "0.1"]);
});

test("JsonOutput leaves out values that JSON cannot say, and says so", async () => {
  const { context, printed, records } = outputContext({ argument: "-" });
  const output: Output = new JsonOutput(context);
  await output.start();
  output.add([sample({ value: Infinity }), sample({ value: 3 }), sample({ value: -Infinity })]);
  expect(
    printed
      .join("")
      .split("\n")
      .filter((line) => line.includes("Point")),
  ).toHaveLength(1);
  expect(records).toEqual([
    {
      level: "error",
      message: "Sample(s) couldn't be marshalled to JSON",
      timeMs: 0,
      fields: { error: "json: unsupported value: +Inf", failed: 2, filename: "-", output: "json" },
    },
  ]);
});

test("JsonOutput describes where it writes", () => {
  const describe = (argument: string) => new JsonOutput(outputContext({ argument }).context).description;
  expect([describe(""), describe("-"), describe("out.json.gz")]).toEqual([
    "json(stdout)",
    "json(stdout)",
    "json (out.json.gz)",
  ]);
});
