/**
 * The figures of many metrics in columns: what stands right of the dots in the text summaries.
 *
 * A trend has a column for each statistic; anything else has a value and then its extras. The columns of a trend and
 * those of other metrics are aligned separately, each over all metrics that are shown together.
 */
import type { MetricKind, ValueType } from "../metrics/metric.ts";
import { displayWidth, humanizeValue } from "./humanize.ts";

/** A metric as `handleSummary` gets it. */
export interface SummaryMetric {
  type: MetricKind;
  contains: ValueType;
  values: Record<string, number>;
}

export interface ColumnOptions {
  /** Which statistics of a trend to show, in which order. */
  trendStats: readonly string[];
  timeUnit: string | null | undefined;
  /** What stands behind the percentage of a rate. */
  rateExtras(passes: number, fails: number): string[];
}

/** How values and the less important extras are coloured. */
export interface ColumnPaint {
  value(text: string): string;
  extra(text: string): string;
}

interface Cells {
  /** One for each statistic of a trend, one for anything else. */
  values: string[];
  extras: string[];
}

/** Where there is no figure. */
const NONE = "-";

export class MetricColumns {
  private readonly options: ColumnOptions;
  private readonly cells = new Map<string, Cells>();
  private readonly trends = new Set<string>();
  private readonly trendWidths: number[];
  private valueWidth = 0;
  private readonly extraWidths: number[] = [];

  constructor(metrics: Readonly<Record<string, SummaryMetric>>, options: ColumnOptions) {
    this.options = options;
    this.trendWidths = options.trendStats.map(() => 0);
    for (const [name, metric] of Object.entries(metrics)) {
      if (metric.type === "trend") this.addTrend(name, metric);
      else this.addOther(name, metric);
    }
  }

  /** The figures of a metric, padded so that they stand below those of the others. */
  line(name: string, paint: ColumnPaint): string {
    const { values, extras } = this.cells.get(name)!;
    if (this.trends.has(name)) {
      return values
        .map((cell, at) => `${this.options.trendStats[at]}=${paint.value(cell)}${pad(cell, this.trendWidths[at]!)}`)
        .join(" ");
    }
    const value = paint.value(values[0]!) + pad(values[0]!, this.valueWidth);
    if (extras.length === 0) return value;
    // A single extra is the end of its line, so there is nothing to align.
    if (extras.length === 1) return `${value} ${paint.extra(extras[0]!)}`;
    return `${value} ${extras.map((cell, at) => paint.extra(cell) + pad(cell, this.extraWidths[at]!)).join(" ")}`;
  }

  private addTrend(name: string, metric: SummaryMetric): void {
    const values = this.options.trendStats.map((stat) => trendFigure(metric, stat, this.options.timeUnit));
    for (const [at, cell] of values.entries()) {
      this.trendWidths[at] = Math.max(this.trendWidths[at]!, displayWidth(cell));
    }
    this.trends.add(name);
    this.cells.set(name, { values, extras: [] });
  }

  private addOther(name: string, metric: SummaryMetric): void {
    const [value, ...extras] = otherFigures(metric, this.options);
    this.valueWidth = Math.max(this.valueWidth, displayWidth(value));
    for (const [at, cell] of extras.entries()) {
      this.extraWidths[at] = Math.max(this.extraWidths[at] ?? 0, displayWidth(cell));
    }
    this.cells.set(name, { values: [value], extras });
  }
}

/** One statistic of a trend; a count has no unit. */
export function trendFigure(metric: SummaryMetric, stat: string, timeUnit: string | null | undefined): string {
  const value = metric.values[stat];
  if (value === undefined) return NONE;
  return stat === "count" ? value.toString() : humanizeValue(value, metric, timeUnit);
}

/** The value of a metric that is no trend, then its extras. */
export function otherFigures(metric: SummaryMetric, options: ColumnOptions): [value: string, ...extras: string[]] {
  const figure = (name: string) => {
    const value = metric.values[name];
    return value === undefined ? NONE : humanizeValue(value, metric, options.timeUnit);
  };
  switch (metric.type) {
    case "counter":
      return [figure("count"), `${figure("rate")}/s`];
    case "gauge":
      return [figure("value"), `min=${figure("min")}`, `max=${figure("max")}`];
    case "rate":
      return [figure("rate"), ...options.rateExtras(metric.values["passes"] ?? 0, metric.values["fails"] ?? 0)];
    default:
      return ["[no data]"];
  }
}

/** What is shown of a name: of a sub-metric only its filter, since it stands below its parent. */
export function displayName(name: string): string {
  const filter = name.indexOf("{");
  return filter < 0 ? name : `{ ${name.slice(filter + 1, -1)} }`;
}

/** Sorts by name, each sub-metric after its parent. */
export function sortedNames(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => {
    const [parentA, parentB] = [a.split("{", 1)[0]!, b.split("{", 1)[0]!];
    return compareNames(parentA, parentB) || compareNames(a.slice(parentA.length), b.slice(parentB.length));
  });
}

const PLAIN_NAME = /^[a-z0-9_]*$/;
let collator: Intl.Collator | undefined;

/** The order of `localeCompare`, the same on every machine. */
export function compareNames(a: string, b: string): number {
  if (a === "" || b === "") return Math.sign(a.length - b.length);
  if (PLAIN_NAME.test(a) && PLAIN_NAME.test(b)) {
    // a collator takes 1 ms to make, and says the same: "_" comes before digits and letters
    const [plainA, plainB] = [a.replaceAll("_", " "), b.replaceAll("_", " ")];
    return plainA < plainB ? -1 : plainA > plainB ? 1 : 0;
  }
  collator ??= new Intl.Collator("en");
  return collator.compare(a, b);
}

function pad(cell: string, width: number): string {
  return " ".repeat(width - displayWidth(cell));
}
