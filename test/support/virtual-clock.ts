/** A clock that only the test moves: `advance` fires what is due, in order, each at its own moment. */
interface Timer {
  atMs: number;
  sequence: number;
  callback: () => void;
}

export class VirtualClock {
  private now = 0;
  private sequence = 0;
  private timers: Timer[] = [];
  /** Milliseconds by which timers are late, to test what a busy thread does. */
  latenessMs = 0;

  constructor(startMs = 0) {
    this.now = startMs;
  }

  nowMs(): number {
    return this.now;
  }

  get pendingCount(): number {
    return this.timers.length;
  }

  at(atMs: number, callback: () => void): () => void {
    const timer = { atMs: Math.max(atMs, this.now), sequence: this.sequence++, callback };
    let low = 0;
    let high = this.timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timers[middle]!.atMs <= timer.atMs) low = middle + 1;
      else high = middle;
    }
    this.timers.splice(low, 0, timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.at(this.now + ms, resolve));
  }

  /** Moves on; promise reactions run between the timers. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.now + ms;
    await settle();
    while (this.timers.length > 0 && this.timers[0]!.atMs <= untilMs) {
      const timer = this.timers.shift()!;
      this.now = Math.max(this.now, Math.min(untilMs, timer.atMs + this.latenessMs));
      timer.callback();
      await settle();
    }
    this.now = Math.max(this.now, untilMs);
  }

  /** Time that passes inside of a callback: the thread is busy. */
  spend(ms: number): void {
    this.now += ms;
  }
}

/** A few rounds are enough for chains of promises in tests. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) await undefined;
}
