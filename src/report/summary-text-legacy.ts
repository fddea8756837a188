/**
 * The older layout of the summary, which scripts print in `handleSummary` with the jslib k6-summary.
 *
 * Groups with their checks come first, then all metrics by name, each with a mark if it has thresholds. It reads the
 * data that `handleSummary` gets, also after the script has changed it.
 *
 * @see jslib.k6.io, k6-summary 0.0.1 to 0.1.0: `textSummary(data, options)`
 */
import { displayWidth } from "./humanize.ts";
import { displayName, MetricColumns, sortedNames } from "./summary-columns.ts";
import type { SummaryCheck, SummaryData, SummaryGroup } from "./summary-data.ts";
import { type Paint, painter } from "./terminal.ts";

export interface TextSummaryOptions {
  /** What each line starts with; one blank unless given. */
  indent?: string;
  /** True unless given. */
  enableColors?: boolean;
  summaryTimeUnit?: string | null;
  summaryTrendStats?: readonly string[] | null;
}

const GROUP = "\u2588";
const DETAIL = "\u21b3";
const PASSED = "\u2713";
const FAILED = "\u2717";
const DOTS_MIN = 3;

/** What the summary shows if neither the data nor the options say it. */
const TREND_STATS = ["avg", "min", "med", "max", "p(90)", "p(95)"];

/**
 * Writes a summary.
 *
 * @param options Each wins over the option of the same name in the data.
 */
export function textSummary(
  data: Pick<SummaryData, "root_group" | "metrics"> & { options?: Partial<SummaryData["options"]> },
  options: TextSummaryOptions = {},
): string {
  const merged: TextSummaryOptions = { ...data.options, ...options };
  const indent = merged.indent ?? " ";
  const paint = painter(merged.enableColors ?? true);
  return [
    ...groupLines(data.root_group, `${indent}    `, paint),
    ...metricLines(data.metrics, indent, merged, paint),
  ].join("\n");
}

function groupLines(group: SummaryGroup, indent: string, paint: Paint): string[] {
  const lines: string[] = [];
  if (group.name !== "") {
    lines.push(`${indent}${GROUP} ${group.name}\n`);
    indent += "  ";
  }
  for (const check of group.checks) lines.push(checkLines(check, indent, paint));
  if (group.checks.length > 0) lines.push("");
  for (const child of group.groups) lines.push(...groupLines(child, indent, paint));
  return lines;
}

function checkLines({ name, passes, fails }: SummaryCheck, indent: string, paint: Paint): string {
  if (fails === 0) return paint(`${indent}${PASSED} ${name}`, "green");
  const percent = Math.floor((100 * passes) / (passes + fails));
  const detail = `${indent} ${DETAIL}  ${percent}% \u2014 ${PASSED} ${passes} / ${FAILED} ${fails}`;
  return paint(`${indent}${FAILED} ${name}\n${detail}`, "red");
}

function metricLines(
  metrics: SummaryData["metrics"],
  indent: string,
  options: TextSummaryOptions,
  paint: Paint,
): string[] {
  const columns = new MetricColumns(metrics, {
    trendStats: options.summaryTrendStats ?? TREND_STATS,
    timeUnit: options.summaryTimeUnit,
    rateExtras: (passes, fails) => [`${PASSED} ${passes}`, `${FAILED} ${fails}`],
  });
  const columnPaint = {
    value: (text: string) => paint(text, "cyan"),
    extra: (text: string) => paint(text, "cyan", "faint"),
  };
  const names = sortedNames(Object.keys(metrics));
  const width = Math.max(0, ...names.map((name) => displayWidth(indentOf(name) + displayName(name))));
  return names.map((name) => {
    const shown = displayName(name);
    const dots = `${".".repeat(width - displayWidth(indentOf(name) + shown) + DOTS_MIN)}:`;
    const mark = thresholdMark(metrics[name]!.thresholds, paint);
    return `${indent}  ${indentOf(name)}${mark} ${shown}${paint(dots, "faint")} ${columns.line(name, columnPaint)}`;
  });
}

/** A sub-metric stands two columns to the right of its parent. */
function indentOf(name: string): string {
  return name.includes("{") ? "  " : "";
}

function thresholdMark(thresholds: Record<string, { ok: boolean }> | undefined, paint: Paint): string {
  if (thresholds === undefined) return " ";
  return Object.values(thresholds).every((threshold) => threshold.ok) ? paint(PASSED, "green") : paint(FAILED, "red");
}
