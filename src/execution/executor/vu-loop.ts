/** One VU that runs iterations back to back, until there is no next one or one is cut off; then it is given back. */
import type { IterationCounters, IterationOutcome, ScenarioVu } from "./executor.ts";
import type { ScenarioRun } from "./scenario-run.ts";

export interface LoopRules {
  /** Numbers of the next iteration; undefined to stop. */
  next(): IterationCounters | undefined;
  /** The VU has been given back. */
  stopped?(): void;
}

export class VuLoop {
  readonly vu: ScenarioVu;
  private readonly run: ScenarioRun;
  private readonly rules: LoopRules;

  constructor(run: ScenarioRun, vu: ScenarioVu, rules: LoopRules) {
    this.run = run;
    this.vu = vu;
    this.rules = rules;
  }

  /** Starts the first iteration, when the VUs before have begun. */
  begin(): void {
    this.run.context.soon(() => this.turn());
  }

  /** Starts the next iteration, or stops. */
  turn(): void {
    const counters = this.rules.next();
    if (counters === undefined) this.stop();
    else this.vu.iterate(counters, this.onEnd);
  }

  private readonly onEnd = (outcome: IterationOutcome): void => {
    this.run.countEnd(outcome);
    // Cut off means that the scenario ends, or the ramp, or, by the script's own word, the test.
    if (outcome.interrupted) this.stop();
    else this.turn();
  };

  private stop(): void {
    this.run.release(this.vu);
    this.rules.stopped?.();
  }
}
