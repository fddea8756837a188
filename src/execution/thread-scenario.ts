import type { Scenario } from "../options/scenario-config.ts";
import type { TagSet } from "../metrics/tags.ts";
import type { VuRuntime } from "../vu/runtime.ts";
import type { Executor } from "./executor/executor.ts";
import type { RunningScenario, ScenarioVuHost } from "./scenario-vu.ts";

/** One scenario on this thread. */
export class ThreadScenario implements RunningScenario {
  readonly config: Scenario;
  readonly host: ScenarioVuHost;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: TagSet;
  readonly isOpen: boolean;
  startEpochMs: number;
  executor!: Executor;
  startTimer: (() => void) | undefined;
  done = false;
  busyVus = 0;

  constructor(config: Scenario, host: ScenarioVuHost, runtime: VuRuntime, env: Readonly<Record<string, string>>) {
    this.config = config;
    this.host = host;
    this.isOpen = config.executor.endsWith("-arrival-rate");
    this.env = Object.keys(config.env).length > 0 ? { ...env, ...config.env } : env;
    let tags = runtime.runTags.withAll(Object.entries(config.tags));
    if (runtime.systemTags.has("group")) tags = tags.with("group", "");
    this.tags = runtime.systemTags.has("scenario") ? tags.with("scenario", config.name) : tags;
    this.startEpochMs = runtime.clock.epochMs() + config.startTime;
  }

  progress(): number {
    return this.executor.progress().fraction;
  }
}
