/** One VU that runs iterations back to back, until there is no next one or one is cut off; then it is given back. */
import type { IterationCounters, IterationOutcome, IterationOwner, ScenarioVu } from "./executor.ts";
import type { ScenarioRun } from "./scenario-run.ts";

export interface LoopRules {
  /** Numbers of the next iteration; undefined to stop. */
  next(): IterationCounters | undefined;
  /** The VU has been given back. */
  stopped?(): void;
}

export class VuLoop implements IterationOwner {
  readonly vu: ScenarioVu;
  private readonly scenario: ScenarioRun;
  private readonly rules: LoopRules;

  constructor(scenario: ScenarioRun, vu: ScenarioVu, rules: LoopRules) {
    this.scenario = scenario;
    this.vu = vu;
    this.rules = rules;
  }

  /** Starts the first iteration, when the VUs before have begun. */
  begin(): void {
    this.scenario.context.soon(this);
  }

  /** Starts the next iteration, or stops. */
  run(): void {
    const counters = this.rules.next();
    if (counters === undefined) this.stop();
    else this.vu.iterate(counters, this);
  }

  iterationEnded(outcome: IterationOutcome): void {
    this.scenario.countEnd(outcome);
    // Cut off means that the scenario ends, or the ramp, or, by the script's own word, the test.
    if (outcome.interrupted) this.stop();
    else this.run();
  }

  private stop(): void {
    this.scenario.release(this.vu);
    this.rules.stopped?.();
  }
}
