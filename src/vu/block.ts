/**
 * What a VU can wait for while it is blocked.
 *
 * A blocking function announces a Block with `VuRuntime.block`; its VU is suspended until someone settles the Block.
 * If the function was called plainly there is nothing to suspend: then the thread itself waits (`waitOnThread`).
 */
import type { Vu } from "./vu.ts";

export interface Block {
  /** Begins to wait; settles with `vu.unblock(this, ...)`, at once or later. */
  start(vu: Vu): void;
  /** The VU was interrupted: nobody wants the answer any more. */
  cancel?(vu: Vu): void;
  /** Waits on this thread and returns the value or throws; called instead of `start`. */
  waitOnThread(vu: Vu): unknown;
  /** What a debug line calls it: "sleep()", "http.get()". */
  readonly what: string;
}

/** Thrown through host code when a VU is interrupted; scripts cannot catch it. */
export class Interrupted extends Error {
  constructor() {
    super("the VU was interrupted");
    this.name = "Interrupted";
  }
}
