/**
 * Features: behaviour that is off unless asked for, by `--features`, K6_FEATURES or the configuration file. The highest of
 * the three that says anything decides alone.
 *
 * Behaviour: k6 docs, "Feature flags"; k6 source, internal/features.
 */
import { didYouMean } from "../base/typo.ts";
import type { Notice } from "./notice.ts";
import type { Environment } from "./read-text.ts";

/** The closed set of features, all experimental. */
export const FEATURES = ["native-histograms", "merge-run-tags", "freeze-env"] as const;

export type FeatureName = (typeof FEATURES)[number];

/** A variable of before that still turns a feature on. */
const LEGACY_VARIABLE = "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM";
const LEGACY_FEATURE: FeatureName = "native-histograms";

/**
 * Decides which features are on.
 *
 * @param sources `cli`: the values of `--features`; `file`: `features` of the configuration file.
 * @returns The names, sorted, and what to log about them.
 */
export function resolveFeatures(sources: { cli?: readonly string[]; env: Environment; file?: readonly string[] }): {
  features: FeatureName[];
  notices: Notice[];
} {
  const isLegacy = /^(1|t|T|true|TRUE|True)$/.test(sources.env[LEGACY_VARIABLE] ?? "");
  const variable = sources.env["K6_FEATURES"];
  const fromEnv =
    variable === undefined && !isLegacy
      ? undefined
      : [...(isLegacy ? [LEGACY_FEATURE] : []), ...(variable === undefined ? [] : [variable])];
  const [values, source] =
    sources.cli !== undefined
      ? [sources.cli, "cli"]
      : fromEnv !== undefined
        ? [fromEnv, "env"]
        : [sources.file ?? [], "json"];

  const names = values.flatMap((value) => value.split(",")).map((name) => name.trim());
  const features: FeatureName[] = [];
  const notices: Notice[] = [];
  for (const name of new Set(names.filter((name) => name !== ""))) {
    if (source === "env" && isLegacy && name === LEGACY_FEATURE) {
      notices.push({
        level: "warning",
        message: "Legacy env var detected, use --features or K6_FEATURES instead",
        fields: { feature: name, env: LEGACY_VARIABLE, lifecycle: "deprecated_alias" },
      });
    }
    if (!(FEATURES as readonly string[]).includes(name)) {
      const hint = didYouMean(name, FEATURES) ?? `Features are ${FEATURES.join(", ")}.`;
      notices.push({
        level: "error",
        message: "Unknown feature flag",
        fields: { feature: name, outcome: "unknown", source, hint },
      });
      continue;
    }
    features.push(name as FeatureName);
    notices.push({
      level: "info",
      message: "Experimental feature enabled",
      fields: { feature: name, lifecycle: "experimental" },
    });
  }
  return { features: features.sort(), notices };
}

/** Run tags with one for each feature that is on, and none for others. */
export function tagFeatures(
  tags: Record<string, string> | undefined,
  features: readonly string[],
): Record<string, string> | undefined {
  const own = Object.entries(tags ?? {}).filter(([name]) => !name.startsWith("k6_feature_"));
  const added = features.map((name) => [`k6_feature_${name.replaceAll("-", "_")}`, "true"]);
  const all = [...own, ...added];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}
