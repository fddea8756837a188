/**
 * Thresholds of a test: read once from the options, asked again and again while the test runs.
 *
 * A threshold whose metric has no samples is skipped while the test runs and asked at its end, where an empty trend,
 * counter or gauge counts as 0 and an empty rate passes.
 *
 * @see k6 docs, "Thresholds"; k6 source, metrics/thresholds and metrics/engine
 */
import { UserError } from "../../base/errors.ts";
import { ExitCode } from "../../base/exit-codes.ts";
import { quote } from "../../base/quote.ts";
import type { Aggregate } from "../aggregate.ts";
import type { MetricKind } from "../metric.ts";
import type { Registry } from "../registry.ts";
import type { Sink } from "../sink/sink.ts";
import { parseThreshold, type ThresholdExpression } from "./parse.ts";
import { parseThresholdTarget, type Submetric, type ThresholdTarget } from "./submetric.ts";

/** How often k6 looks at the thresholds while a test runs. */
export const THRESHOLDS_INTERVAL_MS = 2_000;

/** One threshold of the options. */
export interface ThresholdDefinition {
  /** The expression, "p(95)<200". */
  threshold: string;
  abortOnFail: boolean;
  /** How long the test must have run before this threshold may abort it, milliseconds. */
  delayAbortEval?: number;
}

export interface Threshold extends ThresholdDefinition {
  readonly expression: ThresholdExpression;
  /** What the last evaluation said; true before the first. */
  ok: boolean;
}

/** All thresholds on one metric or sub-metric. */
export interface MetricThresholds extends ThresholdTarget {
  /** As the summary and the log name it; of a sub-metric, with the filter. */
  readonly name: string;
  readonly thresholds: readonly Threshold[];
}

export interface ThresholdVerdict {
  /** Metrics and sub-metrics with a threshold that does not hold, sorted. */
  breached: string[];
  /** Whether one of them asks for the test to end. */
  abort: boolean;
}

/** What thresholds may ask for, in the order in which k6 lists it. */
const METHODS_OF_KIND: Readonly<Record<MetricKind, readonly string[]>> = {
  counter: ["count", "rate"],
  gauge: ["value"],
  rate: ["rate"],
  trend: ["avg", "min", "max", "med", "p"],
};

/**
 * Reads the thresholds of the options and holds them against the metrics that the script has defined.
 *
 * @throws {UserError} With k6's words and exit code 104, if one cannot be read or does not fit its metric.
 */
export function parseThresholds(
  definitions: Readonly<Record<string, readonly ThresholdDefinition[]>>,
  registry: Registry,
): MetricThresholds[] {
  return Object.entries(definitions).map(([name, list]) => {
    const thresholds = list.map(
      (definition): Threshold => ({ ...definition, expression: parseThreshold(definition.threshold), ok: true }),
    );
    const target = parseThresholdTarget(name);
    const metric = registry.get(target.metric);
    if (metric === undefined) {
      throw invalid(`invalid threshold defined on ${name}; reason: no metric name ${quote(name)} found`);
    }
    const supported = METHODS_OF_KIND[metric.kind];
    for (const { threshold, expression } of thresholds) {
      if (supported.includes(expression.method)) continue;
      throw invalid(
        `invalid threshold ${quote(threshold)} applied on metric ${name}; reason: ` +
          `unsupported aggregation method ${expression.method} on metric of type ${metric.kind}. ` +
          `supported aggregation methods for this metric are: ${supported.join(", ")}`,
      );
    }
    return { ...target, name: target.submetric?.name ?? target.metric, thresholds };
  });
}

/**
 * The sub-metrics that `--no-thresholds` leaves: they are still shown in the summary.
 *
 * @param warn Told of each name that makes no sense; without thresholds that is no reason to stop.
 */
export function submetricsWithoutThresholds(
  names: Iterable<string>,
  registry: Registry,
  warn: (message: string, error: string) => void,
): Submetric[] {
  const submetrics: Submetric[] = [];
  for (const name of names) {
    try {
      const { metric, submetric } = parseThresholdTarget(name);
      if (registry.get(metric) === undefined) throw invalid(`metric '${metric}' does not exist in the script`);
      if (submetric !== undefined) submetrics.push(submetric);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(`Invalid metric '${name}' in threshold definitions`, error.message);
    }
  }
  return submetrics;
}

/** Asks all thresholds of a test. */
export class ThresholdEvaluator {
  private readonly watched: { target: MetricThresholds; sink: Sink; abort: boolean }[];

  /** Makes the metrics appear in `aggregate`, since one with thresholds is in the summary even if nothing happens. */
  constructor(thresholds: readonly MetricThresholds[], aggregate: Aggregate) {
    this.watched = thresholds.map((target) => {
      aggregate.observe(target.metric);
      return { target, sink: aggregate.observe(target.metric, target.submetric).sink, abort: false };
    });
  }

  /** Whether some threshold may end the test early. */
  get canAbort(): boolean {
    return this.watched.some(({ target }) => target.thresholds.some((threshold) => threshold.abortOnFail));
  }

  /**
   * Sets each threshold's `ok`.
   *
   * @param elapsedMs Length of the test so far.
   * @param atEnd Whether no more samples will come, so that metrics without any are asked, too.
   */
  evaluate(elapsedMs: number, atEnd: boolean): ThresholdVerdict {
    const verdict: ThresholdVerdict = { breached: [], abort: false };
    for (const watched of this.watched) {
      if (!atEnd && watched.sink.isEmpty()) continue;
      let breached = false;
      for (const threshold of watched.target.thresholds) {
        threshold.ok = holds(threshold.expression, watched.sink, elapsedMs);
        if (threshold.ok) continue;
        breached = true;
        if (!threshold.abortOnFail) continue;
        if (threshold.delayAbortEval === undefined || threshold.delayAbortEval < elapsedMs) watched.abort = true;
      }
      if (!breached) continue;
      verdict.breached.push(watched.target.name);
      if (watched.abort) verdict.abort = true;
    }
    verdict.breached.sort();
    return verdict;
  }
}

/** The error that a test ends with when a threshold has aborted it. */
export function thresholdsAbortError(breached: readonly string[]): UserError {
  return crossed(
    `thresholds on metrics '${breached.join(", ")}' were crossed; ` +
      "at least one has abortOnFail enabled, stopping test prematurely",
  );
}

/** The error that a test ends with when thresholds do not hold at its end. */
export function thresholdsFailedError(breached: readonly string[]): UserError {
  return crossed(`thresholds on metrics '${breached.join(", ")}' have been crossed`);
}

/** What a sink has no figure for yet cannot be wrong. */
function holds({ aggregation, operator, limit }: ThresholdExpression, sink: Sink, elapsedMs: number): boolean {
  const figure = sink.get(aggregation, elapsedMs);
  if (figure === undefined) return true;
  switch (operator) {
    case ">":
      return figure > limit;
    case ">=":
      return figure >= limit;
    case "<=":
      return figure <= limit;
    case "<":
      return figure < limit;
    case "==":
    case "===":
      return figure === limit;
    case "!=":
      return figure !== limit;
  }
}

function invalid(message: string): UserError {
  return new UserError("invalid-threshold", { message, exitCode: ExitCode.InvalidConfig });
}

function crossed(message: string): UserError {
  return new UserError("thresholds-crossed", { message, exitCode: ExitCode.ThresholdsFailed });
}
