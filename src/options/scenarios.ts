/**
 * From options to scenarios: shortcuts (`vus`, `duration`, `iterations`, `stages`) become the scenario "default", every
 * scenario is checked, and defaults are filled in.
 *
 * All complaints come at once, in k6's words and order, scenarios by name.
 *
 * Behaviour: k6 source, lib/executor (Validate of each executor) and DeriveScenariosFromShortcuts; k6 docs, "Scenarios".
 */
import { formatDuration } from "../base/duration.ts";
import { type Position, UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { Notice } from "./notice.ts";
import { sortScenarios, stagesMaximum } from "./requirements.ts";
import type { BaseScenarioConfig, Scenario, ScenarioConfig, StageConfig } from "./scenario-config.ts";
import type { Options } from "./schema.ts";
import { formatSegmentSequence, parseSegmentSequence, Segment } from "./segment.ts";

/** The name of the scenario that shortcuts make, and of the function that a scenario runs if it names none. */
const DEFAULT_NAME = "default";

const DEFAULT_GRACEFUL_STOP_MS = 30_000;
const DEFAULT_GRACEFUL_RAMP_DOWN_MS = 30_000;
const DEFAULT_MAX_DURATION_MS = 600_000;
const DEFAULT_TIME_UNIT_MS = 1_000;

/** The shortest duration a scenario may have; stages may be shorter. */
const MIN_DURATION_MS = 1_000;

/** k6's bound on the VUs of a ramp, against typos that would use up the memory. */
const RAMP_VUS_MAX = 100_000_000;

/**
 * Turns the shortcuts of consolidated options into the scenario "default".
 *
 * @throws {UserError} `conflicting-options` if the options say in two ways what to run, `invalid-configuration` if they
 *   say to run for no time; exit code 104.
 */
export function deriveScenarios(options: Options): { options: Options; notices: Notice[] } {
  const { vus, duration, iterations, stages, scenarios } = options;
  const refuseWith = (shortcut: string, others: ("stages" | "scenarios")[]) => {
    for (const other of others) {
      const given = other === "stages" ? (stages?.length ?? 0) > 0 : scenarios !== undefined;
      if (given) throw conflict(`using \`${shortcut}\` and \`${other}\` options simultaneously is not allowed`);
    }
  };
  const run = (scenario: ScenarioConfig, more?: Options, notices: Notice[] = []) => ({
    options: { ...options, ...more, scenarios: { [DEFAULT_NAME]: withoutUnset(scenario) } },
    notices,
  });

  if (iterations !== undefined) {
    refuseWith("iterations", ["stages", "scenarios"]);
    return run({ executor: "shared-iterations", vus, iterations, maxDuration: duration });
  }
  if (duration !== undefined) {
    refuseWith("duration", ["stages", "scenarios"]);
    if (duration <= 0) {
      throw new UserError("invalid-configuration", {
        message:
          "`duration` option should be more than 0, for infinite duration use the externally-controlled executor",
        hint: `Give a length, such as "30s" or "10m"`,
        exitCode: ExitCode.InvalidConfig,
      });
    }
    return run({ executor: "constant-vus", vus, duration });
  }
  if (stages !== undefined && stages.length > 0) {
    refuseWith("stages", ["scenarios"]);
    return run({ executor: "ramping-vus", startVUs: vus, stages });
  }
  if (vus !== undefined && stages === undefined) {
    const overridden = scenarios !== undefined;
    return run(
      { executor: "shared-iterations", vus, iterations: vus },
      { iterations: vus },
      overridden ? [warning(`\`vus=${vus}\` overrides scenarios configuration`)] : [],
    );
  }
  if (scenarios !== undefined && Object.keys(scenarios).length > 0) return { options, notices: [] };

  const empty = [...(stages === undefined ? [] : ["stages"]), ...(scenarios === undefined ? [] : ["scenarios"])];
  return run(
    { executor: "per-vu-iterations" },
    {},
    empty.map((name) =>
      warning(`\`${name}\` was explicitly set to an empty value, running the script with 1 iteration in 1 VU`),
    ),
  );
}

function warning(message: string): Notice {
  return { level: "warning", message };
}

function conflict(message: string): UserError {
  return new UserError("conflicting-options", {
    message,
    hint: "Keep one of them; `scenarios` can say everything that the others can.",
    exitCode: ExitCode.InvalidConfig,
  });
}

function withoutUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/**
 * Checks consolidated and derived options.
 *
 * @param exports Names of the functions that the script exports.
 * @param at Where the script's options are.
 * @throws {UserError} `invalid-configuration`, exit code 104, with all complaints at once.
 */
export function validateOptions(options: Options, exports: readonly string[], at?: Position): void {
  const complaints: string[] = [];
  const hints: string[] = [];
  if (options.executionSegmentSequence !== undefined) {
    const segments = parseSegmentSequence(options.executionSegmentSequence);
    const segment = Segment.parse(options.executionSegment ?? "");
    if (!segments.some((element) => element.equals(segment))) {
      complaints.push(`provided segment ${segment} can't be found in sequence ${formatSegmentSequence(segments)}`);
    }
  }
  const scenarios = Object.entries(options.scenarios ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, config] of scenarios) {
    const wrong = validateScenario(name, config);
    if (wrong.length > 0) complaints.push(`scenario ${name} has configuration errors: ${wrong.join(", ")}`);
  }
  if (options.setupTimeout !== undefined && options.setupTimeout <= 0) {
    complaints.push("setupTimeout must be positive");
  }
  for (const [name, config] of scenarios) {
    const exec = config.exec || DEFAULT_NAME;
    if (exports.includes(exec)) continue;
    complaints.push(`executor ${name}: function '${exec}' not found in exports`);
    const meant = didYouMean(exec, exports);
    if (meant !== undefined) hints.push(meant);
  }
  if (complaints.length === 0) return;
  throw new UserError("invalid-configuration", {
    message: ["There were problems with the specified script configuration:", ...complaints].join("\n\t- "),
    hint: hints.length > 0 ? [...new Set(hints)].join(" ") : undefined,
    at,
    exitCode: ExitCode.InvalidConfig,
  });
}

/** What is wrong with a scenario, in k6's words; nothing if it can run. */
export function validateScenario(name: string, config: ScenarioConfig): string[] {
  const complaints = validateBase(name, config);
  const check = (wrong: boolean, complaint: string) => {
    if (wrong) complaints.push(complaint);
  };
  switch (config.executor) {
    case "shared-iterations": {
      const { vus = 1, iterations = 1, maxDuration = DEFAULT_MAX_DURATION_MS } = config;
      check(vus <= 0, "the number of VUs must be more than 0");
      check(iterations < vus, `the number of iterations (${iterations}) can't be less than the number of VUs (${vus})`);
      check(
        maxDuration < MIN_DURATION_MS,
        `the maxDuration must be at least 1s, but is ${formatDuration(maxDuration)}`,
      );
      break;
    }
    case "per-vu-iterations": {
      const { vus = 1, iterations = 1, maxDuration = DEFAULT_MAX_DURATION_MS } = config;
      check(vus <= 0, "the number of VUs must be more than 0");
      check(iterations <= 0, "the number of iterations must be more than 0");
      check(
        maxDuration < MIN_DURATION_MS,
        `the maxDuration must be at least 1s, but is ${formatDuration(maxDuration)}`,
      );
      break;
    }
    case "constant-vus":
      check((config.vus ?? 1) <= 0, "the number of VUs must be more than 0");
      complaints.push(...validateDuration(config.duration));
      break;
    case "ramping-vus": {
      const { startVUs = 1, stages = [] } = config;
      check(startVUs < 0, "the number of start VUs can't be negative");
      check(
        stagesMaximum(startVUs, stages) <= 0,
        "either startVUs or one of the stages' target values must be greater than 0",
      );
      complaints.push(...validateStages(stages));
      check(startVUs > RAMP_VUS_MAX, `the startVUs exceed max limit of ${RAMP_VUS_MAX}`);
      stages.forEach((stage, index) => {
        check((stage.target ?? 0) > RAMP_VUS_MAX, `target for stage ${index + 1} exceeds max limit of ${RAMP_VUS_MAX}`);
      });
      break;
    }
    case "constant-arrival-rate":
      check(config.rate === undefined, "the iteration rate isn't specified");
      check(config.rate !== undefined && config.rate <= 0, "the iteration rate must be more than 0");
      check((config.timeUnit ?? DEFAULT_TIME_UNIT_MS) <= 0, "the timeUnit must be more than 0");
      complaints.push(...validateDuration(config.duration));
      complaints.push(...validateArrivalVUs(config));
      break;
    case "ramping-arrival-rate":
      check((config.startRate ?? 0) < 0, "the startRate value can't be negative");
      check((config.timeUnit ?? DEFAULT_TIME_UNIT_MS) <= 0, "the timeUnit must be more than 0");
      complaints.push(...validateStages(config.stages ?? []));
      complaints.push(...validateArrivalVUs(config));
      break;
  }
  return complaints;
}

function validateBase(name: string, config: BaseScenarioConfig): string[] {
  const complaints: string[] = [];
  if (name === "") complaints.push("scenario name can't be empty");
  if (!/^[0-9a-zA-Z_-]+$/.test(name)) {
    complaints.push("the scenario name should contain only numbers, latin letters, underscores, and dashes");
  }
  if (config.exec === "") complaints.push("exec value cannot be empty");
  if ((config.startTime ?? 0) < 0) complaints.push("the startTime can't be negative");
  if ((config.gracefulStop ?? 0) < 0) complaints.push("the gracefulStop timeout can't be negative");
  return complaints;
}

function validateDuration(duration: number | undefined): string[] {
  if (duration === undefined) return ["the duration is unspecified"];
  if (duration >= MIN_DURATION_MS) return [];
  return [`the duration must be at least 1s, but is ${formatDuration(duration)}`];
}

function validateArrivalVUs({ preAllocatedVUs, maxVUs }: { preAllocatedVUs?: number; maxVUs?: number }): string[] {
  const complaints: string[] = [];
  if (preAllocatedVUs === undefined) complaints.push("the number of preAllocatedVUs isn't specified");
  else if (preAllocatedVUs < 0) complaints.push("the number of preAllocatedVUs can't be negative");
  if (maxVUs !== undefined && maxVUs < (preAllocatedVUs ?? 0)) {
    complaints.push("maxVUs can't be less than preAllocatedVUs");
  }
  return complaints;
}

function validateStages(stages: readonly StageConfig[]): string[] {
  if (stages.length === 0) return ["at least one stage has to be specified"];
  return stages.flatMap(({ duration, target }, index) => {
    const complaints: string[] = [];
    if (duration === undefined) complaints.push(`stage ${index + 1} doesn't have a duration`);
    else if (duration < 0) complaints.push(`the duration for stage ${index + 1} can't be negative`);
    if (target === undefined) complaints.push(`stage ${index + 1} doesn't have a target`);
    else if (target < 0) complaints.push(`the target for stage ${index + 1} can't be negative`);
    return complaints;
  });
}

/** Fills in the defaults of a scenario that `validateScenario` has nothing against. */
export function resolveScenario(name: string, config: ScenarioConfig): Scenario {
  const base = {
    name,
    startTime: config.startTime ?? 0,
    gracefulStop: config.gracefulStop ?? DEFAULT_GRACEFUL_STOP_MS,
    env: config.env ?? {},
    exec: config.exec ?? DEFAULT_NAME,
    tags: config.tags ?? {},
    ...(config.options === undefined ? {} : { options: config.options }),
  };
  switch (config.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return {
        ...base,
        executor: config.executor,
        vus: config.vus ?? 1,
        iterations: config.iterations ?? 1,
        maxDuration: config.maxDuration ?? DEFAULT_MAX_DURATION_MS,
      };
    case "constant-vus":
      return { ...base, executor: config.executor, vus: config.vus ?? 1, duration: config.duration ?? 0 };
    case "ramping-vus":
      return {
        ...base,
        executor: config.executor,
        startVUs: config.startVUs ?? 1,
        stages: resolveStages(config.stages),
        gracefulRampDown: config.gracefulRampDown ?? DEFAULT_GRACEFUL_RAMP_DOWN_MS,
      };
    case "constant-arrival-rate":
      return {
        ...base,
        executor: config.executor,
        rate: config.rate ?? 0,
        timeUnit: config.timeUnit ?? DEFAULT_TIME_UNIT_MS,
        duration: config.duration ?? 0,
        preAllocatedVUs: config.preAllocatedVUs ?? 0,
        maxVUs: config.maxVUs ?? config.preAllocatedVUs ?? 0,
      };
    case "ramping-arrival-rate":
      return {
        ...base,
        executor: config.executor,
        startRate: config.startRate ?? 0,
        timeUnit: config.timeUnit ?? DEFAULT_TIME_UNIT_MS,
        stages: resolveStages(config.stages),
        preAllocatedVUs: config.preAllocatedVUs ?? 0,
        maxVUs: config.maxVUs ?? config.preAllocatedVUs ?? 0,
      };
  }
}

function resolveStages(stages: readonly StageConfig[] = []) {
  return stages.map(({ duration = 0, target = 0 }) => ({ duration, target }));
}

/** All scenarios of derived options with their defaults, in the order in which they start. */
export function resolveScenarios(options: Options): Scenario[] {
  return sortScenarios(Object.entries(options.scenarios ?? {}).map(([name, config]) => resolveScenario(name, config)));
}
