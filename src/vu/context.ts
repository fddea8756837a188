/**
 * The life of one iteration (or of setup, teardown, init): open until it ends for whatever reason.
 *
 * Sockets, timers and other things of the script hook on here to be closed with it.
 */
export class IterationContext {
  /** Why it ended, for messages; undefined while it is open. */
  endedBy: "end" | "interrupt" | undefined;
  private hooks: Set<() => void> | undefined;

  get done(): boolean {
    return this.endedBy !== undefined;
  }

  /** Calls `hook` when the context ends; at once if it has. Returns what takes the hook off again. */
  onEnd(hook: () => void): () => void {
    if (this.done) {
      hook();
      return () => undefined;
    }
    this.hooks ??= new Set();
    this.hooks.add(hook);
    return () => {
      this.hooks?.delete(hook);
    };
  }

  end(by: "end" | "interrupt"): void {
    if (this.done) return;
    this.endedBy = by;
    const hooks = this.hooks;
    this.hooks = undefined;
    if (hooks) for (const hook of hooks) hook();
  }
}
