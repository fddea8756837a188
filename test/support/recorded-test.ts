/** A test that was run by hand: samples go in, and what its summary is made of comes out. */
import { Aggregate } from "../../src/metrics/aggregate.ts";
import { defineBuiltinMetrics } from "../../src/metrics/builtin.ts";
import type { MetricKind, ValueType } from "../../src/metrics/metric.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { Registry } from "../../src/metrics/registry.ts";
import { TagSetRoot } from "../../src/metrics/tags.ts";
import { parseThresholds, ThresholdEvaluator } from "../../src/metrics/threshold/evaluate.ts";
import type { SummaryInput } from "../../src/report/summary-data.ts";

export const TREND_STATS = ["avg", "min", "med", "max", "p(90)", "p(95)"];

export interface RecordedTestOptions {
  metrics?: Record<string, [kind: MetricKind, contains?: ValueType]>;
  thresholds?: Record<string, string[]>;
  breakdown?: boolean;
  trendStats?: string[];
  elapsedMs?: number;
}

/** Takes one sample; without tags, it is of the default scenario and no group. */
export type AddSample = (name: string, value: number, tags?: Record<string, string>) => void;

/** Samples are a millisecond apart. */
export function recordTest(options: RecordedTestOptions, script: (add: AddSample) => void): SummaryInput {
  const registry = new Registry();
  defineBuiltinMetrics(registry);
  for (const [name, [kind, contains]] of Object.entries(options.metrics ?? {})) registry.define(name, kind, contains);
  const definitions = Object.fromEntries(
    Object.entries(options.thresholds ?? {}).map(([name, sources]) => [
      name,
      sources.map((threshold) => ({ threshold, abortOnFail: false })),
    ]),
  );
  const thresholds = parseThresholds(definitions, registry);
  const aggregate = new Aggregate(registry);
  const evaluator = new ThresholdEvaluator(thresholds, aggregate);
  const recorder = new Recorder({
    registry,
    submetrics: thresholds.flatMap((target) => target.submetric ?? []),
    breakdown: options.breakdown,
  });
  const root = new TagSetRoot();
  let timeMs = 0;
  script((name, value, tags) => {
    recorder.add(registry.get(name)!, root.from({ scenario: "default", group: "", ...tags }), value, timeMs++);
  });
  const packed = recorder.takePacked();
  if (packed !== undefined) aggregate.merge(packed);
  const elapsedMs = options.elapsedMs ?? 2_000;
  evaluator.evaluate(elapsedMs, true);
  return { aggregate, thresholds, elapsedMs, trendStats: options.trendStats ?? TREND_STATS };
}
