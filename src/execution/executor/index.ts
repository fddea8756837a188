/** The closed set of executors: `options/scenario-config.ts` names them, this makes them. */
import { ConstantArrivalRate } from "./constant-arrival-rate.ts";
import { ConstantVus } from "./constant-vus.ts";
import type { Executor, ExecutorContext } from "./executor.ts";
import { PerVuIterations } from "./per-vu-iterations.ts";
import { RampingArrivalRate } from "./ramping-arrival-rate.ts";
import { RampingVus } from "./ramping-vus.ts";
import { SharedIterations } from "./shared-iterations.ts";

/** Makes the executor of `context.scenario`; it does nothing until `start`. */
export function createExecutor(context: ExecutorContext): Executor {
  const { scenario } = context;
  switch (scenario.executor) {
    case "shared-iterations":
      return new SharedIterations({ ...context, scenario });
    case "per-vu-iterations":
      return new PerVuIterations({ ...context, scenario });
    case "constant-vus":
      return new ConstantVus({ ...context, scenario });
    case "ramping-vus":
      return new RampingVus({ ...context, scenario });
    case "constant-arrival-rate":
      return new ConstantArrivalRate({ ...context, scenario });
    case "ramping-arrival-rate":
      return new RampingArrivalRate({ ...context, scenario });
  }
}
