/**
 * A VU thread: its realm, its VUs and its share of every scenario.
 *
 * It does what the conductor asks, one message after the other, and tells what happens: log records at once, figures
 * now and then.
 */
import { ExitCode } from "../base/exit-codes.ts";
import { type BuiltinMetrics, defineBuiltinMetrics } from "../metrics/builtin.ts";
import { HeapKeeper, Milestones } from "../host/memory.ts";
import { Recorder } from "../metrics/recorder.ts";
import { Registry } from "../metrics/registry.ts";
import { SampleBatchWriter } from "../metrics/sample-batch.ts";
import { TagSetRoot } from "../metrics/tags.ts";
import { parseThresholdTarget } from "../metrics/threshold/submetric.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";
import type { Scenario } from "../options/scenario-config.ts";
import { resolveScenarios } from "../options/scenarios.ts";
import { Share } from "../options/segment.ts";
import { formatFrame, Positions } from "../script/positions.ts";
import { installVuGlobals } from "../vu/globals.ts";
import { goJson } from "../vu/go-json.ts";
import { type IterationResult, ToldIteration } from "../vu/iteration.ts";
import { VuRuntime } from "../vu/runtime.ts";
import { describeError, formatErrorLine } from "../vu/script-error.ts";
import type { Vu } from "../vu/vu.ts";
import type { ExecutorClock } from "./executor/executor.ts";
import { createExecutor } from "./executor/index.ts";
import type { CompiledModule } from "../script/index.ts";
import { loadFailure, scriptFailure, toFailure } from "./failure.ts";
import {
  type CallResult,
  type Failure,
  type FromThread,
  type RunSpec,
  type ScriptSpec,
  SharedState,
  type ThreadProgress,
  type ToThread,
} from "./messages.ts";
import { JitPhases } from "./jit-phases.ts";
import { RemoteCompiler } from "./remote-compiler.ts";
import { RemoteIoCaller } from "./remote-io.ts";
import { ThreadScenario } from "./thread-scenario.ts";
import { recordTraffic, type ScenarioVuHost } from "./scenario-vu.ts";
import { scriptExports } from "./script-exports.ts";
import { ScriptHost } from "./script-host.ts";
import { encodeSummaryFiles, refusal } from "./summary-files.ts";
import { spareUpkeep } from "./upkeep.ts";
import { failureOf, VuMaker } from "./vu-maker.ts";
import { VuPool } from "./vu-pool.ts";

/** Bytes of single samples that are sent without waiting for the next report. */
const BATCH_BYTES_MAX = 1 << 20;
/** How many sockets are opened or closed between two collections of garbage. */
const SOCKETS_MIN = 250;
const SOCKETS_GROWTH = 1.125;
/** How long a thread waits at most for the threads before it to begin with a scenario, milliseconds. */
const BEGIN_ORDER_MS = 50;

export interface ThreadPort {
  post(message: FromThread, transfer?: ArrayBuffer[]): void;
}

export class VuThread {
  private readonly port: ThreadPort;
  private readonly registry: ModuleRegistry;
  private readonly runtime: VuRuntime;
  private readonly metricRegistry = new Registry();
  private readonly metrics: BuiltinMetrics;
  private readonly recorder: Recorder;
  private readonly positions = new Positions();
  private readonly heap = new HeapKeeper();
  private readonly jit = new JitPhases(() => spareUpkeep(this.runtime.rt));
  private readonly batch = new SampleBatchWriter();
  private readonly compiler: RemoteCompiler;
  private shared = new SharedState();
  private script: ScriptHost | undefined;
  private maker: VuMaker | undefined;
  private env: Readonly<Record<string, string>> = {};
  private run: RunSpec | undefined;
  private scenarios: Scenario[] = [];
  private instanceShare: Share = Share.of();
  /** This thread's part of that. */
  private share: Share = Share.of();
  private pool: VuPool | undefined;
  private running: ThreadScenario[] = [];
  private aborted = false;
  /** setup(), teardown() or handleSummary() that runs now. */
  private calling: { iteration: ToldIteration | undefined; name: string } | undefined;
  private readonly host: ScenarioVuHost;

  constructor(port: ThreadPort, registry: ModuleRegistry) {
    this.port = port;
    const remoteIo = new RemoteIoCaller((message) => this.port.post(message));
    this.compiler = new RemoteCompiler(remoteIo, () => performance.now());
    this.registry = registry;
    this.metrics = defineBuiltinMetrics(this.metricRegistry);
    this.recorder = new Recorder({ registry: this.metricRegistry });
    const originMs = performance.timeOrigin;
    this.runtime = new VuRuntime({
      clock: {
        nowMs: () => performance.now(),
        epochMs: () => originMs + performance.now(),
        setTimeout: (callback, ms) => setTimeout(callback, ms),
        clearTimeout: (handle) => clearTimeout(handle as number),
        setImmediate: (callback) => void setImmediate(callback),
      },
      registry: this.metricRegistry,
      recorder: this.recorder,
      tags: new TagSetRoot(),
      writeLog: (record) => this.port.post({ type: "log", record }),
      compileSnippet: (source, isFunction) => this.compiler.snippet(source, isFunction === true),
      isCutOff: () => this.shared.isCutOff,
    });
    this.runtime.remoteIo = remoteIo;
    const sockets = new Milestones(SOCKETS_MIN, SOCKETS_GROWTH);
    this.runtime.onSocketChange = () => {
      if (sockets.pass()) this.heap.collectIfSmall();
    };
    installVuGlobals(this.runtime);
    this.host = {
      metrics: this.metrics,
      shared: this.shared,
      setupData: undefined,
      minIterationDurationMs: 0,
      describe: (error) => describeError(error, this.positions, this.runtime.rt),
    };
    this.runtime.describe = (error) => formatErrorLine(this.host.describe(error));
    this.runtime.test = {
      options: () => this.run?.optionsJson,
      abort: (message, stack) => this.abortedByScript(message, stack),
      stoppedIn: (handler) => this.stoppedIn(handler),
      fail: (message) => {
        this.port.post({ type: "testFail", message });
      },
      counts: () => {
        if (this.calling?.name === "teardown") return undefined;
        return {
          vusActive: this.shared.get(SharedState.ACTIVE_VUS),
          vusInitialized: this.shared.get(SharedState.INITIALIZED_VUS),
          iterationsCompleted: this.shared.get(SharedState.ITERATIONS_COMPLETED),
          iterationsInterrupted: this.shared.get(SharedState.ITERATIONS_INTERRUPTED),
        };
      },
      startMs: undefined,
    };
  }

  async receive(message: ToThread): Promise<void> {
    try {
      switch (message.type) {
        case "load":
          return await this.load(message.script, message.modules, message.shared, message.threadIndex);
        case "prepare":
          this.configure(message.run, message.needs.unplannedMax);
          return await this.makeVus(message.needs.planned);
        case "setupData":
          this.host.setupData = message.data;
          return;
        case "call":
          return await this.call(message);
        case "start":
          return this.start();
        case "abort":
          return this.abort();
        case "flush":
          this.report();
          this.port.post({ type: "flushed" });
      }
    } catch (error) {
      this.port.post({ type: "failed", failure: toFailure(error) });
    }
  }

  // ---- loading ---------------------------------------------------------------------------------------------------

  private async load(
    spec: ScriptSpec,
    modules: readonly CompiledModule[],
    shared: SharedArrayBuffer,
    threadIndex: number,
  ): Promise<void> {
    this.shared = new SharedState(shared);
    this.host.shared = this.shared;
    this.env = spec.env;
    this.runtime.webSocketTransport = spec.webSocket;
    this.runtime.secretSources = spec.secretSources;
    this.runtime.onSecretUsed = (secret) => this.port.post({ type: "secretUsed", secret });
    this.runtime.threadIndex = threadIndex;
    try {
      this.script = new ScriptHost({
        runtime: this.runtime,
        registry: this.registry,
        spec,
        positions: this.positions,
        compiler: this.compiler,
      });
      this.maker = new VuMaker({
        runtime: this.runtime,
        script: this.script,
        env: spec.env,
        describe: (error) => this.host.describe(error),
      });
      await this.script.load(modules);
      if (threadIndex !== 0) {
        this.runtime.sharedArrays.import(spec.sharedArrays ?? []);
        this.port.post({ type: "loaded", options: undefined, exports: [], metrics: [], sharedArrays: [] });
        return;
      }
      const vu = await this.maker!.make(0, 0);
      const { functions, options } = scriptExports(vu.exports ?? {});
      this.port.post({
        type: "loaded",
        options,
        exports: functions,
        metrics: this.metricRegistry.all().map(({ name, kind, contains }) => ({ name, kind, contains })),
        sharedArrays: this.runtime.sharedArrays.export(),
      });
    } catch (error) {
      this.port.post({ type: "failed", failure: loadFailure(failureOf(error), spec) });
    }
  }

  private configure(run: RunSpec, unplannedMax: number): void {
    this.run = run;
    this.script!.optionValues = run.optionValues;
    const { options } = run;
    const { runtime } = this;
    runtime.options = options;
    runtime.threadCount = run.threadCount;
    runtime.systemTags = new Set(options.systemTags ?? []);
    runtime.runTags = runtime.tagRoot.from(options.tags ?? {});
    for (const name of run.submetrics) {
      const target = parseThresholdTarget(name);
      if (target.submetric) this.recorder.addSubmetric(target.submetric);
    }
    if (run.breakdown) this.recorder.breakDown();
    if (run.wantsSamples) {
      this.recorder.onSample = (metric, tags, value, timeMs, metadata) => {
        this.batch.add(metric, tags, value, timeMs, metadata);
        if (this.batch.size >= BATCH_BYTES_MAX) this.sendSamples();
      };
    }
    this.scenarios = resolveScenarios(options);
    this.instanceShare = Share.fromOptions(options);
    this.share = this.instanceShare.split(run.threadCount)[run.threadIndex]!;
    this.pool = new VuPool({
      runtime,
      maker: this.maker!,
      heap: this.heap,
      shared: this.shared,
      onFailure: (failure) => this.port.post({ type: "testAbort", failure }),
      share: this.share,
      threadIndex: run.threadIndex,
      threadCount: run.threadCount,
      unplannedMax,
    });
    this.host.minIterationDurationMs = options.minIterationDuration ?? 0;
    setInterval(() => {
      this.heap.check(this.script?.opensConnections ?? true);
      this.jit.check(this.runtime.enterCount);
      this.report();
    }, run.reportIntervalMs);
  }

  private async makeVus(count: number): Promise<void> {
    this.jit.making(count, this.script!.opensSockets);
    try {
      await this.pool!.fill(count, () => this.aborted);
      this.port.post({ type: "vusMade" });
    } catch (error) {
      this.port.post({ type: "failed", failure: failureOf(error) });
    }
  }

  // ---- the run ---------------------------------------------------------------------------------------------------

  private start(): void {
    const { runtime } = this;
    const startMs = runtime.clock.nowMs();
    runtime.test.startMs = startMs;
    const clock: ExecutorClock = {
      nowMs: runtime.clock.nowMs,
      at: (atMs, callback) => {
        const timer = { ticket: 0, fire: callback };
        runtime.timers.add(timer, atMs);
        return () => runtime.timers.remove(timer);
      },
    };
    this.running = this.scenarios.map((scenario, index) => {
      const running = new ThreadScenario(scenario, this.host, runtime, this.env);
      const dropTags = running.tags.without("group");
      running.executor = createExecutor({
        scenario,
        share: this.share,
        instanceShare: this.instanceShare,
        clock,
        vus: this.pool!.sourceFor(running),
        soon: (callback) => runtime.soon(callback),
        nextShared: () => this.shared.next(index),
        drop: (count) =>
          this.recorder.add(this.metrics.dropped_iterations, dropTags, count, runtime.clock.epochMs(), undefined),
        log: (level, message) =>
          runtime.log.log(level, message, { scenario: scenario.name, executor: scenario.executor }),
      });
      const dueMs = startMs + scenario.startTime;
      const begin = (): void => {
        // Iterations that all share go to the first VU that asks: threads begin in order, as VUs do.
        const inOrder = scenario.executor === "shared-iterations" && this.shared.begun(index) < this.run!.threadIndex;
        if (inOrder && clock.nowMs() < dueMs + BEGIN_ORDER_MS) {
          running.startTimer = clock.at(clock.nowMs() + 1, begin);
          return;
        }
        running.startTimer = undefined;
        running.startEpochMs = runtime.clock.epochMs();
        running.executor.start(() => this.scenarioDone(running));
        runtime.soon(() => this.shared.passOn(index));
      };
      running.startTimer = scenario.startTime > 0 ? clock.at(dueMs, begin) : this.soon(begin);
      return running;
    });
    if (this.aborted) this.abort();
  }

  /** Like `clock.at` for what is due now: a timer of the host takes a millisecond at least. */
  private soon(callback: () => void): () => void {
    let isCancelled = false;
    this.runtime.clock.setImmediate(() => {
      if (!isCancelled) callback();
    });
    return () => {
      isCancelled = true;
    };
  }

  private scenarioDone(running: ThreadScenario): void {
    if (running.done) return;
    running.done = true;
    this.report();
    if (this.running.every((other) => other.done)) this.port.post({ type: "allDone" });
  }

  private abort(): void {
    this.aborted = true;
    this.calling?.iteration?.interrupt();
    for (const running of this.running) {
      if (running.done) continue;
      if (running.startTimer !== undefined) {
        running.startTimer();
        running.startTimer = undefined;
        this.runtime.soon(() => this.scenarioDone(running));
      } else running.executor.abort();
    }
  }

  /** test.abort() was called; the VU that called is interrupted by the module. */
  private abortedByScript(message: string | undefined, stack: string): void {
    const frame = this.positions.frames(stack)[0];
    const inCall = this.calling !== undefined;
    const text = message === undefined ? "test aborted" : `test aborted: ${message}`;
    const failure: Failure = {
      message: inCall || frame === undefined ? text : formatErrorLine({ text, frames: [formatFrame(frame)] }),
      exitCode: ExitCode.ScriptAborted,
    };
    if (this.maker?.abort(failure)) return;
    this.runtime.vu.extend().endedTest = true;
    if (this.calling) this.abortFailure = failure;
    this.aborting = { failure, text };
    queueMicrotask(() => {
      this.aborting = undefined;
      this.port.post({ type: "testAbort", failure });
    });
  }
  /** Why setup(), teardown() or handleSummary() was interrupted. */
  private abortFailure: Failure | undefined;
  /** Not told to the conductor yet. */
  private aborting: { failure: Failure; text: string } | undefined;

  /** The script went on to `handler` and was stopped at its first line. */
  private stoppedIn(handler: unknown): void {
    const { rt } = this.runtime;
    const at = this.script?.placeOf(String(rt.twinOf(handler) ?? handler));
    if (this.aborting === undefined || at === undefined || this.calling !== undefined) return;
    this.aborting.failure.message = formatErrorLine({ text: this.aborting.text, frames: [formatFrame(at)] });
  }

  // ---- setup, teardown, handleSummary ------------------------------------------------------------------------------

  private async call({ call, data, timeoutMs }: Extract<ToThread, { type: "call" }>): Promise<void> {
    const result = await this.callExported(call, data, timeoutMs);
    this.report();
    this.port.post({ type: "called", call, result });
  }

  private async callExported(
    name: "setup" | "teardown" | "handleSummary",
    data: string | undefined,
    timeoutMs: number,
  ): Promise<CallResult> {
    const { runtime } = this;
    const { rt } = runtime;
    this.aborted = false;
    this.abortFailure = undefined;
    let vu: Vu;
    try {
      vu = await this.maker!.make(0, 0);
    } catch (error) {
      return { kind: "error", failure: failureOf(error) };
    }
    const fn = vu.exports?.[name];
    if (typeof fn !== "function") {
      if (name !== "handleSummary" || !(name in (vu.exports ?? {}))) return { kind: "missing" };
      return refusal(`exported identifier ${name} must be a function`);
    }
    vu.tags = name === "handleSummary" ? runtime.runTags : vu.withSystemTag(runtime.runTags, "group", `::${name}`);
    vu.group = name === "handleSummary" ? "" : `::${name}`;
    const args: any[] = name === "setup" ? [] : [data === undefined ? undefined : rt.json(data)];
    // JSON has no undefined, but scripts see the key
    if (name === "handleSummary" && !("setup_data" in args[0])) args[0].setup_data = undefined;
    const result = await new Promise<IterationResult | "timeout">((resolve) => {
      const calling: { iteration: ToldIteration | undefined; name: string } = { iteration: undefined, name };
      this.calling = calling;
      let timedOut = false;
      const onTimeout = () => {
        timedOut = true;
        calling.iteration?.interrupt();
      };
      // a longer time does not fit a timer, and no test lasts as long
      const timer = timeoutMs < 2 ** 31 ? setTimeout(onTimeout, Math.max(0, timeoutMs)) : undefined;
      vu.cutOffAtMs = runtime.clock.nowMs() + timeoutMs;
      calling.iteration = new ToldIteration(vu, (r) => {
        clearTimeout(timer);
        this.calling = undefined;
        // also if it was done before the timer had its turn
        resolve(timedOut || runtime.clock.nowMs() >= vu.cutOffAtMs ? "timeout" : r);
      });
      calling.iteration.call(fn, args);
    });
    const timeMs = runtime.clock.epochMs();
    if (name !== "handleSummary") recordTraffic(vu, this.metrics, timeMs);
    if (result === "timeout") return { kind: "timeout" };
    if (result.interrupted) {
      return {
        kind: "error",
        failure: this.abortFailure ?? { message: `${name}() was interrupted`, exitCode: ExitCode.ExternalAbort },
      };
    }
    if (result.failed) return { kind: "error", failure: scriptFailure(this.host.describe(result.error)) };
    return this.encodeResult(vu, name, result.value);
  }

  private encodeResult(vu: Vu, name: string, value: unknown): CallResult {
    if (name === "handleSummary") return encodeSummaryFiles(value);
    if (value === undefined) return { kind: "value", json: undefined };
    const before = this.runtime.enter(vu); // for getters
    try {
      return { kind: "value", json: goJson(value, this.runtime.rt.isMethod) };
    } catch (error) {
      const message = `error marshaling ${name}() data to JSON: ${(error as Error).message}`;
      return { kind: "error", failure: { message, exitCode: ExitCode.Generic } };
    } finally {
      this.runtime.leave(before);
    }
  }

  // ---- reports -----------------------------------------------------------------------------------------------------

  private sendSamples(): void {
    const batch = this.batch.take();
    if (batch) this.port.post({ type: "samples", batch }, [batch.buffer]);
  }

  private report(): void {
    this.sendSamples();
    const packed = this.recorder.takePacked();
    if (packed === undefined && this.running.length === 0) return;
    const progress: Record<string, ThreadProgress> = {};
    for (const { config, executor, busyVus } of this.running)
      progress[config.name] = { ...executor.progress(), busyVus };
    this.port.post({ type: "report", packed, progress }, packed && [packed.buffer]);
  }
}
