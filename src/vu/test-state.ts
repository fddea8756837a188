/** What `k6/execution` shows of the whole test and does to it; each thread gives its runtime one. */

export interface TestCounts {
  iterationsCompleted: number;
  iterationsInterrupted: number;
  vusActive: number;
  vusInitialized: number;
}

export interface TestState {
  /** The consolidated options as k6 writes them; undefined until they are known. */
  options(): Record<string, unknown> | undefined;
  /** Figures of this instance; undefined where k6 gives none: in init code and in teardown(). */
  counts(): TestCounts | undefined;
  /** When the scenarios started, on the runtime's monotonic clock; undefined before. */
  startMs: number | undefined;
  /**
   * Aborts the test; the calling VU is interrupted by the caller.
   *
   * @param message Undefined if the script gave none; an empty one is one.
   * @param stack The call's stack, not mapped to the user's source yet.
   */
  abort(message: string | undefined, stack: string): void;
  /**
   * After `abort`, before the turn ends: the script is stopped at the first line of `handler`, which is the place that
   * the message names.
   */
  stoppedIn?(handler: unknown): void;
  /** Marks the test as failed; the caller has logged it. */
  fail(message: string): void;
}
