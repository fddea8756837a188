/** What `run` shows while the test runs: the banner, and on a terminal live lines, elsewhere a line now and then. */
import type { Conductor } from "../execution/conductor.ts";
import { SharedState, type ThreadProgress } from "../execution/messages.ts";
import { arrivalRate } from "../execution/pacing.ts";
import { endOffset, maxPlannedVUs, maxPossibleVUs, planExecution, regularDuration } from "../options/requirements.ts";
import type { Scenario } from "../options/scenario-config.ts";
import type { Share } from "../options/segment.ts";
import { progressLines, type RunProgress, type ScenarioFigures, type ScenarioProgress } from "../report/progress.ts";
import { COLUMNS_DEFAULT, LiveLines } from "../report/terminal.ts";
import type { Session } from "./load-test.ts";
import { PROGRAM_NAME } from "./version.ts";

const LIVE_INTERVAL_MS = 100;
/** Where there is no terminal. */
const PLAIN_INTERVAL_MS = 1_000;
/** Thresholds that may stop the test ask for reports of their own; each report wakes both threads. */
const UNWATCHED_INTERVAL_MS = 1_000;

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
  private isStopped = false;
  private readonly plan;
  /** What is left to say of scenarios that are over. */
  private readonly over = new Map<string, ScenarioProgress>();

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
    this.timer = this.live
      ? setInterval(() => this.draw(), LIVE_INTERVAL_MS)
      : setInterval(() => void this.drawAnew(), PLAIN_INTERVAL_MS);
  }

  /** The test is over: lines on a terminal stay as they are now. */
  stop(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.isStopped = true;
    if (this.live === undefined) return;
    this.draw();
    this.live.finish();
    this.init.session.screen.live = undefined;
  }

  /** Where there is no terminal, how the test ended comes last, below the summary. */
  conclude(): void {
    if (this.timer !== undefined && this.live === undefined) this.draw();
  }

  /** Lines that stay for a second, or for good in a file, tell of now and not of the last report. */
  private async drawAnew(): Promise<void> {
    if (this.init.conductor.isRunning) await this.init.conductor.refresh();
    if (!this.isStopped) this.draw();
  }

  private draw(): void {
    const { session } = this.init;
    const { stdout } = session.host;
    const enableColors = !session.global.noColor && stdout.isTTY;
    const width = this.live ? { width: stdout.columns ?? COLUMNS_DEFAULT } : {};
    const lines = progressLines(this.state(), { enableColors, ...width });
    if (this.live) this.live.show(lines);
    else stdout.write(`${lines.join("\n")}\n\n`);
  }

  private state(): RunProgress {
    const { conductor, scenarios } = this.init;
    const { shared } = conductor;
    // setup() counts for the whole, not for the scenarios
    const { elapsedMs } = conductor;
    const ownElapsedMs = conductor.scenariosElapsedMs ?? 0;
    const reported = conductor.progress();
    return {
      ...(elapsedMs > 0 ? { elapsedMs } : {}),
      durationMaxMs: endOffset(this.plan),
      paused: false,
      vusActive: shared.get(SharedState.ACTIVE_VUS),
      vusInitialized: shared.get(SharedState.INITIALIZED_VUS),
      vusPlanned: maxPlannedVUs(this.plan),
      vusMax: maxPossibleVUs(this.plan),
      iterationsComplete: shared.get(SharedState.ITERATIONS_COMPLETED),
      iterationsInterrupted: shared.get(SharedState.ITERATIONS_INTERRUPTED),
      scenarios: scenarios.map((scenario) => this.scenario(scenario, ownElapsedMs, reported[scenario.name])),
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
    const over = this.over.get(scenario.name);
    if (over !== undefined) return over;
    const fraction = fractionOf(scenario, durationMs === 0 ? 1 : ownMs / durationMs, reported);
    const isAborted = this.init.conductor.cause !== undefined;
    const isOver = reported.activeVus === 0 && (fraction >= 1 || ownMs > durationMs || isAborted);
    const ended = fraction < 1 ? "interrupted" : "done";
    const progress: ScenarioProgress = {
      name: scenario.name,
      status: isOver ? ended : ownMs > durationMs ? "stopping" : "running",
      fraction,
      figures: figuresOf(scenario, this.init.share.portion, ownMs, durationMs, reported),
    };
    if (isOver) this.over.set(scenario.name, progress);
    return progress;
  }
}

/** How much of a scenario is done: of its iterations, or of its time, which goes on while figures are on their way. */
function fractionOf({ executor }: Scenario, ofTime: number, reported: ThreadProgress): number {
  const { iterationsDone, iterationsTotal } = reported;
  const ofIterations = iterationsTotal ? Math.min(1, iterationsDone / iterationsTotal) : 1;
  if (executor === "shared-iterations") return ofIterations;
  if (executor === "per-vu-iterations" && ofTime <= 1) return ofIterations;
  return Math.min(1, ofTime);
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
