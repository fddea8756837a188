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
 * With few VUs: what runs for a tenth of a second takes 4 % less CPU for it, and for longer no more (bench rows compute
 * and ws-pingpong; compute with 300 iterations, http-get, http-flow).
 */
const RUNNING = 5;
/** VUs of a thread that are many: what each of them runs once is worth compiling (vus-sleep: 4 % less CPU than with 5). */
const MANY_VUS = 500;
const RUNNING_MANY = 1;
/** When functions are kept out of the topmost compiler at the latest, milliseconds: before that none gets there. */
const SPARING_MS = 100;
/** How often a VU goes on, on average, when it does more than to open a socket, hold it and close it. */
const BUSY_TURNS = 20;

export class JitPhases {
  private readonly spare: () => void;
  private busyAt: number | undefined;

  /** @param spare Keeps the upkeep of VUs out of the topmost compiler; a short test does without. */
  constructor(spare: () => void) {
    this.spare = spare;
    delayCompilation(LOADING_DELAY);
  }

  /** VUs are about to be made. */
  making(vuCount: number, opensSockets: boolean): void {
    if (vuCount < MANY_VUS) {
      setTimeout(this.spare, SPARING_MS);
      delayCompilation(RUNNING);
      return;
    }
    this.spare();
    if (opensSockets) {
      this.busyAt = vuCount * BUSY_TURNS;
      delayCompilation(OPENING);
    } else delayCompilation(RUNNING_MANY);
  }

  /** @param turnCount How often the thread's VUs have gone on so far. */
  check(turnCount: number): void {
    if (this.busyAt === undefined || turnCount < this.busyAt) return;
    this.busyAt = undefined;
    delayCompilation(RUNNING_MANY);
  }
}
