/**
 * One run of an exported function on a VU: from its call until nothing of it is pending.
 *
 * It ends when the function has returned and no socket, timer or other work is left; with an exception or an unhandled
 * rejection (then what is pending is closed first); or by interruption (then the script runs no further line).
 */
import { Interrupted } from "./block.ts";
import { IterationContext } from "./context.ts";
import type { CoroutineListener, Vu } from "./vu.ts";

export interface IterationResult {
  /** What the function returned, an async function's value unwrapped. */
  value: unknown;
  /** Exception of the script or `UnhandledRejection`. */
  error: unknown;
  failed: boolean;
  interrupted: boolean;
  startMs: number;
  /** When everything pending had been closed. */
  endMs: number;
}

export interface IterationListener {
  /** Called once, also after `interrupt`. */
  iterationEnded(result: IterationResult): void;
}

export class Iteration implements CoroutineListener, IterationResult {
  value: unknown;
  error: unknown;
  failed = false;
  interrupted = false;
  readonly startMs: number;
  endMs = 0;
  private readonly vu: Vu;
  private readonly listener: IterationListener;
  private ending = false;

  /** Runs `fn(...args)`. */
  constructor(vu: Vu, fn: unknown, args: unknown[], listener: IterationListener) {
    this.vu = vu;
    this.listener = listener;
    this.startMs = vu.runtime.clock.nowMs();
    vu.interrupted = false;
    vu.context = new IterationContext();
    vu.start(vu.loop.runCall(fn, args), this);
  }

  coroutineEnded(result: unknown, failed: boolean): void {
    if (this.ending) {
      this.finish();
      return;
    }
    this.interrupted = failed && (this.vu.interrupted || result instanceof Interrupted);
    this.failed = failed && !this.interrupted;
    if (this.failed) this.error = result;
    else if (!failed) this.value = result;
    this.close();
  }

  /** Cuts the iteration off where it stands. */
  interrupt(): void {
    if (this.ending) return;
    this.vu.interrupted = true;
    if (this.vu.runtime.current === this.vu) return; // notices by itself
    this.vu.abandon();
    this.interrupted = true;
    this.close();
  }

  private close(): void {
    this.ending = true;
    const { vu } = this;
    vu.jobs.length = 0;
    vu.context.end(this.interrupted ? "interrupt" : "end");
    if (vu.loop.isPending) vu.start(vu.loop.drain(ignore), this);
    else {
      vu.rejections?.clear();
      this.finish();
    }
  }

  private finish(): void {
    const { rt, clock } = this.vu.runtime;
    const promise = rt.promiseState(this.value);
    if (promise !== undefined) this.value = promise.state === 1 ? promise.value : undefined;
    this.endMs = clock.nowMs();
    this.listener.iterationEnded(this);
  }
}

/** Exceptions of what still runs after the end have no one to go to; the first was the iteration's. */
const ignore = (): void => undefined;
