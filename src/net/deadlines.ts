/**
 * Timeouts without a timer for each request.
 *
 * Nearly all requests of a test share one timeout, so deadlines of one length come due in the order in which they were set:
 * a list for each length, one runtime timer for the head of each list. Setting and clearing are a few pointer writes; the
 * runtime's timer is touched about once for each length, not for each request.
 */

/** What waits; a member of one list at a time. */
export abstract class Deadline {
  /** @internal */ dueMs = 0;
  /** @internal */ list: DeadlineList | undefined = undefined;
  /** @internal */ before: Deadline | undefined = undefined;
  /** @internal */ after: Deadline | undefined = undefined;

  abstract onDeadline(): void;
}

/** Lists are kept by length; a script that gives every request its own timeout must not fill the memory. */
const LENGTHS_MAX = 256;

export class Deadlines {
  readonly #lists = new Map<number, DeadlineList>();

  /** Calls `deadline.onDeadline()` after `lengthMs`, unless it is cleared before. */
  set(deadline: Deadline, lengthMs: number, nowMs: number): void {
    clearDeadline(deadline);
    let list = this.#lists.get(lengthMs);
    if (list === undefined) {
      if (this.#lists.size >= LENGTHS_MAX) this.#forgetEmpty();
      list = new DeadlineList(lengthMs);
      this.#lists.set(lengthMs, list);
    }
    list.add(deadline, nowMs);
  }

  #forgetEmpty(): void {
    for (const [length, list] of this.#lists) if (list.isEmpty) this.#lists.delete(length);
  }
}

export function clearDeadline(deadline: Deadline): void {
  deadline.list?.remove(deadline);
}

class DeadlineList {
  readonly #lengthMs: number;
  #first: Deadline | undefined = undefined;
  #last: Deadline | undefined = undefined;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(deadline: Deadline, nowMs: number): void {
    deadline.dueMs = nowMs + this.#lengthMs;
    deadline.list = this;
    deadline.before = this.#last;
    deadline.after = undefined;
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.after = deadline;
    this.#last = deadline;
    if (this.#timer === undefined) this.#arm(this.#lengthMs);
  }

  remove(deadline: Deadline): void {
    const { before, after } = deadline;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    deadline.list = undefined;
    deadline.before = undefined;
    deadline.after = undefined;
    // The timer stays: when it fires it looks at whatever is first by then.
  }

  #arm(inMs: number): void {
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(inMs, 0), 0x7fffffff));
    // A pending request holds its socket, and that keeps the process alive; a deadline alone must not.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #fire(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    // Timers of the runtime may fire up to a millisecond early.
    while (this.#first !== undefined && this.#first.dueMs <= nowMs + 0.5) {
      const due = this.#first;
      this.remove(due);
      due.onDeadline();
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#arm(this.#first.dueMs - nowMs);
  }
}
