/**
 * The numbers that iterations get in `exec.scenario`: dense in a share, unique over all shares of the test.
 *
 * A number is used up when an iteration starts; what was dropped has none.
 */
import type { Share } from "../../options/segment.ts";
import type { IterationCounters } from "./executor.ts";

export class IterationNumbering {
  private readonly share: Share;
  private readonly instanceShare: Share;
  private count = 0;
  private readonly counters = { iterationInInstance: 0, iterationInTest: 0 };

  /**
   * @param share The part of this thread.
   * @param instanceShare The process's share, of which `share` is a part, or the same.
   */
  constructor(share: Share, instanceShare: Share) {
    this.share = share;
    this.instanceShare = instanceShare;
  }

  /** The object is the same each time. */
  next(): Readonly<IterationCounters> {
    const { counters } = this;
    counters.iterationInTest = this.share.indexAt(this.count++);
    // So many of the process's own numbers lie before it.
    counters.iterationInInstance = this.instanceShare.scale(counters.iterationInTest);
    return counters;
  }
}
