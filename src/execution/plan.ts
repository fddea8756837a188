/**
 * How many VUs a thread makes before the test and while it runs, and how many threads a test can use.
 *
 * Arithmetic only. Behaviour: k6 source, lib/execution.go; docs, "Threads are segments".
 */
import { maxPlannedVUs, maxPossibleVUs, planExecution } from "../options/requirements.ts";
import type { Scenario } from "../options/scenario-config.ts";
import type { Share } from "../options/segment.ts";

export interface VuNeeds {
  /** Made before the test: the most that are planned at any one moment. */
  planned: number;
  /** How many more may be made while it runs; a scenario that needs one beyond them takes a free one of another. */
  unplannedMax: number;
}

/** The VUs that a share of all scenarios needs. */
export function vuNeeds(scenarios: readonly Scenario[], share: Share): VuNeeds {
  const plan = planExecution(scenarios, share);
  const planned = maxPlannedVUs(plan);
  return { planned, unplannedMax: maxPossibleVUs(plan) - planned };
}

/**
 * The most threads that a test can be split among without showing it.
 *
 * Each thread needs a VU of its own, and for an arrival rate one that is there when the test begins: a thread that had
 * arrivals but only VUs still to be made would drop what a single thread does not.
 *
 * @param share The process's own.
 * @returns At least 1.
 */
export function threadsMax(scenarios: readonly Scenario[], share: Share): number {
  let most = vuNeeds(scenarios, share).planned;
  for (const scenario of scenarios) {
    const isArrivalRate = "preAllocatedVUs" in scenario && share.scale(scenario.maxVUs) > 0;
    if (isArrivalRate) most = Math.min(most, share.scale(scenario.preAllocatedVUs));
  }
  return Math.max(1, most);
}
