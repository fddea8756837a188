/**
 * The life of one iteration (or of setup, teardown, init): open until it ends for whatever reason.
 *
 * Sockets, timers and other things of the script hook on here to be closed with it.
 */

/** Something that is to hear of the end. It is a link of the chain itself, so that a hook costs no memory of its own. */
export interface ContextHook {
  contextEnded(): void;
  /** Internal to the context. */
  nextHook: ContextHook | undefined;
  previousHook: ContextHook | undefined;
}

export class IterationContext {
  /** Why it ended, for messages; undefined while it is open. */
  endedBy: "end" | "interrupt" | undefined;
  private first: ContextHook | undefined;
  private last: ContextHook | undefined;

  constructor(endedBy?: "end" | "interrupt") {
    this.endedBy = endedBy;
  }

  get done(): boolean {
    return this.endedBy !== undefined;
  }

  /** Tells `hook` when the context ends; at once if it has. */
  hook(hook: ContextHook): void {
    if (this.done) {
      hook.contextEnded();
      return;
    }
    hook.previousHook = this.last;
    hook.nextHook = undefined;
    if (this.last === undefined) this.first = hook;
    else this.last.nextHook = hook;
    this.last = hook;
  }

  /** Takes off a hook; one that is not on is left alone. */
  unhook(hook: ContextHook): void {
    const { previousHook, nextHook } = hook;
    if (previousHook === undefined && this.first !== hook) return;
    if (previousHook === undefined) this.first = nextHook;
    else previousHook.nextHook = nextHook;
    if (nextHook === undefined) this.last = previousHook;
    else nextHook.previousHook = previousHook;
    hook.previousHook = undefined;
    hook.nextHook = undefined;
  }

  /** `hook` for a function. Returns what takes it off again. */
  onEnd(listener: () => void): () => void {
    const hook = { contextEnded: listener, nextHook: undefined, previousHook: undefined };
    this.hook(hook);
    return () => this.unhook(hook);
  }

  end(by: "end" | "interrupt"): void {
    if (this.done) return;
    this.endedBy = by;
    for (let hook = this.first; hook !== undefined; hook = this.first) {
      this.unhook(hook);
      hook.contextEnded();
    }
  }
}
