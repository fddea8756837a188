/**
 * A scenario on one VU thread with a virtual clock and VUs that only take time; it checks the contract of
 * `executor.ts` while the scenario runs.
 */
import { createExecutor } from "../../src/execution/executor/index.ts";
import type {
  Executor,
  IterationCounters,
  IterationOutcome,
  IterationOwner,
  ScenarioVu,
  VuSource,
} from "../../src/execution/executor/executor.ts";
import { vuNeeds } from "../../src/execution/plan.ts";
import type { Scenario, ScenarioConfig } from "../../src/options/scenario-config.ts";
import { resolveScenario } from "../../src/options/scenarios.ts";
import { Share } from "../../src/options/segment.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface Started extends IterationCounters {
  vu: number;
  /** Since the scenario's start. */
  startMs: number;
  /** Undefined while it runs. */
  endMs: number | undefined;
  outcome: IterationOutcome | undefined;
}

export interface BenchInit {
  options: ScenarioConfig;
  clock?: VirtualClock;
  /** Milliseconds that an iteration takes; 10 if not given. Throwing, aborting and so on is up to the function. */
  iterationMs?: number | ((started: Started, bench: ScenarioBench) => number);
  share?: Share;
  instanceShare?: Share;
  /** The counter that the threads share. */
  counter?: { next: number };
  /** Milliseconds to make an unplanned VU. */
  makeMs?: number;
  /** How long an interrupted iteration takes to end. */
  interruptMs?: number;
  /** How many VUs there are; as many as the plan says if not given. */
  vuCount?: number;
}

export class ScenarioBench {
  readonly clock: VirtualClock;
  readonly scenario: Scenario;
  readonly executor: Executor;
  readonly started: Started[] = [];
  readonly logs: string[] = [];
  readonly drops: { atMs: number; count: number }[] = [];
  /** [ms, VUs held] after each take and give-back. */
  readonly held: [number, number][] = [];
  doneCount = 0;
  doneMs: number | undefined;
  isAborted = false;
  madeCount = 0;
  readonly free: BenchVu[] = [];
  private readonly all: BenchVu[] = [];
  heldCount = 0;
  startMs = 0;
  readonly init: BenchInit;
  private isStarting = false;

  constructor(init: BenchInit) {
    this.init = init;
    this.clock = init.clock ?? new VirtualClock(1_000);
    this.scenario = resolveScenario("s", init.options);
    const instanceShare = init.instanceShare ?? init.share ?? Share.of();
    const share = init.share ?? instanceShare;
    const count = init.vuCount ?? vuNeeds([this.scenario], share).planned;
    for (let index = 0; index < count; index++) this.free.push(this.newVu());
    const counter = init.counter ?? { next: 0 };
    this.executor = createExecutor({
      scenario: this.scenario,
      share,
      instanceShare,
      clock: this.clock,
      vus: this.source(),
      soon: (callback) =>
        void this.clock.at(this.clock.nowMs(), typeof callback === "function" ? callback : () => callback.run()),
      nextShared: () => counter.next++,
      drop: (count) => {
        if (!(Number.isInteger(count) && count > 0)) throw new Error(`dropped ${count} iterations`);
        this.drops.push({ atMs: this.elapsedMs, count });
      },
      log: (level, message) => void (level !== "debug" && this.logs.push(`${level}: ${message}`)),
    });
  }

  get elapsedMs(): number {
    return this.clock.nowMs() - this.startMs;
  }

  get droppedCount(): number {
    return this.drops.reduce((sum, { count }) => sum + count, 0);
  }

  get startTimes(): number[] {
    return this.started.map(({ startMs }) => startMs);
  }

  get interruptedCount(): number {
    return this.started.filter(({ outcome }) => outcome?.interrupted).length;
  }

  start(): this {
    this.startMs = this.clock.nowMs();
    this.isStarting = true;
    this.executor.start(() => {
      if (this.isStarting) throw new Error("onDone was called from inside of start()");
      this.doneCount++;
      this.doneMs = this.elapsedMs;
      if (this.heldCount > 0) throw new Error(`done, but ${this.heldCount} VUs were not given back`);
    });
    this.isStarting = false;
    return this;
  }

  abort(): void {
    this.isAborted = true;
    this.executor.abort();
  }

  /** Cuts off every running iteration, as the script itself can. */
  interruptBusy(): void {
    for (const vu of this.all) if (vu.busy) vu.interrupt();
  }

  /** Advances by 100 ms until the scenario is over. */
  async finish(limitMs = 3_600_000): Promise<this> {
    const until = this.clock.nowMs() + limitMs;
    while (this.doneCount === 0 && this.clock.nowMs() < until) await this.clock.advance(100);
    return this;
  }

  private newVu(): BenchVu {
    const vu = new BenchVu(this, ++this.madeCount);
    this.all.push(vu);
    return vu;
  }

  private source(): VuSource {
    const taken = (change: number): void => {
      this.heldCount += change;
      this.held.push([this.elapsedMs, this.heldCount]);
    };
    return {
      take: () => {
        const vu = this.free.shift();
        if (vu !== undefined) taken(1);
        return vu;
      },
      giveBack: (vu) => {
        if (vu.busy) throw new Error(`VU ${vu.idInInstance} was given back while it is busy`);
        if (this.free.includes(vu as BenchVu)) throw new Error(`VU ${vu.idInInstance} was given back twice`);
        taken(-1);
        this.free.push(vu as BenchVu);
      },
      make: (onReady) => {
        this.clock.at(this.clock.nowMs() + (this.init.makeMs ?? 1), () => {
          taken(1);
          onReady(this.newVu());
        });
      },
    };
  }
}

class BenchVu implements ScenarioVu {
  readonly idInInstance: number;
  cutOffMs = Number.POSITIVE_INFINITY;
  private readonly bench: ScenarioBench;
  private running: { cancel: () => void; end: (interrupted: boolean) => void } | undefined;

  constructor(bench: ScenarioBench, idInInstance: number) {
    this.bench = bench;
    this.idInInstance = idInInstance;
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  cutOffAt(ms: number): void {
    this.cutOffMs = ms;
  }

  iterate(counters: IterationCounters, owner: IterationOwner): void {
    const { bench } = this;
    const { clock, init } = bench;
    if (this.busy) throw new Error(`VU ${this.idInInstance} is busy already`);
    if (bench.isAborted) throw new Error("an iteration started after abort()");
    if (bench.doneCount > 0) throw new Error("an iteration started after onDone");
    if (bench.free.includes(this)) throw new Error("an iteration started on a VU of the pool");
    const started: Started = {
      vu: this.idInInstance,
      startMs: bench.elapsedMs,
      ...counters,
      endMs: undefined,
      outcome: undefined,
    };
    bench.started.push(started);
    let timer: (() => void) | undefined;
    const running = {
      cancel: () => timer?.(),
      end: (interrupted: boolean) => {
        this.running = undefined;
        started.endMs = bench.elapsedMs;
        started.outcome = { interrupted, failed: false };
        clock.at(clock.nowMs(), () => owner.iterationEnded(started.outcome!));
      },
    };
    this.running = running;
    const { iterationMs = 10 } = init;
    const tookMs = typeof iterationMs === "number" ? iterationMs : iterationMs(started, bench);
    if (this.running !== running) return;
    timer = clock.at(clock.nowMs() + tookMs, () => running.end(false));
  }

  interrupt(): void {
    const { running } = this;
    if (running === undefined) throw new Error(`VU ${this.idInInstance} was interrupted while it is idle`);
    running.cancel();
    const { clock, init } = this.bench;
    clock.at(clock.nowMs() + (init.interruptMs ?? 0), () => {
      if (this.running === running) running.end(true);
    });
  }
}

/** All threads of all instances of one test on one clock. */
export function benchesOf(
  init: Omit<BenchInit, "share" | "instanceShare" | "counter" | "clock">,
  { sequence, threads }: { sequence?: string; threads: number },
): ScenarioBench[] {
  const clock = new VirtualClock(1_000);
  return instanceShares(sequence).flatMap((instanceShare) => {
    const counter = { next: 0 };
    return instanceShare
      .split(threads)
      .map((share) => new ScenarioBench({ ...init, clock, share, instanceShare, counter }));
  });
}

function instanceShares(sequence: string | undefined): Share[] {
  if (sequence === undefined) return [Share.of()];
  const points = sequence.split(",");
  return points
    .slice(1)
    .map((to, index) =>
      Share.fromOptions({ executionSegment: `${points[index]}:${to}`, executionSegmentSequence: sequence }),
    );
}
