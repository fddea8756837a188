/**
 * How many VUs a scenario, or all of them together, needs at each moment, and how long it may last.
 *
 * A step says "from this offset on, so many VUs"; a plan is a list of steps in order of time. Planned VUs are made before
 * the test, unplanned ones while it runs, up to the limit. The scheduler reserves by the plan, `inspect` prints its
 * highest and last step.
 *
 * Arithmetic only. Behaviour: k6 source, lib/executors.go and GetExecutionRequirements of each executor; for ramping-vus
 * spec/distributed.md, section 3.5, and k6 docs, "Graceful stop".
 */
import { fromNanoseconds, toNanoseconds } from "../base/duration.ts";
import type { DurationMs, RampingVusScenario, Scenario, Stage } from "./scenario-config.ts";
import { type Share, ShareCursor } from "./segment.ts";

export interface ExecutionStep {
  /** From the start of the scenario, or of the test in `planExecution`. */
  offset: DurationMs;
  plannedVUs: number;
  /** How many VUs may be added to the planned ones while the test runs. */
  maxUnplannedVUs: number;
}

/** Whether the share has any part in the scenario. */
export function hasWork(scenario: Scenario, share: Share): boolean {
  switch (scenario.executor) {
    case "shared-iterations":
      return (share.resegment(scenario.vus)?.scale(scenario.iterations) ?? 0) > 0;
    case "per-vu-iterations":
    case "constant-vus":
      return share.scale(scenario.vus) > 0;
    case "ramping-vus":
      return scenarioSteps(scenario, share).some((step) => step.plannedVUs > 0);
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return share.scale(scenario.maxVUs) > 0;
  }
}

/** How long iterations may start, without `startTime` and `gracefulStop`. */
export function regularDuration(scenario: Scenario): DurationMs {
  switch (scenario.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return scenario.maxDuration;
    case "constant-vus":
    case "constant-arrival-rate":
      return scenario.duration;
    case "ramping-vus":
    case "ramping-arrival-rate":
      return stagesDuration(scenario.stages);
  }
}

export function stagesDuration(stages: readonly Stage[]): DurationMs {
  return fromNanoseconds(stages.reduce((sum, { duration }) => sum + toNanoseconds(duration), 0));
}

/** The highest value of a ramp, its start included. */
export function stagesMaximum(start: number, stages: readonly { target?: number }[]): number {
  return stages.reduce((highest, { target }) => Math.max(highest, target ?? 0), start);
}

/** The VUs that the share of one scenario needs, from the scenario's own start on. */
export function scenarioSteps(scenario: Scenario, share: Share): ExecutionStep[] {
  const end = addDurations(regularDuration(scenario), scenario.gracefulStop);
  switch (scenario.executor) {
    case "shared-iterations": {
      const vus = share.scale(scenario.vus);
      return vus === 0 ? [step(0, 0)] : [step(0, vus), step(end, 0)];
    }
    case "per-vu-iterations":
    case "constant-vus":
      return [step(0, share.scale(scenario.vus)), step(end, 0)];
    case "constant-arrival-rate":
    case "ramping-arrival-rate": {
      const planned = share.scale(scenario.preAllocatedVUs);
      return [step(0, planned, share.scale(scenario.maxVUs) - planned), step(end, 0)];
    }
    case "ramping-vus": {
      let steps = rampingSteps(scenario, share);
      if (scenario.gracefulRampDown > 0) steps = keepRampingDown(steps, scenario.gracefulRampDown, end);
      if (steps.at(-1)!.plannedVUs !== 0) steps.push(step(end, 0));
      return steps;
    }
  }
}

/**
 * The active VUs of the share of a ramping-vus scenario, without the time that VUs may take to finish.
 *
 * The ramp of the whole test is worked out and then filtered, so the shares' ramps add up to it exactly.
 *
 * @param zeroEnd Whether to add the fall to 0 at the end of the last stage.
 */
export function rampingSteps(scenario: RampingVusScenario, share: Share, zeroEnd = false): ExecutionStep[] {
  const cursor = new ShareCursor(share);
  cursor.goTo(scenario.startVUs);
  const steps = [step(0, cursor.scaled)];
  const add = (nanoseconds: number, vus: number) => {
    if (steps.at(-1)!.plannedVUs !== vus) steps.push(step(fromNanoseconds(nanoseconds), vus));
  };
  let from = scenario.startVUs;
  let stageEnd = 0;
  for (const stage of scenario.stages) {
    const length = toNanoseconds(stage.duration);
    const to = stage.target;
    stageEnd += length;
    if (to === from) continue;
    if (length === 0) {
      cursor.goTo(to);
      add(stageEnd, cursor.scaled);
    } else if (cursor.unscaled > to) {
      // Going down, a VU stops when the ramp reaches the number below its own.
      for (; cursor.unscaled > to; cursor.previous()) {
        add(stageEnd - partOf(length, to - cursor.unscaled + 1, to - from), cursor.scaled - 1);
      }
    } else {
      for (; cursor.unscaled <= to; cursor.next()) {
        add(stageEnd - partOf(length, to - cursor.unscaled, to - from), cursor.scaled);
      }
    }
    from = to;
  }
  if (zeroEnd && steps.at(-1)!.plannedVUs !== 0) steps.push(step(fromNanoseconds(stageEnd), 0));
  return steps;
}

/** `length` * `part` / `whole` in whole nanoseconds, rounded towards zero. */
function partOf(length: number, part: number, whole: number): number {
  const product = length * part;
  if (Math.abs(product) <= Number.MAX_SAFE_INTEGER) return Math.trunc(product / whole);
  return Number((BigInt(length) * BigInt(part)) / BigInt(whole));
}

/**
 * Keeps VUs reserved for `gracefulRampDown` after a ramp took them away, since they may be finishing an iteration. A ramp
 * that rises again in that time takes the same VUs, so there are never more than at the ramp's own peak.
 *
 * As in k6, a ramp that rises slowly again while VUs are kept may get a step that lies before the one in front of it;
 * `planExecution` puts all steps in order of time.
 */
function keepRampingDown(
  raw: readonly ExecutionStep[],
  gracefulRampDown: DurationMs,
  end: DurationMs,
): ExecutionStep[] {
  const kept: ExecutionStep[] = [];
  let vus = 0;
  // On one slope each step falls into the shadow of the one before, so the look ahead need not start over.
  let slopeIndex = 0;
  for (let index = 0; index < raw.length; index++) {
    const current = raw[index]!;
    if (index === 0 || current.plannedVUs > vus) {
      kept.push(current);
      vus = current.plannedVUs;
      continue;
    }
    if (current.plannedVUs === vus) continue;

    const release = addDurations(current.offset, gracefulRampDown);
    let risesAt = -1;
    let falling = true;
    for (let ahead = Math.max(slopeIndex, index + 1); ahead < raw.length; ahead++) {
      const later = raw[ahead]!;
      if (later.offset > release) break;
      if (later.plannedVUs >= vus) {
        risesAt = ahead;
        break;
      }
      if (falling) {
        if (raw[ahead - 1]!.plannedVUs > later.plannedVUs) slopeIndex = ahead;
        else falling = false;
      }
    }
    if (risesAt >= 0) {
      index = risesAt - 1;
      continue;
    }
    if (release >= end) break;
    kept.push(step(release, current.plannedVUs));
    vus = current.plannedVUs;
  }
  return kept;
}

/** Scenarios in the order in which k6 starts them: by start time, then by name. */
export function sortScenarios(scenarios: readonly Scenario[]): Scenario[] {
  return [...scenarios].sort((a, b) => a.startTime - b.startTime || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The VUs that the share of all scenarios needs, from the start of the test on. */
export function planExecution(scenarios: readonly Scenario[], share: Share): ExecutionStep[] {
  const events = sortScenarios(scenarios).flatMap((scenario, index) =>
    scenarioSteps(scenario, share).map((planned) => ({
      ...planned,
      offset: addDurations(planned.offset, scenario.startTime),
      index,
    })),
  );
  // The sort is stable: steps of one scenario at the same time stay in order.
  events.sort((a, b) => a.offset - b.offset || a.index - b.index);

  const planned = scenarios.map(() => 0);
  const unplanned = scenarios.map(() => 0);
  let plannedVUs = 0;
  let maxUnplannedVUs = 0;
  const plan: ExecutionStep[] = [];
  for (const event of events) {
    plannedVUs += event.plannedVUs - planned[event.index]!;
    maxUnplannedVUs += event.maxUnplannedVUs - unplanned[event.index]!;
    planned[event.index] = event.plannedVUs;
    unplanned[event.index] = event.maxUnplannedVUs;
    const last = plan.at(-1);
    if (last === undefined || last.plannedVUs !== plannedVUs || last.maxUnplannedVUs !== maxUnplannedVUs) {
      plan.push(step(event.offset, plannedVUs, maxUnplannedVUs));
    }
  }
  return plan;
}

/** The most VUs that are planned at any moment: made before the test starts. */
export function maxPlannedVUs(plan: readonly ExecutionStep[]): number {
  return plan.reduce((highest, { plannedVUs }) => Math.max(highest, plannedVUs), 0);
}

/** The most VUs that there can be at any moment. */
export function maxPossibleVUs(plan: readonly ExecutionStep[]): number {
  return plan.reduce((highest, { plannedVUs, maxUnplannedVUs }) => Math.max(highest, plannedVUs + maxUnplannedVUs), 0);
}

/** The end of the last scenario, its graceful stop included. */
export function endOffset(plan: readonly ExecutionStep[]): DurationMs {
  return plan.at(-1)?.offset ?? 0;
}

function step(offset: DurationMs, plannedVUs: number, maxUnplannedVUs = 0): ExecutionStep {
  return { offset, plannedVUs, maxUnplannedVUs };
}

/** Adds in whole nanoseconds, so that equal moments compare equal. */
function addDurations(a: DurationMs, b: DurationMs): DurationMs {
  return fromNanoseconds(toNanoseconds(a) + toNanoseconds(b));
}
