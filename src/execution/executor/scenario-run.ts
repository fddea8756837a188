/**
 * What the six executors have in common: the VUs that a scenario holds, its two ends, its figures and its last moment.
 *
 * A run is over when it is closed (its executor will ask for no more VUs), no request for a VU is open and every VU has
 * been given back.
 */
import { formatDuration } from "../../base/duration.ts";
import { type EndTimes, GracefulEnd } from "../graceful.ts";
import { Fifo } from "../fifo.ts";
import type { ExecutorContext, IterationOutcome, ScenarioVu } from "./executor.ts";

/** How long VUs are started in one go before sockets and timers get their turn, milliseconds. */
export const START_SLICE_MS = 5;

/** How often the pool is asked again when it had no VU, milliseconds; they come back within moments or never. */
const POOL_POLL_MS = 2;
/** k6 warns so often that a planned VU is late, and gives up after the fifth time. */
const POOL_WARNING_MS = 400;
const POOL_WARNINGS_MAX = 5;

export interface RunHooks {
  /** No iteration may start any more; requests for VUs are forgotten already. */
  onRegularEnd?(): void;
  /** The scenario was aborted; busy VUs are interrupted already. */
  onAbort?(): void;
}

interface VuRequest {
  count: number;
  onVu: (vu: ScenarioVu) => void;
}

export class ScenarioRun {
  readonly context: ExecutorContext;
  /** Ended in full. */
  iterationsDone = 0;
  /** Ended in any way. */
  iterationsEnded = 0;
  iterationsDropped = 0;
  isAborted = false;
  private readonly times: EndTimes;
  private readonly hooks: RunHooks;
  private readonly held = new Set<ScenarioVu>();
  private readonly requests = new Fifo<VuRequest>();
  private ends: GracefulEnd | undefined;
  private onDone: (() => void) | undefined;
  private isOpen = true;
  private overAtMs: number | undefined;
  /** The next look at the requests: after a slice, or when the pool was empty. */
  private cancelServing: (() => void) | undefined;
  private waitingSinceMs: number | undefined;
  private warningCount = 0;

  constructor(context: ExecutorContext, times: EndTimes, hooks: RunHooks = {}) {
    this.context = context;
    this.times = times;
    this.hooks = hooks;
  }

  /** Starts the clock; `onDone` is called once, never from inside of this call. */
  begin(onDone: () => void): void {
    this.onDone = onDone;
    this.ends = new GracefulEnd(this.context.clock, this.times, {
      regularEnd: () => this.endRegularly(),
      hardEnd: () => this.interruptAll(),
    });
    if (this.isAborted) this.close();
  }

  get startMs(): number {
    return this.ends?.startMs ?? 0;
  }

  get regularEndMs(): number {
    return this.ends?.regularEndMs ?? Number.POSITIVE_INFINITY;
  }

  get hardEndMs(): number {
    return this.ends?.hardEndMs ?? Number.POSITIVE_INFINITY;
  }

  /** Whether an iteration may start now. */
  get mayStart(): boolean {
    return !this.isAborted && this.ends !== undefined && !this.ends.isRegularOver;
  }

  get isRegularOver(): boolean {
    return this.ends?.isRegularOver ?? false;
  }

  get heldCount(): number {
    return this.held.size;
  }

  /** How much of the regular duration is over, 0 to 1. */
  get timeFraction(): number {
    if (this.ends === undefined) return 0;
    if (this.times.regularMs === 0) return 1;
    const nowMs = this.overAtMs ?? this.context.clock.nowMs();
    return Math.min(1, (nowMs - this.ends.startMs) / this.times.regularMs);
  }

  /** Whether VUs that were asked for have not come yet. */
  get isWaitingForVus(): boolean {
    return this.requests.size > 0;
  }

  /**
   * Takes `count` VUs from the pool and hands over one after the other: at once, or when they are free, or, if they are
   * many, in slices. What is open at the regular end is forgotten.
   */
  take(count: number, onVu: (vu: ScenarioVu) => void): void {
    if (count <= 0 || this.isAborted) return;
    this.requests.push({ count, onVu });
    if (this.cancelServing === undefined) this.serve();
  }

  /** Serves one open request without waiting for the next slice. */
  takeNow(): boolean {
    const request = this.requests.peek();
    const vu = request && this.context.vus.take();
    if (request === undefined || vu === undefined) return false;
    if (--request.count === 0) this.requests.shift();
    this.waitingSinceMs = undefined;
    this.hold(vu);
    request.onVu(vu);
    return true;
  }

  /** Counts a VU as the scenario's own until it is released. */
  hold(vu: ScenarioVu): void {
    this.held.add(vu);
    vu.cutOffAt(this.hardEndMs);
  }

  release(vu: ScenarioVu): void {
    this.held.delete(vu);
    this.context.vus.giveBack(vu);
    this.settle();
  }

  countEnd(outcome: IterationOutcome): void {
    this.iterationsEnded++;
    if (!outcome.interrupted) this.iterationsDone++;
  }

  drop(count: number): void {
    this.iterationsDropped += count;
    this.context.drop(count);
  }

  /** No more VUs will be asked for. */
  close(): void {
    this.isOpen = false;
    this.settle();
  }

  abort(): void {
    if (this.isAborted || this.overAtMs !== undefined) return;
    this.isAborted = true;
    this.stopServing();
    this.interruptAll();
    this.hooks.onAbort?.();
    if (this.ends !== undefined) this.close();
  }

  private serve(): void {
    const { clock } = this.context;
    const sliceEndMs = clock.nowMs() + START_SLICE_MS;
    // A VU may end its iteration, and the scenario, inside of its start: the mark keeps requests from nesting.
    this.cancelServing = () => undefined;
    while (this.requests.size > 0) {
      const isFree = this.takeNow();
      if (isFree && clock.nowMs() < sliceEndMs) continue;
      if (this.requests.size === 0) break;
      if (!isFree && !this.keepWaiting()) return;
      const againMs = isFree ? clock.nowMs() : clock.nowMs() + POOL_POLL_MS;
      this.cancelServing = clock.at(againMs, () => this.serve());
      return;
    }
    this.cancelServing = undefined;
    this.settle();
  }

  /** Other scenarios give planned VUs back in time, unless the machine is overloaded: warn first, then give up. */
  private keepWaiting(): boolean {
    const nowMs = this.context.clock.nowMs();
    if (this.waitingSinceMs === undefined) {
      this.waitingSinceMs = nowMs;
      this.warningCount = 0;
    }
    const warningsDue = Math.floor((nowMs - this.waitingSinceMs) / POOL_WARNING_MS);
    while (this.warningCount < Math.min(warningsDue, POOL_WARNINGS_MAX)) {
      const waitedMs = ++this.warningCount * POOL_WARNING_MS;
      this.context.log("warning", `Could not get a VU from the buffer for ${formatDuration(waitedMs)}`);
    }
    if (this.warningCount < POOL_WARNINGS_MAX) return true;
    const limit = formatDuration(POOL_WARNING_MS * POOL_WARNINGS_MAX);
    this.context.log("error", `Executor error: could not get a VU from the buffer in ${limit}`);
    this.abort();
    return false;
  }

  private stopServing(): void {
    this.cancelServing?.();
    this.cancelServing = undefined;
    this.requests.clear();
  }

  private endRegularly(): void {
    this.stopServing();
    this.hooks.onRegularEnd?.();
    if (this.held.size > 0 && this.hardEndMs > this.regularEndMs) {
      this.context.log("debug", "Regular duration is done, waiting for iterations to gracefully finish");
    }
    this.settle();
  }

  private interruptAll(): void {
    for (const vu of this.held) if (vu.busy) vu.interrupt();
  }

  private settle(): void {
    if (this.isOpen || this.overAtMs !== undefined || this.ends === undefined) return;
    if (this.held.size > 0 || this.requests.size > 0 || this.onDone === undefined) return;
    const { clock } = this.context;
    this.overAtMs = clock.nowMs();
    this.ends.cancel();
    this.stopServing();
    clock.at(this.overAtMs, this.onDone);
  }
}
