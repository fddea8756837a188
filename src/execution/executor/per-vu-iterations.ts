/**
 * Every VU runs the same number of iterations, at its own pace. What it has not begun when `maxDuration` is over is
 * dropped.
 *
 * Behaviour: k6 docs, executors/per-vu-iterations.
 */
import type { PerVuIterationsScenario } from "../../options/scenario-config.ts";
import type { Executor, ExecutorContext, ScenarioProgress, ScenarioVu } from "./executor.ts";
import { IterationNumbering } from "./numbering.ts";
import { ScenarioRun } from "./scenario-run.ts";
import { VuLoop } from "./vu-loop.ts";

export class PerVuIterations implements Executor {
  private readonly vus: number;
  /** Of each VU. */
  private readonly iterations: number;
  private readonly run: ScenarioRun;
  private readonly numbering: IterationNumbering;

  constructor(context: ExecutorContext<PerVuIterationsScenario>) {
    const { scenario, share, instanceShare } = context;
    this.vus = share.scale(scenario.vus);
    this.iterations = scenario.iterations;
    this.numbering = new IterationNumbering(share, instanceShare);
    this.run = new ScenarioRun(context, {
      regularMs: scenario.maxDuration,
      hardMs: scenario.maxDuration + scenario.gracefulStop,
    });
  }

  start(onDone: () => void): void {
    this.run.begin(onDone);
    this.run.take(this.vus, (vu) => this.loop(vu));
    this.run.close();
  }

  private loop(vu: ScenarioVu): void {
    const { run } = this;
    let left = this.iterations;
    const loop = new VuLoop(run, vu, {
      next: () => {
        if (left === 0 || !run.mayStart) return undefined;
        left--;
        return this.numbering.next();
      },
      stopped: () => {
        if (left > 0 && run.isRegularOver && !run.isAborted) run.drop(left);
      },
    });
    loop.begin();
  }

  abort(): void {
    this.run.abort();
  }

  progress(): ScenarioProgress {
    const { run } = this;
    const iterationsTotal = this.vus * this.iterations;
    return {
      fraction: run.isRegularOver || iterationsTotal === 0 ? 1 : run.iterationsEnded / iterationsTotal,
      activeVus: run.heldCount,
      maxVus: this.vus,
      iterationsDone: run.iterationsDone,
      iterationsTotal,
      iterationsDropped: run.iterationsDropped,
    };
  }
}
