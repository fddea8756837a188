/**
 * The two ends of a scenario: at the regular end no iteration starts any more, at the hard end those that still run are
 * cut off. Between them lies `gracefulStop`; for VUs that a ramp takes away, `gracefulRampDown`.
 *
 * Behaviour: k6 docs, "Graceful stop".
 */
import type { DurationMs } from "../options/scenario-config.ts";
import type { ExecutionStep } from "../options/requirements.ts";
import type { ExecutorClock } from "./executor/executor.ts";

export interface EndTimes {
  /** How long iterations may start. */
  regularMs: DurationMs;
  /** How long iterations may run; at least `regularMs`. */
  hardMs: DurationMs;
}

/** Watches the clock for both ends. */
export class GracefulEnd {
  readonly startMs: number;
  readonly regularEndMs: number;
  readonly hardEndMs: number;
  private readonly clock: ExecutorClock;
  private readonly timers: (() => void)[];

  /** Counts from now. With equal times `onRegularEnd` is called first. */
  constructor(clock: ExecutorClock, times: EndTimes, on: { regularEnd: () => void; hardEnd: () => void }) {
    this.clock = clock;
    this.startMs = clock.nowMs();
    this.regularEndMs = this.startMs + times.regularMs;
    this.hardEndMs = this.startMs + times.hardMs;
    this.timers = [clock.at(this.regularEndMs, on.regularEnd), clock.at(this.hardEndMs, on.hardEnd)];
  }

  /** By the clock, not by the timer, which may be late. */
  get isRegularOver(): boolean {
    return this.clock.nowMs() >= this.regularEndMs;
  }

  cancel(): void {
    for (const cancel of this.timers) cancel();
  }
}

/**
 * Tells when each VU of a ramp is cut off.
 *
 * @param steps The VUs that may be active at most, `gracefulRampDown` and `gracefulStop` included: `scenarioSteps`.
 * @returns For each VU, in order of time, the offsets at which the steps fall below it.
 */
export function cutOffOffsets(steps: readonly ExecutionStep[]): DurationMs[][] {
  const offsets: DurationMs[][] = [];
  let vus = 0;
  for (const { offset, plannedVUs } of steps) {
    while (offsets.length < plannedVUs) offsets.push([]);
    for (; vus > plannedVUs; vus--) offsets[vus - 1]!.push(offset);
    vus = plannedVUs;
  }
  return offsets;
}
