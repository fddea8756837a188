/**
 * A queue of tasks that keeps the event loop alive from its making until `close()`, for things that bring many events
 * (a socket, the timers). Each task gets a turn of its own.
 *
 * Follows k6's taskqueue: while a task of this queue waits for its turn, further ones are held back here. On the path of
 * every WebSocket message (bench row ws-pingpong), so it makes no closures: the loop hands each task back to its queue.
 */
import type { EventLoop, Steps, Task } from "./loop.ts";

export class TaskQueue {
  private readonly loop: EventLoop;
  /** One task is announced to the loop and not queued yet. */
  private announced = true;
  private held: Task[] | undefined;
  private closed = false;

  constructor(loop: EventLoop) {
    this.loop = loop;
    loop.announce();
  }

  queue(task: Task): void {
    if (this.closed) return;
    if (this.announced) {
      this.announced = false;
      this.loop.enqueue(task, this);
    } else (this.held ??= []).push(task);
  }

  /** Runs a task at once if it would be the next of the whole loop; see `EventLoop.runNow`. */
  runNow(task: { run(): Steps }, atMs: number): boolean {
    return this.announced && !this.closed && this.loop.runNow(task, atMs);
  }

  /** Lets the loop end. What is queued already still runs. */
  close(): void {
    if (this.closed) return;
    if (this.announced) {
      this.announced = false;
      this.closed = true;
      this.loop.enqueue(nothing, undefined);
    } else (this.held ??= []).push(() => this.close());
  }

  /** Internal: the loop is about to run a task of this queue. */
  began(): void {
    const { loop } = this;
    if (!this.announced && !this.closed) {
      this.announced = true;
      loop.announce();
    }
    const { held } = this;
    if (held === undefined) return;
    this.held = undefined;
    for (const next of held) {
      loop.announce();
      loop.enqueue(next, this);
    }
  }
}

const nothing: Task = () => undefined;
