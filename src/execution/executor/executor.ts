/**
 * An executor decides when which VU of one scenario starts an iteration; this is what it sees of the world.
 *
 * It runs on a VU thread and handles that thread's share of the scenario only: `share` is the thread's part of the
 * process's own segment (`Share.split`), so the arithmetic of k6's segments is the only coordination between threads. All
 * times are milliseconds of `clock.nowMs()`, and callbacks come from the thread's event loop, never from inside a call.
 *
 * @see k6 docs, "Executors"
 */
import type { Scenario } from "../../options/scenario-config.ts";
import type { Share } from "../../options/segment.ts";

/** How an iteration ended. */
export interface IterationOutcome {
  /** Cut off by the end of the scenario or of the test. */
  interrupted: boolean;
  /** Threw, or left a rejection unhandled; counts as a full iteration all the same. */
  failed: boolean;
}

/** The numbers that `exec.scenario` shows: of this iteration in the instance and in the whole test, from 0. */
export interface IterationCounters {
  iterationInInstance: number;
  iterationInTest: number;
}

/** Told of the end of an iteration. */
export interface IterationOwner {
  iterationEnded(outcome: IterationOutcome): void;
}

/** A VU that is active in the scenario. */
export interface ScenarioVu {
  readonly idInInstance: number;
  /** Whether an iteration runs. */
  readonly busy: boolean;
  /** Runs one iteration; `owner` hears of its end once, asynchronously at the earliest. `counters` is read at once. */
  iterate(counters: IterationCounters, owner: IterationOwner): void;
  /** Cuts the running iteration off; its end follows when its sockets and timers are closed. */
  interrupt(): void;
  /** The latest moment at which an iteration may still run; for loops of the script that never give way. */
  cutOffAt(ms: number): void;
}

/** The thread's VUs, shared by all of its scenarios. */
export interface VuSource {
  /** Takes a VU that was made before the test began and activates it for this scenario; undefined if none is free. */
  take(): ScenarioVu | undefined;
  /** Gives a VU back; it must not be busy. */
  giveBack(vu: ScenarioVu): void;
  /** Makes one more VU, for arrival rates with `maxVUs` above `preAllocatedVUs`; init code runs, so it takes a while. */
  make(onReady: (vu: ScenarioVu) => void): void;
}

export interface ExecutorClock {
  nowMs(): number;
  /** Calls back at `atMs` or as soon after as can be; returns what cancels it. */
  at(atMs: number, callback: () => void): () => void;
}

/** What an executor is given. */
export interface ExecutorContext<S extends Scenario = Scenario> {
  scenario: S;
  /** This thread's share of the test: `instanceShare.split(threads)[thread]`. */
  share: Share;
  /** The process's share. */
  instanceShare: Share;
  clock: ExecutorClock;
  vus: VuSource;
  /**
   * Calls back with an empty stack, soon; what a VU's first iteration asks for comes before the next VU's first, so a VU
   * that does not wait goes on before the next begins.
   */
  soon(callback: (() => void) | { run(): void }): void;
  /**
   * Takes the next number from a counter that all threads of the process share: 0, 1, 2... Only shared-iterations needs
   * one.
   */
  nextShared(): number;
  /** Counts iterations that were due and could not start (`dropped_iterations`). */
  drop(count: number): void;
  log(level: "debug" | "info" | "warning" | "error", message: string): void;
}

/** What the progress line, `k6/execution` and the REST API show. */
export interface ScenarioProgress {
  /** 0 to 1. */
  fraction: number;
  activeVus: number;
  /** VUs planned for this scenario on this thread, at most. */
  maxVus: number;
  /** Iterations that ended in full. */
  iterationsDone: number;
  /** Iterations to come in all, for executors that count them. */
  iterationsTotal?: number;
  iterationsDropped: number;
}

export interface Executor {
  /** Begins at the scenario's start time; `onDone` is called once, when nothing of the scenario runs any more. */
  start(onDone: () => void): void;
  /** Ends the scenario: no iteration starts any more; running ones are cut off at once. */
  abort(): void;
  progress(): ScenarioProgress;
}
