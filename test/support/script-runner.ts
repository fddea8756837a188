/**
 * Runs a script on one thread without a conductor: init code as VU 0, then iterations of VU 1, and tells what came of it.
 *
 * Time and timers are real; log records and samples are kept.
 */
import { registry as compat } from "../../compat/index.ts";
import type { LogRecord } from "../../src/base/log.ts";
import { ScriptCompiler } from "../../src/execution/script-compiler.ts";
import { ScriptHost } from "../../src/execution/script-host.ts";
import { LocalCompiler } from "./local-compiler.ts";
import { VuInit } from "../../src/execution/vu-init.ts";
import { defineBuiltinMetrics } from "../../src/metrics/builtin.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { Registry } from "../../src/metrics/registry.ts";
import { TagSetRoot } from "../../src/metrics/tags.ts";
import type { Options } from "../../src/options/schema.ts";
import { compileSnippet } from "../../src/script/snippet.ts";
import { Positions } from "../../src/script/positions.ts";
import { installVuGlobals } from "../../src/vu/globals.ts";
import { ToldIteration } from "../../src/vu/iteration.ts";
import { VuRuntime } from "../../src/vu/runtime.ts";
import { describeError, formatError, formatErrorLine } from "../../src/vu/script-error.ts";
import type { SecretSources } from "../../src/vu/secret-sources.ts";
import type { TestState } from "../../src/vu/test-state.ts";
import { Vu } from "../../src/vu/vu.ts";

export interface RanScript {
  /** Lines of the log: "info: text". */
  log: string[];
  /** "name value tag=a tag=b" of each sample, without the tags that every sample has. */
  samples: string[];
  /** Exceptions of init code and iterations. */
  errors: string[];
  /** What the script told the test. */
  aborts: string[];
  secretsUsed: string[];
  /** Blocking calls that held the thread, because they were reached through native code. */
  held: string[];
  failures: string[];
}

export interface ScriptRun {
  iterations?: number;
  env?: Record<string, string>;
  options?: Options;
  /** Group, scenario and check if missing. */
  systemTags?: readonly string[];
  /** Id of the script; what it opens and imports is looked for beside it. */
  id?: string;
  test?: Partial<TestState>;
  secretSources?: SecretSources;
  /** Runs iterations on this many VUs, one after the other. */
  vus?: number;
}

export async function runScript(source: string, run: ScriptRun = {}): Promise<RanScript> {
  const ran: RanScript = { log: [], samples: [], errors: [], aborts: [], failures: [], secretsUsed: [], held: [] };
  const registry = new Registry();
  defineBuiltinMetrics(registry);
  const recorder = new Recorder({ registry });
  recorder.onSample = (metric, tags, value, _timeMs, metadata) => {
    const shown = tags.entries
      .filter(([name]) => name !== "group" && name !== "scenario")
      .map(([k, v]) => ` ${k}=${v}`);
    const extra = Object.entries(metadata ?? {}).map(([k, v]) => ` @${k}=${v}`);
    ran.samples.push(`${metric.name} ${value}${shown.join("")}${extra.join("")}`);
  };
  const writeLog = ({ level, message }: LogRecord) => {
    if (level !== "debug") ran.log.push(`${level}: ${message}`);
    else if (message.includes("cannot be suspended")) ran.held.push(message);
  };
  const runtime = new VuRuntime({
    clock: {
      nowMs: () => performance.now(),
      epochMs: () => performance.timeOrigin + performance.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (handle) => clearTimeout(handle as number),
      setImmediate: (callback) => void setImmediate(callback),
    },
    registry,
    recorder,
    tags: new TagSetRoot(),
    writeLog,
    compileSnippet,
    isCutOff: () => false,
  });
  installVuGlobals(runtime);
  runtime.options = run.options ?? {};
  runtime.secretSources = run.secretSources ?? {};
  runtime.onSecretUsed = (secret) => void ran.secretsUsed.push(secret);
  runtime.systemTags = new Set(run.systemTags ?? ["group", "scenario", "check"]);
  runtime.test = {
    options: () => ({}),
    counts: () => ({ iterationsCompleted: 0, iterationsInterrupted: 0, vusActive: 1, vusInitialized: 1 }),
    startMs: performance.now(),
    abort: (message) => void ran.aborts.push(message ?? ""),
    fail: (message) => void ran.failures.push(message),
    ...run.test,
  };

  const id = run.id ?? "file:///test/script.js";
  const env = run.env ?? {};
  const positions = new Positions();
  const compiler = new ScriptCompiler(compat, [[id, source]]);
  const host = new ScriptHost({
    runtime,
    registry: compat,
    spec: { mainId: id, display: "script.js", env, secretSources: {} },
    positions,
    compiler: new LocalCompiler(compiler),
  });
  await host.load(await compiler.compile(id));
  const describe = (error: unknown): string => formatError(describeError(error, positions, runtime.rt));
  runtime.describe = (error) => formatErrorLine(describeError(error, positions, runtime.rt));

  const makeVu = async (number: number): Promise<Vu | undefined> => {
    const vu = new Vu({ runtime, idInInstance: number, idInTest: number, env, tags: runtime.tagRoot.empty });
    const init = new VuInit(vu);
    init.run(() => host.init(vu));
    await init.whenSettled();
    if (init.state === "ready") return vu;
    if (!vu.interrupted) ran.errors.push(describe(init.error));
    return undefined;
  };
  const iterate = (vu: Vu): Promise<void> =>
    new Promise((resolve) => {
      vu.global.__ITER = ++vu.iteration;
      vu.beginIteration();
      const iteration = new ToldIteration(vu, (result) => {
        if (result.failed) ran.errors.push(describe(result.error));
        resolve();
      });
      iteration.call(vu.exports.default, []);
    });

  if ((await makeVu(0)) === undefined) return ran;
  for (let number = 1; number <= (run.vus ?? 1); number++) {
    const vu = await makeVu(number);
    if (vu === undefined) return ran;
    vu.tags = vu.tags.with("group", "").with("scenario", "default");
    vu.scenario = {
      name: "default",
      executor: "shared-iterations",
      startTimeMs: Date.now(),
      progress: () => 0,
      iterationInInstance: 0,
      iterationInTest: 0,
    };
    for (let i = 0; i < (run.iterations ?? 1); i++) await iterate(vu);
  }
  return ran;
}
