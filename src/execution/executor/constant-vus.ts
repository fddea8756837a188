/**
 * A fixed number of VUs, each of which runs as many iterations as fit into the duration.
 *
 * Behaviour: k6 docs, executors/constant-vus.
 */
import type { ConstantVusScenario } from "../../options/scenario-config.ts";
import type { Executor, ExecutorContext, ScenarioProgress } from "./executor.ts";
import { IterationNumbering } from "./numbering.ts";
import { ScenarioRun } from "./scenario-run.ts";
import { VuLoop } from "./vu-loop.ts";

export class ConstantVus implements Executor {
  private readonly vus: number;
  private readonly run: ScenarioRun;
  private readonly numbering: IterationNumbering;

  constructor(context: ExecutorContext<ConstantVusScenario>) {
    const { scenario, share, instanceShare } = context;
    this.vus = share.scale(scenario.vus);
    this.numbering = new IterationNumbering(share, instanceShare);
    this.run = new ScenarioRun(context, {
      regularMs: scenario.duration,
      hardMs: scenario.duration + scenario.gracefulStop,
    });
  }

  start(onDone: () => void): void {
    const { run, numbering } = this;
    const rules = { next: () => (run.mayStart ? numbering.next() : undefined) };
    run.begin(onDone);
    run.take(this.vus, (vu) => new VuLoop(run, vu, rules).begin());
    run.close();
  }

  abort(): void {
    this.run.abort();
  }

  progress(): ScenarioProgress {
    const { run } = this;
    return {
      fraction: run.timeFraction,
      activeVus: run.heldCount,
      maxVus: this.vus,
      iterationsDone: run.iterationsDone,
      iterationsDropped: 0,
    };
  }
}
