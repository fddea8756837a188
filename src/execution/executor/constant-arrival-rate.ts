/**
 * Starts iterations at a constant rate, the first at once. As in k6 one that is due just when the duration is over still
 * starts.
 *
 * Behaviour: k6 docs, executors/constant-arrival-rate.
 */
import type { ConstantArrivalRateScenario } from "../../options/scenario-config.ts";
import { ConstantTimetable } from "../pacing.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExecutorContext } from "./executor.ts";

export class ConstantArrivalRate extends Arrivals {
  constructor(context: ExecutorContext<ConstantArrivalRateScenario>) {
    super(context, { timetable: new ConstantTimetable(context.scenario), endsWithLastArrival: false });
  }
}
