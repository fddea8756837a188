/**
 * Starts iterations at a rate that changes linearly from stage to stage. As in k6 one that is due just when the last
 * stage is over still starts, and the scenario is over when nothing is due any more, even if a last stage at rate 0 goes
 * on.
 *
 * Behaviour: k6 docs, executors/ramping-arrival-rate.
 */
import type { RampingArrivalRateScenario } from "../../options/scenario-config.ts";
import { RampingTimetable } from "../pacing.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExecutorContext } from "./executor.ts";

export class RampingArrivalRate extends Arrivals {
  constructor(context: ExecutorContext<RampingArrivalRateScenario>) {
    super(context, { timetable: new RampingTimetable(context.scenario), endsWithLastArrival: true });
  }
}
