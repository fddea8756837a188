/**
 * A number of VUs that follows a ramp: each VU of the share has its own moments to start and to stop.
 *
 * Two lists of steps govern it. The ramp itself says how many VUs begin iterations; the same ramp with `gracefulRampDown`
 * and `gracefulStop` says how many may still finish one. A VU that the ramp took away and that the ramp wants again
 * before its iteration has ended goes on as if nothing had been. One that the ramp wants only when it is over never
 * starts, though it is planned.
 *
 * Behaviour: k6 docs, executors/ramping-vus; spec/distributed.md, section 3.5.
 */
import { type ExecutionStep, maxPlannedVUs, rampingSteps, scenarioSteps } from "../../options/requirements.ts";
import type { RampingVusScenario } from "../../options/scenario-config.ts";
import { cutOffOffsets } from "../graceful.ts";
import type { Executor, ExecutorContext, IterationCounters, ScenarioProgress, ScenarioVu } from "./executor.ts";
import { IterationNumbering } from "./numbering.ts";
import { ScenarioRun } from "./scenario-run.ts";
import { VuLoop } from "./vu-loop.ts";

export class RampingVus implements Executor {
  private readonly context: ExecutorContext;
  private readonly numbering: IterationNumbering;
  /** How many VUs begin iterations. */
  private readonly ramp: ExecutionStep[];
  /** How many VUs may run one. */
  private readonly allowance: ExecutionStep[];
  private readonly cutOffs: number[][];
  private readonly maxVus: number;
  /** The end of the last stage, or sooner if nothing is wanted from then on. */
  private readonly rampEnd: number;
  private readonly run: ScenarioRun;
  private readonly ramped: RampedVu[];
  private rampIndex = 0;
  private allowanceIndex = 0;
  private wanted = 0;
  private allowed = 0;
  private cancelTimer: (() => void) | undefined;
  private nextStepMs = Number.POSITIVE_INFINITY;
  private isStepping = false;

  constructor(context: ExecutorContext<RampingVusScenario>) {
    const { scenario, share, instanceShare } = context;
    this.context = context;
    this.numbering = new IterationNumbering(share, instanceShare);
    this.ramp = rampingSteps(scenario, share, true);
    this.allowance = scenarioSteps(scenario, share);
    this.cutOffs = cutOffOffsets(this.allowance);
    this.maxVus = maxPlannedVUs(this.allowance);
    this.rampEnd = this.ramp.at(-1)!.offset;
    this.run = new ScenarioRun(
      context,
      { regularMs: this.rampEnd, hardMs: this.allowance.at(-1)!.offset },
      { onAbort: () => this.cancelTimer?.() },
    );
    this.ramped = Array.from({ length: this.maxVus }, (_, index) => new RampedVu(this, index));
  }

  start(onDone: () => void): void {
    this.run.begin(onDone);
    this.step();
  }

  /** Takes all steps that are due, those of the ramp first. */
  step(): void {
    if (this.isStepping || this.run.isAborted) return;
    this.isStepping = true;
    const nowMs = this.context.clock.nowMs();
    for (;;) {
      const ramp = this.ramp[this.rampIndex];
      const allowance = this.allowance[this.allowanceIndex];
      const isRamp = ramp !== undefined && (allowance === undefined || ramp.offset <= allowance.offset);
      const next = isRamp ? ramp : allowance;
      const atMs = next === undefined ? Number.POSITIVE_INFINITY : this.run.startMs + next.offset;
      if (next === undefined || atMs > nowMs) {
        this.stepAgainAt(atMs);
        break;
      }
      if (isRamp) {
        this.rampIndex++;
        const mayStart = next.offset < this.rampEnd;
        while (mayStart && this.wanted < next.plannedVUs) this.ramped[this.wanted++]!.start();
        while (this.wanted > next.plannedVUs) this.ramped[--this.wanted]!.stop();
      } else {
        this.allowanceIndex++;
        while (this.allowed > next.plannedVUs) this.ramped[--this.allowed]!.cutOff();
        this.allowed = next.plannedVUs;
      }
    }
    this.isStepping = false;
    if (this.rampIndex === this.ramp.length) this.run.close();
  }

  private stepAgainAt(atMs: number): void {
    if (atMs === this.nextStepMs) return;
    this.cancelTimer?.();
    this.nextStepMs = atMs;
    this.cancelTimer = undefined;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.cancelTimer = this.context.clock.at(atMs, () => {
      this.nextStepMs = Number.POSITIVE_INFINITY;
      this.step();
    });
  }

  /** Runs iterations on a VU of the pool, as soon as there is one, while `owner` is wanted. */
  engage(owner: RampedVu): void {
    const { run } = this;
    run.take(1, (vu) => {
      const elapsedMs = this.context.clock.nowMs() - run.startMs;
      const cutOff = this.cutOffs[owner.index]!.find((offset) => offset > elapsedMs);
      if (cutOff !== undefined) vu.cutOffAt(run.startMs + cutOff);
      const loop = new VuLoop(run, vu, owner);
      owner.engaged(vu);
      loop.run();
    });
  }

  nextCounters(): IterationCounters {
    return this.numbering.next();
  }

  /** Whether a VU may begin an iteration at all; first lets happen what the clock says, should the timer be late. */
  mayStart(): boolean {
    if (this.context.clock.nowMs() >= this.nextStepMs) this.step();
    return !this.run.isAborted;
  }

  abort(): void {
    this.run.abort();
  }

  progress(): ScenarioProgress {
    const { run } = this;
    return {
      fraction: run.timeFraction,
      activeVus: run.heldCount,
      maxVus: this.maxVus,
      iterationsDone: run.iterationsDone,
      iterationsDropped: 0,
    };
  }
}

/** One place of the ramp: the first is filled whenever the ramp is above 0, the last at its peak only. */
class RampedVu {
  readonly index: number;
  private readonly executor: RampingVus;
  private vu: ScenarioVu | undefined;
  private isWanted = false;
  /** Asked for a VU that has not come yet. */
  private isEngaging = false;
  /** Its iteration was interrupted and has not ended yet. */
  private isCutOff = false;

  constructor(executor: RampingVus, index: number) {
    this.executor = executor;
    this.index = index;
  }

  start(): void {
    this.isWanted = true;
    if (this.vu === undefined) this.engage();
  }

  stop(): void {
    this.isWanted = false;
  }

  cutOff(): void {
    this.isWanted = false;
    if (this.vu === undefined || !this.vu.busy) return;
    this.isCutOff = true;
    this.vu.interrupt();
  }

  private engage(): void {
    if (this.isEngaging) return;
    this.isEngaging = true;
    this.executor.engage(this);
  }

  engaged(vu: ScenarioVu): void {
    this.isEngaging = false;
    this.vu = vu;
  }

  next(): IterationCounters | undefined {
    if (!this.executor.mayStart()) return undefined;
    return this.isWanted && !this.isCutOff ? this.executor.nextCounters() : undefined;
  }

  stopped(): void {
    const again = this.isWanted && this.isCutOff;
    this.vu = undefined;
    this.isCutOff = false;
    if (again) this.engage();
  }
}
