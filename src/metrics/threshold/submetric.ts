/**
 * Sub-metrics: the part of a metric whose samples carry certain tags, named like `http_req_duration{status:200}`.
 *
 * A sample belongs to a sub-metric if it has every tag of the filter with that very value. Sub-metrics exist because a
 * threshold names them.
 *
 * @see k6 docs, "Thresholds on tags"; k6 source, metrics/metric
 */
import { UserError } from "../../base/errors.ts";
import { ExitCode } from "../../base/exit-codes.ts";
import { quote } from "../../base/quote.ts";

export interface Submetric {
  /** With the filter, `checks{group:::login}`. */
  readonly name: string;
  /** The metric that it is a part of. */
  readonly metric: string;
  /** The filter as it was written, without the braces. */
  readonly suffix: string;
  /** What a sample must carry; keys are unique. */
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** What a threshold is set on. */
export interface ThresholdTarget {
  metric: string;
  /** Left out if it is the metric itself. */
  submetric?: Submetric;
}

/**
 * Reads the name that a threshold is set on.
 *
 * @throws {UserError} With k6's words, if braces do not match or a tag has no value.
 */
export function parseThresholdTarget(name: string): ThresholdTarget {
  const opening = name.indexOf("{");
  const closing = name.lastIndexOf("}");
  if (opening < 0 && closing < 0) return { metric: name };
  if (opening < 0 || closing < 0) throw malformed(`metric ${quote(name)} has unmatched opening/close curly brace`);
  if (closing < opening) throw malformed(`metric ${quote(name)} closing curly brace appears before opening one`);
  if (closing !== name.length - 1) {
    throw malformed(`metric ${quote(name)} lacks a closing curly brace in its last position`);
  }
  const metric = name.slice(0, opening);
  const filter = name.slice(opening + 1, closing);
  const tags = new Map<string, string>();
  for (const expression of filter.split(",")) {
    const colon = expression.indexOf(":");
    const value = colon < 0 ? "" : expression.slice(colon + 1);
    if (value === "") throw malformed(`metric ${quote(expression)} tag expression is malformed`);
    tags.set(unquoted(expression.slice(0, colon)), unquoted(value));
  }
  const suffix = filter.trim();
  return { metric, submetric: { name: `${metric}{${suffix}}`, metric, suffix, tags: [...tags] } };
}

/** The sub-metrics that every test has, given its system tags: the summary tells responses that were expected apart. */
export function defaultSubmetrics(systemTags: readonly string[]): Submetric[] {
  if (!systemTags.includes("expected_response")) return [];
  return [parseThresholdTarget("http_req_duration{expected_response:true}").submetric!];
}

/** Whether a sample with these tags belongs to the sub-metric. */
export function matches(submetric: Submetric, tags: { get(key: string): string | undefined }): boolean {
  return submetric.tags.every(([key, value]) => tags.get(key) === value);
}

/** k6's warnings about filters on what is metadata and not a tag, so that nothing ever matches. */
export function submetricWarnings({ name, tags }: Submetric): string[] {
  return ["vu", "iter"]
    .filter((key) => tags.some((tag) => tag[0] === key))
    .map(
      (key) =>
        `The high-cardinality '${key}' metric tag was made non-indexable in k6 v0.41.0, so thresholds` +
        ` like '${name}' that are based on it won't work correctly.`,
    );
}

/** Removes blanks around a key or value, and then any quotes. */
function unquoted(text: string): string {
  return text.trim().replace(/^["']+|["']+$/g, "");
}

function malformed(what: string): UserError {
  return new UserError("invalid-threshold", {
    message: `unable to validate threshold expressions; reason: parsing metric name failed, ${what}`,
    exitCode: ExitCode.InvalidConfig,
  });
}
