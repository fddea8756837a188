/**
 * Everything that crosses between the conductor and a VU thread, as plain data.
 *
 * The conductor asks (`ToThread`), a thread answers and tells (`FromThread`). Counters that are read often lie in shared
 * memory (`SharedState`), so no message is sent for an iteration.
 */
import type { LogRecord } from "../base/log.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Options } from "../options/schema.ts";
import type { CompiledModule } from "../script/index.ts";
import type { SecretSources } from "../vu/secret-sources.ts";
import type { PackedTexts } from "../vu/shared-arrays.ts";
import type { VuNeeds } from "./plan.ts";
import type { IoMessage } from "./remote-io.ts";

/** What a thread needs to load the script. */
export interface ScriptSpec {
  /** URL of the main module. */
  mainId: string;
  /** Path as the user typed it, for messages. */
  display: string;
  env: Record<string, string>;
  /** `global` is no other name of `globalThis`, as `--compatibility-mode=base` wants it. */
  withoutGlobal?: boolean;
  /** Data of SharedArrays that init code made on thread 0; missing for thread 0 itself. */
  sharedArrays?: [name: string, packed: PackedTexts][];
  /** SIXFOLD_WS. */
  webSocket?: string;
  secretSources: SecretSources;
}

/** What a thread needs to run VUs. */
export interface RunSpec {
  options: Options;
  /** As k6 shows them: `exec.test.options`. */
  optionsJson: Record<string, unknown>;
  /** See `valuesBesideScript`. */
  optionValues: Readonly<Record<string, unknown>>;
  threadIndex: number;
  threadCount: number;
  /** Names of sub-metrics that thresholds ask for. */
  submetrics: string[];
  /** An output wants each sample. */
  wantsSamples: boolean;
  /** The summary shows scenarios and groups apart. */
  breakdown: boolean;
  /** How often a thread's figures travel to the conductor. */
  reportIntervalMs: number;
}

/** What stopped a thread's work, as data; becomes a `UserError` again on the conductor. */
export interface Failure {
  message: string;
  exitCode: number;
  source?: string;
  fields?: Record<string, string>;
  hint?: string;
}

export type ToThread =
  | {
      type: "load";
      script: ScriptSpec;
      modules: readonly CompiledModule[];
      shared: SharedArrayBuffer;
      threadIndex: number;
    }
  /** Runs the init code of the planned VUs. */
  | { type: "prepare"; run: RunSpec; needs: VuNeeds }
  | { type: "call"; call: "setup" | "teardown" | "handleSummary"; data: string | undefined; timeoutMs: number }
  /** `data` is JSON; undefined if setup() returned nothing or is not there. */
  | { type: "setupData"; data: string | undefined }
  | { type: "start"; startEpochMs: number }
  | { type: "abort" }
  | { type: "flush" };

export type FromThread =
  | {
      type: "loaded";
      options: string | undefined;
      exports: string[];
      metrics: MetricSpec[];
      sharedArrays: [name: string, packed: PackedTexts][];
    }
  | { type: "failed"; failure: Failure }
  | { type: "vusMade" }
  | { type: "called"; call: "setup" | "teardown" | "handleSummary"; result: CallResult }
  | { type: "allDone" }
  | { type: "log"; record: LogRecord }
  /** What was measured since the last report, and how far each scenario is, once there is one. */
  | { type: "report"; packed: Uint8Array | undefined; progress: Record<string, ThreadProgress> }
  | { type: "samples"; batch: Uint8Array }
  | { type: "testAbort"; failure: Failure }
  | { type: "testFail"; message: string }
  /** A script got a secret: no log record that follows may show it. */
  | { type: "secretUsed"; secret: string }
  | { type: "flushed" }
  | IoMessage;

/** A metric as init code defined it. */
export type MetricSpec = Pick<Metric, "name" | "kind" | "contains">;

/** Result of setup(), teardown() or handleSummary(). */
export type CallResult =
  | { kind: "missing" }
  /** `json` is undefined for `undefined`. Binary contents of handleSummary's files are base64 under `binary`. */
  | { kind: "value"; json: string | undefined; binary?: Record<string, string> }
  | { kind: "timeout" }
  | { kind: "error"; failure: Failure }
  /** handleSummary() returned what no file can be written from. */
  | { kind: "unusable"; reason: string };

export interface ThreadProgress {
  fraction: number;
  activeVus: number;
  maxVus: number;
  iterationsDone: number;
  iterationsTotal?: number;
  iterationsDropped: number;
  /** With an iteration under way. */
  busyVus: number;
}

/** Numbers in shared memory. */
export class SharedState {
  static readonly CUT_OFF = 0;
  static readonly ACTIVE_VUS = 1;
  static readonly INITIALIZED_VUS = 2;
  static readonly ITERATIONS_COMPLETED = 3;
  static readonly ITERATIONS_INTERRUPTED = 4;
  /** First of the counters of shared-iterations scenarios. */
  private static readonly COUNTERS = 16;
  /** Scenarios in one test, at most. */
  static readonly SCENARIOS_MAX = 1000;

  readonly buffer: SharedArrayBuffer;
  private readonly cells: Int32Array;

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer((SharedState.COUNTERS + 2 * SharedState.SCENARIOS_MAX) * 4),
  ) {
    this.buffer = buffer;
    this.cells = new Int32Array(buffer);
  }

  get(cell: number): number {
    return Atomics.load(this.cells, cell);
  }
  add(cell: number, by: number): void {
    Atomics.add(this.cells, cell, by);
  }
  /** Makes every loop and thread-blocking call of the script end as soon as it looks. */
  cutOff(): void {
    Atomics.store(this.cells, SharedState.CUT_OFF, 1);
  }
  /** Lets teardown() run after a cut-off. */
  resume(): void {
    Atomics.store(this.cells, SharedState.CUT_OFF, 0);
  }
  get isCutOff(): boolean {
    return this.cells[SharedState.CUT_OFF] !== 0;
  }
  /** The next number of a scenario's shared counter: 0, 1, 2... */
  next(scenarioIndex: number): number {
    return Atomics.add(this.cells, SharedState.COUNTERS + scenarioIndex, 1);
  }
  /** The next thread's VUs may begin with a scenario. */
  passOn(scenarioIndex: number): void {
    Atomics.add(this.cells, SharedState.COUNTERS + SharedState.SCENARIOS_MAX + scenarioIndex, 1);
  }
  /** How many threads' VUs have begun with a scenario. */
  begun(scenarioIndex: number): number {
    return Atomics.load(this.cells, SharedState.COUNTERS + SharedState.SCENARIOS_MAX + scenarioIndex);
  }
}
