/**
 * The summary that is printed when a test ends, in the layout of k6 v2.
 *
 * Thresholds come first, then the whole with its checks and metrics, then, in the full summary, each group and each
 * scenario. Within one of these, all figures are aligned with each other. The layout that scripts print by means of the
 * jslib k6-summary is the older one of `summary-text-legacy.ts`.
 *
 * @see k6 docs, "End-of-test summary"
 */
import { displayWidth } from "./humanize.ts";
import {
  type ColumnOptions,
  type ColumnPaint,
  compareNames,
  displayName,
  MetricColumns,
  otherFigures,
  type SummaryMetric,
  sortedNames,
  trendFigure,
} from "./summary-columns.ts";
import {
  REPORT_SECTIONS,
  type ReportChecks,
  type ReportSection,
  type ReportThresholds,
  type SummaryReport,
} from "./summary-data.ts";
import { type Paint, painter } from "./terminal.ts";

export { humanizeValue } from "./humanize.ts";
export { textSummary } from "./summary-text-legacy.ts";

export interface SummaryTextOptions {
  enableColors: boolean;
  /** Statistics of trends; all of them must be in the report. */
  trendStats: readonly string[];
  /** "s", "ms" or "us" for all durations; anything else lets each have its own. */
  timeUnit?: string | null;
  /** What is not in the figures, and why: a thread that crashed, an output that failed. One line each. */
  missing?: readonly string[];
}

/** Writes a report as k6 prints it on standard output, blank lines around it included. */
export function summaryText(report: SummaryReport, options: SummaryTextOptions): string {
  const writer = new SummaryWriter(options);
  writer.report(report);
  // Each line begins with a line feed; so do and end k6's.
  return `\n${writer.lines.map((line) => `\n${line}`).join("")}\n\n`;
}

const TITLE = "\u2588";
const DETAIL = "\u21b3";
const PASSED = "\u2713";
const FAILED = "\u2717";
const DOTS_MIN = 3;

class SummaryWriter {
  readonly lines: string[] = [];
  private readonly paint: Paint;
  private readonly columns: ColumnOptions;
  private readonly columnPaint: ColumnPaint;
  private readonly missing: readonly string[];

  constructor(options: SummaryTextOptions) {
    this.paint = painter(options.enableColors);
    this.columns = {
      trendStats: options.trendStats,
      timeUnit: options.timeUnit,
      rateExtras: (passes, fails) => [`${passes} out of ${passes + fails}`],
    };
    this.columnPaint = {
      value: (text) => this.paint(text, "cyan"),
      extra: (text) => this.paint(text, "faint", "cyan"),
    };
    this.missing = options.missing ?? [];
  }

  report(report: SummaryReport): void {
    if (Object.keys(report.thresholds).length > 0) {
      this.title(`${TITLE} `, "THRESHOLDS", 1);
      this.thresholds(report.thresholds);
      this.blank();
    }
    this.title(`${TITLE} `, "TOTAL RESULTS", 1);
    this.section({ ...report, groups: {} }, 1);
    this.blank();
    for (const [name, group] of Object.entries(report.groups)) {
      this.title(`${TITLE} `, `GROUP: ${name}`, 1);
      this.section(group, 1);
      this.blank();
    }
    for (const name of Object.keys(report.scenarios).sort(compareNames)) {
      this.title(`${TITLE} `, `SCENARIO: ${name}`, 1);
      this.section(report.scenarios[name]!, 1);
      this.blank();
    }
    if (this.missing.length > 0) {
      this.title(`${TITLE} `, "INCOMPLETE", 1);
      for (const line of this.missing) this.line(2, this.paint(line, "yellow"));
      this.blank();
    }
  }

  private thresholds(thresholds: Readonly<Record<string, ReportThresholds>>): void {
    for (const name of sortedNames(Object.keys(thresholds))) {
      const parent = name.split("{", 1)[0]!;
      const below = name !== parent && thresholds[parent] !== undefined;
      const level = below ? 3 : 2;
      this.line(level, below ? name.slice(parent.length) : name);
      const { metric, thresholds: list } = thresholds[name]!;
      for (const { source, aggregation, ok } of list) {
        const mark = ok ? this.paint(PASSED, "green") : this.paint(FAILED, "red");
        const figure = this.thresholdFigure(metric, aggregation);
        this.line(level, `${mark} ${this.paint(`'${source.trim()}'`, "white")} ${figure}`);
      }
      this.blank();
    }
  }

  private thresholdFigure(metric: SummaryMetric, aggregation: string): string {
    let figure: string;
    if (metric.type === "trend") figure = trendFigure(metric, aggregation, this.columns.timeUnit);
    else {
      const [value, extra] = otherFigures(metric, this.columns);
      figure = metric.type === "counter" && aggregation !== "count" ? extra! : value;
    }
    return `${this.paint(aggregation, "white")}=${this.paint(figure, "cyan")}`;
  }

  /** @param level Of its title; one level is two columns. */
  private section(section: ReportSection, level: number): void {
    if (section.checks !== undefined) {
      this.checks(section.checks, level + 1);
      this.blank();
    }
    this.metrics(section.metrics, level + 1);
    for (const [name, group] of Object.entries(section.groups)) {
      this.title(`${DETAIL} `, `GROUP: ${name}`, level + 1);
      this.section(group, level + 1);
    }
  }

  private checks({ metrics, checks }: ReportChecks, level: number): void {
    const columns = new MetricColumns(metrics, this.columns);
    this.metricLines(Object.keys(metrics), columns, nameWidth(Object.keys(metrics)), level);
    this.blank();
    for (const { name, passes, fails } of checks) {
      if (fails === 0) {
        this.line(level, this.paint(`${PASSED} ${name}`, "green"));
        continue;
      }
      const percent = Math.floor((100 * passes) / (passes + fails));
      this.line(level, this.paint(`${FAILED} ${name}`, "red"));
      const detail = `${DETAIL}  ${percent}% \u2014 ${PASSED} ${passes} / ${FAILED} ${fails}`;
      // Twice as deep as its check, as k6 has it.
      this.line(2 * level - 1, this.paint(detail, "red"));
    }
  }

  private metrics(metrics: ReportSection["metrics"], level: number): void {
    const all: Record<string, SummaryMetric> = Object.assign({}, ...Object.values(metrics));
    const columns = new MetricColumns(all, this.columns);
    const width = nameWidth(Object.keys(all));
    for (const name of REPORT_SECTIONS) {
      const names = sortedNames(Object.keys(metrics[name] ?? {}));
      if (names.length === 0) continue;
      this.line(level, this.bold(name.toUpperCase()));
      this.metricLines(names, columns, width, level);
      this.blank();
    }
  }

  private metricLines(names: readonly string[], columns: MetricColumns, width: number, level: number): void {
    for (const name of names) {
      const shown = shownName(name);
      const dots = `${".".repeat(width - displayWidth(shown) + DOTS_MIN)}:`;
      this.line(level, `${shown}${this.paint(dots, "faint", "white")} ${columns.line(name, this.columnPaint)}`);
    }
  }

  private title(mark: string, title: string, level: number): void {
    this.line(level, `${mark}${this.bold(title)} `);
    this.blank();
  }

  private bold(text: string): string {
    return this.paint(text, "bold");
  }

  private line(level: number, text: string): void {
    this.lines.push("  ".repeat(level) + text);
  }

  private blank(): void {
    this.lines.push("");
  }
}

/** A sub-metric stands two columns to the right of its parent. */
function shownName(name: string): string {
  return name.includes("{") ? `  ${displayName(name)}` : name;
}

function nameWidth(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => displayWidth(shownName(name))));
}
