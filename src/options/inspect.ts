/**
 * Options as JSON the way k6 writes them: a fixed order of keys, null for what is not set, durations as texts.
 *
 * `inspect` prints it, archives hold it, and scripts see it as `exec.test.options`.
 *
 * Behaviour: k6 source, internal/cmd/inspect.go and the JSON forms of lib/options.go; spec/distributed.md, section 1.8.
 */
import { formatDuration } from "../base/duration.ts";
import { escapeJson } from "./json-node.ts";
import { endOffset, maxPossibleVUs, planExecution } from "./requirements.ts";
import type { ScenarioConfig, StageConfig } from "./scenario-config.ts";
import { resolveScenarios } from "./scenarios.ts";
import { OPTIONS, type Options, type OptionType, type ThresholdConfig, type TlsVersionRange } from "./schema.ts";
import { Share } from "./segment.ts";

export interface ExecutionRequirements {
  /** "1m0s". */
  totalDuration: string;
  maxVUs: number;
}

/** How many VUs and how much time the derived options need, in this segment of the test. */
export function executionRequirements(options: Options): ExecutionRequirements {
  const plan = planExecution(resolveScenarios(options), Share.fromOptions(options));
  return { totalDuration: formatDuration(endOffset(plan)), maxVUs: maxPossibleVUs(plan) };
}

/** What `inspect` prints: two-space indent, no newline at the end. */
export function renderOptions(options: Options, requirements?: ExecutionRequirements): string {
  return stringify({ ...optionsToJson(options), ...requirements });
}

/** The options as k6 writes them, as plain data in k6's order. */
export function optionsToJson(options: Options): Record<string, unknown> {
  const entries = OPTIONS.filter((spec) => spec.inScript !== false).flatMap((spec): [string, unknown][] => {
    const value = options[spec.name];
    if (spec.name === "cloud" && (value === undefined || value === null)) return [];
    if (spec.type === "dns") return [[spec.name, inOrder(["ttl", "select", "policy"], value)]];
    return [[spec.name, value === undefined ? null : WRITERS[spec.type](value as never)]];
  });
  return Object.fromEntries(entries);
}

/**
 * Single values (numbers, texts, truths) that flags, the environment or the configuration file have set: k6 puts them
 * into the script's own `options`, too.
 */
export function valuesBesideScript(merged: Options, script: Options): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, type, inScript } of OPTIONS) {
    const value = merged[name];
    if (inScript === false || value === undefined || typeof value === "object" || value === script[name]) continue;
    values[name] = WRITERS[type](value as never);
  }
  return values;
}

const asItIs = (value: unknown): unknown => value;

const WRITERS: Record<OptionType, (value: never) => unknown> = {
  bool: asItIs,
  int: asItIs,
  string: asItIs,
  duration: formatDuration,
  stages: (stages: StageConfig[]) => stages.map(stageToJson),
  scenarios: (scenarios: Record<string, ScenarioConfig>) => mapSorted(scenarios, scenarioToJson),
  segment: asItIs,
  segmentSequence: asItIs,
  dns: asItIs,
  tlsCipherSuites: (names: string[]) => (names.length === 0 ? null : names),
  tlsVersion: ({ min = "" as never, max = "" as never }: TlsVersionRange) => ({ min, max }),
  tlsAuth: (list: object[]) => list.map((auth) => inOrder(["cert", "key", "password", "domains"], auth)),
  thresholds: (thresholds: Record<string, ThresholdConfig[]>) =>
    mapSorted(thresholds, (list) => list.map(thresholdToJson)),
  cidrs: asItIs,
  hostnames: asItIs,
  hosts: (hosts: Record<string, string>) => mapSorted(hosts, asItIs),
  json: asItIs,
  jsonMap: (map: Record<string, unknown>) => mapSorted(map, asItIs),
  strings: asItIs,
  // k6 writes an empty set of tags as null.
  systemTags: (tags: string[]) => (tags.length === 0 ? null : [...tags].sort()),
  tags: (tags: Record<string, string>) => mapSorted(tags, asItIs),
  ipPool: asItIs,
};

function thresholdToJson({ threshold, abortOnFail, delayAbortEval }: ThresholdConfig): unknown {
  if (!abortOnFail) return threshold;
  return {
    threshold,
    abortOnFail,
    delayAbortEval: delayAbortEval === undefined ? null : formatDuration(delayAbortEval),
  };
}

function stageToJson({ duration, target }: StageConfig): unknown {
  return { duration: duration === undefined ? null : formatDuration(duration), target: target ?? null };
}

const SCENARIO_KEYS = {
  "shared-iterations": ["vus", "iterations", "maxDuration"],
  "per-vu-iterations": ["vus", "iterations", "maxDuration"],
  "constant-vus": ["vus", "duration"],
  "ramping-vus": ["startVUs", "stages", "gracefulRampDown"],
  "constant-arrival-rate": ["rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs"],
  "ramping-arrival-rate": ["startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs"],
};

const SCENARIO_DURATIONS = ["startTime", "gracefulStop", "maxDuration", "duration", "gracefulRampDown", "timeUnit"];

function scenarioToJson(scenario: ScenarioConfig): unknown {
  const json: Record<string, unknown> = {};
  const keys = ["executor", "startTime", "gracefulStop", "env", "exec", "tags", "options"];
  for (const key of [...keys, ...SCENARIO_KEYS[scenario.executor]]) {
    const value = (scenario as unknown as Record<string, unknown>)[key];
    if (key === "options") {
      if (value !== undefined) json[key] = inOrder(["browser"], value);
    } else if (value === undefined) json[key] = null;
    else if (SCENARIO_DURATIONS.includes(key)) json[key] = formatDuration(value as number);
    else if (key === "stages") json[key] = (value as StageConfig[]).map(stageToJson);
    else if (key === "env" || key === "tags") json[key] = mapSorted(value as Record<string, unknown>, asItIs);
    else json[key] = value;
  }
  return json;
}

function inOrder(keys: readonly string[], value: unknown): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, (value as Record<string, unknown> | undefined)?.[key] ?? null]));
}

function mapSorted<T>(map: Record<string, T>, write: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, write(map[key]!)]),
  );
}

function stringify(value: unknown, indent = ""): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "string") return escapeJson(value);
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => stringify(item, inner))
    : Object.entries(value).map(([key, item]) => `${escapeJson(key)}: ${stringify(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}
