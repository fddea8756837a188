import { describe, expect, test } from "bun:test";
import { applyOptions, consolidateOptions, consolidateRunOptions, effectiveOptions } from "../../src/options/merge.ts";
import type { Options } from "../../src/options/schema.ts";

const SCENARIOS: Options = { scenarios: { s: { executor: "constant-vus", duration: 1_000 } } };

describe("consolidateOptions", () => {
  test("lets each layer win over the one below", () => {
    const layer = (userAgent: string, more: Options = {}): Options => ({ userAgent, ...more });
    const layers = {
      file: layer("file", { rps: 1, batch: 1, paused: true, throw: true }),
      script: layer("script", { rps: 2, batch: 2, paused: false }),
      env: layer("env", { rps: 3, batch: 3 }),
      cli: layer("cli", { rps: 4 }),
    };
    expect(consolidateOptions(layers).options).toMatchObject({
      userAgent: "cli",
      rps: 4,
      batch: 3,
      paused: false,
      throw: true,
    });
  });

  test("leaves out stages that say no duration, in every layer", () => {
    const stages = [{ duration: 1_000, target: 1 }, { target: 2 }];
    for (const layers of [{ file: { stages } }, { script: { stages } }, { cli: { stages } }]) {
      expect(consolidateOptions(layers).options.stages).toEqual([{ duration: 1_000, target: 1 }]);
    }
  });

  test("adds the defaults that k6 shows, and no others", () => {
    expect(Object.keys(consolidateOptions({}).options).sort()).toEqual(["summaryTrendStats", "systemTags"]);
  });

  test.each([
    ["script", { file: SCENARIOS, script: { iterations: 1 } }],
    ["env", { script: SCENARIOS, env: { duration: 1 } }],
    ["cli", { script: SCENARIOS, cli: { stages: [] } }],
  ] as const)("warns when %s replaces scenarios", (name, layers) => {
    const { options, notices } = consolidateOptions(layers as Parameters<typeof consolidateOptions>[0]);
    expect(options.scenarios).toBeUndefined();
    expect(notices.map((notice) => notice.message)).toEqual([
      `"${name}" level configuration overrode scenarios configuration entirely`,
    ]);
  });

  test("keeps scenarios when a higher layer only says vus", () => {
    const { options, notices } = consolidateOptions({ script: SCENARIOS, cli: { vus: 3 } });
    expect(options).toMatchObject({ ...SCENARIOS, vus: 3 });
    expect(notices).toEqual([]);
  });

  test("keeps a contradiction within one layer, for the error", () => {
    expect(consolidateOptions({ file: { iterations: 1 }, script: { duration: 1, stages: [] } }).options).toMatchObject({
      duration: 1,
      stages: [],
    });
  });

  test("replaces tags as a whole, unless the feature merges them", () => {
    const layers = { file: { tags: { f: "1", x: "f" } }, script: { tags: { x: "s" } }, cli: { tags: {} } };
    expect(consolidateOptions(layers).options.tags).toEqual({ x: "s" });
    expect(consolidateOptions(layers, ["merge-run-tags"]).options.tags).toEqual({ f: "1", x: "s" });
  });

  test("refuses a trend column that does not exist, exit code 255", () => {
    expect(() => consolidateOptions({ env: { summaryTrendStats: ["p(x)"] } })).toThrow(
      "invalid percentile trend stat value 'p(x)', provide a number between 0 and 100",
    );
  });
});

test("applyOptions mixes dns, takes features from the file alone, and changes neither side", () => {
  const lower: Options = Object.freeze({ dns: { ttl: "1s", select: "first" as const } });
  const upper: Options = Object.freeze({ dns: { select: "random" as const }, features: ["x"] });
  expect(applyOptions(lower, upper)).toEqual({ dns: { ttl: "1s", select: "random" } });
});

test("consolidateRunOptions takes an empty list for not set", () => {
  expect(consolidateRunOptions({ out: ["json"], linger: true }, { out: [] }, { linger: false })).toEqual({
    out: ["json"],
    linger: false,
  });
});

test("effectiveOptions fills in every default, and does not invent what to run", () => {
  const effective = effectiveOptions({ batch: 3, dns: { ttl: "0" } });
  expect(effective).toMatchObject({
    batch: 3,
    batchPerHost: 6,
    maxRedirects: 10,
    setupTimeout: 60_000,
    handleSummaryTimeout: 120_000,
    userAgent: "Grafana k6/2.2.0",
    dns: { ttl: "0", select: "random", policy: "preferIPv4" },
    throw: false,
  });
  expect(effective.vus).toBeUndefined();
  expect(effective.scenarios).toBeUndefined();
});
