/**
 * When arrivals are due: the timetable of a whole test, from which every share picks its own.
 *
 * Times are computed from the index, never by adding intervals, so nothing drifts in a long test, and the timetables of
 * all threads and instances interleave into the one of the undivided test. k6 counts whole nanoseconds, rounded towards
 * zero; so does this, and tells milliseconds.
 *
 * Arithmetic only. Behaviour: k6 docs, executors/constant-arrival-rate and ramping-arrival-rate; spec/distributed.md,
 * section 3.5.
 */
import { fromNanoseconds, toNanoseconds } from "../base/duration.ts";
import type { ConstantArrivalRateScenario, RampingArrivalRateScenario } from "../options/scenario-config.ts";

/** The arrivals of the whole test, numbered from 0. */
export interface Timetable {
  /** How many there are. */
  readonly count: number;
  /**
   * Tells when an arrival is due.
   *
   * @param index Below `count`.
   * @returns Milliseconds after the scenario's start.
   */
  dueMs(index: number): number;
  /** How many arrivals are due at `ms` after the scenario's start or before. */
  dueCount(ms: number): number;
}

/** Arrivals at one distance, the first at once. */
export class ConstantTimetable implements Timetable {
  readonly count: number;
  /** The distance. Not above 0 for rates that k6 cannot tell from infinity, so it is at least a nanosecond here. */
  private readonly periodNs: number;

  constructor(pace: Pick<ConstantArrivalRateScenario, "rate" | "timeUnit" | "duration">) {
    this.periodNs = Math.max(1, Math.floor(toNanoseconds(pace.timeUnit) / pace.rate));
    // One that is due just when the duration is over still starts.
    this.count = Math.floor(toNanoseconds(pace.duration) / this.periodNs) + 1;
  }

  dueMs(index: number): number {
    return fromNanoseconds(index * this.periodNs);
  }

  dueCount(ms: number): number {
    return settleCount(this, Math.floor(toNanoseconds(ms) / this.periodNs) + 1, ms);
  }
}

/** One stage of a ramp; rates are in arrivals per time unit, as written, and areas in arrivals. */
interface Slope {
  startNs: number;
  lengthNs: number;
  from: number;
  to: number;
  /** Arrivals before the stage, and up to its end; not whole. */
  areaBefore: number;
  areaAfter: number;
}

/**
 * Arrivals at a rate that changes linearly in each stage: arrival x is due when the area under the curve of the rate
 * reaches x + 1.
 */
export class RampingTimetable implements Timetable {
  readonly count: number;
  private readonly slopes: Slope[] = [];
  private readonly unitNs: number;
  private readonly endNs: number;

  constructor(ramp: Pick<RampingArrivalRateScenario, "startRate" | "timeUnit" | "stages">) {
    const unitNs = toNanoseconds(ramp.timeUnit);
    this.unitNs = unitNs;
    let from = ramp.startRate;
    let startNs = 0;
    let areaBefore = 0;
    for (const { duration, target } of ramp.stages) {
      const lengthNs = toNanoseconds(duration);
      // One division of whole numbers, so that whole areas come out whole.
      const areaAfter = areaBefore + ((from + target) * lengthNs) / (2 * unitNs);
      this.slopes.push({ startNs, lengthNs, from, to: target, areaBefore, areaAfter });
      from = target;
      startNs += lengthNs;
      areaBefore = areaAfter;
    }
    this.endNs = startNs;
    let count = Math.floor(areaBefore);
    // One that is due just when the last stage is over still starts.
    while (count > 0 && this.dueNs(count - 1) > startNs) count--;
    this.count = count;
  }

  dueMs(index: number): number {
    return fromNanoseconds(this.dueNs(index));
  }

  private dueNs(index: number): number {
    const { slopes } = this;
    let low = 0;
    let high = slopes.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (index + 1 <= slopes[middle]!.areaAfter) high = middle;
      else low = middle + 1;
    }
    const { startNs, lengthNs, from, to, areaBefore } = slopes[low]!;
    const area = (index + 1 - areaBefore) * this.unitNs;
    // from * t + (to - from) / (2 * length) * t^2 = area, solved so that nothing cancels out when from and to are close.
    const radicand = from * from + (2 * area * (to - from)) / lengthNs;
    return startNs + Math.floor((2 * area) / (from + Math.sqrt(Math.max(0, radicand))));
  }

  dueCount(ms: number): number {
    const ns = Math.min(toNanoseconds(ms), this.endNs);
    const slope = this.slopes.findLast(({ startNs }) => startNs <= ns);
    if (slope === undefined || ns < 0) return 0;
    const { startNs, lengthNs, from, to, areaBefore } = slope;
    const elapsed = Math.min(ns - startNs, lengthNs);
    const rise = lengthNs === 0 ? 0 : ((to - from) / (2 * lengthNs)) * elapsed * elapsed;
    return settleCount(this, Math.floor(areaBefore + (from * elapsed + rise) / this.unitNs), ms);
  }
}

/** Corrects a count that rounding may have put one off, so that it agrees with `dueMs` exactly. */
function settleCount(timetable: Timetable, estimate: number, ms: number): number {
  let count = Math.min(Math.max(0, estimate), timetable.count);
  while (count < timetable.count && timetable.dueMs(count) <= ms) count++;
  while (count > 0 && timetable.dueMs(count - 1) > ms) count--;
  return count;
}

/**
 * Iterations per second that a share of an arrival rate makes at a moment, and at most; for the progress line.
 *
 * @param elapsedMs Since the scenario's start.
 */
export function arrivalRate(
  scenario: ConstantArrivalRateScenario | RampingArrivalRateScenario,
  portion: number,
  elapsedMs: number,
): { rate: number; rateMax: number } {
  const perSecond = (rate: number) => (rate * 1000 * portion) / scenario.timeUnit;
  if (scenario.executor === "constant-arrival-rate")
    return { rate: perSecond(scenario.rate), rateMax: perSecond(scenario.rate) };
  let from = scenario.startRate;
  let most = from;
  let rate: number | undefined;
  let startMs = 0;
  for (const { duration, target } of scenario.stages) {
    if (rate === undefined && elapsedMs < startMs + duration)
      rate = from + ((target - from) * (elapsedMs - startMs)) / duration;
    startMs += duration;
    from = target;
    most = Math.max(most, target);
  }
  return { rate: perSecond(rate ?? from), rateMax: perSecond(most) };
}
