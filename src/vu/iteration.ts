/**
 * One run of an exported function on a VU: from its call until nothing of it is pending.
 *
 * It ends when the function has returned and no socket, timer or other work is left; with an exception or an unhandled
 * rejection (then what is pending is closed first); or by interruption (then the script runs no further line).
 */
import { Interrupted } from "./block.ts";
import { IterationContext } from "./context.ts";
import type { Vu } from "./vu.ts";

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

export class Iteration {
  private readonly vu: Vu;
  private readonly onEnd: (result: IterationResult) => void;
  private readonly startMs: number;
  private value: unknown;
  private ending = false;

  /** Runs `fn(...args)`; `onEnd` is called once, also after `interrupt`. */
  constructor(vu: Vu, fn: unknown, args: unknown[], onEnd: (result: IterationResult) => void) {
    this.vu = vu;
    this.onEnd = onEnd;
    this.startMs = vu.runtime.clock.nowMs();
    vu.interrupted = false;
    vu.context = new IterationContext();
    const self = this;
    const first = function* (): Generator<unknown, void, any> {
      self.value = yield* vu.call(fn, undefined, args);
    };
    vu.start(vu.loop.run(first), (error, failed) => {
      const interrupted = failed && (vu.interrupted || error instanceof Interrupted);
      this.close(interrupted ? undefined : error, failed && !interrupted, interrupted);
    });
  }

  /** Cuts the iteration off where it stands. */
  interrupt(): void {
    if (this.ending) return;
    this.vu.interrupted = true;
    if (this.vu.runtime.current === this.vu) return; // notices by itself
    this.vu.abandon();
    this.close(undefined, false, true);
  }

  private close(error: unknown, failed: boolean, interrupted: boolean): void {
    this.ending = true;
    const { vu } = this;
    vu.jobs.length = 0;
    vu.context.end(interrupted ? "interrupt" : "end");
    const finish = (): void => {
      const { rt, clock } = vu.runtime;
      const promise = rt.promiseState(this.value);
      const value = promise === undefined ? this.value : promise.state === 1 ? promise.value : undefined;
      this.onEnd({ value, error, failed, interrupted, startMs: this.startMs, endMs: clock.nowMs() });
    };
    if (!vu.loop.isPending) {
      vu.rejections?.clear();
      finish();
      return;
    }
    vu.start(
      vu.loop.drain(() => undefined),
      finish,
    );
  }
}
