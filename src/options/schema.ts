/**
 * Every option once: its name, type, default, environment name, flag, help and documentation page. Reading, merging,
 * `inspect` and the command line are all derived from these tables.
 *
 * Four groups, as in k6: `OPTIONS` are what a script may export; `RUN_OPTIONS` are of one run and may stand in the
 * configuration file too; `RUNTIME_OPTIONS` decide how a script is loaded and summarised; `GLOBAL_OPTIONS` hold for every
 * command. The order of each table is the order in k6's own output and help.
 *
 * Behaviour: k6 docs, "Options reference"; k6 source, lib/options.go and internal/cmd/{options,config,runtime_options,root}.go.
 */
import type { DurationMs, ScenarioConfig, StageConfig } from "./scenario-config.ts";

export type * from "./scenario-config.ts";
export { EXECUTOR_NAMES } from "./scenario-config.ts";

export interface DnsOptions {
  /** "inf", "0" or a duration. */
  ttl?: string;
  select?: "first" | "random" | "roundRobin";
  policy?: "preferIPv4" | "preferIPv6" | "onlyIPv4" | "onlyIPv6" | "any";
}

export type TlsVersionName = "tls1.0" | "tls1.1" | "tls1.2" | "tls1.3";

export interface TlsVersionRange {
  /** Missing: any. */
  min?: TlsVersionName;
  max?: TlsVersionName;
}

export interface TlsAuth {
  /** PEM. */
  cert: string;
  /** PEM. */
  key: string;
  password?: string;
  /** Hosts to show the certificate to; `*.` at the start is a wildcard, none means every host. */
  domains?: string[];
}

export interface ThresholdConfig {
  /** The expression, "p(95)<200". */
  threshold: string;
  abortOnFail: boolean;
  delayAbortEval?: DurationMs;
}

/** The options of a test. A missing field was not set; `effectiveOptions` in `merge.ts` fills in the defaults. */
export interface Options {
  paused?: boolean;
  vus?: number;
  duration?: DurationMs;
  iterations?: number;
  stages?: StageConfig[];
  scenarios?: Record<string, ScenarioConfig>;
  /** "1/3:2/3", reduced; see `segment.ts`. */
  executionSegment?: string;
  /** "0,1/3,2/3,1", reduced; see `segment.ts`. */
  executionSegmentSequence?: string;
  noSetup?: boolean;
  setupTimeout?: DurationMs;
  noTeardown?: boolean;
  teardownTimeout?: DurationMs;
  handleSummaryTimeout?: DurationMs;
  rps?: number;
  dns?: DnsOptions;
  maxRedirects?: number;
  userAgent?: string;
  batch?: number;
  batchPerHost?: number;
  /** "headers" or "full"; k6 takes any text but "full" for "headers". */
  httpDebug?: string;
  insecureSkipTLSVerify?: boolean;
  tlsCipherSuites?: string[];
  tlsVersion?: TlsVersionRange;
  tlsAuth?: TlsAuth[];
  throw?: boolean;
  thresholds?: Record<string, ThresholdConfig[]>;
  /** CIDRs with the host part cleared. */
  blacklistIPs?: string[];
  blockHostnames?: string[];
  /** Host pattern, with or without a port -> IP, with or without a port. */
  hosts?: Record<string, string>;
  noConnectionReuse?: boolean;
  noVUConnectionReuse?: boolean;
  minIterationDuration?: DurationMs;
  cloud?: unknown;
  ext?: Record<string, unknown>;
  summaryTrendStats?: string[];
  summaryTimeUnit?: string;
  systemTags?: string[];
  tags?: Record<string, string>;
  metricSamplesBufferSize?: number;
  noCookiesReset?: boolean;
  discardResponseBodies?: boolean;
  /** Not in the script's options: flag and environment only. */
  consoleOutput?: string;
  /** Not in the script's options: flag and environment only. */
  localIPs?: string;
  features?: string[];
}

/** Options of one run that are no part of the test itself. */
export interface RunOptions {
  out?: string[];
  linger?: boolean;
  noUsageReport?: boolean;
  webDashboard?: boolean;
  noArchiveUpload?: boolean;
}

export type CompatibilityMode = "extended" | "base" | "experimental_enhanced";
export type SummaryMode = "compact" | "full" | "disabled";

/** How the script is loaded and what happens to its results. */
export interface RuntimeOptions {
  includeSystemEnvVars?: boolean;
  compatibilityMode?: CompatibilityMode;
  type?: string;
  /** `__ENV` of the script: `-e` over the system's variables, if those are included. */
  env: Record<string, string>;
  noThresholds?: boolean;
  summaryMode?: SummaryMode;
  summaryExport?: string;
  newMachineReadableSummary?: boolean;
  tracesOutput?: string;
  /** From SSLKEYLOGFILE. */
  keyWriter?: string;
}

/** Flags of every command. */
export interface GlobalOptions {
  secretSource: string[];
  logOutput: string;
  logFormat: string;
  /** Missing: the default path, which need not exist. */
  config?: string;
  noColor: boolean;
  verbose: boolean;
  quiet: boolean;
  /** Missing or empty: no REST API. */
  address?: string;
  profilingEnabled: boolean;
}

/** How the text of a flag is read: a list is split at commas, an array keeps each value whole; both may be repeated. */
export type FlagKind = "bool" | "int" | "duration" | "string" | "list" | "array";

export interface FlagSpec {
  long: string;
  short?: string;
  kind: FlagKind;
  /** What the help calls the value. */
  placeholder?: string;
  /** The value if the flag is given without one; such a flag never takes the next argument. */
  bare?: string;
  /** What the help shows as the default. */
  defaultText?: string;
}

/** Types of values; each has its reader in `read.ts`. */
export type OptionType =
  | "bool"
  | "int"
  | "string"
  | "duration"
  | "stages"
  | "scenarios"
  | "segment"
  | "segmentSequence"
  | "dns"
  | "tlsCipherSuites"
  | "tlsVersion"
  | "tlsAuth"
  | "thresholds"
  | "cidrs"
  | "hostnames"
  | "hosts"
  | "json"
  | "jsonMap"
  | "strings"
  | "systemTags"
  | "tags"
  | "ipPool";

export interface OptionSpec<Name extends string = string> {
  name: Name;
  type: OptionType;
  /** What k6's messages about environment variables call it. */
  field: string;
  /** The default of the engine, milliseconds for durations; missing if "not set" has a meaning of its own. */
  default?: unknown;
  env?: string;
  flag?: FlagSpec;
  /** False if scripts and configuration files cannot set it. */
  inScript?: false;
  help: string;
  /** Anchor on the page k6 docs, "Options reference". */
  page: string;
}

/** The k6 release whose behaviour is followed; scripts see it in the user agent. */
export const K6_VERSION = "2.2.0";

export const DEFAULT_SUMMARY_TREND_STATS: readonly string[] = ["avg", "min", "med", "max", "p(90)", "p(95)"];

/** All system tags; the first fourteen are on by default. The order is k6's. */
export const SYSTEM_TAGS: readonly string[] = [
  "proto",
  "subproto",
  "status",
  "method",
  "url",
  "name",
  "group",
  "check",
  "error",
  "error_code",
  "tls_version",
  "scenario",
  "service",
  "expected_response",
  "iter",
  "vu",
  "ocsp_status",
  "ip",
];

/** Sorted, as k6 shows them. */
export const DEFAULT_SYSTEM_TAGS: readonly string[] = SYSTEM_TAGS.slice(0, 14).sort();

export const DEFAULT_DNS: Required<DnsOptions> = { ttl: "5m", select: "random", policy: "preferIPv4" };

const MINUTE_MS = 60_000;

export const OPTIONS: readonly OptionSpec<keyof Options>[] = [
  {
    name: "paused",
    type: "bool",
    field: "Paused",
    default: false,
    env: "K6_PAUSED",
    flag: { long: "paused", short: "p", kind: "bool" },
    help: "wait for a resume over the REST API before the test starts",
    page: "paused",
  },
  {
    name: "vus",
    type: "int",
    field: "VUs",
    default: 1,
    env: "K6_VUS",
    flag: { long: "vus", short: "u", kind: "int", defaultText: "1" },
    help: "how many virtual users run",
    page: "vus",
  },
  {
    name: "duration",
    type: "duration",
    field: "Duration",
    env: "K6_DURATION",
    flag: { long: "duration", short: "d", kind: "duration" },
    help: "how long the test runs",
    page: "duration",
  },
  {
    name: "iterations",
    type: "int",
    field: "Iterations",
    env: "K6_ITERATIONS",
    flag: { long: "iterations", short: "i", kind: "int" },
    help: "how many iterations all VUs share",
    page: "iterations",
  },
  {
    name: "stages",
    type: "stages",
    field: "Stages",
    env: "K6_STAGES",
    flag: { long: "stage", short: "s", kind: "list", placeholder: "stage" },
    help: "ramp to a number of VUs, as [duration]:[target]; may be repeated",
    page: "stages",
  },
  { name: "scenarios", type: "scenarios", field: "Scenarios", help: "the scenarios of the test", page: "scenarios" },
  {
    name: "executionSegment",
    type: "segment",
    field: "ExecutionSegment",
    flag: { long: "execution-segment", kind: "string" },
    help: "do only this part of the whole test: 10%, 1/3, 0.2:2/3",
    page: "execution-segment",
  },
  {
    name: "executionSegmentSequence",
    type: "segmentSequence",
    field: "ExecutionSegmentSequence",
    flag: { long: "execution-segment-sequence", kind: "string" },
    help: "the borders of all parts of the whole test: 0,1/3,2/3,1",
    page: "execution-segment",
  },
  {
    name: "noSetup",
    type: "bool",
    field: "NoSetup",
    default: false,
    env: "K6_NO_SETUP",
    flag: { long: "no-setup", kind: "bool" },
    help: "leave out setup()",
    page: "no-setup",
  },
  {
    name: "setupTimeout",
    type: "duration",
    field: "SetupTimeout",
    default: MINUTE_MS,
    env: "K6_SETUP_TIMEOUT",
    help: "how long setup() may take",
    page: "setup-timeout",
  },
  {
    name: "noTeardown",
    type: "bool",
    field: "NoTeardown",
    default: false,
    env: "K6_NO_TEARDOWN",
    flag: { long: "no-teardown", kind: "bool" },
    help: "leave out teardown()",
    page: "no-teardown",
  },
  {
    name: "teardownTimeout",
    type: "duration",
    field: "TeardownTimeout",
    default: MINUTE_MS,
    env: "K6_TEARDOWN_TIMEOUT",
    help: "how long teardown() may take",
    page: "teardown-timeout",
  },
  {
    name: "handleSummaryTimeout",
    type: "duration",
    field: "HandleSummaryTimeout",
    default: 2 * MINUTE_MS,
    env: "K6_HANDLE_SUMMARY_TIMEOUT",
    help: "how long handleSummary() may take",
    page: "handle-summary-timeout",
  },
  {
    name: "rps",
    type: "int",
    field: "RPS",
    default: 0,
    env: "K6_RPS",
    flag: { long: "rps", kind: "int" },
    help: "at most so many HTTP requests a second, of all VUs; 0 is no limit",
    page: "rps",
  },
  {
    name: "dns",
    type: "dns",
    field: "DNS",
    default: DEFAULT_DNS,
    env: "K6_DNS",
    flag: { long: "dns", kind: "string", defaultText: "ttl=5m,select=random,policy=preferIPv4" },
    help: "how names are resolved: ttl inf, 0 or a duration; select first, random or roundRobin; policy preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any",
    page: "dns",
  },
  {
    name: "maxRedirects",
    type: "int",
    field: "MaxRedirects",
    default: 10,
    env: "K6_MAX_REDIRECTS",
    flag: { long: "max-redirects", kind: "int", defaultText: "10" },
    help: "how many redirects a request follows",
    page: "max-redirects",
  },
  {
    name: "userAgent",
    type: "string",
    field: "UserAgent",
    default: `Grafana k6/${K6_VERSION}`,
    env: "K6_USER_AGENT",
    flag: { long: "user-agent", kind: "string", defaultText: `Grafana k6/${K6_VERSION}` },
    help: "the User-Agent header of requests",
    page: "user-agent",
  },
  {
    name: "batch",
    type: "int",
    field: "Batch",
    default: 20,
    env: "K6_BATCH",
    flag: { long: "batch", kind: "int", defaultText: "20" },
    help: "parallel requests of one http.batch()",
    page: "batch",
  },
  {
    name: "batchPerHost",
    type: "int",
    field: "BatchPerHost",
    default: 6,
    env: "K6_BATCH_PER_HOST",
    flag: { long: "batch-per-host", kind: "int", defaultText: "6" },
    help: "parallel requests of one http.batch() to the same host",
    page: "batch-per-host",
  },
  {
    name: "httpDebug",
    type: "string",
    field: "HTTPDebug",
    env: "K6_HTTP_DEBUG",
    flag: { long: "http-debug", kind: "string", bare: "headers" },
    help: "log requests and responses; --http-debug=full logs their bodies too",
    page: "http-debug",
  },
  {
    name: "insecureSkipTLSVerify",
    type: "bool",
    field: "InsecureSkipTLSVerify",
    default: false,
    env: "K6_INSECURE_SKIP_TLS_VERIFY",
    flag: { long: "insecure-skip-tls-verify", kind: "bool" },
    help: "accept any TLS certificate",
    page: "insecure-skip-tls-verify",
  },
  {
    name: "tlsCipherSuites",
    type: "tlsCipherSuites",
    field: "TLSCipherSuites",
    help: "the TLS cipher suites to offer",
    page: "tls-cipher-suites",
  },
  {
    name: "tlsVersion",
    type: "tlsVersion",
    field: "TLSVersion",
    help: "the TLS version, or the lowest and the highest",
    page: "tls-version",
  },
  {
    name: "tlsAuth",
    type: "tlsAuth",
    field: "TLSAuth",
    help: "TLS client certificates and the hosts they are for",
    page: "tls-auth",
  },
  {
    name: "throw",
    type: "bool",
    field: "Throw",
    default: false,
    env: "K6_THROW",
    flag: { long: "throw", short: "w", kind: "bool" },
    help: "throw an exception for a failed request",
    page: "throw",
  },
  {
    name: "thresholds",
    type: "thresholds",
    field: "Thresholds",
    help: "what the metrics must hold for the test to pass",
    page: "thresholds",
  },
  {
    name: "blacklistIPs",
    type: "cidrs",
    field: "BlacklistIPs",
    env: "K6_BLACKLIST_IPS",
    flag: { long: "blacklist-ip", kind: "list", placeholder: "ip range" },
    help: "never connect to this range of addresses; may be repeated",
    page: "blacklist-ip",
  },
  {
    name: "blockHostnames",
    type: "hostnames",
    field: "BlockedHostnames",
    env: "K6_BLOCK_HOSTNAMES",
    flag: { long: "block-hostnames", kind: "list", placeholder: "pattern" },
    help: "never connect to these hosts; a * may stand at the start",
    page: "block-hostnames",
  },
  { name: "hosts", type: "hosts", field: "Hosts", help: "addresses of names, instead of DNS", page: "hosts" },
  {
    name: "noConnectionReuse",
    type: "bool",
    field: "NoConnectionReuse",
    default: false,
    env: "K6_NO_CONNECTION_REUSE",
    flag: { long: "no-connection-reuse", kind: "bool" },
    help: "a new connection for every request",
    page: "no-connection-reuse",
  },
  {
    name: "noVUConnectionReuse",
    type: "bool",
    field: "NoVUConnectionReuse",
    default: false,
    env: "K6_NO_VU_CONNECTION_REUSE",
    flag: { long: "no-vu-connection-reuse", kind: "bool" },
    help: "new connections for every iteration",
    page: "no-vu-connection-reuse",
  },
  {
    name: "minIterationDuration",
    type: "duration",
    field: "MinIterationDuration",
    default: 0,
    env: "K6_MIN_ITERATION_DURATION",
    flag: { long: "min-iteration-duration", kind: "duration" },
    help: "an iteration that is shorter waits at its end",
    page: "minimum-iteration-duration",
  },
  { name: "cloud", type: "json", field: "Cloud", help: "options of Grafana Cloud", page: "cloud-options" },
  { name: "ext", type: "jsonMap", field: "External", help: "options of extensions and outputs", page: "cloud-options" },
  {
    name: "summaryTrendStats",
    type: "strings",
    field: "SummaryTrendStats",
    default: DEFAULT_SUMMARY_TREND_STATS,
    env: "K6_SUMMARY_TREND_STATS",
    flag: {
      long: "summary-trend-stats",
      kind: "list",
      placeholder: "stats",
      defaultText: "avg,min,med,max,p(90),p(95)",
    },
    help: "the columns of trends in the summary",
    page: "summary-trend-stats",
  },
  {
    name: "summaryTimeUnit",
    type: "string",
    field: "SummaryTimeUnit",
    env: "K6_SUMMARY_TIME_UNIT",
    flag: { long: "summary-time-unit", kind: "string" },
    help: "the unit of times in the summary: s, ms or us",
    page: "summary-time-unit",
  },
  {
    name: "systemTags",
    type: "systemTags",
    field: "SystemTags",
    default: DEFAULT_SYSTEM_TAGS,
    env: "K6_SYSTEM_TAGS",
    flag: { long: "system-tags", kind: "list", placeholder: "tags", defaultText: SYSTEM_TAGS.slice(0, 14).join(",") },
    help: "the tags that samples get by themselves",
    page: "system-tags",
  },
  {
    name: "tags",
    type: "tags",
    field: "RunTags",
    env: "K6_TAGS",
    flag: { long: "tag", kind: "array", placeholder: "name=value" },
    help: "a tag of every sample of the run; may be repeated",
    page: "tags",
  },
  {
    name: "metricSamplesBufferSize",
    type: "int",
    field: "MetricSamplesBufferSize",
    default: 1000,
    env: "K6_METRIC_SAMPLES_BUFFER_SIZE",
    help: "samples that may wait for the outputs",
    page: "results-output",
  },
  {
    name: "noCookiesReset",
    type: "bool",
    field: "NoCookiesReset",
    default: false,
    env: "K6_NO_COOKIES_RESET",
    help: "keep the cookies from one iteration to the next",
    page: "no-cookies-reset",
  },
  {
    name: "discardResponseBodies",
    type: "bool",
    field: "DiscardResponseBodies",
    default: false,
    env: "K6_DISCARD_RESPONSE_BODIES",
    flag: { long: "discard-response-bodies", kind: "bool" },
    help: "read the bodies of responses, but do not keep them",
    page: "discard-response-bodies",
  },
  {
    name: "consoleOutput",
    type: "string",
    field: "ConsoleOutput",
    inScript: false,
    env: "K6_CONSOLE_OUTPUT",
    flag: { long: "console-output", kind: "string" },
    help: "write the script's console lines to this file",
    page: "console-output",
  },
  {
    name: "localIPs",
    type: "ipPool",
    field: "LocalIPs",
    inScript: false,
    env: "K6_LOCAL_IPS",
    flag: { long: "local-ips", kind: "string" },
    help: "addresses, ranges and CIDRs that VUs connect from",
    page: "local-ips",
  },
  // The flag of this option belongs to a run: see RUN_OPTIONS.
  {
    name: "features",
    type: "strings",
    field: "Features",
    help: "feature flags, in the configuration file only",
    page: "features",
  },
];

export const RUN_OPTIONS: readonly OptionSpec<keyof RunOptions | "features">[] = [
  {
    name: "out",
    type: "strings",
    field: "Out",
    env: "K6_OUT",
    flag: { long: "out", short: "o", kind: "array", placeholder: "name=argument" },
    help: "send the samples to this output, json[=file] or csv[=file]; may be repeated",
    page: "results-output",
  },
  {
    name: "linger",
    type: "bool",
    field: "Linger",
    default: false,
    env: "K6_LINGER",
    flag: { long: "linger", short: "l", kind: "bool" },
    help: "stay alive after the end of the test, until a signal",
    page: "linger",
  },
  {
    name: "noUsageReport",
    type: "bool",
    field: "NoUsageReport",
    default: false,
    env: "K6_NO_USAGE_REPORT",
    flag: { long: "no-usage-report", kind: "bool" },
    help: "accepted for k6's sake: usage is never reported",
    page: "no-usage-report",
  },
  {
    name: "webDashboard",
    type: "bool",
    field: "WebDashboard",
    default: false,
    env: "K6_WEB_DASHBOARD",
    help: "serve the dashboard",
    page: "results-output",
  },
  {
    name: "noArchiveUpload",
    type: "bool",
    field: "NoArchiveUpload",
    env: "K6_NO_ARCHIVE_UPLOAD",
    help: "accepted for k6's sake: nothing is uploaded",
    page: "cloud-options",
  },
  {
    name: "features",
    type: "strings",
    field: "Features",
    flag: { long: "features", kind: "array" },
    help: "turn on features, separated by commas",
    page: "features",
  },
];

/** The default of `--include-system-env-vars` is true for `run`, false for `archive` and `inspect`. */
export const RUNTIME_OPTIONS: readonly OptionSpec<keyof RuntimeOptions>[] = [
  {
    name: "includeSystemEnvVars",
    type: "bool",
    field: "IncludeSystemEnvVars",
    env: "K6_INCLUDE_SYSTEM_ENV_VARS",
    flag: { long: "include-system-env-vars", kind: "bool" },
    help: "put the variables of the system into __ENV",
    page: "include-system-env-vars",
  },
  {
    name: "compatibilityMode",
    type: "string",
    field: "CompatibilityMode",
    default: "extended",
    env: "K6_COMPATIBILITY_MODE",
    flag: { long: "compatibility-mode", kind: "string", defaultText: "extended" },
    help: "extended: `global` is another name of `globalThis`; base: it is not",
    page: "compatibility-mode",
  },
  {
    name: "type",
    type: "string",
    field: "TestType",
    env: "K6_TYPE",
    flag: { long: "type", short: "t", kind: "string" },
    help: "the type of the test; js is the only one",
    page: "config",
  },
  {
    name: "env",
    type: "tags",
    field: "Env",
    flag: { long: "env", short: "e", kind: "array", placeholder: "NAME=value" },
    help: "set a variable of __ENV; may be repeated",
    page: "supply-environment-variables",
  },
  {
    name: "noThresholds",
    type: "bool",
    field: "NoThresholds",
    default: false,
    env: "K6_NO_THRESHOLDS",
    flag: { long: "no-thresholds", kind: "bool" },
    help: "do not evaluate thresholds",
    page: "no-thresholds",
  },
  {
    name: "summaryMode",
    type: "string",
    field: "SummaryMode",
    default: "compact",
    env: "K6_SUMMARY_MODE",
    flag: { long: "summary-mode", kind: "string", defaultText: "compact" },
    help: "the summary at the end: compact, full or disabled",
    page: "summary-mode",
  },
  {
    name: "summaryExport",
    type: "string",
    field: "SummaryExport",
    env: "K6_SUMMARY_EXPORT",
    flag: { long: "summary-export", kind: "string" },
    help: "write the summary to this file, as JSON",
    page: "summary-export",
  },
  {
    name: "newMachineReadableSummary",
    type: "bool",
    field: "NewMachineReadableSummary",
    default: false,
    env: "K6_NEW_MACHINE_READABLE_SUMMARY",
    flag: { long: "new-machine-readable-summary", kind: "bool" },
    help: "the new form of the summary for --summary-export and handleSummary()",
    page: "summary-export",
  },
  {
    name: "tracesOutput",
    type: "string",
    field: "TracesOutput",
    default: "none",
    env: "K6_TRACES_OUTPUT",
    flag: { long: "traces-output", kind: "string", defaultText: "none" },
    help: "where traces go: none or otel[=host:port]",
    page: "traces-output",
  },
  {
    name: "keyWriter",
    type: "string",
    field: "KeyWriter",
    env: "SSLKEYLOGFILE",
    help: "write the keys of TLS sessions to this file",
    page: "tls-version",
  },
];

export const GLOBAL_OPTIONS: readonly OptionSpec<keyof GlobalOptions>[] = [
  {
    name: "address",
    type: "string",
    field: "Address",
    env: "K6_ADDRESS",
    flag: { long: "address", short: "a", kind: "string" },
    help: "serve the REST API here, localhost:6565; not served if not set",
    page: "address",
  },
  {
    name: "config",
    type: "string",
    field: "ConfigFilePath",
    env: "K6_CONFIG",
    flag: { long: "config", short: "c", kind: "string" },
    help: "the configuration file, JSON",
    page: "config",
  },
  {
    name: "logFormat",
    type: "string",
    field: "LogFormat",
    default: "",
    env: "K6_LOG_FORMAT",
    flag: { long: "log-format", kind: "string" },
    help: "the form of log lines: json, raw or text",
    page: "logformat",
  },
  {
    name: "logOutput",
    type: "string",
    field: "LogOutput",
    default: "stderr",
    env: "K6_LOG_OUTPUT",
    flag: { long: "log-output", kind: "string", defaultText: "stderr" },
    help: "where log lines go: stderr, stdout, none or file=path",
    page: "log-output",
  },
  {
    name: "noColor",
    type: "bool",
    field: "NoColor",
    default: false,
    env: "K6_NO_COLOR",
    flag: { long: "no-color", kind: "bool" },
    help: "print without colours",
    page: "no-color",
  },
  {
    name: "profilingEnabled",
    type: "bool",
    field: "ProfilingEnabled",
    default: false,
    env: "K6_PROFILING_ENABLED",
    flag: { long: "profiling-enabled", kind: "bool" },
    help: "serve profiling data next to the REST API",
    page: "profiling-enabled",
  },
  {
    name: "quiet",
    type: "bool",
    field: "Quiet",
    default: false,
    flag: { long: "quiet", short: "q", kind: "bool" },
    help: "do not show progress",
    page: "quiet",
  },
  {
    name: "secretSource",
    type: "strings",
    field: "SecretSource",
    env: "K6_SECRET_SOURCE",
    flag: { long: "secret-source", kind: "array", placeholder: "name=argument" },
    help: "where k6/secrets finds secrets: file=path or mock=name=value",
    page: "secret-source",
  },
  {
    name: "verbose",
    type: "bool",
    field: "Verbose",
    default: false,
    flag: { long: "verbose", short: "v", kind: "bool" },
    help: "log debug lines too",
    page: "verbose",
  },
];

/** Flags of one command only. */
export const ARCHIVE_FLAGS: readonly { flag: FlagSpec; help: string }[] = [
  {
    flag: { long: "archive-out", short: "O", kind: "string", defaultText: "archive.tar" },
    help: "write the archive to this file; - is stdout",
  },
  { flag: { long: "exclude-env-vars", kind: "bool" }, help: "leave all variables out of the archive" },
];

export const INSPECT_FLAGS: readonly { flag: FlagSpec; help: string }[] = [
  {
    flag: { long: "execution-requirements", kind: "bool" },
    help: "consolidate the options, and add how many VUs and how much time the test needs",
  },
];

/** Flags that k6 v2 removed but command lines still carry: taken with a warning. */
export interface RemovedFlag {
  flag: FlagSpec;
  /** The warning. */
  warning: string;
  /** The flag that says the same today, with the value given if there is none here; missing if the flag has no effect. */
  instead?: { long: string; value?: string };
}

export const REMOVED_FLAGS: readonly RemovedFlag[] = [
  {
    flag: { long: "no-summary", kind: "bool" },
    warning: "the flag --no-summary is gone since k6 v2, use --summary-mode=disabled",
    instead: { long: "summary-mode", value: "disabled" },
  },
  {
    flag: { long: "logformat", kind: "string" },
    warning: "the flag --logformat has been replaced, use --log-format",
    instead: { long: "log-format" },
  },
  {
    flag: { long: "upload-only", kind: "bool" },
    warning: "the flag --upload-only is gone since k6 v2 and has no effect",
  },
];

export type CommandName = "run" | "archive" | "inspect" | "other";

/** The flags of a command in the order of its help, global ones last. */
export function flagsOf(command: CommandName): { flag: FlagSpec; help: string }[] {
  const groups: Record<CommandName, readonly (readonly { flag?: FlagSpec; help: string }[])[]> = {
    run: [OPTIONS, RUNTIME_OPTIONS, RUN_OPTIONS],
    archive: [OPTIONS, RUNTIME_OPTIONS, ARCHIVE_FLAGS],
    inspect: [RUNTIME_OPTIONS, INSPECT_FLAGS],
    other: [],
  };
  const flags: { flag: FlagSpec; help: string }[] = [];
  for (const group of [...groups[command], GLOBAL_OPTIONS])
    for (const { flag, help } of group) if (flag !== undefined) flags.push({ flag, help });
  return flags;
}
