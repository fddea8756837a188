/**
 * A VU at work in a scenario: what executors see (`ScenarioVu`), and the samples that every iteration leaves.
 */
import type { Scenario } from "../options/scenario-config.ts";
import { formatError, type DescribedError } from "../vu/script-error.ts";
import { Iteration, type IterationResult } from "../vu/iteration.ts";
import { UnhandledRejection } from "../vu/loop.ts";
import type { ScenarioState, Vu } from "../vu/vu.ts";
import type { BuiltinMetrics } from "../metrics/builtin.ts";
import type { IterationCounters, IterationOutcome, ScenarioVu } from "./executor/executor.ts";
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

/** Adds data_sent and data_received since the last time, as k6 does at the end of each iteration. */
export function recordTraffic(vu: Vu, metrics: BuiltinMetrics, timeMs: number): void {
  vu.record(metrics.data_sent, vu.bytesSent, timeMs);
  vu.record(metrics.data_received, vu.bytesReceived, timeMs);
  vu.bytesSent = 0;
  vu.bytesReceived = 0;
}

export class ThreadVu implements ScenarioVu {
  readonly vu: Vu;
  private readonly host: ScenarioVuHost;
  private readonly fn: unknown;
  private readonly state: ScenarioState;
  private iteration: Iteration | undefined;
  /** Waiting out `minIterationDuration`. */
  private resting: (() => void) | undefined;

  constructor(init: { vu: Vu; host: ScenarioVuHost; scenario: Scenario; state: ScenarioState; env: Readonly<Record<string, string>> }) {
    const { vu, scenario } = init;
    this.vu = vu;
    this.host = init.host;
    this.state = init.state;
    this.fn = vu.exports[scenario.exec];
    const { runtime } = vu;
    vu.scenario = this.state;
    vu.env = Object.keys(scenario.env).length > 0 ? { ...init.env, ...scenario.env } : init.env;
    vu.resetEnv();
    vu.group = "";
    let tags = runtime.runTags.withAll(Object.entries(scenario.tags));
    tags = vu.withSystemTag(tags, "group", "");
    vu.tags = vu.withSystemTag(tags, "scenario", scenario.name);
    vu.metadata = runtime.systemTags.has("vu") ? { vu: String(vu.idInTest) } : undefined;
  }

  get idInInstance(): number {
    return this.vu.idInInstance;
  }

  get busy(): boolean {
    return this.iteration !== undefined || this.resting !== undefined;
  }

  cutOffAt(ms: number): void {
    this.vu.cutOffAtMs = ms;
  }

  iterate(counters: IterationCounters, onEnd: (outcome: IterationOutcome) => void): void {
    const { vu, host } = this;
    const { runtime } = vu;
    vu.iteration++;
    vu.global.__ITER = vu.iteration;
    vu.iterationsInScenario ??= new Map();
    vu.iterationsInScenario.set(this.state.name, (vu.iterationsInScenario.get(this.state.name) ?? -1) + 1);
    if (runtime.systemTags.has("iter")) vu.metadata = { ...vu.metadata, iter: String(vu.iteration) };
    vu.scenario = { ...this.state, ...counters, progress: this.state.progress };
    vu.beginIteration();
    vu.setupData ??= { value: host.setupData === undefined ? undefined : runtime.rt.json(host.setupData) };
    let ended = false;
    const iteration = new Iteration(vu, this.fn, [vu.setupData.value], (result) => {
      ended = true;
      this.finished(result, onEnd);
    });
    if (!ended) this.iteration = iteration;
  }

  interrupt(): void {
    this.iteration?.interrupt();
    this.resting?.();
  }

  private finished(result: IterationResult, onEnd: (outcome: IterationOutcome) => void): void {
    const { vu, host } = this;
    const { runtime } = vu;
    const { clock } = runtime;
    // k6 counts the iteration that calls test.abort() in the metrics, but not as complete
    const full = !result.interrupted || vu.endedTest;
    const timeMs = clock.epochMs();
    recordTraffic(vu, host.metrics, timeMs);
    const tookMs = result.endMs - result.startMs;
    if (full) {
      vu.record(host.metrics.iteration_duration, tookMs, timeMs);
      vu.record(host.metrics.iterations, 1, timeMs);
    }
    if (!result.interrupted) {
      host.shared.add(SharedState.ITERATIONS_COMPLETED, 1);
      if (result.failed) {
        const text = formatError(host.describe(result.error));
        // k6 names the source of exceptions only
        runtime.log.log("error", text, result.error instanceof UnhandledRejection ? {} : { source: "stacktrace" });
      }
    } else host.shared.add(SharedState.ITERATIONS_INTERRUPTED, 1);
    if (vu.afterIteration) for (const hook of vu.afterIteration) hook();
    const outcome = { interrupted: result.interrupted, failed: result.failed };
    this.iteration = undefined;
    const restMs = !result.interrupted ? host.minIterationDurationMs - tookMs : 0;
    if (restMs <= 0) {
      runtime.soon(() => onEnd(outcome));
      return;
    }
    const timer = { dueMs: 0, sequence: 0, index: -1, fire: () => rested() };
    const rested = () => {
      runtime.timers.remove(timer);
      this.resting = undefined;
      runtime.soon(() => onEnd(outcome));
    };
    this.resting = rested;
    runtime.timers.add(timer, clock.nowMs() + restMs);
  }
}
