/**
 * setTimeout and setInterval of scripts: each due timer is a task of its own, in order of due time and then of making.
 *
 * One timer of the host is armed at a time, for the first of the VU's; when it fires it queues one task, which runs that
 * timer and arms the next. So a slow callback delays the others instead of piling them up, as in k6.
 */
import type { ContextHook } from "./context.ts";
import { GoError } from "./go-error.ts";
import type { Steps } from "./loop.ts";
import { TaskQueue } from "./task-queue.ts";
import type { TimerEntry } from "./timer-queue.ts";
import type { Vu } from "./vu.ts";

const NONE: unknown[] = [];

interface ScriptTimer {
  id: number;
  dueMs: number;
  periodMs: number;
  repeat: boolean;
  callback: unknown;
  args: unknown[];
}

export class VuTimers implements TimerEntry, ContextHook {
  ticket = 0;
  nextHook: ContextHook | undefined;
  previousHook: ContextHook | undefined;
  private readonly vu: Vu;
  private counter = 0;
  private active: ScriptTimer[] = [];
  private running: ScriptTimer | undefined;
  /** Those of an iteration that is over, until each has run or been told of. */
  private ending: Set<ScriptTimer> | undefined;
  private tasks: TaskQueue | undefined;

  constructor(vu: Vu) {
    this.vu = vu;
  }

  /** @returns The timer's id, 1 for the VU's first. */
  set(name: "setTimeout" | "setInterval", args: unknown[]): number {
    const [callback, delay, ...rest] = args;
    const id = ++this.counter;
    if (callback === undefined || callback === null) throw new GoError(`${name}'s callback isn't a callable function`);
    if (typeof callback !== "function") {
      this.counter--;
      throw new TypeError(
        `could not convert function call parameter 0: could not convert ${String(callback)} to sobek.Callable`,
      );
    }
    const ms = delay === undefined || delay === null ? 0 : Number(delay);
    const timer = {
      id,
      periodMs: ms > 0 ? ms : 0,
      dueMs: 0,
      repeat: name === "setInterval",
      callback,
      args: rest.length > 0 ? rest : NONE,
    };
    // what is no number is as long ago as can be
    this.insert(timer, Number.isNaN(ms) ? 0 : this.vu.runtime.clock.nowMs() + timer.periodMs);
    return id;
  }

  clear(id: unknown): void {
    const wanted = Math.trunc(Number(id));
    if (this.running?.id === wanted) this.running = undefined;
    for (const timer of this.ending ?? []) if (timer.id === wanted) this.ending!.delete(timer);
    const at = this.active.findIndex((timer) => timer.id === wanted);
    if (at < 0) return;
    this.active.splice(at, 1);
    if (at === 0) {
      this.vu.runtime.timers.remove(this);
      if (this.active.length > 0) this.arm();
      else this.release();
    }
  }

  private insert(timer: ScriptTimer, dueMs: number): void {
    timer.dueMs = dueMs;
    const at = this.active.findIndex((other) => other.dueMs > timer.dueMs);
    this.active.splice(at < 0 ? this.active.length : at, 0, timer);
    if (this.active[0] === timer) this.arm();
  }

  private arm(): void {
    const { vu } = this;
    vu.runtime.timers.remove(this);
    if (this.tasks === undefined) {
      this.tasks = new TaskQueue(vu.loop);
      vu.context.hook(this);
    }
    vu.runtime.timers.add(this, this.active[0]!.dueMs);
  }

  /** The host's timer: the first of the script's timers is due. */
  fire(): void {
    this.tasks?.queue(() => this.runFirst());
  }

  private *runFirst(): Generator<unknown, void, any> {
    const timer = this.active.shift();
    if (timer === undefined) return;
    this.running = timer;
    const { vu } = this;
    try {
      yield* vu.invoke(timer.callback, vu.global, timer.args);
    } finally {
      // also after an exception: what is left must be armed or let go
      if (this.running === timer && timer.repeat && !vu.context.done)
        this.insert(timer, vu.runtime.clock.nowMs() + timer.periodMs);
      this.running = undefined;
      if (this.active.length > 0) this.arm();
      else this.release();
    }
  }

  private release(): void {
    if (this.tasks === undefined) return;
    this.vu.context.unhook(this);
    this.tasks.close();
    this.tasks = undefined;
  }

  /** The iteration is over: what is due still runs, unless it was cut off, and what is left never does. */
  contextEnded(): void {
    const { vu, tasks } = this;
    vu.runtime.timers.remove(this);
    const timers = this.active;
    this.active = [];
    // of setup() and teardown() k6 drops them without a word
    if (vu.scenario !== undefined) {
      const nowMs = vu.interrupted ? -1 : vu.runtime.clock.nowMs();
      for (const timer of timers) {
        (this.ending ??= new Set()).add(timer);
        tasks?.queue(() => this.end(timer, timer.dueMs <= nowMs));
      }
    }
    tasks?.close();
    this.tasks = undefined;
  }

  private end(timer: ScriptTimer, isDue: boolean): Steps {
    const { vu } = this;
    if (!this.ending?.delete(timer)) return undefined;
    if (isDue) return vu.invoke(timer.callback, vu.global, timer.args);
    const name = timer.repeat ? "setInterval" : "setTimeout";
    vu.runtime.log.log("warning", `${name} ${timer.id} was stopped because the VU iteration was interrupted`);
    return undefined;
  }
}

const SLOT = {};

/** The timers of a VU, made when the script first asks for one. */
export const timersOf = (vu: Vu): VuTimers => vu.slot(SLOT, () => new VuTimers(vu));
