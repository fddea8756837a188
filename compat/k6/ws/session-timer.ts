/**
 * A timer of a k6/ws socket: when it is due it becomes something that happens on the socket.
 *
 * An interval keeps its beat whatever its callback takes, but of the beats that a slow callback misses only two wait, one
 * on its way and one behind it, as with the ticker that k6 uses.
 */
import { GoError, type TimerEntry, type VuRuntime } from "../../../src/module-api.ts";
import type { Happening, Session } from "./session.ts";

const WAITING_MAX = 2;

export class SessionTimer implements TimerEntry, Happening {
  ticket = 0;
  dueMs = 0;
  private readonly runtime: VuRuntime;
  private readonly session: Session;
  private readonly callback: unknown;
  private readonly ms: number;
  private readonly repeats: boolean;
  private waiting = 0;

  constructor(runtime: VuRuntime, session: Session, init: { callback: unknown; ms: number; repeats: boolean }) {
    this.runtime = runtime;
    this.session = session;
    this.callback = init.callback;
    this.ms = init.ms;
    this.repeats = init.repeats;
  }

  arm(): void {
    const { timers, clock } = this.runtime;
    const fromMs = this.dueMs > 0 ? this.dueMs : clock.nowMs();
    this.dueMs = Math.max(fromMs + this.ms, this.repeats ? clock.nowMs() : 0);
    timers.add(this, this.dueMs);
  }

  disarm(): void {
    this.runtime.timers.remove(this);
  }

  /** Is due, and the thread's timers do not run. */
  fireNow(): void {
    this.disarm();
    this.fire();
  }

  fire(): void {
    if (this.repeats) this.arm();
    else this.session.dropTimer(this);
    if (this.waiting === WAITING_MAX) return;
    this.waiting++;
    this.session.happen(this);
  }

  run(): Generator<unknown, unknown, any> | undefined {
    this.waiting--;
    if (this.callback === undefined || this.callback === null) {
      throw new GoError(`${this.repeats ? "setInterval" : "setTimeout"}'s callback isn't a callable function`);
    }
    return this.session.vu.callNow(this.callback, []);
  }
}
