/** `sleep`: the simplest Block, and the one that a hundred thousand VUs are in at once. */
import type { Block } from "./block.ts";
import type { TimerEntry } from "./timer-queue.ts";
import type { Vu } from "./vu.ts";

const cell = new Int32Array(new SharedArrayBuffer(4));

export class Sleep implements Block, TimerEntry {
  readonly what = "sleep()";
  ticket = 0;
  private ms = 0;
  private readonly vu: Vu;

  private constructor(vu: Vu) {
    this.vu = vu;
  }

  /** A VU has one sleep at a time, so one object serves them all. */
  static of(vu: Vu, ms: number): Sleep {
    const sleep = (vu.sleep ??= new Sleep(vu));
    sleep.ms = ms;
    return sleep;
  }

  start(vu: Vu): void {
    vu.runtime.timers.add(this, vu.runtime.clock.nowMs() + this.ms);
  }

  fire(): void {
    this.vu.unblock(this, undefined);
  }

  cancel(vu: Vu): void {
    vu.runtime.timers.remove(this);
  }

  waitOnThread(vu: Vu): void {
    const { clock } = vu.runtime;
    const end = Math.min(clock.nowMs() + this.ms, vu.cutOffAtMs);
    for (let left = end - clock.nowMs(); left > 0; left = end - clock.nowMs()) {
      // In slices, so that an abort of the test is seen.
      Atomics.wait(cell, 0, 0, Math.min(left, 100));
      if (vu.runtime.cutOff()) break;
    }
    if (clock.nowMs() >= vu.cutOffAtMs || vu.runtime.cutOff()) {
      vu.interrupted = true;
      vu.runtime.rt.interrupt();
    }
  }
}
