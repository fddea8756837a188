/**
 * A queue of tasks that keeps the event loop alive from its making until `close()`, for things that bring many events
 * (a socket, the timers). Each task gets a turn of its own.
 *
 * Follows k6's taskqueue: while a task of this queue waits for its turn, further ones are held back here.
 */
import type { EventLoop, Task } from "./loop.ts";

export class TaskQueue {
  private readonly loop: EventLoop;
  private enqueue: ((task: Task) => void) | undefined;
  private held: Task[] = [];
  private closed = false;

  constructor(loop: EventLoop) {
    this.loop = loop;
    this.enqueue = loop.register();
  }

  queue(task: Task): void {
    if (this.closed) return;
    const enqueue = this.enqueue;
    if (enqueue === undefined) {
      this.held.push(task);
      return;
    }
    this.enqueue = undefined;
    enqueue(() => this.runOne(task));
  }

  /** Lets the loop end. What is queued already still runs. */
  close(): void {
    if (this.closed) return;
    const enqueue = this.enqueue;
    if (enqueue === undefined) {
      this.held.push(() => this.close());
      return;
    }
    this.closed = true;
    enqueue(nothing);
  }

  private runOne(task: Task): Generator<unknown, unknown, any> | undefined | void {
    if (this.enqueue === undefined && !this.closed) this.enqueue = this.loop.register();
    if (this.held.length > 0) {
      const held = this.held;
      this.held = [];
      for (const next of held) this.loop.register()(() => this.runOne(next));
    }
    return task();
  }
}

const nothing: Task = () => undefined;
