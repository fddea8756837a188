/**
 * Readers of `scenarios` and `stages`: a scenario is an object whose `executor` decides which other fields it may have.
 *
 * Behaviour: k6 source, lib/executors.go and the configuration of each executor; k6 docs, "Scenarios".
 */
import { didYouMean } from "../base/typo.ts";
import { type JsonNode, toPlain } from "./json-node.ts";
import {
  isNull,
  listOf,
  type Reader,
  type Reading,
  readDuration,
  readFields,
  readInt,
  readPlainString,
  readString,
  readTags,
  unknownField,
} from "./reading.ts";
import { EXECUTOR_NAMES, type ExecutorName, type ScenarioConfig, type StageConfig } from "./scenario-config.ts";

export function readStage(structType: string, own: boolean): Reader<StageConfig> {
  return (reading, node) => {
    if (isNull(node)) return {};
    const read = () => {
      if (node.kind !== "object") return reading.mismatch(node, structType, { immediate: own });
      const onUnknown = (key: string) => {
        // Only scenarios are strict; the shortcut takes any field without a word.
        if (!own) unknownField(reading, node, key, ["duration", "target"]);
      };
      return readFields(reading, node, { duration: readDuration, target: readInt }, { onUnknown });
    };
    return own ? reading.document(node, read) : read();
  };
}

const BASE_SCENARIO_READERS: Record<string, Reader<unknown>> = {
  executor: readPlainString,
  startTime: readDuration,
  gracefulStop: readDuration,
  env: readTags,
  exec: readString,
  tags: readTags,
  options: (reading, node) => {
    if (isNull(node)) return undefined;
    if (node.kind !== "object") return reading.mismatch(node, "lib.ScenarioOptions");
    const readers: Record<string, Reader<unknown>> = {
      browser: (inner, child) => {
        if (isNull(child)) return undefined;
        return child.kind === "object" ? toPlain(child) : inner.mismatch(child, "map[string]interface {}");
      },
    };
    return readFields(reading, node, readers, { onUnknown: (key) => unknownField(reading, node, key, ["browser"]) });
  },
};

const readScenarioStages = listOf("[]executor.Stage", readStage("executor.Stage", false));

const ITERATIONS_READERS = { vus: readInt, iterations: readInt, maxDuration: readDuration };

const SCENARIO_READERS: Record<ExecutorName, Record<string, Reader<unknown>>> = {
  "shared-iterations": ITERATIONS_READERS,
  "per-vu-iterations": ITERATIONS_READERS,
  "constant-vus": { vus: readInt, duration: readDuration },
  "ramping-vus": { startVUs: readInt, stages: readScenarioStages, gracefulRampDown: readDuration },
  "constant-arrival-rate": {
    rate: readInt,
    timeUnit: readDuration,
    duration: readDuration,
    preAllocatedVUs: readInt,
    maxVUs: readInt,
  },
  "ramping-arrival-rate": {
    startRate: readInt,
    timeUnit: readDuration,
    stages: readScenarioStages,
    preAllocatedVUs: readInt,
    maxVUs: readInt,
  },
};

export const readScenarios: Reader<Record<string, ScenarioConfig>> = (reading, node) => {
  if (isNull(node)) return undefined;
  return reading.document(node, () => {
    if (node.kind !== "object") {
      return reading.mismatch(node, "map[string]lib.protoExecutorConfig", { immediate: true });
    }
    const scenarios: Record<string, ScenarioConfig> = {};
    for (const [name, child] of node.entries) {
      const scenario = reading.within({ key: name }, () =>
        reading.document(child, () => readScenario(reading, name, child)),
      );
      if (scenario !== undefined) scenarios[name] = scenario;
    }
    return scenarios;
  });
};

function readScenario(reading: Reading, name: string, node: JsonNode): ScenarioConfig | undefined {
  if (node.kind !== "object" && node.kind !== "null") {
    return reading.mismatch(node, 'struct { ExecutorType string "json:\\"executor\\"" }', { immediate: true });
  }
  const entries = node.kind === "object" ? node.entries : [];
  const executor = entries.find(([key]) => key.toLowerCase() === "executor")?.[1];
  if (node.kind !== "object" || executor === undefined || isNull(executor)) return missingExecutor(reading, name, node);
  if (executor.kind !== "string") {
    return reading.within({ key: "executor", field: "executor" }, () => reading.mismatch(executor, "string"));
  }
  if (executor.value === "") return missingExecutor(reading, name, node);
  if (!(EXECUTOR_NAMES as readonly string[]).includes(executor.value)) {
    const hint =
      executor.value === "externally-controlled"
        ? "k6 v2 removed it; ramping-vus and the arrival-rate executors are the nearest."
        : (didYouMean(executor.value, EXECUTOR_NAMES) ?? `Executors are ${EXECUTOR_NAMES.join(", ")}.`);
    return reading.complain(node, `unknown executor type '${executor.value}'`, { hint });
  }
  const readers = { ...BASE_SCENARIO_READERS, ...SCENARIO_READERS[executor.value as ExecutorName] };
  return readFields(reading, node, readers, {
    onUnknown: (key) => unknownField(reading, node, key, Object.keys(readers)),
    fieldPrefix: (field) => (field in BASE_SCENARIO_READERS ? ["BaseConfig"] : []),
  }) as unknown as ScenarioConfig;
}

function missingExecutor(reading: Reading, name: string, node: JsonNode): undefined {
  return reading.complain(node, `scenario '${name}' doesn't have a specified executor type`, {
    hint: `Add an executor: ${EXECUTOR_NAMES.join(", ")}.`,
  });
}
