/**
 * One virtual user: its global object, its event loop, its tags and counters, and the coroutine that runs it.
 *
 * At any moment a VU is idle, running (inside `resume`), or blocked on exactly one `Block`.
 */
import type { Metric } from "../metrics/metric.ts";
import type { TagSet } from "../metrics/tags.ts";
import { type Block, Interrupted } from "./block.ts";
import { IterationContext } from "./context.ts";
import { EventLoop } from "./loop.ts";
import { GoError } from "./go-error.ts";
import type { VuRuntime } from "./runtime.ts";
import type { Sleep } from "./sleep.ts";

/** Told of the end of a coroutine, unless it was abandoned. */
export interface CoroutineListener {
  /** @param result What the coroutine returned; its exception if it failed. */
  coroutineEnded(result: unknown, failed: boolean): void;
}

/** How a Block was settled while it started. */
type Settled = { value: unknown; failed: boolean };
const UNSETTLED = Symbol("unsettled");

/** What few VUs have, apart from the others so that those do not pay for it (bench row vus-sleep). */
export interface VuExtras {
  /** Module instances, by absolute specifier; missing once init code has run and nothing can ask for them. */
  modules?: Map<string, any> | undefined;
  /** `require(specifier)` as called in the module `referrer`. */
  require?: ((specifier: unknown, referrer: string) => Generator<unknown, any, any>) | undefined;
  /** The generator of `randomSeed`, if it was called. */
  random?: () => number;
  /** The script's `__ENV`, as soon as it asks for more than single values; see `globals.ts`. */
  envObject?: object | undefined;
  /** This VU called test.abort(). */
  endedTest?: boolean;
  /** Id of the module whose top level runs, in scripts of several modules. */
  evaluating?: string | undefined;
  /** Called at the end of each iteration; modules that keep connections look at `noVUConnectionReuse` here. */
  afterIteration?: Set<() => void>;
  /** Untagged extras of samples (`vu`, `iter` when they are asked for, and the script's own metadata). */
  metadata?: Record<string, string> | undefined;
  /** The scenario that it ran for first, if it has changed to another one; and iterations begun in those others. */
  firstScenario?: string;
  otherScenarios?: Map<string, number>;
  /** All slots but the first. */
  slots?: Map<object, unknown>;
  iterationSlots?: Map<object, unknown> | undefined;
  /** Bytes since the last report, for data_sent and data_received. */
  traffic?: Traffic;
  /** The parsed result of setup(), if there is one: made on first use. */
  setupData?: { readonly value: unknown };
  /** Promises that were rejected and have no handler. */
  rejections?: Set<object>;
}

/** Bytes on the wire. */
export interface Traffic {
  sent: number;
  received: number;
}

const NO_EXTRAS: VuExtras = Object.freeze({});

/** Where the VU is in the scenario it runs for; read by `k6/execution`. */
export interface ScenarioState {
  readonly name: string;
  readonly executor: string;
  /** Milliseconds since the epoch. */
  readonly startTimeMs: number;
  /** 0 to 1. */
  progress(): number;
  iterationInInstance: number;
  iterationInTest: number;
}

/** For a function that is itself a Block, already announced. */
function* wait(): Generator<unknown, unknown, any> {
  return yield;
}

export class Vu {
  readonly runtime: VuRuntime;
  /** 1-based in this process; 0 for setup, teardown and init. */
  readonly idInInstance: number;
  /** 1-based over all instances. */
  readonly idInTest: number;
  readonly loop: EventLoop;
  /** The script's `globalThis`. */
  readonly global: Record<string, unknown>;
  /** Values of `__ENV`. */
  env: Readonly<Record<string, string>>;
  /** Promise reactions, consumed by the realm. */
  readonly jobs: unknown[];
  /** True until init code has run; many functions of k6 are for one side of it only. */
  inInit = true;
  /** Tags of every sample this VU makes now. */
  tags: TagSet;
  /** Group path, "" at the root. */
  group = "";
  iteration = -1;
  scenario: ScenarioState | undefined;
  /** The moment (monotonic ms) after which loops that never yield are cut off. */
  cutOffAtMs = Infinity;
  interrupted = false;
  /** See `sleep.ts`. */
  sleep: Sleep | undefined;
  /** What the init code exported. */
  exports: any;
  /** Read freely; write to what `extend()` returns. */
  extras: Readonly<VuExtras> = NO_EXTRAS;
  /** The life of what runs now; how the last one ended, until something asks for it. */
  private life: IterationContext | "end" | "interrupt" | undefined;
  /** The first slot, mostly the only one: a map costs 290 bytes. */
  private slotKey: object | undefined;
  private slotValue: unknown;
  private coroutine: Generator<unknown, unknown, any> | undefined;
  private blockedOn: Block | undefined;
  /** While a Block starts: how it was settled already. */
  private early: Settled | typeof UNSETTLED | undefined;
  private listener: CoroutineListener | undefined;

  constructor(init: {
    runtime: VuRuntime;
    idInInstance: number;
    idInTest: number;
    env: Readonly<Record<string, string>>;
    tags: TagSet;
  }) {
    this.runtime = init.runtime;
    this.idInInstance = init.idInInstance;
    this.idInTest = init.idInTest;
    this.env = init.env;
    this.tags = init.tags;
    this.jobs = [];
    this.loop = new EventLoop(this);
    this.global = init.runtime.rt.globalWith(init.runtime.realm.globalBase, init.idInInstance);
  }

  get metadata(): Record<string, string> | undefined {
    return this.extras.metadata;
  }
  set metadata(metadata: Record<string, string> | undefined) {
    if (metadata !== this.extras.metadata) this.extend().metadata = metadata;
  }

  /** Runs for a scenario from now on. */
  enter(scenario: ScenarioState): void {
    const before = this.scenario;
    if (before !== undefined && before.name !== scenario.name) this.extend().firstScenario ??= before.name;
    this.scenario = scenario;
  }

  /** Counts an iteration that begins: it is number `iteration` from now on. */
  countIteration(scenario: string): void {
    this.iteration++;
    const { firstScenario } = this.extras;
    if (firstScenario === undefined || firstScenario === scenario) return;
    const counts = (this.extend().otherScenarios ??= new Map());
    counts.set(scenario, (counts.get(scenario) ?? 0) + 1);
  }

  /** Iterations that this VU has begun in a scenario. */
  iterationsIn(scenario: string): number {
    const { firstScenario = this.scenario?.name, otherScenarios } = this.extras;
    if (scenario !== firstScenario) return otherScenarios?.get(scenario) ?? 0;
    let count = this.iteration + 1;
    for (const other of otherScenarios?.values() ?? []) count -= other;
    return count;
  }

  /** State of a module for this VU, made by `create` when first asked for. */
  slot<T>(key: object, create: () => T): T {
    if (this.slotKey === key) return this.slotValue as T;
    let value = this.extras.slots?.get(key) as T | undefined;
    if (value !== undefined) return value;
    value = create();
    if (this.slotKey === undefined) {
      this.slotKey = key;
      this.slotValue = value;
    } else (this.extend().slots ??= new Map()).set(key, value);
    return value;
  }

  /** The VU's extras, to be changed. */
  extend(): VuExtras {
    if (this.extras === NO_EXTRAS) this.extras = {};
    return this.extras;
  }

  /** Counts bytes for data_sent and data_received. */
  addTraffic(sent: number, received: number): void {
    const traffic = (this.extend().traffic ??= { sent: 0, received: 0 });
    traffic.sent += sent;
    traffic.received += received;
  }

  /** Whether a promise was rejected and nobody has handled it. */
  get hasRejection(): boolean {
    const { rejections } = this.extras;
    return rejections !== undefined && rejections.size > 0;
  }

  /** Like `slot`, but made anew for each iteration: what k6 resets between them. */
  iterationSlot<T>(key: object, create: () => T): T {
    const slots = (this.extend().iterationSlots ??= new Map());
    let value = slots.get(key) as T | undefined;
    if (value === undefined) slots.set(key, (value = create()));
    return value;
  }

  /** What `iterationSlot` would give, if it has been made. */
  madeIterationSlot<T>(key: object): T | undefined {
    return this.extras.iterationSlots?.get(key) as T | undefined;
  }

  /** Makes `__ENV` show `env` anew. */
  resetEnv(): void {
    if (this.extras.envObject !== undefined) this.extend().envObject = undefined;
  }

  /** Forgets the last iteration's slots. */
  beginIteration(): void {
    if (this.extras.iterationSlots !== undefined) this.extend().iterationSlots = undefined;
  }

  /** The life of what runs now. Made when first asked for: most iterations have nothing that outlives a call. */
  get context(): IterationContext {
    if (this.life instanceof IterationContext) return this.life;
    return (this.life = new IterationContext(this.life));
  }

  /** What ran has ended, and code of the script runs only to close it down: k6 neither waits nor measures for it. */
  get isOver(): boolean {
    const { life } = this;
    return life instanceof IterationContext ? life.done : life !== undefined;
  }

  beginContext(): void {
    this.life = undefined;
  }

  endContext(by: "end" | "interrupt"): void {
    if (this.life instanceof IterationContext) this.life.end(by);
    else this.life = by;
  }

  /** Adds a sample with the VU's tags, or with `tags`. */
  record(metric: Metric, value: number, timeMs: number, tags: TagSet = this.tags): void {
    this.runtime.recorder.add(metric, tags, value, timeMs, this.metadata);
  }

  /** `record` for what the script itself asks for. */
  recordInScript(metric: Metric, value: number, timeMs: number, tags?: TagSet): void {
    if (!this.isOver) this.record(metric, value, timeMs, tags);
  }

  /** `tags` with a system tag, if the options ask for that one. */
  withSystemTag(tags: TagSet, name: string, value: string): TagSet {
    return this.runtime.systemTags.has(name) ? tags.with(name, value) : tags;
  }

  /** Calls a function of the script from a turn's top level: its promise reactions run right after it, also if it throws. */
  *invoke(f: unknown, self: unknown, args: unknown[]): Generator<unknown, unknown, any> {
    if (this.interrupted) throw new Interrupted();
    const { rt } = this.runtime;
    let value: unknown;
    try {
      value = yield* rt.call(f, self, args);
    } catch (error) {
      yield* this.jobsThenThrow(error);
    }
    if (this.jobs.length > 0) yield* rt.runJobs();
    return value;
  }

  /**
   * `invoke` with one argument and without a generator where none is needed: the hot path of handlers.
   *
   * @returns What is left to run; undefined if the call and its reactions are done.
   */
  invokeNow(f: unknown, argument: unknown): Generator<unknown, unknown, any> | undefined {
    if (this.interrupted) throw new Interrupted();
    const { rt } = this.runtime;
    const { k } = rt;
    let result: unknown;
    try {
      result = rt.c1(undefined, f, argument);
    } catch (error) {
      if (this.jobs.length === 0) throw error;
      return this.jobsThenThrow(error);
    }
    if (k.p === 0) return this.jobs.length > 0 ? rt.runJobs() : undefined;
    const rest = k.p === 1 ? (result as Generator<unknown, unknown, any>) : oneBlock();
    k.p = 0;
    return this.thenJobs(rest);
  }

  /** `call` without a generator where none is needed; what the call returns is lost. */
  callNow(f: unknown, args: readonly unknown[]): Generator<unknown, unknown, any> | undefined {
    if (this.interrupted) throw new Interrupted();
    const { rt } = this.runtime;
    const { k } = rt;
    const result = rt.ca(undefined, f, args);
    if (k.p === 0) return undefined;
    const rest = k.p === 1 ? (result as Generator<unknown, unknown, any>) : oneBlock();
    k.p = 0;
    return rest;
  }

  private *thenJobs(steps: Generator<unknown, unknown, any>): Generator<unknown, unknown, any> {
    let value: unknown;
    try {
      value = yield* steps;
    } catch (error) {
      yield* this.jobsThenThrow(error);
    }
    if (this.jobs.length > 0) yield* this.runtime.rt.runJobs();
    return value;
  }

  /** What a call has left is still run if it ends with an exception, but not if it was interrupted. */
  *jobsThenThrow(error: unknown): Generator<unknown, never, any> {
    const { rt } = this.runtime;
    if (this.jobs.length > 0 && !rt.k.x && !this.interrupted) yield* rt.runJobs();
    throw error;
  }

  /** Calls a function of the script from inside of another call: no reaction runs until that ends. */
  call(f: unknown, self: unknown, args: unknown[]): Generator<unknown, unknown, any> {
    if (this.interrupted) throw new Interrupted();
    return this.runtime.rt.call(f, self, args);
  }

  /** Waits in a host generator until a promise of the script is settled, running reactions and the event loop's tasks. */
  *settlement(promise: unknown): Generator<unknown, { state: number; value: unknown }, any> {
    const { rt } = this.runtime;
    const settled = () => rt.promiseState(promise) as { state: number; value: unknown };
    if (this.jobs.length > 0) yield* rt.runJobs();
    while (settled().state === 0) {
      if (!this.loop.isPending)
        throw new GoError("top-level await never ends: nothing is left that could settle its promise");
      yield* this.loop.step();
    }
    return settled();
  }

  // ---- the coroutine ---------------------------------------------------------------------------------------------

  get isRunning(): boolean {
    return this.coroutine !== undefined;
  }

  /** For host generators: what to wait for before the next bare `yield`. */
  announce(block: Block): void {
    this.runtime.announced = block;
  }

  /** Waits for `block` from a host generator. */
  *wait(block: Block): Generator<unknown, any, any> {
    this.runtime.announced = block;
    return yield;
  }

  /** Starts a coroutine on this VU; the listener gets its result or exception. */
  start(coroutine: Generator<unknown, unknown, any>, listener: CoroutineListener): void {
    this.mustBeIdle();
    this.coroutine = coroutine;
    this.listener = listener;
    this.resume(undefined, false);
  }

  /** Runs code of the host as this VU's coroutine; it returns what is left to run, if anything is. */
  startHost(code: () => Generator<unknown, unknown, any> | undefined, listener: CoroutineListener): void {
    this.mustBeIdle();
    const before = this.runtime.enter(this);
    let rest: Generator<unknown, unknown, any> | undefined;
    try {
      rest = code();
    } catch (error) {
      this.runtime.leave(before);
      this.startFailed(error, listener);
      return;
    }
    this.runtime.leave(before);
    if (rest === undefined) listener.coroutineEnded(undefined, false);
    else this.start(rest, listener);
  }

  /** Calls a function of the script with one argument as this VU's coroutine; without a generator where none is needed. */
  startCallWith(f: unknown, argument: unknown, listener: CoroutineListener): void {
    this.mustBeIdle();
    const { runtime } = this;
    const before = runtime.enter(this);
    let result: unknown;
    try {
      result = runtime.rt.c1(undefined, f, argument);
    } catch (error) {
      runtime.leave(before);
      this.startFailed(error, listener);
      return;
    }
    runtime.leave(before);
    this.goOn(result, listener);
  }

  private mustBeIdle(): void {
    if (this.coroutine !== undefined) throw new Error("internal error: the VU is running already");
  }

  private startFailed(error: unknown, listener: CoroutineListener): void {
    this.runtime.rt.k.x = false;
    listener.coroutineEnded(error, true);
  }

  /** What a call of the script returned is its result, or what is left of it. */
  private goOn(result: unknown, listener: CoroutineListener): void {
    const { k } = this.runtime.rt;
    const left = k.p;
    k.p = 0;
    if (left === 0) listener.coroutineEnded(result, false);
    else this.start(left === 1 ? (result as Generator<unknown, unknown, any>) : wait(), listener);
  }

  /** Settles the Block that this VU waits for; ignored if it does not wait for it (any more). */
  unblock(block: Block, value: unknown): void {
    this.settle(block, value, false);
  }

  /** ... with an exception. */
  fail(block: Block, error: unknown): void {
    this.settle(block, error, true);
  }

  private settle(block: Block, value: unknown, failed: boolean): void {
    if (this.blockedOn !== block) return;
    if (this.early !== undefined) {
      // at once: `resume` goes on when the Block's start returns
      if (this.early === UNSETTLED) this.early = { value, failed };
      return;
    }
    this.blockedOn = undefined;
    this.resume(value, failed);
  }

  private resume(value: unknown, failed: boolean): void {
    const { runtime } = this;
    const before = runtime.enter(this);
    try {
      for (;;) {
        const coroutine = this.coroutine!;
        let step: IteratorResult<unknown, unknown>;
        try {
          step = failed ? coroutine.throw(runtime.rt.translate(value)) : coroutine.next(value);
        } catch (error) {
          this.finish(error, true);
          return;
        }
        if (this.coroutine !== coroutine) return; // abandoned from within
        if (step.done) {
          this.finish(step.value, false);
          return;
        }
        const block = runtime.announced;
        runtime.announced = undefined;
        if (block === undefined) throw new Error("internal error: a coroutine gave way without a reason");
        this.blockedOn = block;
        this.early = UNSETTLED;
        block.start(this);
        const early = this.takeEarly();
        if (this.blockedOn !== block) return; // abandoned from within
        if (early === undefined) return;
        this.blockedOn = undefined;
        ({ value, failed } = early);
      }
    } finally {
      this.early = undefined;
      runtime.leave(before);
    }
  }

  private takeEarly(): Settled | undefined {
    const { early } = this;
    this.early = undefined;
    return early === UNSETTLED ? undefined : early;
  }

  private finish(result: unknown, failed: boolean): void {
    this.runtime.rt.k.x = false;
    this.coroutine = undefined;
    const listener = this.listener;
    this.listener = undefined;
    listener?.coroutineEnded(result, failed);
  }

  /**
   * Gives up the coroutine where it stands: no `catch` and no `finally` of the script runs.
   *
   * @returns Whether there was one.
   */
  abandon(): boolean {
    if (this.coroutine === undefined) return false;
    const block = this.blockedOn;
    this.blockedOn = undefined;
    this.coroutine = undefined;
    this.listener = undefined;
    this.jobs.length = 0;
    block?.cancel?.(this);
    return true;
  }
}

/** Waits for a Block that has been announced already. */
function* oneBlock(): Generator<unknown, unknown, any> {
  return yield;
}
