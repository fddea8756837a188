/** The cases of the conformance kit that are about options alone: the script's `options` in, k6's log line out. */
import { describe, expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import { executionRequirements, renderOptions } from "../../src/options/inspect.ts";
import { consolidateOptions } from "../../src/options/merge.ts";
import { readScriptOptions } from "../../src/options/read.ts";
import { parseFlags, readEnvironment, readFlagOptions } from "../../src/options/read-text.ts";
import { deriveScenarios, validateOptions } from "../../src/options/scenarios.ts";
import { flagsOf } from "../../src/options/schema.ts";

const PREFIX = "could not initialize 'case.js': could not load JS test 'file:///case.js': ";

/** All that happens to options before a run. */
function prepare(script: unknown, env: Record<string, string> = {}, flags: Record<string, string | string[]> = {}) {
  const read = readScriptOptions(script, { prefix: PREFIX });
  const specs = flagsOf("run").map(({ flag }) => flag);
  const consolidated = consolidateOptions({
    script: read.options,
    env: readEnvironment(env).options,
    cli: readFlagOptions(parseFlags(flags, specs)).options,
  });
  const derived = deriveScenarios(consolidated.options);
  validateOptions(derived.options, ["default"]);
  return { options: derived.options, notices: [...read.notices, ...consolidated.notices, ...derived.notices] };
}

function refusal(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("refused with k6's words", () => {
  test.each([
    ["core/options-bad-duration", { duration: "soon" }, `${PREFIX}time: invalid duration "soon"`],
    ["core/options-bad-type", { vus: "many" }, `${PREFIX}strconv.ParseInt: parsing "many": invalid syntax`],
    [
      "core/options-not-object",
      "text",
      `${PREFIX}parsing options from script got error while parsing "\\"text\\"": json: cannot unmarshal string into Go value of type lib.Options`,
    ],
    [
      "metrics/threshold-bad-form",
      { thresholds: { checks: "rate>5" } },
      `${PREFIX}parsing options from script got error while parsing "\\"threshol": json: cannot unmarshal string into Go struct field Options.thresholds of type []metrics.thresholdConfig`,
    ],
    [
      "core/options-negative",
      { vus: 5, iterations: 2 },
      "There were problems with the specified script configuration:\n\t- scenario default has configuration errors: the number of iterations (2) can't be less than the number of VUs (5)",
    ],
    [
      "core/exec-missing",
      { scenarios: { s: { executor: "shared-iterations", exec: "nonsense" } } },
      "There were problems with the specified script configuration:\n\t- executor s: function 'nonsense' not found in exports",
    ],
    [
      "executors/no-executor",
      { scenarios: { work: { vus: 1 } } },
      `${PREFIX}scenario 'work' doesn't have a specified executor type`,
    ],
    [
      "executors/unknown-executor",
      { scenarios: { work: { executor: "nonsense" } } },
      `${PREFIX}unknown executor type 'nonsense'`,
    ],
    [
      "executors/unknown-field",
      { scenarios: { work: { executor: "shared-iterations", rate: 5 } } },
      `${PREFIX}json: unknown field "rate"`,
    ],
    [
      "executors/scenarios-and-shortcuts",
      { duration: "1s", scenarios: { s: { executor: "shared-iterations" } } },
      "using `duration` and `scenarios` options simultaneously is not allowed",
    ],
    [
      "executors/two-ways-at-once",
      { stages: [{ duration: "1s", target: 1 }], iterations: 5, vus: 2 },
      "using `iterations` and `stages` options simultaneously is not allowed",
    ],
  ])("%s", (_name, script, message) => {
    const error = refusal(() => prepare(script));
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(104);
  });

  test("executors/validation", () => {
    const error = refusal(() =>
      prepare({
        scenarios: {
          a: { executor: "shared-iterations", vus: 0, iterations: 0, maxDuration: "100ms" },
          b: { executor: "per-vu-iterations", vus: -1, iterations: -1 },
          c: { executor: "constant-vus", vus: 0 },
          d: { executor: "ramping-vus", stages: [] },
          e: { executor: "constant-arrival-rate" },
          f: { executor: "ramping-arrival-rate", stages: [{ duration: "-1s", target: -4 }] },
          "bad name!": { executor: "shared-iterations" },
          g: { executor: "shared-iterations", startTime: "-1s", gracefulStop: "-1s", exec: "" },
        },
      }),
    );
    expect(error.message.split("\n\t- ")).toEqual([
      "There were problems with the specified script configuration:",
      "scenario a has configuration errors: the number of VUs must be more than 0, the maxDuration must be at least 1s, but is 100ms",
      "scenario b has configuration errors: the number of VUs must be more than 0, the number of iterations must be more than 0",
      "scenario bad name! has configuration errors: the scenario name should contain only numbers, latin letters, underscores, and dashes",
      "scenario c has configuration errors: the number of VUs must be more than 0, the duration is unspecified",
      "scenario d has configuration errors: at least one stage has to be specified",
      "scenario e has configuration errors: the iteration rate isn't specified, the duration is unspecified, the number of preAllocatedVUs isn't specified",
      "scenario f has configuration errors: the duration for stage 1 can't be negative, the target for stage 1 can't be negative, the number of preAllocatedVUs isn't specified",
      "scenario g has configuration errors: exec value cannot be empty, the startTime can't be negative, the gracefulStop timeout can't be negative",
    ]);
    expect(error.exitCode).toBe(104);
  });

  test("executors/validation-arrival", () => {
    const error = refusal(() =>
      prepare({
        scenarios: {
          a: { executor: "constant-arrival-rate", rate: 0, duration: "1s", preAllocatedVUs: 1 },
          b: { executor: "constant-arrival-rate", rate: 5, duration: "1s", preAllocatedVUs: 5, maxVUs: 2 },
          c: { executor: "constant-arrival-rate", rate: 5, timeUnit: "0s", duration: "1s", preAllocatedVUs: 5 },
          d: {
            executor: "ramping-arrival-rate",
            startRate: -1,
            preAllocatedVUs: 1,
            stages: [{ duration: "1s", target: 5 }],
          },
        },
      }),
    );
    expect(error.message.split("\n\t- ").slice(1)).toEqual([
      "scenario a has configuration errors: the iteration rate must be more than 0",
      "scenario b has configuration errors: maxVUs can't be less than preAllocatedVUs",
      "scenario c has configuration errors: the timeUnit must be more than 0",
      "scenario d has configuration errors: the startRate value can't be negative",
    ]);
  });

  test.each([
    [
      "core/cli-bad-duration",
      { duration: "soon" },
      'invalid argument "soon" for "-d, --duration" flag: time: invalid duration "soon"',
    ],
    [
      "core/cli-bad-flag-value",
      { vus: "many" },
      'invalid argument "many" for "-u, --vus" flag: strconv.ParseInt: parsing "many": invalid syntax',
    ],
    ["core/cli-bad-tag", { tag: ["broken"] }, "error parsing tag 'broken': invalid tag, empty value"],
  ])("%s", (_name, flags, message) => {
    const error = refusal(() => prepare({}, {}, flags));
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(255);
  });

  test("core/cli-no-vus-zero-iterations", () => {
    expect(refusal(() => prepare({}, {}, { iterations: "0" })).message).toEndWith(
      "\n\t- scenario default has configuration errors: the number of iterations (0) can't be less than the number of VUs (1)",
    );
  });

  test("core/env-bad-option", () => {
    const error = refusal(() => prepare({}, { K6_VUS: "many" }));
    expect(error.message).toBe(
      "envconfig.Process: assigning K6_VUS to VUs: converting 'many' to type null.Int. details: strconv.ParseInt: parsing \"many\": invalid syntax",
    );
    expect(error.exitCode).toBe(104);
  });
});

describe("accepted as k6 accepts it", () => {
  test("core/options-unknown: a warning, with the field in its own place", () => {
    const { options, notices } = prepare({ nonsense: 1, vus: 1 });
    expect(options.vus).toBe(1);
    expect(notices).toEqual([
      {
        level: "warning",
        message: "There were unknown fields in the options exported in the script",
        fields: { error: 'json: unknown field "nonsense"' },
      },
    ]);
  });

  test("core/cli-overrides-scenarios", () => {
    const script = { scenarios: { s: { executor: "per-vu-iterations", vus: 3, iterations: 2 } } };
    const { options, notices } = prepare(script, {}, { vus: "2", iterations: "4" });
    expect(options.scenarios).toEqual({ default: { executor: "shared-iterations", vus: 2, iterations: 4 } });
    expect(notices.map((notice) => notice.message)).toEqual([
      '"cli" level configuration overrode scenarios configuration entirely',
    ]);
  });

  test("core/options-env-and-flags", () => {
    const script = { iterations: 7, vus: 3, tags: { from: "script", other: "script" } };
    const { options } = prepare(script, { K6_ITERATIONS: "2", K6_VUS: "1" }, { tag: ["from=flag"] });
    expect(options).toMatchObject({ iterations: 2, vus: 1, tags: { from: "flag" } });
  });

  test("core/env-options", () => {
    const env = {
      K6_ITERATIONS: "3",
      K6_USER_AGENT: "from-env",
      K6_INSECURE_SKIP_TLS_VERIFY: "true",
      K6_TAGS: "a:b",
      K6_SUMMARY_TREND_STATS: "avg,max",
    };
    expect(prepare({}, env).options).toMatchObject({
      iterations: 3,
      userAgent: "from-env",
      insecureSkipTLSVerify: true,
      tags: { a: "b" },
      summaryTrendStats: ["avg", "max"],
    });
  });

  test("executors/empty-scenarios", () => {
    const { options, notices } = prepare({ scenarios: {} });
    expect(options.scenarios).toEqual({ default: { executor: "per-vu-iterations" } });
    expect(notices.map((notice) => notice.message)).toEqual([
      "`scenarios` was explicitly set to an empty value, running the script with 1 iteration in 1 VU",
    ]);
  });

  test("core/cli-system-tags-unknown: without a word", () => {
    const { options, notices } = prepare({}, {}, { "system-tags": "url,nonsense" });
    expect(options.systemTags).toEqual(["url"]);
    expect(notices).toEqual([]);
  });
});

describe("inspect", () => {
  test("core/options-forms", () => {
    const { options } = readScriptOptions({
      vus: 3,
      duration: "1m30s",
      iterations: undefined,
      thresholds: { checks: ["rate>0.9", { threshold: "rate>0.5", abortOnFail: true, delayAbortEval: "5s" }] },
      tags: { a: "b" },
      hosts: { "x.test": "127.0.0.1" },
      noConnectionReuse: true,
      userAgent: "ua",
      batch: 5,
      rps: 10,
      summaryTrendStats: ["avg", "p(99)"],
      systemTags: ["url", "name"],
      insecureSkipTLSVerify: true,
      throw: true,
      maxRedirects: 3,
      setupTimeout: 5000,
      teardownTimeout: "90s",
      discardResponseBodies: true,
      minIterationDuration: "10s",
    });
    expect(renderOptions(options)).toBe(OPTIONS_FORMS);
  });

  test("core/options-scenarios-inspect", () => {
    const { options } = prepare({
      scenarios: {
        a: { executor: "shared-iterations" },
        b: { executor: "per-vu-iterations", vus: 2, iterations: 3, maxDuration: "5s" },
        c: { executor: "constant-vus", vus: 2, duration: "10s", startTime: "5s" },
        d: {
          executor: "ramping-vus",
          stages: [
            { duration: "5s", target: 4 },
            { duration: "1s", target: 0 },
          ],
          gracefulRampDown: "3s",
        },
        e: { executor: "constant-arrival-rate", rate: 10, duration: "5s", preAllocatedVUs: 2, maxVUs: 5 },
        f: {
          executor: "ramping-arrival-rate",
          startRate: 2,
          timeUnit: "2s",
          preAllocatedVUs: 3,
          stages: [{ duration: "5s", target: 4 }],
        },
      },
    });
    expect(renderOptions(options, executionRequirements(options))).toBe(OPTIONS_SCENARIOS_INSPECT);
  });

  // spec/distributed.md, section 1.8
  test("tells the requirements of its segment only, and writes cloud before ext", () => {
    const script = { vus: 10, duration: "30s", tlsVersion: "tls1.2", cloud: { projectID: 1, name: "n" } };
    const { options } = prepare({ ...script, executionSegment: "0:1/3", executionSegmentSequence: "0,1/3,2/3,1" });
    expect(executionRequirements(options)).toEqual({ totalDuration: "1m0s", maxVUs: 4 });
    expect(renderOptions(options)).toContain('"cloud": {\n    "name": "n",\n    "projectID": 1\n  },\n  "ext": null,');
    expect(renderOptions(options)).toContain('"tlsVersion": {\n    "min": "tls1.2",\n    "max": "tls1.2"\n  }');
    expect(renderOptions(options)).toContain('"executionSegment": "0:1/3"');
  });
});

const OPTIONS_FORMS = `{
  "paused": null,
  "vus": 3,
  "duration": "1m30s",
  "iterations": null,
  "stages": null,
  "scenarios": null,
  "executionSegment": null,
  "executionSegmentSequence": null,
  "noSetup": null,
  "setupTimeout": "5s",
  "noTeardown": null,
  "teardownTimeout": "1m30s",
  "handleSummaryTimeout": null,
  "rps": 10,
  "dns": {
    "ttl": null,
    "select": null,
    "policy": null
  },
  "maxRedirects": 3,
  "userAgent": "ua",
  "batch": 5,
  "batchPerHost": null,
  "httpDebug": null,
  "insecureSkipTLSVerify": true,
  "tlsCipherSuites": null,
  "tlsVersion": null,
  "tlsAuth": null,
  "throw": true,
  "thresholds": {
    "checks": [
      "rate\\u003e0.9",
      {
        "threshold": "rate\\u003e0.5",
        "abortOnFail": true,
        "delayAbortEval": "5s"
      }
    ]
  },
  "blacklistIPs": null,
  "blockHostnames": null,
  "hosts": {
    "x.test": "127.0.0.1"
  },
  "noConnectionReuse": true,
  "noVUConnectionReuse": null,
  "minIterationDuration": "10s",
  "ext": null,
  "summaryTrendStats": [
    "avg",
    "p(99)"
  ],
  "summaryTimeUnit": null,
  "systemTags": [
    "name",
    "url"
  ],
  "tags": {
    "a": "b"
  },
  "metricSamplesBufferSize": null,
  "noCookiesReset": null,
  "discardResponseBodies": true,
  "features": null
}`;

const OPTIONS_SCENARIOS_INSPECT = `{
  "paused": null,
  "vus": null,
  "duration": null,
  "iterations": null,
  "stages": null,
  "scenarios": {
    "a": {
      "executor": "shared-iterations",
      "startTime": null,
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "vus": null,
      "iterations": null,
      "maxDuration": null
    },
    "b": {
      "executor": "per-vu-iterations",
      "startTime": null,
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "vus": 2,
      "iterations": 3,
      "maxDuration": "5s"
    },
    "c": {
      "executor": "constant-vus",
      "startTime": "5s",
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "vus": 2,
      "duration": "10s"
    },
    "d": {
      "executor": "ramping-vus",
      "startTime": null,
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "startVUs": null,
      "stages": [
        {
          "duration": "5s",
          "target": 4
        },
        {
          "duration": "1s",
          "target": 0
        }
      ],
      "gracefulRampDown": "3s"
    },
    "e": {
      "executor": "constant-arrival-rate",
      "startTime": null,
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "rate": 10,
      "timeUnit": null,
      "duration": "5s",
      "preAllocatedVUs": 2,
      "maxVUs": 5
    },
    "f": {
      "executor": "ramping-arrival-rate",
      "startTime": null,
      "gracefulStop": null,
      "env": null,
      "exec": null,
      "tags": null,
      "startRate": 2,
      "timeUnit": "2s",
      "stages": [
        {
          "duration": "5s",
          "target": 4
        }
      ],
      "preAllocatedVUs": 3,
      "maxVUs": null
    }
  },
  "executionSegment": null,
  "executionSegmentSequence": null,
  "noSetup": null,
  "setupTimeout": null,
  "noTeardown": null,
  "teardownTimeout": null,
  "handleSummaryTimeout": null,
  "rps": null,
  "dns": {
    "ttl": null,
    "select": null,
    "policy": null
  },
  "maxRedirects": null,
  "userAgent": null,
  "batch": null,
  "batchPerHost": null,
  "httpDebug": null,
  "insecureSkipTLSVerify": null,
  "tlsCipherSuites": null,
  "tlsVersion": null,
  "tlsAuth": null,
  "throw": null,
  "thresholds": null,
  "blacklistIPs": null,
  "blockHostnames": null,
  "hosts": null,
  "noConnectionReuse": null,
  "noVUConnectionReuse": null,
  "minIterationDuration": null,
  "ext": null,
  "summaryTrendStats": [
    "avg",
    "min",
    "med",
    "max",
    "p(90)",
    "p(95)"
  ],
  "summaryTimeUnit": null,
  "systemTags": [
    "check",
    "error",
    "error_code",
    "expected_response",
    "group",
    "method",
    "name",
    "proto",
    "scenario",
    "service",
    "status",
    "subproto",
    "tls_version",
    "url"
  ],
  "tags": null,
  "metricSamplesBufferSize": null,
  "noCookiesReset": null,
  "discardResponseBodies": null,
  "features": null,
  "totalDuration": "10m30s",
  "maxVUs": 17
}`;
