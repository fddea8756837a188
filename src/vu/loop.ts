/**
 * A VU's event loop: one FIFO of tasks, run in turns, until nothing is left and nothing is pending.
 *
 * `register()` announces work that will queue exactly one task later; the loop does not end before it has. A turn runs
 * one task to its end, through any number of Blocks, and then the promise reactions it caused. While a task is blocked,
 * nothing else of this VU runs: the loop itself is a coroutine, suspended with it.
 *
 * An exception in a task ends the run; tasks that were queued stay for `drain`, which runs the rest without the
 * exception of one stopping the others. Order and endings follow k6's event loop.
 */
import type { TaskQueue } from "./task-queue.ts";
import type { Block } from "./block.ts";
import type { Vu } from "./vu.ts";

export type Steps = Generator<unknown, unknown, any> | undefined | void;

/** Runs in a turn; a generator may block. An object spares a closure where there are many tasks of a kind. */
export type Task = (() => Steps) | { run(): Steps };

/** Tasks, each followed by the queue that it came through, if it came through one. */
type Queue = (Task | TaskQueue | undefined)[];

/** Entries of a queue that is kept for the next round. */
const REUSED_MAX = 64;

/** A promise was rejected and nobody handled it by the end of the turn. */
export class UnhandledRejection extends Error {
  /** What the promise was rejected with, a value of the script. */
  readonly reason: unknown;
  constructor(reason: unknown) {
    super("Uncaught (in promise)");
    this.reason = reason;
  }
}

const nothing: Task = () => undefined;

/** Shared by all loops with nothing to do; never changed. */
const NONE: Queue = [];

export class EventLoop implements Block {
  private queue: Queue = NONE;
  /** The tasks of this round, and where the next one is: what an interruption or an exception leaves is drained. */
  private round: Queue = NONE;
  private next = 0;
  private registered = 0;
  /** Counts the turns, so that one can be told from another. */
  turn = 0;
  private idle = false;
  private readonly vu: Vu;

  constructor(vu: Vu) {
    this.vu = vu;
  }

  /** Announces a task to come; the answer queues it and must be called exactly once, from any turn or host event. */
  register(): (task: Task) => void {
    this.announce();
    let called = false;
    return (task) => {
      if (called) throw new Error("internal error: a registered callback was queued twice");
      called = true;
      this.enqueue(task, undefined);
    };
  }

  /** Announces a task without a closure, for `TaskQueue`: exactly one `enqueue` must follow. */
  announce(): void {
    this.registered++;
  }

  /** Queues a task that was announced; `owner` is told when it begins. */
  enqueue(task: Task, owner: TaskQueue | undefined): void {
    this.registered--;
    this.push(task, owner);
    this.wake();
  }

  /**
   * Runs a task at once if it would be the next to run anyway: no other waits, and no code of a VU is on the stack.
   *
   * The hot path of a socket's messages (bench row ws-pingpong): the loop's coroutine is woken only if the task blocks,
   * throws, or leaves something to do.
   *
   * @param atMs Now, or a moment ago.
   * @returns False if nothing was done.
   */
  runNow(task: { run(): Steps }, atMs: number): boolean {
    const { vu } = this;
    const { runtime } = vu;
    if (!this.idle || runtime.current !== undefined) return false;
    this.idle = false;
    this.turn++;
    runtime.enter(vu, atMs);
    try {
      const rest = task.run() ?? (vu.jobs.length > 0 ? runtime.rt.runJobs() : undefined);
      if (rest) this.push(() => rest, undefined);
    } catch (error) {
      this.push(() => {
        throw error;
      }, undefined);
    }
    runtime.leave(undefined);
    this.idle = true;
    if (this.queue.length > 0 || this.registered === 0) this.wake();
    else if (vu.hasRejection) {
      this.push(nothing, undefined);
      this.wake();
    }
    return true;
  }

  private push(task: Task, owner: TaskQueue | undefined): void {
    if (this.queue === NONE) this.queue = [task, owner];
    else this.queue.push(task, owner);
  }

  get isPending(): boolean {
    return this.registered > 0 || this.queue.length > 0 || this.next < this.round.length;
  }

  private wake(): void {
    if (!this.idle) return;
    this.idle = false;
    this.vu.unblock(this, undefined);
  }

  // The loop is itself the Block of a VU that has nothing to do.

  get what(): string {
    return "the event loop";
  }

  start(): void {
    if (this.queue.length > 0 || this.registered === 0) this.vu.unblock(this, undefined);
    else this.idle = true;
  }

  cancel(): void {
    this.idle = false;
  }

  waitOnThread(): never {
    throw new Error("internal error: the event loop is never run by a plain call");
  }

  /** Something is left to run or to report behind a call of the script. */
  get isUnsettled(): boolean {
    const { vu } = this;
    return vu.jobs.length > 0 || vu.hasRejection || this.isPending;
  }

  private throwRejection(): void {
    const { vu } = this;
    if (!vu.hasRejection) return;
    const rejections = vu.extras.rejections!;
    const promise = rejections.values().next().value!;
    rejections.clear();
    throw new UnhandledRejection(vu.runtime.rt.promiseState(promise)!.value);
  }

  /** Runs what a call of the script has left: its promise reactions, then tasks until none is left and none is to come. */
  *runRest(): Generator<unknown, void, any> {
    const { vu } = this;
    if (vu.jobs.length > 0) yield* vu.runtime.rt.runJobs();
    this.throwRejection();
    for (;;) {
      if (this.queue.length === 0) {
        // a VU that has nothing to do holds nothing
        this.queue = NONE;
        this.round = NONE;
        this.next = 0;
        if (this.registered === 0) return;
        vu.announce(this);
        yield;
        continue;
      }
      this.beginRound();
      while (this.next < this.round.length) {
        const steps = this.startNext();
        if (steps) yield* steps;
        if (vu.jobs.length > 0) yield* vu.runtime.rt.runJobs();
      }
      this.throwRejection();
    }
  }

  /** The two arrays take turns, unless a burst has made one big. */
  private beginRound(): void {
    const done = this.round;
    this.round = this.queue;
    this.next = 0;
    if (done === NONE || this.round.length > REUSED_MAX) this.queue = NONE;
    else {
      done.length = 0;
      this.queue = done;
    }
  }

  private startNext(): Steps {
    const task = this.round[this.next] as Task;
    const owner = this.round[this.next + 1] as TaskQueue | undefined;
    this.next += 2;
    this.turn++;
    owner?.began();
    return typeof task === "function" ? task() : task.run();
  }

  /** Runs what is left after the iteration's end; exceptions of single tasks are passed to `onError`. */
  *drain(onError: (error: unknown) => void): Generator<unknown, void, any> {
    const { vu } = this;
    while (this.isPending) {
      if (this.next >= this.round.length) {
        if (this.queue.length === 0) {
          vu.announce(this);
          yield;
          continue;
        }
        this.beginRound();
      }
      try {
        const steps = this.startNext();
        if (steps) yield* steps;
        if (vu.jobs.length > 0) yield* vu.runtime.rt.runJobs();
      } catch (error) {
        vu.jobs.length = 0;
        onError(error);
      }
    }
    vu.extras.rejections?.clear();
  }

  /** Runs the tasks that wait, or waits for one; for code that must see something happen before it goes on. */
  *step(): Generator<unknown, void, any> {
    if (this.next >= this.round.length) {
      if (this.queue.length === 0) {
        this.vu.announce(this);
        yield;
      }
      this.beginRound();
      if (this.round.length === 0) return;
    }
    const steps = this.startNext();
    if (steps) yield* steps;
    if (this.vu.jobs.length > 0) yield* this.vu.runtime.rt.runJobs();
  }

  /** Forgets everything; for a VU that will not run again. */
  reset(): void {
    this.queue = NONE;
    this.round = NONE;
    this.next = 0;
    this.registered = 0;
    this.idle = false;
  }
}
