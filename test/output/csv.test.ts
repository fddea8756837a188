import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CsvOutput } from "../../src/output/csv.ts";
import type { Output, OutputContext } from "../../src/output/output.ts";
import { inFolder, OK, outputContext, outputSuite, sample } from "../suites/output.ts";

outputSuite(
  "CsvOutput",
  (context) => new CsvOutput(context),
  (file) => `fileName=${file}`,
);

async function rows(overrides: Partial<OutputContext>, ...samples: Parameters<typeof sample>[0][]): Promise<string[]> {
  const { context, printed } = outputContext({ argument: "-", ...overrides });
  const output: Output = new CsvOutput(context);
  await output.start();
  output.add(samples.map((overrides) => sample(overrides)));
  await output.stop(OK);
  return printed.join("").split("\n").slice(0, -1);
}

test("CsvOutput has a column for each system tag that is on and one each for other tags and metadata", async () => {
  expect(
    await rows(
      { systemTags: ["status", "group", "vu", "iter"] },
      { value: 1.5, timeMs: 1_562_324_644_482.5, tags: { group: "::a", mine: "x", status: "200", yours: "y" } },
      { value: 2, timeMs: 0, tags: { group: 'a "b", c' }, metadata: { vu: "1", iter: "0" } },
    ),
  ).toEqual([
    "metric_name,timestamp,metric_value,group,status,extra_tags,metadata",
    "my_counter,1562324644,1.500000,::a,200,mine=x&yours=y,",
    'my_counter,0,2.000000,"a ""b"", c",,,vu=1&iter=0',
  ]);
});

test("CsvOutput writes every number with six digits", async () => {
  const written = await rows({}, { value: 1e-9 }, { value: -1234.5 }, { value: 1e21 }, { value: Infinity });
  expect(written.slice(1).map((row) => row.split(",")[2])).toEqual([
    "0.000000",
    "-1234.500000",
    "1000000000000000000000.000000",
    "+Inf",
  ]);
});

test("CsvOutput writes times as it is told to", async () => {
  const timeMs = 1_562_324_644_482.125;
  const timeOf = async (timeFormat: string) =>
    (await rows({ argument: `fileName=-,timeFormat=${timeFormat}` }, { timeMs }))[1]!.split(",")[1]!;
  expect(await timeOf("unix")).toBe("1562324644");
  expect(await timeOf("unix_milli")).toBe("1562324644482");
  expect(await timeOf("unix_micro")).toBe("1562324644482125");
  expect(await timeOf("unix_nano")).toBe("1562324644482125000");
  expect(new Date(await timeOf("rfc3339")).getTime()).toBe(1_562_324_644_000);
  expect(await timeOf("rfc3339_nano")).toContain(".482125");
});

test("CsvOutput takes its settings from the argument, then the environment, then the config file", async () => {
  const description = (overrides: Partial<OutputContext>) =>
    new CsvOutput(outputContext(overrides).context).description;
  const config = { file_name: "config.csv", time_format: "rfc3339" };
  const environment = { K6_CSV_FILENAME: "env.csv" };
  expect(description({})).toBe("csv (file.csv)");
  expect(description({ config })).toBe("csv (config.csv)");
  expect(description({ config, environment })).toBe("csv (env.csv)");
  expect(description({ config, environment, argument: "arg.csv" })).toBe("csv (arg.csv)");
  expect(description({ config, environment, argument: "saveInterval=5s" })).toBe("csv (env.csv)");
  expect(description({ argument: "-" })).toBe("csv (stdout)");
});

test("CsvOutput refuses settings that it does not know, in k6's words", () => {
  const refusals: [Partial<OutputContext>, string][] = [
    [{ argument: "filename=a.csv" }, 'unknown key "filename" as argument for csv output'],
    [{ argument: "fileName=" }, 'couldn\'t parse "fileName=" as argument for csv output'],
    [{ argument: "timeFormat=soon" }, "soon does not belong to TimeFormat values"],
    [
      { argument: "saveInterval=soon" },
      'cannot read the save interval of the csv output: time: invalid duration "soon"',
    ],
  ];
  for (const [overrides, message] of refusals) {
    expect(() => new CsvOutput(outputContext(overrides).context)).toThrow(message);
  }
});

test("CsvOutput keeps rows until its save interval is over", () =>
  inFolder(async (folder) => {
    const file = join(folder, "out.csv");
    let nowMs = 0;
    const { context } = outputContext({ argument: `fileName=${file},saveInterval=2s`, nowMs: () => nowMs });
    const output: Output = new CsvOutput(context);
    await output.start();
    const written = () => readFileSync(file, "utf8").split("\n").length - 2;
    output.add([sample()]);
    expect(written()).toBe(0);
    nowMs = 2_000;
    output.add([sample()]);
    expect(written()).toBe(2);
    output.add([sample()]);
    await output.stop(OK);
    expect(written()).toBe(3);
  }));
