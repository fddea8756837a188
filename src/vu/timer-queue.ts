/**
 * One-shot timers of a thread over a single timer of the host: a binary heap by due time.
 *
 * A hundred thousand sleeping VUs are a hundred thousand small entries here and one entry in the runtime.
 * Bench row: vus-sleep-cpu.
 */
export interface TimerEntry {
  dueMs: number;
  /** Order of making, for equal due times. */
  sequence: number;
  /** Index in the heap; -1 when it is not in it. */
  index: number;
  fire(): void;
}

export interface TimerHost {
  /** Monotonic, with fractions. */
  nowMs(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export class TimerQueue {
  private readonly heap: TimerEntry[] = [];
  private readonly host: TimerHost;
  private handle: unknown;
  private armedForMs = Infinity;
  private sequence = 0;

  constructor(host: TimerHost) {
    this.host = host;
  }

  /** Adds `entry`, due at `dueMs` of the host's clock. */
  add(entry: TimerEntry, dueMs: number): void {
    entry.dueMs = dueMs;
    entry.sequence = ++this.sequence;
    this.heap.push(entry);
    this.up(this.heap.length - 1, entry);
    if (dueMs < this.armedForMs) this.arm();
  }

  remove(entry: TimerEntry): void {
    const at = entry.index;
    if (at < 0) return;
    entry.index = -1;
    const last = this.heap.pop()!;
    if (last !== entry) {
      this.up(at, last);
      this.down(last.index, last);
    }
    if (this.heap.length === 0) this.disarm();
  }

  private disarm(): void {
    if (this.handle !== undefined) this.host.clearTimeout(this.handle);
    this.handle = undefined;
    this.armedForMs = Infinity;
  }

  private arm(): void {
    if (this.handle !== undefined) this.host.clearTimeout(this.handle);
    const first = this.heap[0]!;
    this.armedForMs = first.dueMs;
    this.handle = this.host.setTimeout(this.run, Math.max(0, first.dueMs - this.host.nowMs()));
  }

  private readonly run = (): void => {
    this.handle = undefined;
    this.armedForMs = Infinity;
    const now = this.host.nowMs();
    // Those made while others run wait for the next round, so the host's events get their turn.
    const lastSequence = this.sequence;
    while (this.heap.length > 0) {
      const first = this.heap[0]!;
      if (first.dueMs > now || first.sequence > lastSequence) break;
      this.remove(first);
      first.fire();
    }
    if (this.heap.length > 0 && this.heap[0]!.dueMs < this.armedForMs) this.arm();
  };

  private before(a: TimerEntry, b: TimerEntry): boolean {
    return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
  }

  private up(at: number, entry: TimerEntry): void {
    const { heap } = this;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent]!;
      if (!this.before(entry, other)) break;
      heap[at] = other;
      other.index = at;
      at = parent;
    }
    heap[at] = entry;
    entry.index = at;
  }

  private down(at: number, entry: TimerEntry): void {
    const { heap } = this;
    const half = heap.length >> 1;
    while (at < half) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && this.before(heap[child + 1]!, heap[child]!)) child++;
      const other = heap[child]!;
      if (!this.before(other, entry)) break;
      heap[at] = other;
      other.index = at;
      at = child;
    }
    heap[at] = entry;
    entry.index = at;
  }
}
