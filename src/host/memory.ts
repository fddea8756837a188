/**
 * Keeps a thread's heap close to what is alive in it, where the runtime lets itself be asked.
 *
 * Left alone it grows to twice that before old garbage is looked for: making VUs leaves several times their size behind,
 * and whatever lives as long as one `sleep` counts as old. A collection's time grows with the heap, so a large one is left
 * to the runtime, which does it aside. What arrives meanwhile waits, so that with connections, whose times are measured,
 * it may be a thousandth of the time, and a fiftieth without. Bench rows: vus-sleep, ws-hold, delay.
 */
import process from "node:process";

/** Heaps beyond this many bytes are left alone. */
const SIZE_MAX = 64 << 20;
/** How far a heap may grow before it is looked through, and at least by so many bytes. */
const GROWTH = 1.3;
const GROWTH_MIN = 1 << 20;
/** Time between two collections, in times of what the last one took. */
const PAUSE = 50;
const PAUSE_TIMED = 1_000;

interface Collector {
  heapSize(): number;
  fullGC(): number;
}

/**
 * Says when garbage is to be collected while many things of one kind are made: each leaves some behind, and the runtime
 * waits for 8 MB of it.
 */
export class Milestones {
  private readonly min: number;
  private readonly growth: number;
  private count = 0;
  private next: number;

  /** @param min Things from one milestone to the next, at least. @param growth How much more there must be of them. */
  constructor(min: number, growth: number) {
    this.min = min;
    this.growth = growth;
    this.next = min;
  }

  /** One more was made; true at a milestone. */
  pass(): boolean {
    if (++this.count < this.next) return false;
    this.next = Math.ceil(Math.max(this.count + this.min, this.count * this.growth));
    return true;
  }
}

export class HeapKeeper {
  private readonly collector: Collector | undefined;
  private limit = 8 << 20;
  private lastEndMs = 0;
  private lastTookMs = 0;

  constructor() {
    if ("Bun" in globalThis) this.collector = process.getBuiltinModule("bun:jsc" as never) as Collector;
  }

  /**
   * To be called now and then: collects if the heap has grown.
   *
   * @param isTimed Something that is measured would wait for it.
   */
  check(isTimed: boolean): void {
    const { collector } = this;
    const pauseMs = this.lastTookMs * (isTimed ? PAUSE_TIMED : PAUSE);
    if (collector === undefined || performance.now() < this.lastEndMs + pauseMs) return;
    const size = collector.heapSize();
    if (size > this.limit && size < SIZE_MAX) this.collect();
  }

  /** Collects at once, unless the heap is large. */
  collectIfSmall(): void {
    if (this.collector !== undefined && this.collector.heapSize() < SIZE_MAX) this.collect();
  }

  /** Collects at once. */
  collect(): void {
    const { collector } = this;
    if (collector === undefined) return;
    const startMs = performance.now();
    collector.fullGC();
    this.lastEndMs = performance.now();
    this.lastTookMs = this.lastEndMs - startMs;
    const size = collector.heapSize();
    this.limit = Math.max(size * GROWTH, size + GROWTH_MIN);
  }
}
