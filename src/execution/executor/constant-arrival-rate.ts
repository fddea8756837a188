/**
 * Starts iterations at a constant rate, the first at once. As in k6 one that is due just when the duration is over still
 * starts.
 *
 * Behaviour: k6 docs, executors/constant-arrival-rate.
 */
import { fromNanoseconds, toNanoseconds } from "../../base/duration.ts";
import type { ConstantArrivalRateScenario } from "../../options/scenario-config.ts";
import { ConstantTimetable } from "../pacing.ts";
import { Arrivals } from "./arrivals.ts";
import type { ExecutorContext } from "./executor.ts";

export class ConstantArrivalRate extends Arrivals {
  constructor(context: ExecutorContext<ConstantArrivalRateScenario>) {
    const { rate, timeUnit, duration } = context.scenario;
    // A timetable leaves its own end out, so it goes on for an instant.
    const untilMs = fromNanoseconds(toNanoseconds(duration) + 1);
    super(context, {
      timetable: new ConstantTimetable({ rate, timeUnit, duration: untilMs }),
      endsWithLastArrival: false,
    });
  }
}
