/**
 * I/O for a thread that is blocked: a Block that was reached through a plain call has nothing to suspend, and while its
 * thread waits, no event of that thread is seen. So another thread does the work.
 */

/** Who waits, usually a VU: when its time runs out, and how it learns that the test was cut off. */
export interface Waiter {
  /** On the clock of `runtime`. */
  readonly cutOffAtMs: number;
  readonly runtime: { readonly clock: { nowMs(): number }; readonly cutOff: () => boolean };
}

export interface RemoteIo {
  /**
   * Has an operation done elsewhere and waits for its answer on this thread.
   *
   * @param request Plain data.
   * @returns The answer, plain data too; undefined if the waiter was interrupted meanwhile.
   */
  call(operation: string, request: unknown, waiter: Waiter): unknown;
  /** Waits on this thread. @returns False if the waiter was interrupted meanwhile. */
  pause(ms: number, waiter: Waiter): boolean;
}

/** How long a blocked thread waits before it looks whether the test was cut off, milliseconds. */
const SLICE_MS = 100;

/**
 * Waits on this thread until a cell of shared memory is no longer 0, or for a time.
 *
 * @returns False if the waiter's time ran out or the test was cut off.
 */
export function waitOnCell(cells: Int32Array, at: number, waiter: Waiter, ms = Infinity): boolean {
  const { clock, cutOff } = waiter.runtime;
  const endMs = clock.nowMs() + ms;
  for (;;) {
    if (Atomics.load(cells, at) !== 0) return true;
    const nowMs = clock.nowMs();
    if (nowMs >= waiter.cutOffAtMs || cutOff()) return false;
    if (nowMs >= endMs) return true;
    Atomics.wait(cells, at, 0, Math.min(SLICE_MS, endMs - nowMs, waiter.cutOffAtMs - nowMs));
  }
}

/** Where no other thread is there to do anything: in tests of single parts. */
export const noRemoteIo: RemoteIo = {
  call(operation) {
    throw new Error(`internal error: there is no thread that could do "${operation}" while this one is blocked`);
  },
  pause: (ms, waiter) => waitOnCell(new Int32Array(new SharedArrayBuffer(4)), 0, waiter, ms),
};
