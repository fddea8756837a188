import { describe, expect, test } from "bun:test";
import { UserError } from "../../src/base/errors.ts";
import { readConfigFile, readScriptOptions } from "../../src/options/read.ts";
import { makeCertificate } from "../support/http-peer.ts";

function refusal(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const pair = makeCertificate();

const read = (options: unknown) => readScriptOptions(options).options;
const message = (options: unknown) => refusal(() => readScriptOptions(options)).message;

describe("readScriptOptions", () => {
  test("takes null and undefined for not set", () => {
    expect(read(null)).toEqual({});
    expect(read({ vus: null, duration: undefined, tags: null, dns: null, scenarios: undefined })).toEqual({});
  });

  test("takes whole numbers as texts, durations as numbers and texts", () => {
    expect(read({ vus: "5", iterations: "", duration: "1500", setupTimeout: 0.5 })).toEqual({
      vus: 5,
      duration: 1_500,
      setupTimeout: 0.5,
    });
    expect(read({ scenarios: { s: { executor: "constant-arrival-rate", rate: "50", duration: "1m" } } })).toEqual({
      scenarios: { s: { executor: "constant-arrival-rate", rate: 50, duration: 60_000 } },
    });
  });

  test("finds fields whatever their case", () => {
    expect(read({ VUs: 3, scenarios: { s: { Executor: "ramping-arrival-rate", preallocatedVus: 2 } } })).toEqual({
      vus: 3,
      scenarios: { s: { executor: "ramping-arrival-rate", preAllocatedVUs: 2 } },
    });
  });

  test("refuses a client certificate whose key is another's or cannot be read", () => {
    const refused = (auth: object) => message({ tlsAuth: [auth] });
    expect(refused({ cert: "client.pem", key: pair.key })).toContain(
      "tls: failed to find any PEM data in certificate input",
    );
    expect(refused({ cert: "-----BEGIN C", key: pair.key })).toContain("x509: malformed certificate");
    expect(refused({ cert: pair.cert, key: "-----BEGIN K" })).toContain("tls: failed to parse private key");
    expect(refused({ cert: pair.cert, key: makeCertificate().key })).toContain(
      "tls: private key does not match public key",
    );
  });

  test("reads every form that an option may have", () => {
    expect(
      read({
        stages: [{ duration: "10s", target: 5 }, { target: 0 }, null],
        executionSegment: "2/4:75%",
        executionSegmentSequence: "0,50%,3/4,1",
        dns: { ttl: "inf", select: "first", policy: "any", extra: 1 },
        tlsVersion: { min: "tls1.2" },
        tlsCipherSuites: ["TLS_AES_128_GCM_SHA256"],
        tlsAuth: [{ ...pair, domains: ["a"] }],
        thresholds: { "http_req_duration{a:b}": ["p(95)<200", { threshold: "max<1", abortOnFail: true }] },
        blacklistIPs: ["10.1.2.3/8", "2001:DB8::1/32"],
        blockHostnames: ["*.example.com"],
        hosts: { "A.test:80": "127.0.0.1:8080", "b.test": "2001:db8:0:0::1", "*.c.test": "[::1]:443" },
        cloud: { projectID: 1 },
        ext: { loadimpact: { name: "n" } },
        systemTags: ["vu", "url", "nonsense"],
        tags: { a: "b", c: null },
        features: null,
      }),
    ).toEqual({
      stages: [{ duration: 10_000, target: 5 }, { target: 0 }, {}],
      executionSegment: "1/2:3/4",
      executionSegmentSequence: "0,1/2,3/4,1",
      dns: { ttl: "inf", select: "first", policy: "any" },
      tlsVersion: { min: "tls1.2" },
      tlsCipherSuites: ["TLS_AES_128_GCM_SHA256"],
      tlsAuth: [{ ...pair, domains: ["a"] }],
      thresholds: {
        "http_req_duration{a:b}": [
          { threshold: "p(95)<200", abortOnFail: false },
          { threshold: "max<1", abortOnFail: true },
        ],
      },
      blacklistIPs: ["10.0.0.0/8", "2001:db8::/32"],
      blockHostnames: ["*.example.com"],
      hosts: { "a.test:80": "127.0.0.1:8080", "b.test": "2001:db8::1", "*.c.test": "[::1]:443" },
      cloud: { projectID: 1 },
      ext: { loadimpact: { name: "n" } },
      systemTags: ["url", "vu"],
      tags: { a: "b", c: "" },
    });
  });

  test("takes whatever a script can hold: dates, maps, boxed values", () => {
    const options = { cloud: new Date(0), ext: { a: new Set([1]), b: new Map([["k", "v"]]) }, userAgent: Object("ua") };
    expect(read(options)).toEqual({
      cloud: "1970-01-01T00:00:00.000Z",
      ext: { a: [1], b: [["k", "v"]] },
      userAgent: "ua",
    });
  });

  test.each([
    [{ throw: "yes" }, "json: cannot unmarshal string into Go value of type null.Bool"],
    [{ throw: 1 }, "json: cannot unmarshal float64 into Go value of type null.Bool"],
    [{ vus: true }, "json: cannot unmarshal bool into Go value of type null.Int"],
    [{ vus: "1e3" }, 'strconv.ParseInt: parsing "1e3": invalid syntax'],
    [{ vus: "9999999999999999999" }, 'strconv.ParseInt: parsing "9999999999999999999": value out of range'],
    [{ userAgent: 5 }, "json: cannot unmarshal float64 into Go value of type null.String"],
    [{ duration: true }, "'true' is not a valid duration value"],
    [{ duration: "" }, 'time: invalid duration ""'],
    [{ dns: { select: "any" } }, "any does not belong to DNSSelect values"],
    [{ dns: { policy: "ipv4" } }, "ipv4 does not belong to DNSPolicy values"],
    [{ dns: { ttl: 0 } }, "json: cannot unmarshal float64 into Go value of type null.String"],
    [{ tlsVersion: { min: "ssl3" } }, "unknown TLS version 'ssl3'"],
    [{ tlsCipherSuites: ["X"] }, "unknown cipher suite 'X'"],
    [{ tlsAuth: [{ cert: "c.pem", key: "k.pem" }] }, "tls: failed to find any PEM data in certificate input"],
    [{ blacklistIPs: ["10.0.0.1"] }, "failed to parse CIDR '10.0.0.1': invalid CIDR address: 10.0.0.1"],
    [{ blockHostnames: ["a.*.com"] }, "invalid hostname pattern 'a.*.com'"],
    [{ hosts: { "a b": "127.0.0.1" } }, "invalid host pattern 'a b'"],
    [{ hosts: { a: "127.0.0.1:x" } }, 'strconv.Atoi: parsing "x": invalid syntax'],
    [{ executionSegment: "2" }, "segment end value can't be more than 1 but was 2.00"],
    [{ scenarios: { s: { executor: "constant-vus", options: { browsr: {} } } } }, 'json: unknown field "browsr"'],
    [{ scenarios: { s: { executor: "constant-vus", duration: "x" } } }, 'time: invalid duration "x"'],
  ])("refuses %j", (options, expected) => {
    expect(message(options)).toBe(expected);
  });

  test.each([
    [{ vus: 1.5 }, '"vus"', "number 1.5", "vus", "int64"],
    [{ stages: "10s" }, '"stages": "10s"', "string", "stages", "[]lib.Stage"],
    [{ tags: { a: 1 } }, '"a": 1', "number", "tags", "string"],
    [{ summaryTrendStats: "avg" }, '"summaryTrendStats": "avg"', "string", "summaryTrendStats", "[]string"],
    [{ blacklistIPs: [{}] }, "{", "object", "blacklistIPs", "*lib.IPNet"],
    [{ ext: "x" }, '"ext": "x"', "string", "ext", "map[string]json.RawMessage"],
  ])("refuses %j with the decoder's words", (options, _line, what, field, type) => {
    expect(message(options)).toEndWith(
      `: json: cannot unmarshal ${what} into Go struct field Options.${field} of type ${type}`,
    );
  });

  test("shows the line that the decoder had reached", () => {
    expect(message({ tags: { a: 1 } })).toStartWith(
      'parsing options from script got error while parsing "\\"a\\": 1": json: ',
    );
    expect(message([])).toBe(
      'parsing options from script got error while parsing "[": json: cannot unmarshal array into Go value of type lib.Options',
    );
  });

  test("refuses what has no JSON form", () => {
    expect(message({ vus: Number.NaN })).toBe("error parsing script options: json: unsupported value: NaN");
    expect(message(() => 1)).toStartWith("error parsing script options: json: unsupported type: func");
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    expect(message(circular)).toBe("error parsing script options: json: unsupported value: encountered a cycle");
  });

  test("tells all errors at once, the one that k6 tells first", () => {
    const error = refusal(() =>
      readScriptOptions(
        { tags: { a: 1 }, duration: "soon", scenarios: { work: { executor: "constant-vu" } } },
        { prefix: "x: ", at: { file: "s.js", line: 1, column: 24 } },
      ),
    );
    expect(error.message).toBe('x: time: invalid duration "soon"');
    expect(error.at).toEqual({ file: "s.js", line: 1, column: 24 });
    expect(error.hint!.split("\n")).toEqual([
      `This is about option "duration". A duration is a number with a unit, like '30s' or '1m30s', or milliseconds.`,
      `Also wrong, option "scenarios.work": unknown executor type 'constant-vu'. Did you mean "constant-vus"?`,
      'Also wrong, option "tags.a": json: cannot unmarshal number into Go struct field Options.tags of type string. It is a text, in quotes.',
    ]);
  });

  test("guesses what a field was meant to be", () => {
    const hintOf = (options: unknown) => readScriptOptions(options).notices[0]!.fields!["hint"];
    expect(hintOf({ threshold: {} })).toBe('Did you mean "thresholds"?');
    expect(hintOf({ linger: true })).toBe("It is set by the flag --linger.");
    expect(hintOf({ webDashboard: true })).toBe("It is set by the variable K6_WEB_DASHBOARD.");
    expect(hintOf({ aaa: 1, stage: [] })).toBe('Also unknown: "stage". Did you mean "stages"?');
    const scenario = { executor: "constant-vus", durations: "1s" };
    expect(refusal(() => read({ scenarios: { s: scenario } })).hint).toContain('Did you mean "duration"?');
  });

  test("warns about what k6 takes without a word but cannot use", () => {
    expect(readScriptOptions({ hosts: { a: "localhost" } }).notices[0]!.message).toBe(
      'The option "hosts.a" is "localhost", which is not an IP address',
    );
    expect(readScriptOptions({ features: ["freeze-env"] }).notices[0]!.message).toStartWith("Feature flags in script");
  });
});

describe("readConfigFile", () => {
  test("reads options of the test and of the run, and leaves alone what it does not know", () => {
    const text =
      '{"vus": 2, "out": ["json=x"], "linger": true, "features": ["freeze-env"], "collectors": {"cloud": {}}}';
    expect(readConfigFile(text, "c.json")).toEqual({
      options: { vus: 2, features: ["freeze-env"] },
      run: { out: ["json=x"], linger: true },
      notices: [],
    });
  });

  test("names the file in every error, exit code 104", () => {
    const start = `failed to load the configuration file from the local file system: couldn't parse the configuration from "c.json": `;
    const wrong = refusal(() => readConfigFile('{"vus": "many"}', "c.json"));
    expect(wrong.message).toBe(`${start}strconv.ParseInt: parsing "many": invalid syntax`);
    expect(wrong.exitCode).toBe(104);
    expect(refusal(() => readConfigFile("{", "c.json")).message).toStartWith(start);
    expect(refusal(() => readConfigFile('{"out": 1}', "c.json")).message).toEndWith(
      "cannot unmarshal number into Go struct field Config.out of type []string",
    );
  });
});
