/**
 * Scenarios in one line each, as the banner of a run shows them, with the numbers of this process's share.
 *
 * Behaviour: k6 source, GetDescription of each executor and internal/cmd/ui.go; spec/distributed.md, section 3.6.
 */
import { formatDuration, fromNanoseconds, toNanoseconds } from "../base/duration.ts";
import { endOffset, maxPossibleVUs, planExecution, stagesDuration, stagesMaximum } from "./requirements.ts";
import type { Scenario } from "./scenario-config.ts";
import type { Share } from "./segment.ts";

const MS_PER_SECOND = 1_000;

/** "9 iterations shared among 3 VUs (maxDuration: 10s, gracefulStop: 30s)". */
function describeScenario(scenario: Scenario, share: Share): string {
  switch (scenario.executor) {
    case "shared-iterations": {
      const iterations = share.resegment(scenario.vus)?.scale(scenario.iterations) ?? 0;
      const facts = baseFacts(scenario, `maxDuration: ${formatDuration(scenario.maxDuration)}`);
      return `${iterations} iterations shared among ${share.scale(scenario.vus)} VUs${facts}`;
    }
    case "per-vu-iterations": {
      const facts = baseFacts(scenario, `maxDuration: ${formatDuration(scenario.maxDuration)}`);
      return `${scenario.iterations} iterations for each of ${share.scale(scenario.vus)} VUs${facts}`;
    }
    case "constant-vus":
      return `${share.scale(scenario.vus)} looping VUs for ${formatDuration(scenario.duration)}${baseFacts(scenario)}`;
    case "ramping-vus": {
      const vus = share.scale(stagesMaximum(scenario.startVUs, scenario.stages));
      const facts = baseFacts(scenario, `gracefulRampDown: ${formatDuration(scenario.gracefulRampDown)}`);
      return `Up to ${vus} looping VUs for ${overStages(scenario.stages)}${facts}`;
    }
    case "constant-arrival-rate": {
      const maxVUs = share.scale(scenario.maxVUs);
      // k6 shows the rate in proportion to the VUs, not to the segment.
      const ratePerMs = maxVUs === 0 ? 0 : (scenario.rate / scenario.timeUnit) * (maxVUs / scenario.maxVUs);
      const facts = baseFacts(scenario, vuRange(share.scale(scenario.preAllocatedVUs), maxVUs));
      return `${twoDigits(ratePerMs * MS_PER_SECOND)} iterations/s for ${formatDuration(scenario.duration)}${facts}`;
    }
    case "ramping-arrival-rate": {
      const rate = stagesMaximum(scenario.startRate, scenario.stages) * (MS_PER_SECOND / scenario.timeUnit);
      const range =
        scenario.maxVUs > scenario.preAllocatedVUs
          ? `maxVUs: ${share.scale(scenario.preAllocatedVUs)}-${share.scale(scenario.maxVUs)}`
          : `maxVUs: ${share.scale(scenario.preAllocatedVUs)}`;
      const facts = baseFacts(scenario, range);
      return `Up to ${twoDigits(rate * share.portion)} iterations/s for ${overStages(scenario.stages)}${facts}`;
    }
  }
}

/** "scenarios: (33.33%) 1 scenario, 3 max VUs, 4s max duration (incl. graceful stop):", then a line for each scenario. */
export function describeExecution(scenarios: readonly Scenario[], share: Share): string {
  const plan = planExecution(scenarios, share);
  // k6 cuts the duration to tenths of a second, rounding it, once it is longer than one.
  const count = `${scenarios.length} ${scenarios.length === 1 ? "scenario" : "scenarios"}`;
  const end = formatDuration(roundToTenth(endOffset(plan)));
  const all = `scenarios: (${twoDigits(100 * share.portion)}%) ${count}, ${maxPossibleVUs(plan)} max VUs, ${end} max duration (incl. graceful stop):`;
  const each = scenarios.map((scenario) => `         * ${scenario.name}: ${describeScenario(scenario, share)}`);
  return [all, ...each].map((line) => `     ${line}`).join("\n");
}

function baseFacts(scenario: Scenario, ...facts: string[]): string {
  if (scenario.exec !== "default") facts.push(`exec: ${scenario.exec}`);
  if (scenario.startTime > 0) facts.push(`startTime: ${formatDuration(scenario.startTime)}`);
  if (scenario.gracefulStop > 0) facts.push(`gracefulStop: ${formatDuration(scenario.gracefulStop)}`);
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

function vuRange(planned: number, maximum: number): string {
  return maximum > planned ? `maxVUs: ${planned}-${maximum}` : `maxVUs: ${planned}`;
}

function overStages(stages: readonly { duration: number; target: number }[]): string {
  return `${formatDuration(stagesDuration(stages))} over ${stages.length} stages`;
}

function roundToTenth(milliseconds: number): number {
  return fromNanoseconds(Math.round(toNanoseconds(milliseconds) / 1e8) * 1e8);
}

/** Two digits, rounded as Go does: an exact half goes to the even neighbour. */
function twoDigits(value: number): string {
  const hundredths = value * 100;
  const isTie = Number.isInteger(value * 8) && hundredths - Math.floor(hundredths) === 0.5;
  return isTie && Math.floor(hundredths) % 2 === 0 ? (Math.floor(hundredths) / 100).toFixed(2) : value.toFixed(2);
}
