/**
 * Open-model pacing: iterations start on a timetable, whether or not earlier ones have ended.
 *
 * The timetable is arithmetic (`pacing.ts`); the VUs that are free wait in a queue. One timer serves all: when it fires,
 * everything that is due by then starts, never anything before its time. When an iteration is due and every VU is busy,
 * it is dropped and counted, and a VU is made if there may be more.
 *
 * A timer of the host ticks once a millisecond, so at high rates several iterations come due in one tick, which would
 * have started one after the other on few VUs. Those that find no VU then are held for a moment (`HOLD_MS`), and start as
 * soon as one comes back. At rates that timers can tell apart nothing is held.
 *
 * A hot path: one call of `tick` for all that is due, no object for an iteration. Bench row: arrival.
 *
 * Behaviour: k6 docs, "Open and closed models", "Dropped iterations"; executors/constant-arrival-rate.
 */
import type { ConstantArrivalRateScenario, RampingArrivalRateScenario } from "../../options/scenario-config.ts";
import type { Share } from "../../options/segment.ts";
import { regularDuration } from "../../options/requirements.ts";
import { Fifo } from "../fifo.ts";
import type { Timetable } from "../pacing.ts";
import type {
  Executor,
  ExecutorContext,
  IterationOutcome,
  IterationOwner,
  ScenarioProgress,
  ScenarioVu,
} from "./executor.ts";
import { IterationNumbering } from "./numbering.ts";
import { START_SLICE_MS, ScenarioRun } from "./scenario-run.ts";

/** How long iterations that came due in one tick wait for a VU: two ticks of the host's timers. */
const HOLD_MS = 2;
/** After the thread, or the machine, stood still, they wait as long as that took: VUs would have come back meanwhile. */
const HOLD_MAX_MS = 100;

export interface ArrivalPlan {
  timetable: Timetable;
  /** Whether the scenario is over after its last arrival, or else when its duration is. */
  endsWithLastArrival: boolean;
}

export class Arrivals implements Executor {
  private readonly context: ExecutorContext;
  private readonly timetable: Timetable;
  private readonly endsWithLastArrival: boolean;
  private readonly plannedVus: number;
  private readonly maxVus: number;
  /** `maxVUs` of the process, for the warning. */
  private readonly instanceMaxVus: number;
  /** Whose turn it is: the timetable's arrivals of this thread. Undefined if there are none. */
  private readonly share: Share | undefined;
  private readonly numbering: IterationNumbering | undefined;
  private readonly run: ScenarioRun;
  private readonly idle = new Fifo<Worker>();
  private readonly startWorker: (vu: ScenarioVu) => void;
  /** The next arrival: which of this thread's, and when by the clock. */
  private nextIndex = 0;
  private nextDueMs = Number.POSITIVE_INFINITY;
  private cancelTimer: (() => void) | undefined;
  private armedForMs: number | undefined;
  /** Since when arrivals that are due have been held. */
  private heldSinceMs: number | undefined;
  private heldUntilMs = 0;
  /** An arrival is due and waits for a VU. */
  private isShort = false;
  private isEnded = false;
  private busyVus = 0;
  private vusSoFar = 0;
  private unplannedLeft: number;
  private isMaking = false;
  private hasWarned = false;

  constructor(
    context: ExecutorContext<ConstantArrivalRateScenario | RampingArrivalRateScenario>,
    { timetable, endsWithLastArrival }: ArrivalPlan,
  ) {
    const { scenario, share, instanceShare } = context;
    this.context = context;
    this.timetable = timetable;
    this.endsWithLastArrival = endsWithLastArrival;
    this.plannedVus = share.scale(scenario.preAllocatedVUs);
    this.maxVus = share.scale(scenario.maxVUs);
    this.instanceMaxVus = instanceShare.scale(scenario.maxVUs);
    this.unplannedLeft = this.maxVus - this.plannedVus;
    this.share = share.resegment(scenario.maxVUs);
    const instanceNumbers = instanceShare.resegment(scenario.maxVUs);
    if (this.share && instanceNumbers) this.numbering = new IterationNumbering(this.share, instanceNumbers);
    this.startWorker = (vu) => this.join(vu);
    const duration = regularDuration(scenario);
    this.run = new ScenarioRun(
      context,
      { regularMs: duration, hardMs: duration + scenario.gracefulStop },
      { onRegularEnd: () => this.endRegularly(), onAbort: () => this.end() },
    );
  }

  start(onDone: () => void): void {
    const { run } = this;
    run.begin(onDone);
    if (run.isAborted) return;
    if (this.share === undefined) {
      this.end();
      return;
    }
    this.vusSoFar = this.plannedVus;
    run.take(this.plannedVus, this.startWorker);
    this.nextDueMs = this.dueMs(0);
    this.tick();
  }

  private dueMs(index: number): number {
    const arrival = this.share!.indexAt(index);
    const { timetable } = this;
    return arrival < timetable.count ? this.run.startMs + timetable.dueMs(arrival) : Number.POSITIVE_INFINITY;
  }

  /** Whether any arrival is still to come, or due. */
  private get isLeft(): boolean {
    return this.nextDueMs !== Number.POSITIVE_INFINITY;
  }

  private moveTo(index: number): void {
    this.nextIndex = index;
    this.nextDueMs = this.dueMs(index);
  }

  private readonly timerFired = (): void => {
    const stalledMs = this.context.clock.nowMs() - this.armedForMs!;
    this.armedForMs = undefined;
    this.cancelTimer = undefined;
    this.tick(stalledMs);
  };

  /**
   * Starts or drops everything that is due.
   *
   * @param stalledMs By how much the timer is late.
   */
  private tick(stalledMs = 0): void {
    if (this.isEnded) return;
    this.isShort = false;
    const { clock } = this.context;
    const nowMs = clock.nowMs();
    const sliceEndMs = nowMs + START_SLICE_MS;
    let startedCount = 0;
    while (this.nextDueMs <= nowMs) {
      const worker = this.freeWorker();
      if (worker !== undefined) {
        this.moveTo(this.nextIndex + 1);
        this.startOn(worker);
        if (this.isEnded) return; // aborted from within
        startedCount++;
        if (clock.nowMs() < sliceEndMs) continue;
        this.armAt(clock.nowMs());
        return;
      }
      this.isShort = true;
      // The planned VUs come back from other scenarios in a moment, and what is due waits for them.
      if (this.run.isWaitingForVus) return;
      if (this.heldSinceMs === undefined && (startedCount > 0 || this.isCrowded(nowMs))) {
        this.heldSinceMs = nowMs;
        this.heldUntilMs = nowMs + Math.min(Math.max(stalledMs, HOLD_MS), HOLD_MAX_MS);
      }
      if (this.heldSinceMs !== undefined && nowMs < this.heldUntilMs) {
        this.armAt(this.heldUntilMs);
        return;
      }
      this.dropUntil(this.heldSinceMs ?? nowMs);
      this.askForMore();
      this.heldSinceMs = undefined;
      this.isShort = false;
    }
    this.heldSinceMs = undefined;
    if (this.isLeft) this.armAt(this.nextDueMs);
    else if (this.endsWithLastArrival) this.end();
  }

  private freeWorker(): Worker | undefined {
    if (this.idle.size === 0 && this.run.isWaitingForVus) this.run.takeNow();
    return this.idle.shift();
  }

  /** Whether the next arrival follows so closely that one tick may see both. */
  private isCrowded(nowMs: number): boolean {
    return this.dueMs(this.nextIndex + 1) <= Math.max(nowMs, this.nextDueMs + HOLD_MS);
  }

  /** Drops the next arrival and those that are due by `ms`, in one step however many they are. */
  private dropUntil(ms: number): void {
    const dueByThen = this.share!.scale(this.timetable.dueCount(ms - this.run.startMs));
    this.dropTo(Math.max(this.nextIndex + 1, dueByThen));
  }

  private dropTo(next: number): void {
    this.run.drop(next - this.nextIndex);
    this.moveTo(next);
  }

  private startOn(worker: Worker): void {
    this.busyVus++;
    worker.vu.iterate(this.numbering!.next(), worker);
  }

  /** Makes one more VU, one after the other: making takes the time of iterations. */
  private askForMore(): void {
    if (this.unplannedLeft === 0) this.warnOnce();
    if (this.unplannedLeft === 0 || this.isMaking) return;
    this.unplannedLeft--;
    this.isMaking = true;
    this.context.log("debug", "Starting initialization of an unplanned VU...");
    this.context.vus.make((vu) => {
      this.isMaking = false;
      this.vusSoFar++;
      this.run.hold(vu);
      this.join(vu);
      if (this.isEnded) this.run.close();
    });
  }

  private warnOnce(): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    // One warning for all threads: who takes the first number says it, for the whole process.
    if (this.context.nextShared() !== 0) return;
    const { instanceMaxVus } = this;
    this.context.log("warning", `Insufficient VUs, reached ${instanceMaxVus} active VUs and cannot initialize more`);
  }

  /** A VU has come, from the pool or made anew. */
  private join(vu: ScenarioVu): void {
    if (this.isEnded) {
      this.run.release(vu);
      return;
    }
    this.idle.push(new Worker(vu, this));
    if (this.isShort) this.tick();
  }

  iterationEnded(worker: Worker, outcome: IterationOutcome): void {
    this.busyVus--;
    this.run.countEnd(outcome);
    // Interrupted before the end means that the script aborted the test.
    if (this.isEnded || outcome.interrupted) {
      this.run.release(worker.vu);
      return;
    }
    this.idle.push(worker);
    if (this.isShort) this.tick();
  }

  /**
   * What is due just now starts, even if `gracefulStop` is 0, and so does what came due in the last moments, since only
   * the timer was late; the rest is dropped.
   */
  private endRegularly(): void {
    if (this.isEnded) return;
    const { run } = this;
    const { clock } = this.context;
    const untilMs = Math.min(clock.nowMs() + START_SLICE_MS, run.hardEndMs);
    while (this.isLeft && (this.nextDueMs >= run.regularEndMs || clock.nowMs() < untilMs)) {
      const worker = this.idle.shift();
      if (worker === undefined) break;
      this.moveTo(this.nextIndex + 1);
      this.startOn(worker);
    }
    if (this.isLeft) this.dropTo(this.share!.scale(this.timetable.count));
    this.end();
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.disarm();
    for (let worker = this.idle.shift(); worker !== undefined; worker = this.idle.shift()) this.run.release(worker.vu);
    // A VU that is being made comes first, unless the test is aborted.
    if (!this.isMaking || this.run.isAborted) this.run.close();
  }

  private armAt(ms: number): void {
    if (ms === this.armedForMs) return;
    this.disarm();
    this.armedForMs = ms;
    this.cancelTimer = this.context.clock.at(ms, this.timerFired);
  }

  private disarm(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.armedForMs = undefined;
  }

  abort(): void {
    this.run.abort();
  }

  /** `activeVus` are those that run an iteration; `maxVus` are those that there are by now. */
  progress(): ScenarioProgress {
    const { run } = this;
    return {
      fraction: run.timeFraction,
      activeVus: this.busyVus,
      maxVus: this.vusSoFar,
      iterationsDone: run.iterationsDone,
      iterationsDropped: run.iterationsDropped,
    };
  }
}

/** A VU of the scenario. */
class Worker implements IterationOwner {
  readonly vu: ScenarioVu;
  private readonly arrivals: Arrivals;

  constructor(vu: ScenarioVu, arrivals: Arrivals) {
    this.vu = vu;
    this.arrivals = arrivals;
  }

  iterationEnded(outcome: IterationOutcome): void {
    this.arrivals.iterationEnded(this, outcome);
  }
}
