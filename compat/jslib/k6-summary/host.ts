/**
 * The module `sixfold:summary` behind k6-summary: texts of the data that `handleSummary` gets, by the code that writes
 * the summary of a run.
 */
import { type ModuleFactory, summaryTexts } from "../../../src/module-api.ts";

export async function loadSummary(): Promise<{ default: ModuleFactory }> {
  const { textSummary, humanizeValue, jUnit } = await summaryTexts();
  const summary: ModuleFactory = ({ rt }) => ({
    named: {
      textSummary: rt.fn("textSummary", 2, ([data, options]) => textSummary(data, options ?? {})),
      humanizeValue: rt.fn("humanizeValue", 3, ([value, metric, timeUnit]) => humanizeValue(value, metric, timeUnit)),
      jUnit: rt.fn("jUnit", 2, ([data, options]) => jUnit(data, options ?? {})),
    },
  });
  return { default: summary };
}
