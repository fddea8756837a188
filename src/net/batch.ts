/**
 * Several requests at once, as many in all and for one host as k6 allows.
 *
 * Workers take the requests in order; one that meets a busy host waits for it and takes no other request meanwhile. So k6
 * does it, and so a batch for one slow host holds up the rest of the batch.
 *
 * Behaviour: k6 docs, "batch( requests )", options "Batch" and "Batch per host".
 */
import type { HttpRequest, HttpResult, HttpSession, PendingRequest } from "./request.ts";

export interface BatchLimits {
  /** Requests at one time. */
  inAll: number;
  /** Requests at one time to one host, port included; 0 means no limit. */
  perHost: number;
}

/** A request with the place that `perHost` counts by. */
export interface BatchEntry {
  request: HttpRequest;
  host: string;
}

export class Batch implements PendingRequest {
  readonly #session: HttpSession;
  readonly #entries: readonly BatchEntry[];
  readonly #perHost: number;
  readonly #onEach: (index: number, result: HttpResult) => void;
  readonly #onEnd: () => void;
  readonly #running = new Map<number, PendingRequest>();
  readonly #byHost = new Map<string, { running: number; waiting: number[] }>();
  #next = 0;
  #doneCount = 0;
  #isOver = false;

  /**
   * Sends the requests; there must be one at least.
   *
   * @param on Called later, never inside of this constructor: `each` as soon as an answer is there, `end` after the last one.
   */
  constructor(
    session: HttpSession,
    entries: readonly BatchEntry[],
    limits: BatchLimits,
    on: { each(index: number, result: HttpResult): void; end(): void },
  ) {
    this.#session = session;
    this.#entries = entries;
    this.#perHost = limits.perHost;
    this.#onEach = on.each;
    this.#onEnd = on.end;
    const workers = Math.min(entries.length, Math.max(1, limits.inAll));
    for (let i = 0; i < workers; i++) this.#takeNext();
  }

  abort(): void {
    this.#isOver = true;
    for (const pending of this.#running.values()) pending.abort();
    this.#running.clear();
  }

  #takeNext(): void {
    if (this.#next >= this.#entries.length) return;
    const index = this.#next++;
    if (this.#perHost <= 0) {
      this.#send(index);
      return;
    }
    const { host } = this.#entries[index]!;
    let slots = this.#byHost.get(host);
    if (slots === undefined) this.#byHost.set(host, (slots = { running: 0, waiting: [] }));
    if (slots.running >= this.#perHost) {
      slots.waiting.push(index);
      return;
    }
    slots.running++;
    this.#send(index);
  }

  #send(index: number): void {
    const pending = this.#session.send(this.#entries[index]!.request, (result) => this.#answered(index, result));
    this.#running.set(index, pending);
  }

  #answered(index: number, result: HttpResult): void {
    this.#running.delete(index);
    this.#doneCount++;
    this.#onEach(index, result);
    // what `each` did may have ended the batch
    if (this.#isOver) return;
    if (this.#doneCount === this.#entries.length) {
      this.#isOver = true;
      this.#onEnd();
      return;
    }
    const slots = this.#byHost.get(this.#entries[index]!.host);
    if (slots !== undefined) {
      const waiting = slots.waiting.shift();
      if (waiting === undefined) slots.running--;
      else this.#send(waiting);
    }
    this.#takeNext();
  }
}
