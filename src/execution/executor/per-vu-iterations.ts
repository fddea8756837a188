/**
 * Every VU runs the same number of iterations, at its own pace. What it has not begun when `maxDuration` is over is
 * dropped.
 *
 * Behaviour: k6 docs, executors/per-vu-iterations.
 */
import type { PerVuIterationsScenario } from "../../options/scenario-config.ts";
import type { Executor, ExecutorContext, IterationCounters, ScenarioProgress } from "./executor.ts";
import { IterationNumbering } from "./numbering.ts";
import { ScenarioRun } from "./scenario-run.ts";
import { type LoopRules, VuLoop } from "./vu-loop.ts";

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
    this.run.take(this.vus, (vu) =>
      new VuLoop(this.run, vu, new Countdown(this.run, this.numbering, this.iterations)).begin(),
    );
    this.run.close();
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

/** The iterations that one VU has left. */
class Countdown implements LoopRules {
  private left: number;
  private readonly run: ScenarioRun;
  private readonly numbering: IterationNumbering;

  constructor(run: ScenarioRun, numbering: IterationNumbering, count: number) {
    this.run = run;
    this.numbering = numbering;
    this.left = count;
  }

  next(): IterationCounters | undefined {
    if (this.left === 0 || !this.run.mayStart) return undefined;
    this.left--;
    return this.numbering.next();
  }

  stopped(): void {
    const { run } = this;
    if (this.left > 0 && run.isRegularOver && !run.isAborted) run.drop(this.left);
  }
}
