/**
 * Scenarios as types, twice: `ScenarioConfig` is what a person wrote (a missing field is "not set"), `Scenario` is the
 * same with every default filled in, which is what executors run. `scenarios.ts` turns the first into the second.
 *
 * All durations are milliseconds.
 *
 * Behaviour: k6 docs, "Scenarios" and the page of each executor.
 */

/** Milliseconds; k6 keeps whole nanoseconds, so a fraction of a millisecond may be there. */
export type DurationMs = number;

/** The closed set of executors. */
export const EXECUTOR_NAMES = [
  "shared-iterations",
  "per-vu-iterations",
  "constant-vus",
  "ramping-vus",
  "constant-arrival-rate",
  "ramping-arrival-rate",
] as const;

export type ExecutorName = (typeof EXECUTOR_NAMES)[number];

/** One stage of a ramp. Both fields are checked when the scenario is validated, so a written stage may lack either. */
export interface StageConfig {
  duration?: DurationMs;
  target?: number;
}

/** What every scenario may say. */
export interface BaseScenarioConfig {
  /** From the start of the test; 0 if not set. */
  startTime?: DurationMs;
  /** How long iterations may go on after the regular end; 30 s if not set. */
  gracefulStop?: DurationMs;
  /** Added to `__ENV` of the scenario's VUs. */
  env?: Record<string, string>;
  /** The exported function to run; "default" if not set. */
  exec?: string;
  /** Tags of every sample of the scenario. */
  tags?: Record<string, string>;
  /** Options of modules, by module; k6 knows `browser`. */
  options?: { browser?: Record<string, unknown> };
}

export interface SharedIterationsConfig extends BaseScenarioConfig {
  executor: "shared-iterations";
  vus?: number;
  iterations?: number;
  maxDuration?: DurationMs;
}

export interface PerVuIterationsConfig extends BaseScenarioConfig {
  executor: "per-vu-iterations";
  vus?: number;
  iterations?: number;
  maxDuration?: DurationMs;
}

export interface ConstantVusConfig extends BaseScenarioConfig {
  executor: "constant-vus";
  vus?: number;
  duration?: DurationMs;
}

export interface RampingVusConfig extends BaseScenarioConfig {
  executor: "ramping-vus";
  startVUs?: number;
  stages?: StageConfig[];
  gracefulRampDown?: DurationMs;
}

export interface ConstantArrivalRateConfig extends BaseScenarioConfig {
  executor: "constant-arrival-rate";
  rate?: number;
  timeUnit?: DurationMs;
  duration?: DurationMs;
  preAllocatedVUs?: number;
  maxVUs?: number;
}

export interface RampingArrivalRateConfig extends BaseScenarioConfig {
  executor: "ramping-arrival-rate";
  startRate?: number;
  timeUnit?: DurationMs;
  stages?: StageConfig[];
  preAllocatedVUs?: number;
  maxVUs?: number;
}

/** A scenario as written. */
export type ScenarioConfig =
  | SharedIterationsConfig
  | PerVuIterationsConfig
  | ConstantVusConfig
  | RampingVusConfig
  | ConstantArrivalRateConfig
  | RampingArrivalRateConfig;

/** A stage of a validated scenario. */
export interface Stage {
  duration: DurationMs;
  target: number;
}

interface BaseScenario {
  /** The key under `scenarios`; "default" for one that came from a shortcut. */
  name: string;
  startTime: DurationMs;
  gracefulStop: DurationMs;
  env: Record<string, string>;
  exec: string;
  tags: Record<string, string>;
  options?: { browser?: Record<string, unknown> };
}

export interface SharedIterationsScenario extends BaseScenario {
  executor: "shared-iterations";
  vus: number;
  iterations: number;
  maxDuration: DurationMs;
}

export interface PerVuIterationsScenario extends BaseScenario {
  executor: "per-vu-iterations";
  vus: number;
  /** Of each VU. */
  iterations: number;
  maxDuration: DurationMs;
}

export interface ConstantVusScenario extends BaseScenario {
  executor: "constant-vus";
  vus: number;
  duration: DurationMs;
}

export interface RampingVusScenario extends BaseScenario {
  executor: "ramping-vus";
  startVUs: number;
  stages: Stage[];
  gracefulRampDown: DurationMs;
}

export interface ConstantArrivalRateScenario extends BaseScenario {
  executor: "constant-arrival-rate";
  /** Iterations in each `timeUnit`, of the whole test. */
  rate: number;
  timeUnit: DurationMs;
  duration: DurationMs;
  preAllocatedVUs: number;
  maxVUs: number;
}

export interface RampingArrivalRateScenario extends BaseScenario {
  executor: "ramping-arrival-rate";
  /** Iterations in each `timeUnit` at the start; the targets of the stages are rates too. */
  startRate: number;
  timeUnit: DurationMs;
  stages: Stage[];
  preAllocatedVUs: number;
  maxVUs: number;
}

/** A validated scenario with every default filled in. */
export type Scenario =
  | SharedIterationsScenario
  | PerVuIterationsScenario
  | ConstantVusScenario
  | RampingVusScenario
  | ConstantArrivalRateScenario
  | RampingArrivalRateScenario;
