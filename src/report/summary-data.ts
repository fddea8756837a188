/**
 * What a test has come to, as plain data: for `handleSummary`, and for the text that is printed without one.
 *
 * `summaryData` keeps the shape that k6 hands to scripts since its early versions; `summaryReport` is grouped the way
 * k6 v2 prints it. Metrics appear if they have samples or a threshold.
 *
 * @see k6 docs, "Custom summary"; k6 source, internal/js/summary and internal/output/summary
 */
import { md5 } from "../host/md5.ts";
import type { Aggregate, AggregatedMetric } from "../metrics/aggregate.ts";
import type { CheckFigures } from "../metrics/packed.ts";
import type { MetricThresholds, Threshold } from "../metrics/threshold/evaluate.ts";
import type { SummaryMetric } from "./summary-columns.ts";

export interface SummaryInput {
  aggregate: Aggregate;
  /** After their last evaluation. */
  thresholds: readonly MetricThresholds[];
  /** Length of the test. */
  elapsedMs: number;
  /** Statistics of trends, `summaryTrendStats`. */
  trendStats: readonly string[];
}

/** What `handleSummary` gets. */
export interface SummaryData {
  root_group: SummaryGroup;
  options: { summaryTrendStats: string[]; summaryTimeUnit: string; noColor: boolean };
  state: { isStdOutTTY: boolean; isStdErrTTY: boolean; testRunDurationMs: number };
  metrics: Record<string, SummaryMetric & { thresholds?: Record<string, { ok: boolean }> }>;
  setup_data: unknown;
}

export interface SummaryGroup {
  name: string;
  /** `::outer::inner`; "" is the root. */
  path: string;
  /** MD5 of the path. */
  id: string;
  groups: SummaryGroup[];
  checks: SummaryCheck[];
}

export interface SummaryCheck {
  name: string;
  path: string;
  /** MD5 of the path. */
  id: string;
  passes: number;
  fails: number;
}

export interface SummarySurroundings {
  /** `summaryTimeUnit`, "" for none. */
  timeUnit: string;
  noColor: boolean;
  isStdOutTTY: boolean;
  isStdErrTTY: boolean;
  /** What setup() returned; undefined if there was none. */
  setupData: unknown;
}

/** The object that `handleSummary` gets. */
export function summaryData(input: SummaryInput, surroundings: SummarySurroundings): SummaryData {
  const metrics: SummaryData["metrics"] = {};
  for (const metric of input.aggregate.metrics()) {
    const thresholds = thresholdsOf(metric.name, input);
    metrics[metric.name] = figuresOf(metric, input);
    if (thresholds.length > 0) {
      metrics[metric.name]!.thresholds = Object.fromEntries(thresholds.map((one) => [one.threshold, { ok: one.ok }]));
    }
  }
  return {
    root_group: groupTree(input.aggregate),
    options: {
      summaryTrendStats: [...input.trendStats],
      summaryTimeUnit: surroundings.timeUnit,
      noColor: surroundings.noColor,
    },
    state: {
      isStdOutTTY: surroundings.isStdOutTTY,
      isStdErrTTY: surroundings.isStdErrTTY,
      testRunDurationMs: input.elapsedMs,
    },
    metrics,
    setup_data: surroundings.setupData,
  };
}

/** All groups that were entered or in which a check was made, with their checks. */
export function groupTree(aggregate: Aggregate): SummaryGroup {
  const root = newGroup("", "");
  for (const path of aggregate.groups()) findGroup(root, path);
  for (const check of aggregate.checks()) {
    if (check.group === undefined) continue;
    const group = findGroup(root, check.group);
    const path = `${group.path}::${check.name}`;
    addCheck(group.checks, check, () => ({ name: check.name, path, id: md5(path), passes: 0, fails: 0 }));
  }
  return root;
}

/** A summary as k6 v2 prints it. */
export interface SummaryReport extends ReportSection {
  /** By metric name. */
  thresholds: Record<string, ReportThresholds>;
  /** All but the default one; only in the full summary. */
  scenarios: Record<string, ReportSection>;
}

/** The whole, one scenario, or one group. */
export interface ReportSection {
  /** Left out if there were no checks. */
  checks?: ReportChecks;
  /** By section and name. */
  metrics: Partial<Record<ReportSectionName, Record<string, SummaryMetric>>>;
  /** In the order in which they first happened; only in the full summary. */
  groups: Record<string, ReportSection>;
}

export interface ReportChecks {
  metrics: Record<"checks_total" | "checks_succeeded" | "checks_failed", SummaryMetric>;
  /** In the order in which they first happened; of one name, once. */
  checks: { name: string; passes: number; fails: number }[];
}

export interface ReportThresholds {
  metric: SummaryMetric;
  thresholds: {
    source: string;
    /** What it asks for, as the source has it: `p(95)`. */
    aggregation: string;
    ok: boolean;
  }[];
}

/** In the order in which they are printed. */
export const REPORT_SECTIONS = [
  "custom",
  "http",
  "execution",
  "network",
  "browser",
  "web_vitals",
  "grpc",
  "websocket",
] as const;

export type ReportSectionName = (typeof REPORT_SECTIONS)[number];

/**
 * Groups a summary the way k6 v2 prints it.
 *
 * @param mode "full" adds scenarios and groups (the recorders must have broken their metrics down) and all HTTP timings.
 */
export function summaryReport(input: SummaryInput, mode: "compact" | "full"): SummaryReport {
  const { aggregate } = input;
  const metrics = aggregate.metrics();
  const checks = aggregate.checks();
  const thresholds: Record<string, ReportThresholds> = {};
  for (const metric of metrics) {
    const own = thresholdsOf(metric.name, input);
    if (own.length > 0) thresholds[metric.name] = reportThresholds(metric, own, input);
  }
  const whole = newSection(metrics, checks, input, mode);
  if (mode === "compact") return { ...whole, thresholds, scenarios: {} };

  const scenarios: Record<string, ReportSection> = {};
  const sectionOf = (scenario: string): ReportSection =>
    scenario === "" ? whole : (scenarios[scenario] ??= newSection([], [], input, mode));
  const scopes = aggregate.scopes();
  for (const scope of scopes) {
    if (scope.group !== "") continue;
    const inScenario = checks.filter((check) => check.scenario === scope.scenario);
    scenarios[scope.scenario] = newSection([...scope.metrics.values()], inScenario, input, mode);
  }
  const order = new Map(aggregate.groups().map((path, index) => [path, index]));
  const placeOf = (path: string) => order.get(path) ?? order.size;
  for (const scope of scopes.sort((a, b) => placeOf(a.group) - placeOf(b.group))) {
    if (scope.group === "") continue;
    const inGroup = checks.filter((check) => check.scenario === scope.scenario && check.group === scope.group);
    const found = newSection([...scope.metrics.values()], inGroup, input, mode);
    const section = nestedSection(sectionOf(scope.scenario), scope.group, () => newSection([], [], input, mode));
    section.metrics = found.metrics;
    if (found.checks !== undefined) section.checks = found.checks;
  }
  return { ...whole, thresholds, scenarios };
}

function newSection(
  metrics: readonly AggregatedMetric[],
  checks: readonly CheckFigures[],
  input: SummaryInput,
  mode: "compact" | "full",
): ReportSection {
  const section: ReportSection = { metrics: {}, groups: {} };
  for (const metric of metrics) {
    if (metric.name === "checks") section.checks = reportChecks(metric, checks, input);
    const name = metric.submetric?.metric ?? metric.name;
    if (HIDDEN.has(name) || (mode === "compact" && HIDDEN_IN_COMPACT.has(name))) continue;
    const within = (section.metrics[sectionNameOf(name)] ??= {});
    within[metric.name] = figuresOf(metric, input);
  }
  return section;
}

function reportChecks(metric: AggregatedMetric, checks: readonly CheckFigures[], input: SummaryInput): ReportChecks {
  const succeeded = figuresOf(metric, input);
  const passes = succeeded.values["passes"]!;
  const fails = succeeded.values["fails"]!;
  const total = passes + fails;
  const byName: ReportChecks["checks"] = [];
  for (const check of checks) addCheck(byName, check, () => ({ name: check.name, passes: 0, fails: 0 }));
  return {
    metrics: {
      checks_total: {
        type: "counter",
        contains: "default",
        values: { count: total, rate: input.elapsedMs > 0 ? total / (input.elapsedMs / 1000) : 0 },
      },
      checks_succeeded: succeeded,
      checks_failed: {
        type: "rate",
        contains: "default",
        values: { rate: total > 0 ? fails / total : 0, passes: fails, fails: passes },
      },
    },
    checks: byName,
  };
}

function reportThresholds(
  metric: AggregatedMetric,
  thresholds: readonly Threshold[],
  input: SummaryInput,
): ReportThresholds {
  const figures = figuresOf(metric, input);
  const listed = thresholds.map(({ threshold, expression, ok }) => {
    const aggregation = threshold.split(/[=><!]/, 1)[0]!.trim();
    // A percentile that is asked for need not be among the statistics of the summary.
    const figure = metric.sink.get(expression.aggregation, input.elapsedMs);
    if (metric.kind === "trend" && figure !== undefined) figures.values[aggregation] = figure;
    return { source: threshold, aggregation, ok };
  });
  return { metric: figures, thresholds: listed };
}

/** Shown as checks and groups, not as metrics. */
const HIDDEN: ReadonlySet<string> = new Set(["checks", "group_duration"]);

/** Parts of a request's duration, more than a short summary needs. */
const HIDDEN_IN_COMPACT: ReadonlySet<string> = new Set([
  "http_req_blocked",
  "http_req_connecting",
  "http_req_receiving",
  "http_req_sending",
  "http_req_tls_handshaking",
  "http_req_waiting",
]);

/** The start of a name decides, so that what belongs together by name is shown together. */
const SECTION_PREFIXES: readonly (readonly [ReportSectionName, readonly string[]])[] = [
  [
    "http",
    [
      "http_reqs",
      "http_req_failed",
      "http_req_duration",
      "http_req_blocked",
      "http_req_connecting",
      "http_req_tls_handshaking",
      "http_req_sending",
      "http_req_waiting",
      "http_req_receiving",
    ],
  ],
  ["execution", ["vus", "iterations", "iteration_duration", "dropped_iterations"]],
  ["network", ["data_sent", "data_received"]],
  ["web_vitals", ["browser_web_vital_"]],
  ["browser", ["browser_"]],
  ["grpc", ["grpc_"]],
  ["websocket", ["ws_"]],
];

function sectionNameOf(name: string): ReportSectionName {
  for (const [section, prefixes] of SECTION_PREFIXES) {
    if (prefixes.some((prefix) => name.startsWith(prefix))) return section;
  }
  return "custom";
}

function figuresOf(metric: AggregatedMetric, input: SummaryInput): SummaryMetric {
  return {
    type: metric.kind,
    contains: metric.contains,
    values: metric.sink.format(input.elapsedMs, input.trendStats),
  };
}

function thresholdsOf(name: string, input: SummaryInput): Threshold[] {
  return input.thresholds.flatMap((target) => (target.name === name ? target.thresholds : []));
}

/** Adds figures to the entry of that name, which is made if it is not there: one check may come from several scenarios. */
function addCheck<T extends { name: string; passes: number; fails: number }>(
  list: T[],
  check: CheckFigures,
  make: () => T,
): void {
  let entry = list.find((known) => known.name === check.name);
  if (entry === undefined) list.push((entry = make()));
  entry.passes += check.passes;
  entry.fails += check.fails;
}

function nestedSection(from: ReportSection, path: string, make: () => ReportSection): ReportSection {
  let section = from;
  for (const name of path.replace(/^::/, "").split("::")) section = section.groups[name] ??= make();
  return section;
}

function findGroup(root: SummaryGroup, path: string): SummaryGroup {
  let group = root;
  for (const name of path.split("::").slice(1)) {
    let child = group.groups.find((known) => known.name === name);
    if (child === undefined) {
      // A nameless group at the top has, as k6 sees it, the path of the root.
      group.groups.push((child = newGroup(name, group.path === "" && name === "" ? "" : `${group.path}::${name}`)));
    }
    group = child;
  }
  return group;
}

function newGroup(name: string, path: string): SummaryGroup {
  // k6 gives groups and checks these ids, and reports compare them between runs
  return { name, path, id: md5(path), groups: [], checks: [] };
}
