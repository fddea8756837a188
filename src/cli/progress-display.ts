/** What `run` shows while the test runs: the banner, and on a terminal live lines, elsewhere a line now and then. */
import type { Conductor } from "../execution/conductor.ts";
import { SharedState, type ThreadProgress } from "../execution/messages.ts";
import { arrivalRate } from "../execution/pacing.ts";
import { endOffset, maxPlannedVUs, maxPossibleVUs, planExecution, regularDuration } from "../options/requirements.ts";
import type { Scenario } from "../options/scenario-config.ts";
import type { Share } from "../options/segment.ts";
import { progressLines, type RunProgress, type ScenarioFigures, type ScenarioProgress } from "../report/progress.ts";
import { LiveLines } from "../report/terminal.ts";
import type { Session } from "./load-test.ts";
import { PROGRAM_NAME } from "./version.ts";

const LIVE_INTERVAL_MS = 100;
/** Where there is no terminal. */
const PLAIN_INTERVAL_MS = 1_000;
/** For thresholds that stop the test; a report wakes both threads. */
const UNWATCHED_INTERVAL_MS = 500;

export class ProgressDisplay {
  private readonly init: {
    session: Session;
    conductor: Conductor;
    scenarios: readonly Scenario[];
    share: Share;
    description: () => string;
  };
  private readonly live: LiveLines | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly plan;
  /** When scenarios were first seen to be over, after their own start. */
  private readonly doneAtMs = new Map<string, number>();

  constructor(init: ProgressDisplay["init"]) {
    this.init = init;
    this.plan = planExecution(init.scenarios, init.share);
    const { host } = init.session;
    this.live = host.stdout.isTTY && !init.session.global.quiet ? new LiveLines(host.stdout) : undefined;
  }

  /** How often figures of the threads are wanted. */
  get reportIntervalMs(): number {
    return this.live ? LIVE_INTERVAL_MS : UNWATCHED_INTERVAL_MS;
  }

  banner(script: string, outputs: readonly string[]): void {
    const { session, description } = this.init;
    if (session.global.quiet) return;
    const out = outputs.length > 0 ? outputs.join(", ") : "-";
    session.host.stdout.write(
      `\n  ${PROGRAM_NAME}\n\n     execution: local\n        script: ${script}\n        output: ${out}\n\n${description()}\n\n`,
    );
  }

  start(): void {
    const { session } = this.init;
    if (session.global.quiet) return;
    session.screen.live = this.live;
    this.timer = setInterval(() => this.draw(), this.live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS);
  }

  /** The test is over: lines on a terminal stay as they are now. */
  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    if (this.live === undefined) return;
    this.draw();
    this.live.finish();
    this.init.session.screen.live = undefined;
  }

  /** Where there is no terminal, how the test ended comes last, below the summary. */
  conclude(): void {
    if (this.timer !== undefined && this.live === undefined) this.draw();
  }

  private draw(): void {
    const { session } = this.init;
    const { stdout } = session.host;
    const enableColors = !session.global.noColor && stdout.isTTY;
    const width = stdout.columns;
    const lines = progressLines(this.state(), { enableColors, ...(this.live && width !== undefined ? { width } : {}) });
    if (this.live) this.live.show(lines);
    else stdout.write(`${lines.join("\n")}\n\n`);
  }

  private state(): RunProgress {
    const { conductor, scenarios } = this.init;
    const { shared } = conductor;
    const elapsed = conductor.scenariosElapsedMs;
    const reported = conductor.progress();
    return {
      ...(elapsed === undefined ? {} : { elapsedMs: elapsed }),
      durationMaxMs: endOffset(this.plan),
      paused: false,
      vusActive: shared.get(SharedState.ACTIVE_VUS),
      vusInitialized: shared.get(SharedState.INITIALIZED_VUS),
      vusPlanned: maxPlannedVUs(this.plan),
      vusMax: maxPossibleVUs(this.plan),
      iterationsComplete: shared.get(SharedState.ITERATIONS_COMPLETED),
      iterationsInterrupted: shared.get(SharedState.ITERATIONS_INTERRUPTED),
      scenarios: scenarios.map((scenario) => this.scenario(scenario, elapsed ?? 0, reported[scenario.name])),
    };
  }

  private scenario(scenario: Scenario, elapsedMs: number, reported: ThreadProgress | undefined): ScenarioProgress {
    const durationMs = regularDuration(scenario);
    const ownMs = elapsedMs - scenario.startTime;
    if (ownMs < 0 || reported === undefined) {
      const figures: ScenarioFigures = {
        executor: "waiting",
        startsInMs: Math.max(0, -ownMs),
        startTimeMs: scenario.startTime,
      };
      return { name: scenario.name, status: "waiting", fraction: 0, figures };
    }
    const done = reported.fraction >= 1 && reported.activeVus === 0;
    const status = done ? "done" : ownMs > durationMs ? "stopping" : "running";
    if (done && !this.doneAtMs.has(scenario.name)) this.doneAtMs.set(scenario.name, ownMs);
    return {
      name: scenario.name,
      status,
      // Time goes on while the threads' figures are on their way.
      fraction: isTimed(scenario) ? Math.min(1, ownMs / durationMs) : reported.fraction,
      figures: figuresOf(
        scenario,
        this.init.share.portion,
        this.doneAtMs.get(scenario.name) ?? ownMs,
        durationMs,
        reported,
      ),
    };
  }
}

/** Whether it is over when its time is, and not when its iterations are. */
function isTimed({ executor }: Scenario): boolean {
  return executor !== "shared-iterations" && executor !== "per-vu-iterations";
}

function figuresOf(
  scenario: Scenario,
  portion: number,
  elapsedMs: number,
  durationMs: number,
  reported: ThreadProgress,
): ScenarioFigures {
  const time = { elapsedMs, durationMs };
  switch (scenario.executor) {
    case "constant-vus":
      return { executor: scenario.executor, vus: reported.maxVus, ...time };
    case "ramping-vus":
      return { executor: scenario.executor, vusActive: reported.activeVus, vusMax: reported.maxVus, ...time };
    case "shared-iterations":
    case "per-vu-iterations":
      return {
        executor: scenario.executor,
        vus: reported.maxVus,
        iterationsDone: reported.iterationsDone,
        iterationsTotal: reported.iterationsTotal ?? 0,
        iterationsPerVu: scenario.iterations,
        ...time,
      };
    case "constant-arrival-rate":
    case "ramping-arrival-rate":
      return {
        executor: scenario.executor,
        vusBusy: reported.activeVus,
        vusActive: reported.maxVus,
        vusMax: reported.maxVus,
        ...arrivalRate(scenario, portion, Math.min(elapsedMs, durationMs)),
        ...time,
      };
  }
}
