import { expect, test } from "bun:test";
import { runScript } from "../../support/script-runner.ts";

const URL = "https://jslib.k6.io/k6-utils/1.4.0/index.js";
const run = (names: string, body: string, options?: Parameters<typeof runScript>[1]) =>
  runScript(
    `import { ${names} } from "${URL}"; import exec from "k6/execution"; import { randomSeed } from "k6";
    export default async () => { ${body} };`,
    options,
  );

test("random functions stay in their bounds and repeat with randomSeed", async () => {
  const { log, errors } = await run(
    "randomIntBetween, randomItem, randomString, uuidv4",
    `const all = () => { randomSeed(7); return [randomIntBetween(1, 1e6), randomItem([..."abcdef"]), randomString(20), randomString(3, "x"), uuidv4()].join(); };
     const found = new Set(Array.from({ length: 200 }, () => randomIntBetween(5, 7)));
     console.log([...found].sort().join(), all() === all(), randomString(3, "x"), randomString(0) === "");
     const v4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
     console.log(Array.from({ length: 50 }, (_, i) => uuidv4(i % 2 === 0)).every((id) => v4.test(id)));`,
  );
  expect(errors).toEqual([]);
  expect(log).toEqual(["info: 5,6,7 true xxx true", "info: true"]);
});

test("findBetween finds one or all, or null", async () => {
  const { log } = await run(
    "findBetween",
    `const text = "<a>1</a><a>2</a><a>3";
     console.log(findBetween(text, "<a>", "</a>"), findBetween(text, "<a>", "</a>", true), findBetween(text, "<b>", "</b>"), findBetween(text, "<b>", "", true));`,
  );
  expect(log).toEqual([`info: 1 [ "1", "2" ] null null`]);
});

test("normalDistributionStages makes a bell of stages", async () => {
  const { log } = await run(
    "normalDistributionStages",
    "console.log(JSON.stringify(normalDistributionStages(10, 20, 5)));",
  );
  expect(JSON.parse(log[0]!.slice("info: ".length))).toEqual([
    { duration: "4s", target: 1 },
    { duration: "3s", target: 5 },
    { duration: "3s", target: 10 },
    { duration: "3s", target: 10 },
    { duration: "3s", target: 5 },
    { duration: "3s", target: 1 },
    { duration: "4s", target: 0 },
  ]);
});

test("the current stage is found by the time since the scenario's start, and tagged", async () => {
  const stages = [
    { duration: "1d", target: 5 },
    { duration: "1h30m", target: 5 },
  ];
  const { log } = await run(
    "getCurrentStageIndex, tagWithCurrentStageIndex, tagWithCurrentStageProfile",
    `tagWithCurrentStageIndex(); tagWithCurrentStageProfile();
     console.log(getCurrentStageIndex(), exec.vu.tags.stage, exec.vu.tags.stage_profile);`,
    { test: { options: () => ({ scenarios: { default: { stages } } }) } },
  );
  expect(log).toEqual(["info: 0 0 ramp-up"]);
});

test("the current stage of a scenario without stages is an error", async () => {
  const { errors } = await run("getCurrentStageIndex", "getCurrentStageIndex();", {
    test: { options: () => ({ scenarios: { default: {} } }) },
  });
  expect(errors[0]).toInclude("Error: only ramping-vus or ramping-arrival-rate supports stages");
});

test("parseDuration reads units once each, and a bare number as milliseconds", async () => {
  const { log } = await run(
    "parseDuration",
    `for (const text of ["1d2h3m4s5ms", "1.5s", "250", "5x", "1s1s", ""]) {
       try { console.log(parseDuration(text)); } catch (e) { console.log(e.message); }
     }`,
  );
  expect(log.map((line) => line.slice("info: ".length))).toEqual([
    "93784005", // 86,400,000 + 7,200,000 + 180,000 + 4,000 + 5
    "1500",
    "250",
    "x is an unsupported time unit",
    "s time unit is provided multiple times",
    "str is empty",
  ]);
});

test("check waits for promises and records each check", async () => {
  const { log, samples } = await run(
    "check",
    `const plain = check(5, { "is 5": (v) => v === 5, "is true": true });
     const later = check(Promise.resolve(5), { slow: async (v) => v > 9, ready: Promise.resolve(1) }, { kind: "x" });
     console.log(plain, later instanceof Promise, await later);`,
  );
  expect(log).toEqual(["info: true true false"]);
  expect(samples).toEqual([
    "checks 1 check=is 5",
    "checks 1 check=is true",
    "checks 0 check=slow kind=x",
    "checks 1 check=ready kind=x",
  ]);
});
