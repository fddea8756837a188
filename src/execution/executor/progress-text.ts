/**
 * The right-hand text of a scenario's progress bar, in k6's words and widths, and the figures of all threads as one.
 *
 * Numbers have the width of the largest that may come, so that the line does not jump.
 *
 * Behaviour: k6 source, lib/executor (progress functions) and internal/ui/pb/helpers.go.
 */
import { formatDuration } from "../../base/duration.ts";
import {
  maxPlannedVUs,
  rampingSteps,
  regularDuration,
  scenarioSteps,
  stagesMaximum,
} from "../../options/requirements.ts";
import type { DurationMs, RampingArrivalRateScenario, Scenario } from "../../options/scenario-config.ts";
import type { Share } from "../../options/segment.ts";
import { RampingTimetable } from "../pacing.ts";
import type { ScenarioProgress } from "./executor.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Columns of the text; the terminal aligns them over all scenarios. */
export type ProgressText = (progress: ScenarioProgress, elapsedMs: DurationMs) => string[];

/**
 * Makes the function that tells a scenario's progress while it runs.
 *
 * @param share The process's own.
 * @returns Takes the figures of all threads (`mergeProgress`) and the time since the scenario's start.
 */
export function progressText(scenario: Scenario, share: Share): ProgressText {
  const duration = regularDuration(scenario);
  const total = formatDuration(duration);
  const time = (elapsedMs: DurationMs) => `${fixedDuration(elapsedMs, duration)}/${total}`;
  switch (scenario.executor) {
    case "shared-iterations": {
      const vus = share.scale(scenario.vus);
      const iterations = share.resegment(scenario.vus)?.scale(scenario.iterations) ?? 0;
      return ({ iterationsDone }, elapsedMs) => [
        `${vus} VUs`,
        time(elapsedMs),
        `${fixedInteger(iterationsDone, iterations)}/${iterations} shared iters`,
      ];
    }
    case "per-vu-iterations": {
      const vus = share.scale(scenario.vus);
      const iterations = vus * scenario.iterations;
      return ({ iterationsDone }, elapsedMs) => [
        `${vus} VUs`,
        elapsedMs > duration ? total : time(elapsedMs),
        `${fixedInteger(iterationsDone, iterations)}/${iterations} iters, ${scenario.iterations} per VU`,
      ];
    }
    case "constant-vus": {
      const vus = share.scale(scenario.vus);
      return (_, elapsedMs) => [`${vus} VUs`, elapsedMs > duration ? total : time(elapsedMs)];
    }
    case "ramping-vus": {
      const vus = maxPlannedVUs(scenarioSteps(scenario, share));
      // A segment's ramp may be over before the last stage is.
      const end = rampingSteps(scenario, share, true).at(-1)!.offset;
      return ({ activeVus }, elapsedMs) => [
        `${fixedInteger(activeVus, vus)}/${vus} VUs`,
        elapsedMs > end ? formatDuration(end) : `${fixedDuration(elapsedMs, end)}/${fixedDuration(end, end)}`,
      ];
    }
    case "constant-arrival-rate":
    case "ramping-arrival-rate": {
      const vus = share.scale(scenario.maxVUs);
      const rate =
        scenario.executor === "ramping-arrival-rate"
          ? rampingRateText(scenario, share)
          : constantRateText(
              (scenario.rate * SECOND_MS * (share.resegment(scenario.maxVUs)?.portion ?? 0)) / scenario.timeUnit,
            );
      return ({ activeVus, maxVus }, elapsedMs) => [
        `${fixedInteger(activeVus, vus)}/${fixedInteger(maxVus, vus)} VUs`,
        elapsedMs > duration ? total : time(elapsedMs),
        `${rate(elapsedMs)} iters/s`,
      ];
    }
  }
}

function constantRateText(ratePerSecond: number): () => string {
  const text = fixedDecimal(ratePerSecond, ratePerSecond);
  return () => text;
}

/** The rate of a ramp is the inverse of the time between this process's last arrival and its next one. */
function rampingRateText(scenario: RampingArrivalRateScenario, share: Share): (elapsedMs: DurationMs) => string {
  const peak = stagesMaximum(scenario.startRate, scenario.stages);
  const peakPerSecond = (peak * SECOND_MS * share.portion) / scenario.timeUnit;
  const timetable = new RampingTimetable(scenario);
  const arrivals = share.resegment(scenario.maxVUs);
  return (elapsedMs) => {
    const last = (arrivals?.scale(timetable.count) ?? 0) - 1;
    if (arrivals === undefined || last < 0) return fixedDecimal(0, peakPerSecond);
    const dueMs = (index: number) => (index < 0 ? 0 : timetable.dueMs(arrivals.indexAt(index)));
    const next = Math.min(last, arrivals.scale(timetable.dueCount(elapsedMs)));
    const distanceMs = dueMs(next) - dueMs(next - 1);
    return fixedDecimal(distanceMs > 0 ? SECOND_MS / distanceMs : 0, peakPerSecond);
  };
}

/** What the bar says before `startTime`. */
export function waitingText(leftMs: DurationMs, startTime: DurationMs): string[] {
  return ["waiting", fixedDuration(leftMs, startTime)];
}

/** The figures of a scenario over all threads. */
export function mergeProgress(parts: readonly ScenarioProgress[]): ScenarioProgress {
  const sum = (figure: (part: ScenarioProgress) => number) => parts.reduce((total, part) => total + figure(part), 0);
  const counting = parts.filter((part) => part.iterationsTotal !== undefined);
  const iterationsTotal = sum((part) => part.iterationsTotal ?? 0);
  // A thread's fraction counts as much as its iterations; else the one whose part takes longest tells the time.
  const fraction =
    counting.length === 0
      ? Math.min(1, ...parts.map((part) => part.fraction))
      : iterationsTotal === 0
        ? 1
        : sum((part) => part.fraction * (part.iterationsTotal ?? 0)) / iterationsTotal;
  return {
    fraction,
    activeVus: sum((part) => part.activeVus),
    maxVus: sum((part) => part.maxVus),
    iterationsDone: sum((part) => part.iterationsDone),
    ...(counting.length === 0 ? {} : { iterationsTotal }),
    iterationsDropped: sum((part) => part.iterationsDropped),
  };
}

/** A whole number with as many digits as `largest`. */
export function fixedInteger(value: number, largest: number): string {
  return String(value).padStart(String(largest).length, "0");
}

/** A number with two decimals, as wide as `largest` with two decimals. */
export function fixedDecimal(value: number, largest: number): string {
  const digits = 1 + (largest >= 10 ? Math.floor(Math.log10(largest)) : 0);
  return toTwoDecimals(value).padStart(digits + 3, "0");
}

/** Go rounds halves to even; only odd eighths are exact halves of a hundredth. */
function toTwoDecimals(value: number): string {
  if (Math.abs((value * 8) % 2) !== 1) return value.toFixed(2);
  const hundredths = Math.floor(value * 100);
  return ((hundredths % 2 === 0 ? hundredths : hundredths + 1) / 100).toFixed(2);
}

/** A duration to tenths of a second, with the units that `longest` needs: "0m01.5s". */
export function fixedDuration(ms: DurationMs, longest: DurationMs): string {
  const tenths = Math.round(Math.abs(ms) / 100);
  const limit = Math.round(Math.max(Math.abs(ms), Math.abs(longest)) / 100) * 100;
  const part = (value: number, digits: number) => String(value).padStart(digits, "0");
  const seconds = (digits: number) => `${part(Math.floor((tenths % 600) / 10), digits)}.${tenths % 10}s`;
  if (limit < 10 * SECOND_MS) return seconds(1);
  if (limit < MINUTE_MS) return seconds(2);
  const minutes = (digits: number) => `${part(Math.floor(tenths / 600) % 60, digits)}m${seconds(2)}`;
  if (limit < 10 * MINUTE_MS) return minutes(1);
  if (limit < HOUR_MS) return minutes(2);
  const hours = (digits: number) => `${part(Math.floor(tenths / 36_000) % 24, digits)}h${minutes(2)}`;
  if (limit < 10 * HOUR_MS) return hours(1);
  if (limit < DAY_MS) return hours(2);
  const days = String(Math.floor(limit / DAY_MS)).length;
  return `${part(Math.floor(tenths / 864_000), days)}d${hours(2)}`;
}
