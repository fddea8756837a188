/**
 * Thresholds as a JUnit report, for build servers: one test case for each threshold.
 *
 * @see jslib.k6.io, k6-summary 0.1.0: `jUnit(data, options)`
 */
import type { SummaryData } from "./summary-data.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&quot;",
};

/**
 * Writes the report.
 *
 * @param options Names of the suite and of the class that its cases are said to be of.
 */
export function jUnit(
  data: Pick<SummaryData, "metrics">,
  options: { name?: string; classname?: string } | null = {},
): string {
  const className = escaped(options?.classname ?? "Unnamed folder");
  let failures = 0;
  const cases: string[] = [];
  for (const [name, metric] of Object.entries(data.metrics)) {
    for (const [source, { ok }] of Object.entries(metric.thresholds ?? {})) {
      const start = `<testcase name="${escaped(name)} - ${escaped(source)}" classname="${className}"`;
      if (ok) {
        cases.push(`${start} />`);
        continue;
      }
      failures++;
      const figures = Object.entries(metric.values).map(([figure, value]) => `${figure} value: ${value}`);
      const message = `${metric.type} threshold failed: ${figures.join(", ")}`;
      cases.push(`${start}><failure message="${escaped(message)}" /></testcase>`);
    }
  }
  const counts = `tests="${cases.length}" failures="${failures}"`;
  return [
    `<?xml version="1.0"?>`,
    `    <testsuites ${counts}>`,
    `      <testsuite name="${escaped(options?.name ?? "k6 thresholds")}" ${counts}>`,
    `        ${cases.join("\n")}`,
    "      </testsuite>",
    "    </testsuites>",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ESCAPES[character]!);
}
