import { expect, test } from "bun:test";
import { resolveFeatures, tagFeatures } from "../../src/options/features.ts";

test("resolveFeatures asks the highest source only", () => {
  const file = ["native-histograms"];
  expect(resolveFeatures({ env: {}, file }).features).toEqual(["native-histograms"]);
  expect(resolveFeatures({ env: { K6_FEATURES: "merge-run-tags, freeze-env" }, file }).features).toEqual([
    "freeze-env",
    "merge-run-tags",
  ]);
  expect(resolveFeatures({ cli: [""], env: { K6_FEATURES: "freeze-env" }, file }).features).toEqual([]);
});

test("resolveFeatures tells what is on, and what does not exist", () => {
  const { features, notices } = resolveFeatures({ cli: ["freeze-env,merge-tags", "merge-run-tag"], env: {} });
  expect(features).toEqual(["freeze-env"]);
  expect(notices.map(({ level, message, fields }) => [level, message, fields?.["hint"]])).toEqual([
    ["info", "Experimental feature enabled", undefined],
    ["error", "Unknown feature flag", 'Did you mean "merge-run-tags"?'],
    ["error", "Unknown feature flag", 'Did you mean "merge-run-tags"?'],
  ]);
});

test("resolveFeatures takes the old variable, with a warning", () => {
  const { features, notices } = resolveFeatures({ env: { K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM: "true" } });
  expect(features).toEqual(["native-histograms"]);
  expect(notices[0]!.message).toBe("Legacy env var detected, use --features or K6_FEATURES instead");
});

test("tagFeatures replaces tags of features that are off", () => {
  expect(tagFeatures({ a: "b", k6_feature_freeze_env: "true" }, ["merge-run-tags"])).toEqual({
    a: "b",
    k6_feature_merge_run_tags: "true",
  });
  expect(tagFeatures({}, [])).toBeUndefined();
});
