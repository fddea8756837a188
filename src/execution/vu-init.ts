/**
 * The init code of one VU: run once, until nothing of it is pending, as an iteration would be.
 *
 * Most init code never waits, so that thousands of VUs are made without a promise for each.
 */
import type { CoroutineListener, Vu } from "../vu/vu.ts";

export class VuInit implements CoroutineListener {
  state: "running" | "ready" | "failed" = "running";
  error: unknown;
  private readonly vu: Vu;
  private inCode = true;
  private settled: (() => void) | undefined;

  constructor(vu: Vu) {
    this.vu = vu;
  }

  /** @param code Returns what is left to run, if anything is. */
  run(code: () => Generator<unknown, void, any> | undefined): void {
    this.vu.startHost(code, this);
  }

  coroutineEnded(error: unknown, failed: boolean): void {
    const { vu } = this;
    if (this.inCode && !failed) {
      this.inCode = false;
      if (vu.loop.isUnsettled) {
        vu.start(vu.loop.runRest(), this);
        return;
      }
    }
    if (failed) this.fail(error);
    else {
      vu.inInit = false;
      this.settle("ready");
    }
  }

  /** Ends it from outside, unless it has ended. */
  fail(error: unknown): void {
    if (this.state !== "running") return;
    this.error = error;
    this.vu.abandon();
    this.settle("failed");
  }

  /** Resolves when it has ended, either way. */
  whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.state !== "running") resolve();
      else this.settled = resolve;
    });
  }

  private settle(state: "ready" | "failed"): void {
    this.state = state;
    this.settled?.();
  }
}
