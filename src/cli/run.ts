/**
 * `sixfold run`: a test from its options to its summary and exit code.
 *
 * Samples taken are never lost: whatever happens after the first iteration, outputs are closed and a summary is printed
 * that says what is missing.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { systemReason } from "../base/system-error.ts";
import { type MetricThresholds, ThresholdEvaluator, thresholdsFailedError } from "../metrics/threshold/evaluate.ts";
import { submetricsWithoutThresholds } from "../metrics/threshold/evaluate.ts";
import { defaultSubmetrics, type Submetric, submetricWarnings } from "../metrics/threshold/submetric.ts";
import { describeExecution } from "../options/describe.ts";
import { optionsToJson } from "../options/inspect.ts";
import { effectiveOptions } from "../options/merge.ts";
import { hasWork, maxPossibleVUs, planExecution } from "../options/requirements.ts";
import { resolveScenarios } from "../options/scenarios.ts";
import { Share } from "../options/segment.ts";
import { createOutput } from "../output/index.ts";
import { fromFailure } from "../execution/failure.ts";
import { SharedState } from "../execution/messages.ts";
import { threadsMax } from "../execution/plan.ts";
import { FanOut } from "../output/fan-out.ts";
import { summaryData, type SummaryInput, summaryReport } from "../report/summary-data.ts";
import { summaryExport } from "../report/summary-export.ts";
import { machineSummary } from "../report/summary-machine.ts";
import { summaryText } from "../report/summary-text.ts";
import type { ParsedArguments } from "./flags.ts";
import {
  checkDnsTtl,
  configureTest,
  type LoadedTest,
  loadScript,
  logUserError,
  openSession,
  type Program,
  type Session,
} from "./load-test.ts";
import { ProgressDisplay } from "./progress-display.ts";

/** From this many VUs on, a second thread pays for itself. */
const VUS_PER_THREAD = 5_000;
/** ... or this many iterations a second. */
const RATE_PER_THREAD = 8_000;

export async function runCommand(program: Program, args: ParsedArguments): Promise<number> {
  const threads = readThreads(args, program.host.env.SIXFOLD_THREADS);
  const session = openSession(program, args, "run");
  let fanOut: FanOut | undefined;
  const signals = new SignalHandler(session);
  try {
    const script = await loadScript(session, {
      includeSystemEnvVars: true,
      onSamples: (samples) => fanOut?.add(samples),
    });
    const test = configureTest(session, script);
    checkTracesOutput(test.runtime.tracesOutput);
    warnOfUnsupported(session, test);
    if ((test.options.consoleOutput ?? "") !== "") session.divertConsole(test.options.consoleOutput!);
    checkDnsTtl(test.options);
    warnOfDeprecated(session, test);
    const prepared = prepare(session, test);
    fanOut = await openOutputs(session, test, prepared.thresholds, prepared.submetrics);
    return await runTest({ session, test, fanOut, signals, threads, ...prepared });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    logUserError(session.log, error);
    return error.exitCode;
  } finally {
    session.sink.close();
  }
}

/** `--threads`, else SIXFOLD_THREADS. */
function readThreads(args: ParsedArguments, fromEnvironment: string | undefined): number | undefined {
  const given = args.flags.threads;
  delete (args.flags as Record<string, unknown>).threads;
  const text = (Array.isArray(given) ? given.at(-1) : given) ?? fromEnvironment;
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new UserError("invalid-threads", {
    message: `invalid argument "${text}" for "--threads" flag: not a number from 1 to 256`,
    exitCode: ExitCode.Generic,
  });
}

/**
 * First signal: the test ends in order. Second: at once.
 *
 * A closed pipe at standard output (`| head`) would end other programs by SIGPIPE. Here it ends the test as the first
 * signal does, so that outputs and summary files get what was measured, and a load that nobody watches does not go on.
 */
class SignalHandler {
  private readonly session: Session;
  private onFirst: ((error: UserError) => void) | undefined;
  private first: UserError | undefined;
  private isSignalled = false;

  constructor(session: Session) {
    this.session = session;
    session.host.onSignal((name) => this.signal(name));
    session.host.onReaderGone(() => this.lostReader());
  }

  /** From now on `onFirst` ends the test. */
  listen(onFirst: (error: UserError) => void): void {
    this.onFirst = onFirst;
    if (this.first !== undefined) onFirst(this.first);
  }

  private signal(name: string): void {
    if (this.onFirst === undefined || this.isSignalled) {
      this.session.log.log("error", "Aborting k6 in response to signal", { sig: name });
      this.session.sink.close();
      this.session.host.exit(ExitCode.ExternalAbort);
    }
    this.isSignalled = true;
    this.first ??= new UserError("aborted-by-signal", {
      message: `test run was aborted because k6 received a '${name}' signal`,
      exitCode: ExitCode.ExternalAbort,
    });
    this.onFirst(this.first);
  }

  private lostReader(): void {
    // a signal may go to the reader, too (Ctrl-C); whichever is noticed first, the test ends in order
    if (this.first !== undefined) return;
    this.first = new UserError("stdout-closed", {
      message: "test run was aborted because the reader of its standard output has gone",
      hint: "Use --quiet, or let the reader take all lines",
      exitCode: ExitCode.ExternalAbort,
    });
    this.onFirst?.(this.first);
  }
}

const TLS_DOMAINS =
  "tlsAuth.domains option could be removed in the next releases, it's recommended to leave it empty and let k6 " +
  "automatically detect from the provided certificate. It follows the Go's NameToCertificate deprecation - " +
  "https://pkg.go.dev/crypto/tls@go1.17#Config.";

/** Says what was asked for and is not there, so that nothing is silently left out. */
function warnOfUnsupported({ log, global }: Session, { options, run, runtime }: LoadedTest): void {
  const asked: [name: string, isAsked: boolean][] = [
    ["address (the REST API)", (global.address ?? "") !== ""],
    ["paused", options.paused === true],
    ["linger", run.linger === true],
    ["web dashboard", run.webDashboard === true],
    ["traces-output", (runtime.tracesOutput ?? "none") !== "none"],
    ["profiling-enabled", global.profilingEnabled],
  ];
  for (const [name, isAsked] of asked) {
    if (isAsked) log.log("warning", `The option ${name} is not supported yet and has no effect`);
  }
}

/** Traces are not written, but a name that is wrong is wrong all the same. */
function checkTracesOutput(output = "none"): void {
  if (output === "none" || /^otel(?:=|$)/.test(output)) return;
  throw new UserError("invalid-traces-output", {
    message: `invalid traces output "${output.split("=", 1)[0]}"`,
    hint: "Use none or otel",
    exitCode: ExitCode.Generic,
  });
}

function warnOfDeprecated({ log }: Session, { options }: LoadedTest): void {
  if (options.tlsAuth?.some((auth) => (auth.domains ?? []).length > 0)) log.log("warning", TLS_DOMAINS);
}

interface Prepared {
  thresholds: MetricThresholds[];
  submetrics: Submetric[];
}

/** Finds the sub-metrics that thresholds ask for. */
function prepare({ log }: Session, { options, runtime, conductor, thresholds }: LoadedTest): Prepared {
  const definitions = options.thresholds ?? {};
  const defaults = defaultSubmetrics(options.systemTags ?? []);
  const warn = (message: string, fields = {}): void =>
    log.log("warning", message, { ...fields, component: "metrics-engine" });
  const submetrics = runtime.noThresholds
    ? submetricsWithoutThresholds(Object.keys(definitions), conductor.registry, (message, error) =>
        warn(message, { error }),
      )
    : thresholds.flatMap((t) => (t.submetric ? [t.submetric] : []));
  for (const message of submetrics.flatMap(submetricWarnings)) warn(message);
  const others = defaults.filter(({ name }) => !submetrics.some((submetric) => submetric.name === name));
  return { thresholds, submetrics: [...submetrics, ...others] };
}

/** What `--out` names; an empty one, as `K6_OUT=` gives, is none. */
const outputsOf = (test: LoadedTest): string[] => (test.run.out ?? []).filter((specification) => specification !== "");

async function openOutputs(
  session: Session,
  test: LoadedTest,
  thresholds: MetricThresholds[],
  submetrics: Submetric[],
): Promise<FanOut> {
  const { host, log } = session;
  const named = [];
  for (const specification of outputsOf(test)) {
    named.push(
      await createOutput(specification, {
        environment: test.environment,
        logger: log,
        systemTags: test.options.systemTags ?? [],
        thresholds: Object.fromEntries(thresholds.map((t) => [t.name, t.thresholds])),
        submetrics,
        stdout: (text) => host.stdout.write(text),
        nowMs: () => performance.now(),
      }),
    );
  }
  return new FanOut(named, log);
}

/** How many threads the load asks for. */
function chooseThreads(test: LoadedTest, cores: number): number {
  const scenarios = resolveScenarios(test.options);
  const vus = maxPossibleVUs(planExecution(scenarios, Share.fromOptions(test.options)));
  let rate = 0;
  for (const s of scenarios) {
    if (s.executor === "constant-arrival-rate") rate += (s.rate * 1000) / s.timeUnit;
    else if (s.executor === "ramping-arrival-rate")
      rate += (Math.max(s.startRate, ...s.stages.map((stage) => stage.target)) * 1000) / s.timeUnit;
  }
  const wanted = Math.max(Math.ceil(vus / VUS_PER_THREAD), Math.ceil(rate / RATE_PER_THREAD));
  return Math.max(1, Math.min(cores, wanted));
}

async function runTest(run: {
  session: Session;
  test: LoadedTest;
  fanOut: FanOut;
  signals: SignalHandler;
  threads: number | undefined;
  thresholds: MetricThresholds[];
  submetrics: Submetric[];
}): Promise<number> {
  const { session, test, fanOut, signals, thresholds, submetrics } = run;
  const { host, log } = session;
  const { conductor, options } = test;
  const effective = effectiveOptions(options);
  const scenarios = resolveScenarios(options);
  const share = Share.fromOptions(options);
  const threadCount = Math.min(run.threads ?? chooseThreads(test, host.cores), threadsMax(scenarios, share));
  const summaryMode = test.runtime.summaryMode ?? "compact";
  if (scenarios.length > SharedState.SCENARIOS_MAX) {
    throw new UserError("too-many-scenarios", {
      message: `Cannot run ${scenarios.length} scenarios in one test`,
      hint: `${SharedState.SCENARIOS_MAX} are the most; split the test`,
      exitCode: ExitCode.InvalidConfig,
    });
  }
  if (!scenarios.some((scenario) => hasWork(scenario, share))) {
    log.log("warning", "The test has no work in this execution segment: no scenario has any VU here");
  }

  const display = new ProgressDisplay({
    session,
    conductor,
    scenarios,
    share,
    description: () => describeExecution(scenarios, share),
  });
  display.banner(test.scriptPath, fanOut.descriptions);
  await fanOut.start({ exitCode: ExitCode.Generic });
  signals.listen((error) => conductor.end(error));

  let failure: UserError | undefined;
  const evaluator = thresholds.length > 0 ? new ThresholdEvaluator(thresholds, conductor.aggregate) : undefined;
  try {
    display.start();
    await conductor.prepare({
      options: { ...effective, features: test.features },
      optionValues: test.optionValues,
      // the two that scripts cannot set, but see
      optionsJson: { ...optionsToJson(options), consoleOutput: options.consoleOutput, localIPs: options.localIPs },
      threadCount,
      submetrics: submetrics.map((submetric) => submetric.name),
      wantsSamples: !fanOut.isEmpty,
      breakdown: summaryMode === "full",
      reportIntervalMs: display.reportIntervalMs,
    });
    await conductor.run({ thresholds: evaluator });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = error;
  }
  display.stop();
  failure ??= conductor.cause;
  const verdict = evaluator?.evaluate(conductor.elapsedMs, true);
  if (failure === undefined && conductor.iterationsCompleted === 0) {
    log.log("warning", "No script iterations fully finished, consider making the test duration longer");
  }
  const ranAtAll = conductor.elapsedMs > 0;
  // what they lose by it belongs in the summary
  fanOut.flush();
  if (ranAtAll && summaryMode !== "disabled") await summarise(run);
  display.conclude();
  const last = failure ?? conductor.crash ?? verdictOf(conductor.hasFailed, verdict?.breached ?? []);
  await fanOut.stop({ exitCode: last?.exitCode ?? ExitCode.Ok, ...(last ? { error: last } : {}) });
  if (last) logUserError(log, last);
  return last?.exitCode ?? ExitCode.Ok;
}

/** How a test ends that went through: what the script said of it counts more than its thresholds. */
function verdictOf(hasFailed: boolean, breached: readonly string[]): UserError | undefined {
  if (hasFailed) {
    return new UserError("marked-as-failed", {
      message: "test run was marked as failed",
      exitCode: ExitCode.MarkedAsFailed,
    });
  }
  return breached.length > 0 ? thresholdsFailedError(breached) : undefined;
}

/** Calls handleSummary() or prints our own summary, and writes the files that were asked for. */
async function summarise(run: {
  session: Session;
  test: LoadedTest;
  fanOut: FanOut;
  thresholds: MetricThresholds[];
}): Promise<void> {
  const { session, test, fanOut, thresholds } = run;
  const { host, log, global } = session;
  const { conductor, options, runtime } = test;
  const effective = effectiveOptions(options);
  const input: SummaryInput = {
    aggregate: conductor.aggregate,
    thresholds,
    elapsedMs: conductor.elapsedMs,
    trendStats: effective.summaryTrendStats,
  };
  const noColor = global.noColor || !host.stdout.isTTY;
  const timeUnit = effective.summaryTimeUnit ?? "";
  const report = () => summaryReport(input, runtime.summaryMode === "full" ? "full" : "compact");
  const data = runtime.newMachineReadableSummary
    ? machineSummary(report(), { elapsedMs: input.elapsedMs, script: test.scriptText, now: new Date() })
    : summaryData(input, {
        timeUnit,
        noColor: global.noColor,
        isStdOutTTY: host.stdout.isTTY,
        isStdErrTTY: host.stderr.isTTY,
        setupData: conductor.setupData === undefined ? undefined : JSON.parse(conductor.setupData),
      });
  const files = new Map<string, string | Uint8Array>();
  const own = () => {
    files.set(
      "stdout",
      summaryText(report(), {
        enableColors: !noColor,
        trendStats: effective.summaryTrendStats,
        timeUnit,
        missing: [...conductor.missing, ...fanOut.losses()],
      }),
    );
  };
  // also without the function: k6 makes a VU for it in any case, so the init code runs once more
  const result = await conductor.handleSummary(JSON.stringify(data), effective.handleSummaryTimeout ?? 120_000);
  if (result.kind === "error") {
    logUserError(log, fromFailure(result.failure));
    own();
  } else if (result.kind === "unusable") {
    log.log("error", "failed to handle the end-of-test summary", { error: result.reason });
    return;
  } else if (result.kind === "timeout") {
    log.log("error", "handleSummary() execution timed out");
    own();
  } else if (result.kind === "value") {
    const texts: Record<string, string> = result.json === undefined ? {} : JSON.parse(result.json);
    for (const [name, text] of Object.entries(texts)) files.set(name, text);
    for (const [name, base64] of Object.entries(result.binary ?? {})) files.set(name, Buffer.from(base64, "base64"));
    if (result.json === undefined) own();
  } else own();
  if (runtime.summaryExport) files.set(runtime.summaryExport, summaryExport(data));
  for (const [name, content] of files) writeSummaryFile(session, name, content);
}

function writeSummaryFile({ host, log }: Session, name: string, content: string | Uint8Array): void {
  const text = () => (typeof content === "string" ? content : Buffer.from(content).toString("utf8"));
  if (name === "stdout") return host.stdout.write(text());
  if (name === "stderr") return host.stderr.write(text());
  const path = resolve(host.cwd, name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    log.log("error", "failed to handle the end-of-test summary", {
      error: `could not open '${name}': ${systemReason(error)}`,
    });
  }
}
