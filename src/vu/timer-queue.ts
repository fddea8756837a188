/**
 * One-shot timers of a thread over a single timer of the host: a binary heap by due time.
 *
 * A hundred thousand sleeping VUs are a hundred thousand small entries here and one entry in the runtime. The heap
 * compares numbers that lie side by side and never looks into an entry, which would be a cache miss each; an entry that
 * was taken out is therefore only marked, and dropped when it comes to the top or when such entries are in the majority.
 * Bench rows: vus-sleep, vus-sleep-cpu.
 */
export interface TimerEntry {
  /** Number of the request that is open; 0 if none is. */
  ticket: number;
  fire(): void;
}

export interface TimerHost {
  /** Monotonic, with fractions. */
  nowMs(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** Entries below which nothing is cleaned up. */
const CLEAN_MIN = 64;

/** Timers of a runtime take no more, and would fire at once; one that fires before its entry is due looks again. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export class TimerQueue {
  /** The heap: for each place when it is due, and its number, which orders equal times as they were added. */
  private dues = new Float64Array(CLEAN_MIN);
  private tickets = new Float64Array(CLEAN_MIN);
  private readonly entries: TimerEntry[] = [];
  private staleCount = 0;
  private readonly host: TimerHost;
  private handle: unknown;
  private armedForMs = Infinity;
  private lastTicket = 0;

  constructor(host: TimerHost) {
    this.host = host;
  }

  /** Adds `entry`, due at `dueMs` of the host's clock; it must not be in the queue. */
  add(entry: TimerEntry, dueMs: number): void {
    entry.ticket = ++this.lastTicket;
    const at = this.entries.length;
    if (at === this.dues.length) this.grow();
    this.entries.push(entry);
    this.up(at, dueMs, entry.ticket, entry);
    if (dueMs < this.armedForMs) this.arm();
  }

  /** Takes `entry` out, if it is in. */
  remove(entry: TimerEntry): void {
    if (entry.ticket === 0) return;
    entry.ticket = 0;
    if (++this.staleCount === this.entries.length) this.clear();
    else if (this.staleCount > CLEAN_MIN && this.staleCount > this.entries.length >> 1) this.clean();
  }

  private clear(): void {
    this.entries.length = 0;
    this.staleCount = 0;
    this.disarm();
  }

  private disarm(): void {
    if (this.handle !== undefined) this.host.clearTimeout(this.handle);
    this.handle = undefined;
    this.armedForMs = Infinity;
  }

  private arm(): void {
    if (this.handle !== undefined) this.host.clearTimeout(this.handle);
    this.armedForMs = this.dues[0]!;
    const inMs = Math.max(0, this.armedForMs - this.host.nowMs());
    this.handle = this.host.setTimeout(this.run, Math.min(inMs, TIMEOUT_MAX_MS));
  }

  private readonly run = (): void => {
    this.handle = undefined;
    this.armedForMs = Infinity;
    const now = this.host.nowMs();
    // Those made while others run wait for the next round, so the host's events get their turn.
    const { lastTicket, entries } = this;
    while (entries.length > 0) {
      const ticket = this.tickets[0]!;
      const first = entries[0]!;
      const isStale = first.ticket !== ticket;
      if (!isStale && (this.dues[0]! > now || ticket > lastTicket)) break;
      this.dropFirst();
      if (isStale) this.staleCount--;
      else {
        first.ticket = 0;
        first.fire();
      }
    }
    if (entries.length > 0 && this.dues[0]! < this.armedForMs) this.arm();
  };

  private dropFirst(): void {
    const last = this.entries.length - 1;
    const entry = this.entries.pop()!;
    if (last > 0) this.down(0, this.dues[last]!, this.tickets[last]!, entry);
  }

  /** Moves a hole at `at` towards the top until it fits. */
  private up(at: number, due: number, ticket: number, entry: TimerEntry): void {
    const { dues, tickets, entries } = this;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // what is added is the youngest, so equal times are in order already
      if (dues[parent]! <= due) break;
      dues[at] = dues[parent]!;
      tickets[at] = tickets[parent]!;
      entries[at] = entries[parent]!;
      at = parent;
    }
    dues[at] = due;
    tickets[at] = ticket;
    entries[at] = entry;
  }

  /** ... towards the bottom. */
  private down(at: number, due: number, ticket: number, entry: TimerEntry): void {
    const { dues, tickets, entries } = this;
    const count = entries.length;
    const half = count >> 1;
    while (at < half) {
      let child = 2 * at + 1;
      if (child + 1 < count && this.isBefore(child + 1, dues[child]!, tickets[child]!)) child++;
      if (!this.isBefore(child, due, ticket)) break;
      dues[at] = dues[child]!;
      tickets[at] = tickets[child]!;
      entries[at] = entries[child]!;
      at = child;
    }
    dues[at] = due;
    tickets[at] = ticket;
    entries[at] = entry;
  }

  private isBefore(at: number, due: number, ticket: number): boolean {
    const own = this.dues[at]!;
    return own < due || (own === due && this.tickets[at]! < ticket);
  }

  private grow(): void {
    const dues = new Float64Array(this.dues.length * 2);
    const tickets = new Float64Array(dues.length);
    dues.set(this.dues);
    tickets.set(this.tickets);
    this.dues = dues;
    this.tickets = tickets;
  }

  /** Builds the heap anew of the entries that are still in. */
  private clean(): void {
    const { dues, tickets, entries } = this;
    let count = 0;
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      if (entry.ticket !== tickets[at]!) continue;
      dues[count] = dues[at]!;
      tickets[count] = tickets[at]!;
      entries[count++] = entry;
    }
    entries.length = count;
    this.staleCount = 0;
    for (let at = (count >> 1) - 1; at >= 0; at--) this.down(at, dues[at]!, tickets[at]!, entries[at]!);
  }
}
