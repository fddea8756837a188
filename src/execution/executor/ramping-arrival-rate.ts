/**
 * Starts iterations at a rate that changes linearly from stage to stage. As in k6 one that is due just when the last
 * stage is over still starts, and the scenario is over when nothing is due any more, even if a last stage at rate 0 goes
 * on.
 *
 * Behaviour: k6 docs, executors/ramping-arrival-rate.
 */
import { fromNanoseconds } from "../../base/duration.ts";
import type { RampingArrivalRateScenario } from "../../options/scenario-config.ts";
import { RampingTimetable } from "../pacing.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExecutorContext } from "./executor.ts";

export class RampingArrivalRate extends Arrivals {
  constructor(context: ExecutorContext<RampingArrivalRateScenario>) {
    const { startRate, timeUnit, stages } = context.scenario;
    // A timetable leaves its own end out, so it goes on for an instant in which nothing comes due.
    const instant = [
      { duration: 0, target: 0 },
      { duration: fromNanoseconds(1), target: 0 },
    ];
    super(context, {
      timetable: new RampingTimetable({ startRate, timeUnit, stages: [...stages, ...instant] }),
      endsWithLastArrival: true,
    });
  }
}
