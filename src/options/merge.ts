/**
 * Layers of options become one: defaults < configuration file < script < environment < flags.
 *
 * A layer that says what to run (`duration`, `iterations`, `stages` or `scenarios`) replaces all that lower layers said
 * about it; within one layer all is kept, so that a contradiction can be reported. Other options replace one by one:
 * maps and lists are not mixed, but for `dns`, and for `tags` under the feature "merge-run-tags".
 *
 * Behaviour: k6 docs, "How to use options", "Order of precedence"; k6 source, internal/cmd/config.go and lib/options.go.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { Notice } from "./notice.ts";
import type { StageConfig } from "./scenario-config.ts";
import {
  DEFAULT_DNS,
  DEFAULT_SUMMARY_TREND_STATS,
  DEFAULT_SYSTEM_TAGS,
  type DnsOptions,
  OPTIONS,
  type Options,
  type RunOptions,
} from "./schema.ts";
import { checkTrendStat, isValueError } from "./text-values.ts";

export interface OptionLayers {
  file?: Options;
  script?: Options;
  env?: Options;
  cli?: Options;
}

/** Whether the options say what to run. */
function saysWhatToRun({ duration, iterations, stages, scenarios }: Options): boolean {
  return duration !== undefined || iterations !== undefined || stages !== undefined || scenarios !== undefined;
}

/** A stage that says no duration is none. */
const timed = (stages: readonly StageConfig[]) => stages.filter((stage) => stage.duration !== undefined);

/** `upper` over `lower`. */
export function applyOptions(lower: Options, upper: Options): Options {
  const merged: Options = { ...lower };
  if (saysWhatToRun(upper)) {
    delete merged.duration;
    delete merged.iterations;
    delete merged.stages;
    delete merged.scenarios;
  }
  for (const [name, value] of Object.entries(upper)) {
    if (value !== undefined) (merged as Record<string, unknown>)[name] = value;
  }
  if (upper.stages !== undefined) merged.stages = timed(upper.stages);
  // Tags that are set to nothing are not set.
  if (upper.tags !== undefined && Object.keys(upper.tags).length === 0) {
    if (lower.tags === undefined) delete merged.tags;
    else merged.tags = lower.tags;
  }
  if (lower.dns !== undefined && upper.dns !== undefined) merged.dns = { ...lower.dns, ...upper.dns };
  // Only the configuration file has a say, and it is asked directly.
  if (lower.features === undefined) delete merged.features;
  else merged.features = lower.features;
  return merged;
}

/**
 * Consolidates the options of all layers, with the defaults that k6 shows.
 *
 * @param features Names of the features that are turned on.
 * @returns The options, and k6's warnings about scenarios that a higher layer replaced.
 * @throws {UserError} `invalid-trend-stat`, exit code 255.
 */
export function consolidateOptions(
  { file = {}, script = {}, env = {}, cli = {} }: OptionLayers,
  features: readonly string[] = [],
): { options: Options; notices: Notice[] } {
  const notices: Notice[] = [];
  let options = file.stages === undefined ? file : { ...file, stages: timed(file.stages) };
  for (const [name, layer] of [
    ["script", script],
    ["env", env],
    ["cli", cli],
  ] as const) {
    if (options.scenarios !== undefined && saysWhatToRun(layer)) {
      const message = `"${name}" level configuration overrode scenarios configuration entirely`;
      notices.push({ level: "warning", message });
    }
    options = applyOptions(options, layer);
  }
  if (features.includes("merge-run-tags")) {
    const tags = { ...file.tags, ...script.tags, ...env.tags, ...cli.tags };
    options = { ...options, tags: Object.keys(tags).length > 0 ? tags : undefined };
  }
  options = {
    ...options,
    systemTags: options.systemTags ?? [...DEFAULT_SYSTEM_TAGS],
    summaryTrendStats: options.summaryTrendStats ?? [...DEFAULT_SUMMARY_TREND_STATS],
  };
  for (const stat of options.summaryTrendStats!) {
    try {
      checkTrendStat(stat);
    } catch (error) {
      if (!isValueError(error)) throw error;
      throw new UserError("invalid-trend-stat", {
        message: error.message,
        hint: error.hint,
        exitCode: ExitCode.Generic,
      });
    }
  }
  return { options, notices };
}

/** Consolidates the options of the run; a list that is empty is not set. */
export function consolidateRunOptions(...layers: RunOptions[]): RunOptions {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
      merged[name] = value;
    }
  }
  return merged;
}

type WithDefault =
  | "paused"
  | "noSetup"
  | "setupTimeout"
  | "noTeardown"
  | "teardownTimeout"
  | "handleSummaryTimeout"
  | "rps"
  | "maxRedirects"
  | "userAgent"
  | "batch"
  | "batchPerHost"
  | "insecureSkipTLSVerify"
  | "throw"
  | "noConnectionReuse"
  | "noVUConnectionReuse"
  | "minIterationDuration"
  | "summaryTrendStats"
  | "systemTags"
  | "metricSamplesBufferSize"
  | "noCookiesReset"
  | "discardResponseBodies";

/** Options as the engine uses them: whatever has a default is there. */
export type EffectiveOptions = Options & Required<Pick<Options, WithDefault>> & { dns: Required<DnsOptions> };

/** Fills in the defaults; what has none stays unset. */
export function effectiveOptions(options: Options): EffectiveOptions {
  const effective: Record<string, unknown> = { ...options };
  for (const { name, default: value } of OPTIONS) {
    // How many VUs run is said by the scenarios.
    if (value !== undefined && name !== "vus") effective[name] ??= value;
  }
  effective["dns"] = { ...DEFAULT_DNS, ...options.dns };
  return effective as unknown as EffectiveOptions;
}
