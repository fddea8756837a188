/**
 * The summary of `--new-machine-readable-summary`: what `handleSummary` gets and `--summary-export` writes instead of
 * the older shapes.
 *
 * @see k6 docs, "End-of-test summary", machine-readable; its schema version is 1.0.0
 */
import { K6_VERSION } from "../options/schema.ts";
import type { SummaryMetric } from "./summary-columns.ts";
import { REPORT_SECTIONS, type SummaryReport } from "./summary-data.ts";

export interface MachineSummary {
  config: {
    /** Seconds. */
    duration: number;
    execution: "local";
    /** The source of the script. */
    script: string;
  };
  metadata: { generated_at: string; k6_version: string };
  results: {
    checks: { metrics: MachineMetric[]; results: { fails: number; name: string; passes: number }[] };
    metrics: MachineMetric[];
  };
  version: string;
}

interface MachineMetric extends Omit<SummaryMetric, "values"> {
  name: string;
  values: Record<string, number>;
}

const SCHEMA_VERSION = "1.0.0";

export interface MachineSummaryFacts {
  elapsedMs: number;
  script: string;
  /** When it is made. */
  now: Date;
}

export function machineSummary(report: SummaryReport, facts: MachineSummaryFacts): MachineSummary {
  const metrics = REPORT_SECTIONS.flatMap((section) => Object.entries(report.metrics[section] ?? {}));
  const { checks } = report;
  return {
    config: { duration: facts.elapsedMs / 1000, execution: "local", script: facts.script },
    metadata: { generated_at: facts.now.toISOString(), k6_version: K6_VERSION },
    results: {
      checks: {
        metrics:
          checks === undefined
            ? []
            : (["checks_total", "checks_failed", "checks_succeeded"] as const).map((name) =>
                machineMetric(name, checks.metrics[name]),
              ),
        results: checks?.checks.map(({ name, passes, fails }) => ({ fails, name, passes })) ?? [],
      },
      metrics: metrics.map(([name, metric]) => machineMetric(name, metric)),
    },
    version: SCHEMA_VERSION,
  };
}

function machineMetric(name: string, { type, contains, values }: SummaryMetric): MachineMetric {
  return { contains, name, type, values: machineValues(type, values) };
}

/** Statistics of a trend, by their names here. */
const TREND_NAMES: readonly (readonly [stat: string, name: string])[] = [
  ["avg", "avg"],
  ["max", "max"],
  ["med", "med"],
  ["min", "min"],
  ["p(90)", "p90"],
  ["p(95)", "p95"],
];

function machineValues(type: SummaryMetric["type"], values: SummaryMetric["values"]): Record<string, number> {
  const value = (name: string) => values[name] ?? 0;
  switch (type) {
    case "counter":
      return { count: value("count") };
    case "gauge":
      return { max: value("max"), min: value("min"), value: value("value") };
    case "rate":
      return { matches: value("passes"), rate: value("rate"), total: value("passes") + value("fails") };
    case "trend": {
      const known = TREND_NAMES.filter(([stat]) => values[stat] !== undefined);
      return Object.fromEntries(known.map(([stat, name]) => [name, value(stat)]));
    }
  }
}
