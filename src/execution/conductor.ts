/**
 * Runs a test on VU threads: loads the script, makes VUs, setup, scenarios, teardown, and collects what they report.
 *
 * It owns no figures but the `Aggregate` and decides nothing about options, outputs or the summary: the command does.
 * Whatever ends the test early becomes one outcome, the first that happened; then running iterations are cut off, and
 * teardown() still runs.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { Logger, LogRecord } from "../base/log.ts";
import type { Host, ThreadHandle } from "../host/host.ts";
import { delayCompilation } from "../host/jit.ts";
import { Aggregate } from "../metrics/aggregate.ts";
import { defineBuiltinMetrics } from "../metrics/builtin.ts";
import { Recorder } from "../metrics/recorder.ts";
import { MetricError, Registry } from "../metrics/registry.ts";
import type { Sample } from "../metrics/sample.ts";
import { readSampleBatch } from "../metrics/sample-batch.ts";
import { TagSetRoot } from "../metrics/tags.ts";
import type { ThresholdEvaluator } from "../metrics/threshold/evaluate.ts";
import { THRESHOLDS_INTERVAL_MS, thresholdsAbortError } from "../metrics/threshold/evaluate.ts";
import type { RemoteHttp } from "../net/remote-http.ts";
import type { RemoteWebSockets } from "../net/remote-websocket.ts";
import { resolveScenarios } from "../options/scenarios.ts";
import type { Options } from "../options/schema.ts";
import { Share } from "../options/segment.ts";
import type { CompiledModule } from "../script/index.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";
import { fromFailure, loadFailure, toFailure } from "./failure.ts";
import { vuNeeds } from "./plan.ts";
import { RemoteIoServer } from "./remote-io.ts";
import { ScriptCompiler } from "./script-compiler.ts";
import {
  type CallResult,
  type FromThread,
  type RunSpec,
  type ScriptSpec,
  SharedState,
  type ThreadProgress,
  type ToThread,
} from "./messages.ts";

const VUS_INTERVAL_MS = 1000;
/** How long before a whole second `vus` is sampled. */
const VUS_LEAD_MS = 30;

/** How long thresholds and the progress wait for a thread that is busy; they do without it then. */
const FLUSH_TIMEOUT_MS = 500;

/** A test that runs for so long is worth compiling the conductor's own code; see `host/jit.ts`. */
const LASTING_MS = 1000;

export interface ConductorInit {
  host: Host;
  registry: ModuleRegistry;
  log: Logger;
  writeLog(record: LogRecord): void;
  /** Keeps a text out of the log from now on. */
  hideSecret(secret: string): void;
  /** Gets every sample, if an output wants them. */
  onSamples(samples: readonly Sample[]): void;
}

export interface LoadedScript {
  /** The script's `options` as JSON; undefined if it exports none. */
  options: string | undefined;
  exports: string[];
}

interface Thread {
  handle: ThreadHandle;
  /** Waiting for a message of a type. */
  waiting: Map<FromThread["type"], { resolve: (message: any) => void; reject: (error: unknown) => void }>;
  progress: Record<string, ThreadProgress>;
  /** Why it ended before its time; it answers no more. */
  crash?: UserError;
}

export class Conductor {
  readonly registry = new Registry();
  readonly aggregate = new Aggregate(this.registry);
  readonly shared = new SharedState();
  private readonly metrics = defineBuiltinMetrics(this.registry);
  private readonly tags = new TagSetRoot();
  private readonly recorder = new Recorder({ registry: this.registry });
  private readonly init: ConductorInit;
  private readonly remoteIo: RemoteIoServer;
  private readonly threads: Thread[] = [];
  private compiler: ScriptCompiler | undefined;
  private modules: CompiledModule[] = [];
  private sharedArrays: ScriptSpec["sharedArrays"] = [];
  private script: ScriptSpec | undefined;
  private options: Options = {};
  private wantsSamples = false;
  private startedAtMs: number | undefined;
  private endedAtMs: number | undefined;
  private scenariosStartedAtMs: number | undefined;
  /** Why the test ends early, or fails; the first cause. */
  private endCause: UserError | undefined;
  private markedAsFailed = false;
  private aborting = false;
  private phase: "idle" | "init" | "setup" | "running" | "teardown" | "ended" = "idle";
  setupData: string | undefined;
  /** Sentences about what the figures lack. */
  readonly missing: string[] = [];

  constructor(init: ConductorInit) {
    this.init = init;
    let http: Promise<RemoteHttp> | undefined;
    let sockets: Promise<RemoteWebSockets> | undefined;
    // loaded when a thread first asks: most tests never do
    const loadHttp = async () => new (await import("../net/remote-http.ts")).RemoteHttp(init.host.env);
    const loadSockets = async () => new (await import("../net/remote-websocket.ts")).RemoteWebSockets();
    this.remoteIo = new RemoteIoServer({
      http: async (call) => (await (http ??= loadHttp())).perform(call),
      webSocket: async (call) => (await (sockets ??= loadSockets())).perform(call),
      compileSnippet: (request) => this.compiler!.snippet(request),
      compileRequired: (request) => this.compiler!.required(request),
      rewriteMap: (id) => this.compiler!.rewriteMap(id),
      sourceMap: (id) => this.compiler!.sourceMap(id),
    });
  }

  /** Milliseconds since the test began (setup included), until its end. */
  get elapsedMs(): number {
    if (this.startedAtMs === undefined) return 0;
    return (this.endedAtMs ?? performance.now()) - this.startedAtMs;
  }

  /** Whether scenarios run: figures of theirs are worth asking for. */
  get isRunning(): boolean {
    return this.phase === "running";
  }

  /** Milliseconds since the scenarios began; undefined before. */
  get scenariosElapsedMs(): number | undefined {
    return this.scenariosStartedAtMs === undefined
      ? undefined
      : (this.endedAtMs ?? performance.now()) - this.scenariosStartedAtMs;
  }

  get iterationsCompleted(): number {
    return this.shared.get(SharedState.ITERATIONS_COMPLETED);
  }

  get cause(): UserError | undefined {
    return this.endCause;
  }

  /** Of the first VU thread that ended before its time; that can happen after the test, too. */
  get crash(): UserError | undefined {
    return this.threads.find((thread) => thread.crash)?.crash;
  }

  // ---- threads -----------------------------------------------------------------------------------------------------

  private spawn(): Thread {
    const thread: Thread = { handle: this.init.host.spawnThread(), waiting: new Map(), progress: {} };
    thread.handle.onMessage((message: FromThread) => this.receive(thread, message));
    thread.handle.onCrash((message) => this.crashed(thread, message));
    this.threads.push(thread);
    return thread;
  }

  private post(thread: Thread, message: ToThread): void {
    thread.handle.post(message);
  }

  private ask<T extends FromThread["type"]>(
    thread: Thread,
    message: ToThread,
    answer: T,
  ): Promise<Extract<FromThread, { type: T }>> {
    const { crash } = thread;
    if (crash) return Promise.reject(crash);
    return new Promise((resolve, reject) => {
      thread.waiting.set(answer, { resolve, reject });
      this.post(thread, message);
    });
  }

  private receive(thread: Thread, message: FromThread): void {
    switch (message.type) {
      case "secretUsed":
        this.init.hideSecret(message.secret);
        return;
      case "log":
        this.init.writeLog(message.record);
        return;
      // What handleSummary() measures is in no metric and no output: they are complete.
      case "report":
        thread.progress = message.progress;
        if (message.packed !== undefined && this.phase !== "ended") this.merge(message.packed);
        return;
      case "samples":
        if (this.phase !== "ended") this.init.onSamples(readSampleBatch(message.batch, this.registry));
        return;
      case "testAbort":
        this.end(fromFailure(message.failure));
        return;
      case "testFail":
        // handleSummary() cannot change the verdict of a test that has ended
        if (this.phase !== "ended") this.markedAsFailed = true;
        return;
      case "io":
      case "ioFetch":
        void this.remoteIo.receive(message);
        return;
      case "failed": {
        const error = fromFailure(message.failure);
        for (const waiting of thread.waiting.values()) waiting.reject(error);
        thread.waiting.clear();
        return;
      }
    }
    const waiting = thread.waiting.get(message.type);
    if (waiting === undefined) return;
    thread.waiting.delete(message.type);
    waiting.resolve(message);
  }

  private crashed(thread: Thread, message: string): void {
    const index = this.threads.indexOf(thread);
    const error = new UserError("thread-crashed", {
      message: `VU thread ${index} ended unexpectedly: ${message}`,
      exitCode: ExitCode.Panic,
    });
    if (this.phase !== "ended")
      this.missing.push(`What thread ${index} had not reported when it ended is missing: ${message}`);
    thread.crash = error;
    for (const waiting of thread.waiting.values()) waiting.reject(error);
    thread.waiting.clear();
    this.end(error);
  }

  // ---- before the run ----------------------------------------------------------------------------------------------

  /**
   * Compiles the script and runs its init code once, on the first thread.
   *
   * @param preset Texts that are known already, by id: that of the script.
   */
  async load(script: ScriptSpec, preset: readonly (readonly [string, string])[] = []): Promise<LoadedScript> {
    this.script = script;
    this.phase = "init";
    const thread = this.spawn();
    this.compiler = new ScriptCompiler(this.init.registry, preset);
    try {
      this.modules = await this.compiler.compile(script.mainId);
    } catch (error) {
      throw fromFailure(loadFailure(toFailure(error), script));
    }
    const message = await this.ask(
      thread,
      { type: "load", script, modules: this.modules, shared: this.shared.buffer, threadIndex: 0 },
      "loaded",
    );
    this.sharedArrays = message.sharedArrays;
    for (const metric of message.metrics) this.registry.define(metric.name, metric.kind, metric.contains);
    return { options: message.options, exports: message.exports };
  }

  /** Brings the options to all threads and makes the VUs that are there from the beginning. */
  async prepare(run: Omit<RunSpec, "threadIndex">): Promise<void> {
    this.options = run.options;
    this.wantsSamples = run.wantsSamples;
    this.startVusSamples();
    const loading: Promise<unknown>[] = [];
    for (let index = 1; index < run.threadCount; index++) {
      const script: ScriptSpec = { ...this.script!, sharedArrays: this.sharedArrays };
      const { modules } = this;
      loading.push(
        this.ask(
          this.spawn(),
          { type: "load", script, modules, shared: this.shared.buffer, threadIndex: index },
          "loaded",
        ),
      );
    }
    await Promise.all(loading);
    const scenarios = resolveScenarios(run.options);
    const shares = Share.fromOptions(run.options).split(run.threadCount);
    await Promise.all(
      this.threads.map((thread, threadIndex) => {
        const needs = vuNeeds(scenarios, shares[threadIndex]!);
        return this.ask(thread, { type: "prepare", run: { ...run, threadIndex }, needs }, "vusMade");
      }),
    );
  }

  /**
   * `vus` and `vus_max`, once a second from before the VUs are made, as in k6. There that takes some tens of
   * milliseconds, so that its samples fall shortly before whole seconds of the scenarios; here they are made to.
   */
  private startVusSamples(): void {
    const runTags = this.tags.from(this.options.tags ?? {});
    const startMs = performance.now() - VUS_LEAD_MS;
    let count = 0;
    const next = (): void => {
      count++;
      this.vusTimer = setTimeout(sample, startMs + count * VUS_INTERVAL_MS - performance.now());
    };
    const sample = (): void => {
      const timeMs = performance.timeOrigin + performance.now();
      for (const [metric, cell] of [
        [this.metrics.vus, SharedState.ACTIVE_VUS],
        [this.metrics.vus_max, SharedState.INITIALIZED_VUS],
      ] as const) {
        const value = this.shared.get(cell);
        this.recorder.add(metric, runTags, value, timeMs, undefined);
        if (this.wantsSamples) this.init.onSamples([{ metric, timeMs, value, tags: runTags.toRecord() }]);
      }
      this.mergeOwn();
      next();
    };
    next();
  }
  private vusTimer: ReturnType<typeof setTimeout> | undefined;

  // ---- the run -----------------------------------------------------------------------------------------------------

  /** Ends the test early: iterations are cut off at once, teardown() still runs. */
  end(cause: UserError): void {
    this.endCause ??= cause;
    this.abort();
  }

  private abort(): void {
    if (this.aborting || this.phase === "teardown" || this.phase === "ended") return;
    this.aborting = true;
    this.shared.cutOff();
    for (const thread of this.threads) this.post(thread, { type: "abort" });
  }

  /** Runs setup(), the scenarios and teardown(); what goes wrong is in `cause`. */
  async run({ thresholds }: { thresholds: ThresholdEvaluator | undefined }): Promise<void> {
    this.startedAtMs = performance.now();
    const lasting = setTimeout(() => delayCompilation(1), LASTING_MS);
    const thresholdTimer = thresholds?.canAbort
      ? setInterval(() => void this.checkThresholds(thresholds), THRESHOLDS_INTERVAL_MS)
      : undefined;
    try {
      await this.runPhases();
    } catch (error) {
      this.endCause ??= asUserError(error);
    } finally {
      clearTimeout(this.vusTimer);
      clearTimeout(lasting);
      clearInterval(thresholdTimer);
      await this.flush();
      this.mergeOwn();
      this.endedAtMs = performance.now();
      this.phase = "ended";
    }
  }

  /** Asks the threads for what they have now, and gives up on one that is busy. */
  async refresh(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
    });
    await Promise.race([this.flush(), late]);
    clearTimeout(timer);
  }

  /** Ends the test if a threshold wants it to, going by what the threads have now. */
  private async checkThresholds(thresholds: ThresholdEvaluator): Promise<void> {
    await this.refresh();
    if (this.phase === "ended") return;
    const verdict = thresholds.evaluate(this.elapsedMs, false);
    if (verdict.abort) this.end(thresholdsAbortError(verdict.breached));
  }

  private async runPhases(): Promise<void> {
    const { options } = this;
    if (!options.noSetup && !this.aborting) {
      this.phase = "setup";
      const result = await this.call("setup", undefined, options.setupTimeout ?? 60_000);
      if (result.kind === "value") this.setupData = result.json;
    }
    if (this.setupData !== undefined)
      for (const thread of this.threads) this.post(thread, { type: "setupData", data: this.setupData });
    if (!this.aborting) {
      this.phase = "running";
      const startEpochMs = Date.now();
      this.scenariosStartedAtMs = performance.now();
      const running = this.threads.map((thread) => this.ask(thread, { type: "start", startEpochMs }, "allDone"));
      // whatever fails, the others' iterations have ended before teardown()
      for (const one of running) one.catch((error) => this.end(asUserError(error)));
      await Promise.allSettled(running);
    }
    if (!options.noTeardown) {
      this.phase = "teardown";
      this.shared.resume();
      await this.call("teardown", this.setupData, options.teardownTimeout ?? 60_000);
    }
  }

  private async call(name: "setup" | "teardown", data: string | undefined, timeoutMs: number): Promise<CallResult> {
    const thread = this.threads[0]!;
    if (!this.exports.includes(name)) return { kind: "missing" };
    const { result } = await this.ask(thread, { type: "call", call: name, data, timeoutMs }, "called");
    if (result.kind === "error") throw fromFailure(result.failure);
    if (result.kind === "timeout") {
      throw new UserError(`${name}-timeout`, {
        message: `${name}() execution timed out after ${wholeSeconds(timeoutMs)} seconds`,
        hint: `You can increase the time limit via the ${name}Timeout option`,
        exitCode: name === "setup" ? ExitCode.SetupTimeout : ExitCode.TeardownTimeout,
      });
    }
    return result;
  }
  /** Names of the functions that the script exports. */
  exports: readonly string[] = [];

  /** Calls handleSummary() with the data as JSON. */
  async handleSummary(data: string, timeoutMs: number): Promise<CallResult> {
    const [thread] = this.threads;
    if (!thread || thread.crash) return { kind: "missing" };
    this.shared.resume();
    try {
      return (await this.ask(thread, { type: "call", call: "handleSummary", data, timeoutMs }, "called")).result;
    } catch (error) {
      return thread.crash ? { kind: "missing" } : { kind: "error", failure: toFailure(error) };
    }
  }

  get hasFailed(): boolean {
    return this.markedAsFailed;
  }

  /** What all threads report of a scenario, added up. */
  progress(): Record<string, ThreadProgress> {
    const total: Record<string, ThreadProgress> = {};
    for (const thread of this.threads) {
      for (const [name, one] of Object.entries(thread.progress)) {
        const sum = (total[name] ??= {
          fraction: 1,
          activeVus: 0,
          busyVus: 0,
          maxVus: 0,
          iterationsDone: 0,
          iterationsDropped: 0,
        });
        sum.fraction = Math.min(sum.fraction, one.fraction);
        sum.activeVus += one.activeVus;
        sum.busyVus += one.busyVus;
        sum.maxVus += one.maxVus;
        sum.iterationsDone += one.iterationsDone;
        sum.iterationsDropped += one.iterationsDropped;
        if (one.iterationsTotal !== undefined) sum.iterationsTotal = (sum.iterationsTotal ?? 0) + one.iterationsTotal;
      }
    }
    return total;
  }

  /** Asks all threads for what they have; one time after the other, since a thread answers one question at a time. */
  private flush(): Promise<unknown> {
    this.flushed = this.flushed.then(() =>
      Promise.allSettled(this.threads.map((thread) => this.ask(thread, { type: "flush" }, "flushed"))),
    );
    return this.flushed;
  }
  private flushed: Promise<unknown> = Promise.resolve();

  private mergeOwn(): void {
    const packed = this.recorder.takePacked();
    if (packed) this.merge(packed);
  }

  private merge(packed: Uint8Array): void {
    try {
      this.aggregate.merge(packed);
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      // all else in the report has been added
      this.missing.push(`Samples of a metric that two threads define in different ways: ${error.message}`);
    }
  }

  terminate(): void {
    clearTimeout(this.vusTimer);
    for (const thread of this.threads) thread.handle.terminate();
  }
}

const asUserError = (error: unknown): UserError =>
  error instanceof UserError
    ? error
    : new UserError("internal", {
        message: `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        exitCode: ExitCode.Panic,
        cause: error,
      });

/** Rounded as Go prints without decimals: a half goes to the even neighbour. */
function wholeSeconds(durationMs: number): number {
  const seconds = durationMs / 1000;
  const rounded = Math.round(seconds);
  return rounded - seconds === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
