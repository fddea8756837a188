/**
 * I/O for a thread that is blocked: a Block that was reached through a plain call has nothing to suspend, and while its
 * thread waits, no event of that thread is seen. So another thread does the work.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { Vu } from "./vu.ts";

export interface RemoteIo {
  /**
   * Has an operation done elsewhere and waits for its answer on this thread.
   *
   * @param request Plain data.
   * @returns The answer, plain data too; undefined if the VU was interrupted meanwhile.
   */
  call(operation: string, request: unknown, vu: Vu): unknown;
  /** Waits on this thread. @returns False if the VU was interrupted meanwhile. */
  pause(ms: number, vu: Vu): boolean;
}

/** How long a blocked thread waits before it looks whether the test was cut off, milliseconds. */
const SLICE_MS = 100;

/**
 * Waits on this thread until a cell of shared memory is no longer 0, or for a time.
 *
 * @returns False if the VU's time ran out or the test was cut off.
 */
export function waitOnCell(cells: Int32Array, at: number, vu: Vu, ms = Infinity): boolean {
  const { clock, cutOff } = vu.runtime;
  const endMs = clock.nowMs() + ms;
  for (;;) {
    if (Atomics.load(cells, at) !== 0) return true;
    const nowMs = clock.nowMs();
    if (nowMs >= vu.cutOffAtMs || cutOff()) return false;
    if (nowMs >= endMs) return true;
    Atomics.wait(cells, at, 0, Math.min(SLICE_MS, endMs - nowMs, vu.cutOffAtMs - nowMs));
  }
}

/** Where there is no other thread: init code that runs by itself, and tests. */
export const noRemoteIo: RemoteIo = {
  call(operation) {
    throw new UserError("no-thread-for-io", {
      message: `Cannot wait for "${operation}" here: the call cannot be suspended, and no other thread is there to do it`,
      hint: "Make the call from a function, not from a getter, a comparator or another callback of the language",
      exitCode: ExitCode.Panic,
    });
  },
  pause: (ms, vu) => waitOnCell(new Int32Array(new SharedArrayBuffer(4)), 0, vu, ms),
};
