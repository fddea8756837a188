/**
 * What the VUs of one thread share: the realm, the clock, the timers, the recorder of samples, and which VU runs now.
 */
import process from "node:process";
import { createLogger, type Logger, type LogRecord } from "../base/log.ts";
import type { Recorder } from "../metrics/recorder.ts";
import type { Registry } from "../metrics/registry.ts";
import type { TagSet, TagSetRoot } from "../metrics/tags.ts";
import type { Options } from "../options/schema.ts";
import { type Block, Interrupted } from "./block.ts";
import { GoError } from "./go-error.ts";
import { type CreatedRealm, createRealm, type Realm } from "./realm.ts";
import { type TimerHost, TimerQueue } from "./timer-queue.ts";
import type { ScriptFiles } from "./script-files.ts";
import type { SecretSources } from "./secret-sources.ts";
import { SharedArrays } from "./shared-arrays.ts";
import type { TestState } from "./test-state.ts";
import { noRemoteIo, type RemoteIo } from "./thread-block.ts";
import type { Vu } from "./vu.ts";

/** Milliseconds that one VU may hold the thread before others get a turn. */
const SLICE_MS = 10;
/** Loop rounds between two looks at the clock; adapted to how long they take. */
const BUDGET_MIN = 16;
const BUDGET_MAX = 1 << 20;
/** How far apart the looks at the clock should be, milliseconds. */
const BUDGET_AIM_MS = 2;

/** An object spares a closure where there are many of a kind. */
type Callback = (() => void) | { run(): void };

export interface RuntimeInit {
  clock: TimerHost & {
    /** Milliseconds since the epoch, with fractions. */
    epochMs(): number;
    /** Calls back once the events that wait have been seen to. */
    setImmediate(callback: () => void): void;
  };
  registry: Registry;
  recorder: Recorder;
  tags: TagSetRoot;
  writeLog(record: LogRecord): void;
  compileSnippet(source: string, isFunction?: boolean): string;
  /** Whether the whole test was cut off, asked from loops that never yield. */
  isCutOff(): boolean;
  /** Environment of the process, for proxies and certificate files; the process's own if missing. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export class VuRuntime {
  readonly rt: Realm;
  readonly realm: CreatedRealm;
  readonly clock: RuntimeInit["clock"];
  readonly timers: TimerQueue;
  readonly registry: Registry;
  readonly recorder: Recorder;
  readonly tagRoot: TagSetRoot;
  readonly log: Logger;
  readonly writeLog: (record: LogRecord) => void;
  /** The VU whose code runs now. */
  current: Vu | undefined;
  /** Announced by a blocking function, not yet started. */
  announced: Block | undefined;
  /** Set once the options are known. */
  options: Options = {};
  systemTags: ReadonlySet<string> = new Set();
  /** Tags of every sample of the test (option `tags`). */
  runTags: TagSet;
  /** Filled in by the thread before any script runs. */
  test!: TestState;
  readonly sharedArrays = new SharedArrays();
  secretSources: SecretSources = {};
  /** Told of each secret that a script gets, so that the log can hide it. */
  onSecretUsed: (secret: string) => void = () => undefined;
  /** Told of each WebSocket that has opened or closed. */
  onSocketChange: () => void = () => undefined;
  /** Where scripts open files; filled in with the script. */
  files!: ScriptFiles;
  /** Does I/O for this thread while it is blocked. */
  remoteIo: RemoteIo = noRemoteIo;
  /** How many threads share what the test as a whole may do. */
  threadCount = 1;
  /** SIXFOLD_WS: which WebSocket transport to force; undefined leaves the choice to `net`. */
  webSocketTransport: string | undefined;
  /** Which of the test's threads this is. */
  threadIndex = 0;
  /** One line about a value that the script threw, with the user's own place; the thread fills it in. */
  describe: (error: unknown) => string = String;
  /** Environment of the process; scripts see `__ENV` instead. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the whole test was cut off; for code that never yields. */
  readonly cutOff: () => boolean;
  /** How often VUs went on. */
  enterCount = 0;
  private sliceStartMs = 0;
  private budget = 1000;
  private budgetSetMs = 0;

  constructor(init: RuntimeInit) {
    this.clock = init.clock;
    this.timers = new TimerQueue(init.clock);
    this.registry = init.registry;
    this.recorder = init.recorder;
    this.tagRoot = init.tags;
    this.runTags = init.tags.empty;
    this.cutOff = init.isCutOff;
    this.environment = init.environment ?? process.env;
    this.writeLog = init.writeLog;
    this.log = createLogger(init.writeLog, () => init.clock.epochMs());
    this.realm = createRealm({
      compileSnippet: init.compileSnippet,
      random: () => this.current?.extras.random?.(),
      host: {
        pending: PENDING,
        threadBlock: () => this.threadBlock(),
        tickPlain: () => this.tickPlain(),
        tickTwin: () => this.tickTwin(),
        describeError(error) {
          if (error instanceof GoError) return { kind: "GoError", message: error.message };
          if (error instanceof Interrupted) return { kind: "Interrupted", message: "" };
          if (error instanceof TypeError) return { kind: "TypeError", message: error.message };
          if (error instanceof RangeError) return { kind: "RangeError", message: error.message };
          if (error instanceof SyntaxError) return { kind: "SyntaxError", message: error.message };
          if (error instanceof Error)
            return { kind: error.name === "Error" ? "Error" : "GoError", message: error.message };
          return undefined;
        },
      },
    });
    this.rt = this.realm.rt;
    this.rt.k.rejections = {
      add: (promise: object) => {
        const vu = this.current;
        if (vu) (vu.extend().rejections ??= new Set()).add(promise);
      },
      delete: (promise: object) => this.current?.extras.rejections?.delete(promise),
    } as unknown as Set<object>;
  }

  /** Warns of something that all threads come upon when they load the script: the first one tells. */
  warnOnce(message: string): void {
    if (this.threadIndex === 0) this.log.log("warning", message);
  }

  /** The VU that runs now; an error of ours if none does. */
  get vu(): Vu {
    if (this.current === undefined) throw new Error("internal error: script code runs outside of a VU");
    return this.current;
  }

  /** Makes `vu` the current one for the length of a turn or part of it. */
  enter(vu: Vu, nowMs = this.clock.nowMs()): Vu | undefined {
    const before = this.current;
    this.current = vu;
    this.enterCount++;
    this.rt.k.jobs = vu.jobs;
    this.sliceStartMs = nowMs;
    return before;
  }

  leave(before: Vu | undefined): void {
    this.current = before;
    if (before) this.rt.k.jobs = before.jobs;
  }

  /** Announces what the current VU will wait for; the caller returns `PENDING` to the realm. */
  block(block: Block): unknown {
    this.announced = block;
    return PENDING;
  }

  /**
   * Calls back soon, with an empty stack: before the host's next events if little time has passed, else after them.
   *
   * Iterations that start back to back go through here, so that they neither nest nor starve sockets and timers. What a
   * callback asks for comes before those that wait already, until the slice is over: a VU that does not wait goes on
   * before the next VU begins, as a goroutine of k6 would.
   */
  soon(callback: Callback): void {
    if (this.inSlice) {
      this.next.push(callback);
      return;
    }
    this.waiting.push(callback);
    if (this.waitingScheduled) return;
    this.waitingScheduled = true;
    this.clock.setImmediate(this.runWaiting);
  }
  private waiting: Callback[] = [];
  private waitingScheduled = false;
  /** Asked for by the callbacks of this slice. */
  private next: Callback[] = [];
  /** Callbacks of `soon` run now. */
  inSlice = false;
  private readonly runWaiting = (): void => {
    const until = this.clock.nowMs() + SLICE_MS;
    const { waiting } = this;
    let at = 0;
    let ran = 0;
    this.inSlice = true;
    while (at < waiting.length || this.next.length > 0) {
      if ((++ran & 15) === 0 && this.clock.nowMs() >= until) break;
      const callback = this.next.length > 0 ? this.next.shift()! : waiting[at++]!;
      if (typeof callback === "function") callback();
      else callback.run();
    }
    this.inSlice = false;
    this.waiting = [...waiting.slice(at), ...this.next];
    this.next = [];
    this.waitingScheduled = this.waiting.length > 0;
    if (this.waitingScheduled) this.clock.setImmediate(this.runWaiting);
  };

  private threadBlock(): unknown {
    const block = this.announced;
    this.announced = undefined;
    if (block === undefined) throw new Error("internal error: a coroutine gave way without a reason");
    const { vu } = this;
    if (vu.interrupted) return this.rt.interrupt();
    this.log.log(
      "debug",
      `${block.what} was called where its VU cannot be suspended, so the other VUs of the thread wait too`,
      {
        vu: vu.idInTest,
      },
    );
    return block.waitOnThread(vu);
  }

  private refill(now: number): void {
    const took = now - this.budgetSetMs;
    if (took > 2 * BUDGET_AIM_MS) this.budget = Math.max(BUDGET_MIN, this.budget >> 1);
    else if (took < BUDGET_AIM_MS / 2) this.budget = Math.min(BUDGET_MAX, this.budget << 1);
    this.budgetSetMs = now;
    this.rt.k.n = this.budget;
  }

  private tickPlain(): boolean {
    const now = this.clock.nowMs();
    this.refill(now);
    const vu = this.current;
    if (vu === undefined) return false;
    if (now >= vu.cutOffAtMs || this.cutOff()) {
      vu.interrupted = true;
      return true;
    }
    return vu.interrupted;
  }

  private tickTwin(): boolean {
    const now = this.clock.nowMs();
    this.refill(now);
    if (now - this.sliceStartMs < SLICE_MS) return false;
    this.announced = giveWay;
    return true;
  }
}

/** Returned to the realm after a Block was announced. */
export const PENDING: unknown = Object.freeze({ pending: true });

const giveWay: Block = {
  what: "a long loop",
  start(vu) {
    vu.runtime.clock.setImmediate(() => vu.unblock(giveWay, undefined));
  },
  waitOnThread: () => undefined,
};
