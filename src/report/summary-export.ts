/**
 * The file of `--summary-export`: the summary in the shape of k6's first versions.
 *
 * Figures stand directly in their metric, a rate is called `value`, groups and checks are found by name, and a
 * threshold is true if it was crossed. The machine-readable summary is written as it is.
 *
 * @see k6 docs, "Summary export"
 */
import type { SummaryCheck, SummaryData, SummaryGroup } from "./summary-data.ts";
import type { MachineSummary } from "./summary-machine.ts";

interface ExportedGroup extends Omit<SummaryGroup, "groups" | "checks"> {
  groups: Record<string, ExportedGroup>;
  checks: Record<string, SummaryCheck>;
}

/** The text of the file. */
export function summaryExport(data: SummaryData | MachineSummary): string {
  if ("results" in data) return JSON.stringify(data, null, 4);
  const metrics = Object.fromEntries(
    Object.entries(data.metrics).map(([name, { type, values, thresholds }]) => {
      const { rate, ...others } = values;
      const figures = type === "rate" && rate !== undefined ? { ...others, value: rate } : values;
      if (thresholds === undefined || Object.keys(thresholds).length === 0) return [name, figures];
      const crossed = Object.fromEntries(Object.entries(thresholds).map(([source, { ok }]) => [source, !ok]));
      return [name, { ...figures, thresholds: crossed }];
    }),
  );
  const { setup_data } = data;
  return JSON.stringify({ root_group: exportGroup(data.root_group), metrics, setup_data }, null, 4);
}

function exportGroup(group: SummaryGroup): ExportedGroup {
  return {
    ...group,
    groups: Object.fromEntries(group.groups.map((child) => [child.name, exportGroup(child)])),
    checks: Object.fromEntries(group.checks.map((check) => [check.name, check])),
  };
}
