/**
 * When a thread's code is worth compiling: loading a script and opening thousands of sockets run much code a few times.
 *
 * Compiled code and what belongs to it were half the memory of 2,000 idle sockets, and saved no time in opening them
 * (16.2 KB a VU and 0.63 s of CPU with, 10.7 KB and 0.65 s without). Bench rows: ws-hold, ws-pingpong.
 */
import { delayCompilation, LOADING_DELAY } from "../host/jit.ts";

/** While many VUs open their sockets. */
const OPENING = 300;
/**
 * Afterwards, and from the start in all other tests: what runs for a tenth of a second takes 4 % less CPU for it, and for
 * longer no more (bench rows compute and ws-pingpong; compute with 300 iterations, http-get, http-flow, vus-sleep).
 */
const RUNNING = 5;
/** VUs of a thread that are many. */
const MANY_VUS = 500;
/** How often a VU goes on, on average, when it does more than to open a socket, hold it and close it. */
const BUSY_TURNS = 20;

export class JitPhases {
  private busyAt: number | undefined;

  constructor() {
    delayCompilation(LOADING_DELAY);
  }

  /** VUs are about to be made. */
  making(vuCount: number, opensSockets: boolean): void {
    if (opensSockets && vuCount >= MANY_VUS) {
      this.busyAt = vuCount * BUSY_TURNS;
      delayCompilation(OPENING);
    } else delayCompilation(RUNNING);
  }

  /** @param turnCount How often the thread's VUs have gone on so far. */
  check(turnCount: number): void {
    if (this.busyAt === undefined || turnCount < this.busyAt) return;
    this.busyAt = undefined;
    delayCompilation(RUNNING);
  }
}
