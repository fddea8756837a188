/**
 * One run of an exported function on a VU: from its call until nothing of it is pending.
 *
 * It ends when the function has returned and no socket, timer or other work is left; with an exception or an unhandled
 * rejection (then what is pending is closed first); or by interruption (then the script runs no further line).
 */
import { Interrupted } from "./block.ts";
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

/** One object serves all iterations of a VU, one after the other; thousands of them wait (bench row vus-sleep). */
export abstract class Iteration implements CoroutineListener, IterationResult {
  value: unknown;
  error: unknown;
  startMs = 0;
  endMs = 0;
  readonly vu: Vu;
  private phase: "idle" | "call" | "rest" | "closing" = "idle";
  private ending: "well" | "failed" | "interrupted" = "well";

  constructor(vu: Vu) {
    this.vu = vu;
  }

  /** Called once, also after `interrupt`. */
  protected abstract iterationEnded(): void;

  get failed(): boolean {
    return this.ending === "failed";
  }

  get interrupted(): boolean {
    return this.ending === "interrupted";
  }

  get isRunning(): boolean {
    return this.phase !== "idle";
  }

  /** Runs `fn(...args)`. */
  call(fn: unknown, args: unknown[]): void {
    this.begin();
    this.vu.start(this.vu.runtime.rt.call(fn, undefined, args), this);
  }

  /** Runs `fn(argument)`. */
  callWith(fn: unknown, argument: unknown): void {
    this.begin();
    this.vu.startCallWith(fn, argument, this);
  }

  private begin(): void {
    const { vu } = this;
    this.value = undefined;
    this.error = undefined;
    this.ending = "well";
    this.startMs = vu.runtime.clock.nowMs();
    this.phase = "call";
    vu.interrupted = false;
    vu.beginContext();
    vu.extras.rejections?.clear();
  }

  coroutineEnded(result: unknown, failed: boolean): void {
    const { vu } = this;
    if (this.phase === "closing") {
      this.finish();
      return;
    }
    if (this.phase === "call" && !failed) {
      this.value = result;
      this.phase = "rest";
      if (vu.loop.isUnsettled) {
        vu.start(vu.loop.runRest(), this);
        return;
      }
    }
    if (failed) {
      const isCutOff = vu.interrupted || result instanceof Interrupted;
      if (this.phase === "call" && !isCutOff && vu.jobs.length > 0) {
        this.phase = "rest";
        vu.start(vu.jobsThenThrow(result), this);
        return;
      }
      this.ending = isCutOff ? "interrupted" : "failed";
      if (!isCutOff) this.error = result;
    } else this.ending = "well";
    this.close();
  }

  /** Cuts the iteration off where it stands. */
  interrupt(): void {
    if (this.phase === "idle" || this.phase === "closing") return;
    this.vu.interrupted = true;
    if (this.vu.runtime.current === this.vu) return; // notices by itself
    this.vu.abandon();
    this.ending = "interrupted";
    this.close();
  }

  private close(): void {
    this.phase = "closing";
    const { vu } = this;
    vu.jobs.length = 0;
    vu.endContext(this.interrupted ? "interrupt" : "end");
    if (vu.loop.isPending) vu.start(vu.loop.drain(ignore), this);
    else {
      vu.extras.rejections?.clear();
      this.finish();
    }
  }

  private finish(): void {
    const { rt, clock } = this.vu.runtime;
    const promise = rt.promiseState(this.value);
    if (promise !== undefined) this.value = promise.state === 1 ? promise.value : undefined;
    this.endMs = clock.nowMs();
    this.phase = "idle";
    this.iterationEnded();
  }
}

/** An iteration that tells somebody else how it ended. */
export class ToldIteration extends Iteration {
  private readonly tell: (result: IterationResult) => void;

  constructor(vu: Vu, tell: (result: IterationResult) => void) {
    super(vu);
    this.tell = tell;
  }

  protected iterationEnded(): void {
    this.tell(this);
  }
}

/** Exceptions of what still runs after the end have no one to go to; the first was the iteration's. */
const ignore = (): void => undefined;
