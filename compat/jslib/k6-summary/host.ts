/**
 * The module `sixfold:summary` behind k6-summary: texts of the data that `handleSummary` gets, by the code that writes
 * the summary of a run.
 */
import { type ModuleFactory, summaryTexts } from "../../../src/module-api.ts";

export async function loadSummary(): Promise<{ default: ModuleFactory }> {
  const { textSummary, humanizeValue, jUnit } = await summaryTexts();
  const summary: ModuleFactory = ({ rt }) => {
    /** A copy of the script's data that holds no code: methods of the script must not be called with functions of ours. */
    const copy = (value: unknown): any => {
      if (typeof value === "function") return undefined;
      return typeof value === "object" && value !== null ? JSON.parse(rt.stringify(value) ?? "null") : value;
    };
    return {
      named: {
        textSummary: rt.fn("textSummary", 2, ([data, options]) => textSummary(copy(data), copy(options) ?? {})),
        humanizeValue: rt.fn("humanizeValue", 3, ([value, metric, timeUnit]) =>
          humanizeValue(copy(value), copy(metric), copy(timeUnit)),
        ),
        jUnit: rt.fn("jUnit", 2, ([data, options]) => jUnit(copy(data), copy(options) ?? {})),
      },
    };
  };
  return { default: summary };
}
