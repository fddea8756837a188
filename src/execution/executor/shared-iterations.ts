/**
 * A fixed number of iterations that VUs take from one heap: a fast VU runs more of them. What is left when `maxDuration`
 * is over is dropped.
 *
 * The heap is one counter for all threads of the process. Between processes the iterations are dealt out in advance, in
 * proportion to their VUs (`Share.resegment`).
 *
 * Behaviour: k6 docs, executors/shared-iterations; spec/distributed.md, section 3.4.
 */
import type { SharedIterationsScenario } from "../../options/scenario-config.ts";
import type { Share } from "../../options/segment.ts";
import type { Executor, ExecutorContext, IterationCounters, ScenarioProgress } from "./executor.ts";
import { ScenarioRun } from "./scenario-run.ts";
import { VuLoop } from "./vu-loop.ts";

/** So many iterations are dropped in one go: each is an atomic addition, so this takes about a millisecond. */
const DROPS_PER_SLICE = 100_000;

export class SharedIterations implements Executor {
  private readonly context: ExecutorContext;
  private readonly vus: number;
  /** Undefined if nothing of the scenario is for this process. */
  private readonly numbers: Share | undefined;
  /** Of this process. */
  private readonly iterations: number;
  /** What this thread would do of them if its VUs were as fast as the others'. */
  private readonly ownIterations: number;
  private readonly run: ScenarioRun;
  private isHeapEmpty = false;

  constructor(context: ExecutorContext<SharedIterationsScenario>) {
    const { scenario, share, instanceShare } = context;
    this.context = context;
    this.vus = share.scale(scenario.vus);
    this.numbers = instanceShare.resegment(scenario.vus);
    this.iterations = this.numbers?.scale(scenario.iterations) ?? 0;
    this.ownIterations = share.resegment(scenario.vus)?.scale(scenario.iterations) ?? 0;
    this.run = new ScenarioRun(context, {
      regularMs: scenario.maxDuration,
      hardMs: scenario.maxDuration + scenario.gracefulStop,
    });
  }

  start(onDone: () => void): void {
    const { run } = this;
    const rules = { next: () => (run.mayStart ? this.takeFromHeap() : undefined) };
    run.begin(() => this.dropRest(onDone));
    run.take(this.vus, (vu) => new VuLoop(run, vu, rules).begin());
    run.close();
  }

  private takeFromHeap(): IterationCounters | undefined {
    if (this.isHeapEmpty) return undefined;
    const index = this.context.nextShared();
    if (index < this.iterations) return { iterationInInstance: index, iterationInTest: this.numbers!.indexAt(index) };
    this.isHeapEmpty = true;
    return undefined;
  }

  /** Takes what nobody ran, so that of several threads just one counts it. */
  private dropRest(onDone: () => void): void {
    const { run } = this;
    const mayBeLeft = run.isRegularOver && !run.isAborted;
    let count = 0;
    while (mayBeLeft && count < DROPS_PER_SLICE && this.takeFromHeap() !== undefined) count++;
    if (count > 0) run.drop(count);
    const { clock } = this.context;
    if (count === DROPS_PER_SLICE) clock.at(clock.nowMs(), () => this.dropRest(onDone));
    else onDone();
  }

  abort(): void {
    this.run.abort();
  }

  progress(): ScenarioProgress {
    const { run, ownIterations } = this;
    return {
      fraction: ownIterations === 0 ? 1 : Math.min(1, run.iterationsEnded / ownIterations),
      activeVus: run.heldCount,
      maxVus: this.vus,
      iterationsDone: run.iterationsDone,
      iterationsTotal: ownIterations,
      iterationsDropped: run.iterationsDropped,
    };
  }
}
