import { describe, expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import {
  parseFlags,
  readEnvironment,
  readFlagOptions,
  readGlobalOptions,
  readRuntimeOptions,
  replaceRemovedFlags,
} from "../../src/options/read-text.ts";
import { flagsOf } from "../../src/options/schema.ts";

const RUN_FLAGS = flagsOf("run").map(({ flag }) => flag);
const parse = (texts: Parameters<typeof parseFlags>[0]) => parseFlags(texts, RUN_FLAGS);
const flags = (texts: Parameters<typeof parseFlags>[0]) => readFlagOptions(parse(texts));

function refusal(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("readEnvironment", () => {
  test("reads each type of variable", () => {
    expect(
      readEnvironment({
        K6_VUS: "5",
        K6_DURATION: "1500",
        K6_STAGES: "10s:5,1m:0",
        K6_THROW: "true",
        K6_DNS: "ttl=1m,policy=any",
        K6_BLACKLIST_IPS: "10.0.0.0/8,192.168.1.1/16",
        K6_BLOCK_HOSTNAMES: "*.a.test,b.test",
        K6_SYSTEM_TAGS: "url, method,nonsense",
        K6_TAGS: "a:b,c:d",
        K6_LOCAL_IPS: "10.0.0.1-10.0.0.9",
        K6_OUT: "json=a.json,csv",
        K6_LINGER: "false",
        K6_USER_AGENT: "",
        UNRELATED: "x",
      }),
    ).toEqual({
      options: {
        vus: 5,
        duration: 1_500,
        stages: [
          { duration: 10_000, target: 5 },
          { duration: 60_000, target: 0 },
        ],
        throw: true,
        dns: { ttl: "1m", policy: "any" },
        blacklistIPs: ["10.0.0.0/8", "192.168.0.0/16"],
        blockHostnames: ["*.a.test", "b.test"],
        systemTags: ["method", "url"],
        tags: { a: "b", c: "d" },
        localIPs: "10.0.0.1-10.0.0.9",
      },
      run: { out: ["json=a.json", "csv"], linger: false },
    });
  });

  test("takes a variable with nothing for an empty list, or for not set", () => {
    const env = {
      K6_VUS: "",
      K6_STAGES: "",
      K6_BLACKLIST_IPS: "",
      K6_BLOCK_HOSTNAMES: "",
      K6_SUMMARY_TREND_STATS: "",
      K6_SYSTEM_TAGS: "",
      K6_TAGS: "",
      K6_LOCAL_IPS: "",
    };
    expect(readEnvironment(env).options).toEqual({
      stages: [],
      blacklistIPs: [],
      summaryTrendStats: [],
      systemTags: [],
    });
    expect(refusal(() => readEnvironment({ K6_DNS: "" })).message).toBe(
      "envconfig.Process: assigning K6_DNS to DNS: converting '' to type types.DNSConfig. details: no value for key ",
    );
  });

  // spec/distributed.md, section 0, item 9
  test("does not know execution segments, as k6 does not", () => {
    expect(readEnvironment({ K6_EXECUTION_SEGMENT: "1/2", K6_EXECUTION_SEGMENT_SEQUENCE: "0,1/2,1" }).options).toEqual(
      {},
    );
  });

  test("tells the first error as k6 does, and the others in the hint", () => {
    const error = refusal(() => readEnvironment({ K6_THROW: "1", K6_VUS: "2.5", K6_TAGS: "a=b" }));
    expect(error.message).toBe(
      "envconfig.Process: assigning K6_VUS to VUs: converting '2.5' to type null.Int. details: strconv.ParseInt: parsing \"2.5\": invalid syntax",
    );
    expect(error.hint).toContain("converting '1' to type null.Bool. details: invalid input:1");
    expect(error.hint).toContain("converting 'a=b' to type map[string]string. details: invalid map item: \"a=b\"");
  });
});

describe("parseFlags", () => {
  test("reads each kind of flag", () => {
    const texts = {
      vus: "0x10",
      iterations: 5,
      throw: true,
      paused: "false",
      duration: ["1s", "2s"],
      "http-debug": true,
      "system-tags": ['url,"a,b"', "name"],
      out: ["json=a,b", "csv"],
      nonsense: "not of this command",
    };
    expect(parse(texts)).toEqual({
      vus: 16,
      iterations: 5,
      throw: true,
      paused: false,
      duration: 2_000,
      "http-debug": "headers",
      "system-tags": ["url", "a,b", "name"],
      out: ["json=a,b", "csv"],
    });
  });

  test.each([
    [{ rps: "1.5" }, 'invalid argument "1.5" for "--rps" flag: strconv.ParseInt: parsing "1.5": invalid syntax'],
    [
      { throw: "yes" },
      'invalid argument "yes" for "-w, --throw" flag: strconv.ParseBool: parsing "yes": invalid syntax',
    ],
    [{ duration: "10" }, 'invalid argument "10" for "-d, --duration" flag: time: missing unit in duration "10"'],
    [{ duration: "1d" }, 'invalid argument "1d" for "-d, --duration" flag: time: unknown unit "d" in duration "1d"'],
  ])("refuses %j", (texts, message) => {
    const error = refusal(() => parse(texts));
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(255);
  });
});

describe("readFlagOptions", () => {
  test("makes options of flags", () => {
    expect(
      flags({
        stage: ["10s:5,5s", "1m:0"],
        "execution-segment": "50%",
        "execution-segment-sequence": "0,2/4,1",
        "blacklist-ip": "10.0.0.1/8",
        "block-hostnames": "a.test",
        "summary-trend-stats": "avg,p(99.9)",
        tag: ["a=b=c", "d=e f"],
        dns: "ttl=5m,select=random,policy=preferIPv4",
        out: "json",
        linger: true,
        features: "freeze-env",
      }),
    ).toEqual({
      options: {
        stages: [{ duration: 10_000, target: 5 }, { duration: 5_000 }, { duration: 60_000, target: 0 }],
        executionSegment: "0:1/2",
        executionSegmentSequence: "0,1/2,1",
        blacklistIPs: ["10.0.0.0/8"],
        blockHostnames: ["a.test"],
        summaryTrendStats: ["avg", "p(99.9)"],
        tags: { a: "b=c", d: "e f" },
        dns: {},
      },
      run: { out: ["json"], linger: true },
    });
  });

  test("takes a flag with nothing for an empty list, an empty text, or for not set", () => {
    const texts = { "blacklist-ip": "", "block-hostnames": "", "execution-segment-sequence": "", dns: "" };
    expect(flags(texts).options).toEqual({ blockHostnames: [], executionSegmentSequence: "" });
  });

  test.each([
    [{ stage: "x:1" }, 'error for stage 0: time: invalid duration "x"'],
    [{ stage: "1s:1,:5" }, "stage 1 doesn't have a specified duration"],
    [{ tag: "=b" }, "error parsing tag '=b': invalid tag, empty name"],
    [{ tag: ["", "a=b"] }, "error parsing tag '': invalid tag, empty string"],
    [{ "blacklist-ip": "x" }, "error parsing blacklist-ip 'x': invalid CIDR address: x"],
    [{ "summary-trend-stats": "avrg" }, "invalid trend stat 'avrg', unknown format"],
    [
      { "summary-trend-stats": "p(101)" },
      "invalid percentile trend stat value 'p(101)', provide a number between 0 and 100",
    ],
    [{ "summary-time-unit": "m" }, "invalid summary time unit 'm', use 's', 'ms' or 'us'"],
    [{ "execution-segment": "abc" }, "'abc' is not a valid percentage, decimal, fraction or interval value"],
    [{ "local-ips": "10.0.0.9-10.0.0.1" }, "negative IP range: 10.0.0.9-10.0.0.1"],
    [{ "local-ips": "nope" }, "nope is not a valid IP, IP range or CIDR"],
    [{ dns: "ttl" }, "no value for key ttl"],
    [{ dns: "tl=5" }, "unknown DNS configuration field: tl"],
  ])("refuses %j", (texts, message) => {
    const error = refusal(() => flags(texts));
    expect(error.message).toBe(message);
    expect(error.exitCode).toBe(255);
  });
});

describe("readRuntimeOptions", () => {
  const runtime = (
    texts: Parameters<typeof parseFlags>[0],
    env: Record<string, string> = {},
    includeSystemEnvVars = true,
  ) => readRuntimeOptions(parse(texts), env, { includeSystemEnvVars });

  test("puts -e over the system's variables, which a command includes or not", () => {
    const texts = { env: ["A=1=2", "B"] };
    expect(runtime(texts, { A: "sys", C: "sys" }).runtime.env).toEqual({ A: "1=2", B: "", C: "sys" });
    expect(runtime(texts, { A: "sys", C: "sys" }, false).runtime.env).toEqual({ A: "1=2", B: "" });
    expect(runtime({ "include-system-env-vars": "false" }, { C: "sys" }).runtime.env).toEqual({});
  });

  test("asks flags before variables", () => {
    const env = { K6_SUMMARY_MODE: "full", K6_NO_THRESHOLDS: "1", K6_SUMMARY_EXPORT: "e.json", SSLKEYLOGFILE: "k" };
    expect(runtime({ "summary-mode": "disabled" }, env).runtime).toMatchObject({
      summaryMode: "disabled",
      noThresholds: true,
      summaryExport: "e.json",
      keyWriter: "k",
    });
  });

  test("refuses what it does not know, exit code 255", () => {
    const messages = [
      () => runtime({ env: ["1A=2"] }),
      () => runtime({ "summary-mode": "ful" }),
      () => runtime({ "compatibility-mode": "es6" }),
      () => runtime({}, { K6_NO_THRESHOLDS: "yes" }),
    ].map((run) => refusal(run).message);
    expect(messages).toEqual([
      "invalid environment variable name '1A'",
      "invalid summary mode",
      'invalid compatibility mode "es6". Use: "extended", "base", "experimental_enhanced"',
      "env var 'K6_NO_THRESHOLDS' is not a valid boolean value: strconv.ParseBool: parsing \"yes\": invalid syntax",
    ]);
  });

  test("takes what k6 v2 dropped, with a warning", () => {
    const legacy = runtime({ "summary-mode": "legacy" });
    expect(legacy.runtime.summaryMode).toBe("compact");
    expect(legacy.notices).toHaveLength(1);
    expect(runtime({}, { K6_NO_SUMMARY: "true" }).runtime.summaryMode).toBe("disabled");
    const enhanced = runtime({ "compatibility-mode": "experimental_enhanced" });
    expect(enhanced.notices[0]!.message).toStartWith('CompatibilityMode "experimental_enhanced" is deprecated.');
  });
});

test("replaceRemovedFlags says the same in flags of today", () => {
  const { texts, notices } = replaceRemovedFlags({ "no-summary": true, logformat: "raw", vus: "1" });
  expect(texts).toEqual({ "summary-mode": "disabled", "log-format": "raw", vus: "1" });
  expect(notices.map(({ level }) => level)).toEqual(["warning", "warning"]);
  expect(replaceRemovedFlags({ "no-summary": true, "summary-mode": "full" }).texts).toEqual({ "summary-mode": "full" });
});

test("readGlobalOptions asks flags before variables", () => {
  const env = { K6_ADDRESS: ":1", K6_LOG_OUTPUT: "none", NO_COLOR: "", K6_CONFIG: "c.json" };
  expect(readGlobalOptions(parse({ address: ":2", quiet: true }), env)).toEqual({
    secretSource: [],
    logOutput: "none",
    logFormat: "",
    config: "c.json",
    noColor: true,
    verbose: false,
    quiet: true,
    address: ":2",
    profilingEnabled: false,
  });
});
