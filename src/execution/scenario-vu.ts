/**
 * A VU at work in a scenario: what executors see (`ScenarioVu`), and the samples that every iteration leaves.
 */
import type { Scenario } from "../options/scenario-config.ts";
import { formatError, type DescribedError } from "../vu/script-error.ts";
import { Iteration } from "../vu/iteration.ts";
import type { ScenarioState, Traffic, Vu } from "../vu/vu.ts";
import type { BuiltinMetrics } from "../metrics/builtin.ts";
import type { TagSet } from "../metrics/tags.ts";
import type { IterationCounters, IterationOutcome, IterationOwner, ScenarioVu } from "./executor/executor.ts";
import { EXCEPTION_FIELDS } from "./failure.ts";
import { SharedState } from "./messages.ts";

/** What the VUs of a thread have in common while the test runs. */
export interface ScenarioVuHost {
  metrics: BuiltinMetrics;
  shared: SharedState;
  /** JSON of what setup() returned. */
  setupData: string | undefined;
  minIterationDurationMs: number;
  describe(error: unknown): DescribedError;
}

const NO_TRAFFIC: Traffic = { sent: 0, received: 0 };

/** Adds data_sent and data_received since the last time, as k6 does at the end of each iteration. */
export function recordTraffic(vu: Vu, metrics: BuiltinMetrics, timeMs: number): void {
  // A counter is not changed by 0: one such sample for each set of tags makes it exist (bench row vus-sleep-cpu).
  const all = vu.runtime.recorder.onSample !== undefined;
  const traffic = vu.extras.traffic ?? NO_TRAFFIC;
  const { sent, received } = traffic;
  if (sent !== 0 || all || vu.tags.series[metrics.data_sent.id] === undefined)
    vu.record(metrics.data_sent, sent, timeMs);
  if (received !== 0 || all || vu.tags.series[metrics.data_received.id] === undefined)
    vu.record(metrics.data_received, received, timeMs);
  if (sent !== 0 || received !== 0) traffic.sent = traffic.received = 0;
}

const ENDED_WELL: IterationOutcome = Object.freeze({ interrupted: false, failed: false });

/** A scenario as its VUs on this thread share it. */
export interface RunningScenario {
  readonly host: ScenarioVuHost;
  readonly config: Scenario;
  /** `__ENV` of its VUs. */
  readonly env: Readonly<Record<string, string>>;
  /** VUs with an iteration under way. */
  busyVus: number;
  /** An arrival rate. */
  readonly isOpen: boolean;
  /** Of its samples, outside of groups. */
  readonly tags: TagSet;
  /** Milliseconds since the epoch. */
  readonly startEpochMs: number;
  /** 0 to 1. */
  progress(): number;
}

export class ThreadVu extends Iteration implements ScenarioVu, ScenarioState {
  private readonly scenario: RunningScenario;
  iterationInInstance = 0;
  iterationInTest = 0;
  private owner: IterationOwner | undefined;
  /** Waiting out `minIterationDuration`. */
  private resting: (() => void) | undefined;

  constructor(vu: Vu, scenario: RunningScenario) {
    super(vu);
    this.scenario = scenario;
    const { runtime } = vu;
    vu.enter(this);
    if (vu.env !== scenario.env) {
      vu.env = scenario.env;
      vu.resetEnv();
    }
    vu.group = "";
    vu.tags = scenario.tags;
    vu.metadata = runtime.systemTags.has("vu") ? { vu: String(vu.idInTest) } : undefined;
  }

  get idInInstance(): number {
    return this.vu.idInInstance;
  }

  get busy(): boolean {
    return this.isRunning || this.resting !== undefined;
  }

  cutOffAt(ms: number): void {
    this.vu.cutOffAtMs = ms;
  }

  iterate(counters: IterationCounters, owner: IterationOwner): void {
    const { vu } = this;
    const { host, config } = this.scenario;
    const { runtime } = vu;
    vu.countIteration(config.name);
    vu.global.__ITER = vu.iteration;
    if (runtime.systemTags.has("iter")) vu.metadata = { ...vu.metadata, iter: String(vu.iteration) };
    this.iterationInInstance = counters.iterationInInstance;
    this.iterationInTest = counters.iterationInTest;
    this.owner = owner;
    this.scenario.busyVus++;
    if (this.scenario.isOpen) host.shared.add(SharedState.ACTIVE_VUS, 1);
    vu.beginIteration();
    const { setupData } = host;
    const data =
      setupData === undefined ? undefined : (vu.extend().setupData ??= { value: runtime.rt.json(setupData) }).value;
    this.callWith(vu.exports[config.exec], data);
  }

  /** Called by `runtime.soon`: the iteration has ended. */
  run(): void {
    const { interrupted, failed } = this;
    this.owner!.iterationEnded(interrupted || failed ? { interrupted, failed } : ENDED_WELL);
  }

  get name(): string {
    return this.scenario.config.name;
  }
  get executor(): string {
    return this.scenario.config.executor;
  }
  get startTimeMs(): number {
    return this.scenario.startEpochMs;
  }
  progress(): number {
    return this.scenario.progress();
  }

  override interrupt(): void {
    super.interrupt();
    this.resting?.();
  }

  protected iterationEnded(): void {
    const { vu } = this;
    const { host } = this.scenario;
    const { runtime } = vu;
    const { clock } = runtime;
    if (vu.group !== "") {
      // cut off inside of it
      vu.group = "";
      vu.tags = vu.withSystemTag(vu.tags, "group", "");
    }
    // k6 counts the iteration that calls test.abort() in the metrics, but not as complete
    const full = !this.interrupted || vu.extras.endedTest === true;
    const timeMs = clock.epochMs();
    recordTraffic(vu, host.metrics, timeMs);
    const tookMs = this.endMs - this.startMs;
    if (full) {
      vu.record(host.metrics.iteration_duration, tookMs, timeMs);
      vu.record(host.metrics.iterations, 1, timeMs);
    }
    if (!this.interrupted) {
      host.shared.add(SharedState.ITERATIONS_COMPLETED, 1);
      if (this.failed) {
        const error = host.describe(this.error);
        runtime.log.log("error", formatError(error), {
          executor: this.executor,
          scenario: this.name,
          ...(error.isPlain ? {} : EXCEPTION_FIELDS),
        });
      }
    } else host.shared.add(SharedState.ITERATIONS_INTERRUPTED, 1);
    const { afterIteration } = vu.extras;
    if (afterIteration) for (const hook of afterIteration) hook();
    this.scenario.busyVus--;
    if (this.scenario.isOpen) host.shared.add(SharedState.ACTIVE_VUS, -1);
    const restMs = !this.interrupted ? host.minIterationDurationMs - tookMs : 0;
    if (restMs <= 0) runtime.soon(this);
    else this.rest(restMs);
  }

  private rest(ms: number): void {
    const { runtime } = this.vu;
    const timer = { ticket: 0, fire: () => rested() };
    const rested = () => {
      runtime.timers.remove(timer);
      this.resting = undefined;
      runtime.soon(this);
    };
    this.resting = rested;
    runtime.timers.add(timer, runtime.clock.nowMs() + ms);
  }
}
