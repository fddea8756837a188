/**
 * Runs a script's text on one VU of a real `VuRuntime`, on a clock that moves only when nothing else is left to do.
 *
 * Scripts may import `sixfold:test`: `log(...values)` writes a line; `op(x)` blocks and answers `x`; `boom(x)` blocks and
 * throws an error with that message; `pass(x)` blocks and is answered `x` at once; `sleep(s)` blocks for virtual seconds;
 * `call(f, ...args)` calls back. `op` and `boom` write a line when they begin and one when they end, so the log is the
 * order of effects.
 */
import { registry as compat } from "../../compat/index.ts";
import { ScriptCompiler } from "../../src/execution/script-compiler.ts";
import { ScriptHost } from "../../src/execution/script-host.ts";
import { LocalCompiler } from "./local-compiler.ts";
import { VuInit } from "../../src/execution/vu-init.ts";
import { defineBuiltinMetrics } from "../../src/metrics/builtin.ts";
import { Recorder } from "../../src/metrics/recorder.ts";
import { Registry } from "../../src/metrics/registry.ts";
import { TagSetRoot } from "../../src/metrics/tags.ts";
import type { ModuleFactory, ModuleRegistry } from "../../src/module-api.ts";
import { compileSnippet } from "../../src/script/snippet.ts";
import type { CompiledModule } from "../../src/script/index.ts";
import { Positions } from "../../src/script/positions.ts";
import type { Block } from "../../src/vu/block.ts";
import { GoError } from "../../src/vu/go-error.ts";
import { installVuGlobals } from "../../src/vu/globals.ts";
import { ToldIteration } from "../../src/vu/iteration.ts";
import { VuRuntime } from "../../src/vu/runtime.ts";
import { type DescribedError, describeError, formatErrorLine } from "../../src/vu/script-error.ts";
import { Vu } from "../../src/vu/vu.ts";
import { show } from "./show.ts";

export const MAIN = "file:///test/main.js";

export interface ScriptRun {
  /** Further files: URL -> text. */
  files?: Record<string, string>;
  /** URL of the script. */
  id?: string;
  /** Calls of the default export; 0 for init code only. */
  iterations?: number;
  args?: unknown[];
  /** Called when the script's init code has run. */
  onInit?: () => void;
  /** Milliseconds of virtual time after which the iteration is interrupted. */
  interruptAfterMs?: number;
}

export interface RanScript {
  /** Lines of the script's own `log` and of `console`. */
  log: string[];
  /** What the default export returned. */
  value: unknown;
  failed: boolean;
  interrupted: boolean;
  /** The exception of init code or of the iteration. */
  error: unknown;
  /** ... described as the command line does it; "" if there is none. */
  errorText: string;
  described: DescribedError | undefined;
  /** Times that a Block held the thread, because it was reached through a plain call. */
  threadBlockCount: number;
  /** Virtual milliseconds from start to end. */
  tookMs: number;
  exports: any;
  modules: CompiledModule[];
  vu: Vu;
}

interface Task {
  atMs: number;
  sequence: number;
  callback: () => void;
}

/** A clock that runs what is due, one after the other, and jumps to the next when nothing is. */
class JumpingClock {
  now = 1_000;
  private sequence = 0;
  private tasks: Task[] = [];

  readonly nowMs = (): number => this.now;
  readonly epochMs = (): number => 1_700_000_000_000 + this.now;
  readonly setTimeout = (callback: () => void, ms: number): Task => {
    const task = { atMs: this.now + Math.max(0, ms), sequence: ++this.sequence, callback };
    this.tasks.push(task);
    return task;
  };
  readonly clearTimeout = (task: unknown): void => {
    this.tasks = this.tasks.filter((other) => other !== task);
  };
  readonly setImmediate = (callback: () => void): void => void this.setTimeout(callback, 0);

  /** Runs until `done`; throws if nothing is left to run before that. */
  runUntil(done: () => boolean): void {
    while (!done()) {
      let first: Task | undefined;
      for (const task of this.tasks) {
        if (!first || task.atMs < first.atMs || (task.atMs === first.atMs && task.sequence < first.sequence))
          first = task;
      }
      if (first === undefined) throw new Error("the script waits for something that never comes");
      this.clearTimeout(first);
      this.now = Math.max(this.now, first.atMs);
      first.callback();
    }
  }
}

/** One thread's runtime with `sixfold:test` beside the modules of k6; runs any number of scripts, one after the other. */
export class ScriptBench {
  readonly clock = new JumpingClock();
  readonly runtime: VuRuntime;
  readonly log: string[] = [];
  private readonly registry: ModuleRegistry;
  private threadBlockCount = 0;
  private vuCount = 0;

  constructor() {
    const metrics = new Registry();
    defineBuiltinMetrics(metrics);
    this.runtime = new VuRuntime({
      clock: this.clock,
      registry: metrics,
      recorder: new Recorder({ registry: metrics }),
      tags: new TagSetRoot(),
      writeLog: ({ level, message }) => {
        if (level !== "debug") this.log.push(message);
        else if (message.includes("cannot be suspended")) this.threadBlockCount++;
      },
      compileSnippet,
      isCutOff: () => false,
    });
    installVuGlobals(this.runtime);
    this.runtime.test = {
      options: () => ({}),
      counts: () => ({ iterationsCompleted: 0, iterationsInterrupted: 0, vusActive: 1, vusInitialized: 1 }),
      startMs: this.clock.now,
      abort: () => undefined,
      fail: () => undefined,
    };
    this.registry = {
      ...compat,
      builtins: {
        ...compat.builtins,
        "sixfold:test": {
          blocks: ["op", "boom", "sleep", "pass"],
          callsBack: ["call"],
          load: async () => ({ default: this.testModule() }),
        },
      },
    };
  }

  private testModule(): ModuleFactory {
    const { clock, log } = this;
    return (runtime) => {
      const { rt } = runtime;
      const blocking = (name: string, end: (x: unknown) => unknown) =>
        rt.blocking(name, 1, ([x]) => {
          log.push(`${name}(${show(x)}`);
          const finish = (): unknown => {
            log.push(`${name})${show(x)}`);
            return end(x);
          };
          const block: Block = {
            what: name,
            start: (vu) =>
              clock.setImmediate(() => {
                try {
                  vu.unblock(block, finish());
                } catch (error) {
                  vu.fail(block, error);
                }
              }),
            waitOnThread: finish,
          };
          return runtime.block(block);
        });
      return {
        named: {
          log: rt.fn("log", 0, (args) => void log.push(args.map((value) => show(value)).join(" "))),
          op: blocking("op", (x) => x),
          boom: blocking("boom", (x) => {
            throw new GoError(String(x));
          }),
          sleep: rt.blocking("sleep", 1, ([seconds]) => {
            const block: Block = {
              what: "sleep",
              start: (vu) => void clock.setTimeout(() => vu.unblock(block, undefined), Number(seconds) * 1000),
              waitOnThread: () => void (clock.now += Number(seconds) * 1000),
            };
            return runtime.block(block);
          }),
          pass: rt.blocking("pass", 1, ([x]) => {
            const block: Block = { what: "pass", start: (vu) => vu.unblock(block, x), waitOnThread: () => x };
            return runtime.block(block);
          }),
          call: rt.coroutine("call", 1, function* ([f, ...rest]) {
            return yield* runtime.vu.call(f, undefined, rest);
          }),
        },
      };
    };
  }

  /** Compiles and runs a script on a new VU. */
  async run(source: string, run: ScriptRun = {}): Promise<RanScript> {
    const { runtime, clock, log } = this;
    log.length = 0;
    this.threadBlockCount = 0;
    const id = run.id ?? MAIN;
    const positions = new Positions();
    const compiler = new ScriptCompiler(this.registry, [[id, source], ...Object.entries(run.files ?? {})]);
    const host = new ScriptHost({
      runtime,
      registry: this.registry,
      positions,
      compiler: new LocalCompiler(compiler),
      spec: {
        mainId: id,
        display: "main.js",
        env: {},
        secretSources: [] as never,
      },
    });
    const modules = await compiler.compile(id);
    await host.load(modules);
    const number = ++this.vuCount;
    const vu = new Vu({ runtime, idInInstance: number, idInTest: number, env: {}, tags: runtime.tagRoot.empty });
    const startMs = clock.now;
    const ran: RanScript = {
      log: [],
      value: undefined,
      failed: false,
      interrupted: false,
      error: undefined,
      errorText: "",
      described: undefined,
      threadBlockCount: 0,
      tookMs: 0,
      exports: undefined,
      modules,
      vu,
    };
    let done = false;
    const init = new VuInit(vu);
    init.run(() => host.init(vu));
    clock.runUntil(() => init.state !== "running");
    if (init.state === "failed") Object.assign(ran, { failed: true, error: init.error });
    ran.exports = vu.exports;
    run.onInit?.();
    vu.inInit = false;
    for (let i = 0; i < (run.iterations ?? 1) && !ran.failed && typeof vu.exports?.default === "function"; i++) {
      done = false;
      vu.global.__ITER = ++vu.iteration;
      vu.beginIteration();
      const iteration = new ToldIteration(vu, ({ value, error, failed, interrupted }) => {
        done = true;
        Object.assign(ran, { value, error, failed, interrupted });
      });
      iteration.call(vu.exports.default, run.args ?? []);
      if (run.interruptAfterMs !== undefined) {
        vu.cutOffAtMs = clock.now + run.interruptAfterMs;
        clock.setTimeout(() => {
          if (!done) iteration.interrupt();
        }, run.interruptAfterMs);
      }
      clock.runUntil(() => done);
    }
    if (ran.failed) {
      ran.described = describeError(ran.error, positions, runtime.rt);
      ran.errorText = formatErrorLine(ran.described);
    }
    ran.log = [...log];
    ran.threadBlockCount = this.threadBlockCount;
    ran.tookMs = clock.now - startMs;
    return ran;
  }
}

/** Runs a script on a runtime of its own. */
export const runScript = (source: string, run: ScriptRun = {}): Promise<RanScript> =>
  new ScriptBench().run(source, run);

/** Runs a function body in which `log`, `op`, `boom`, `call` and `sleep` are known. */
export const runBody = (body: string, run: ScriptRun = {}): Promise<RanScript> =>
  runScript(
    `import { log, op, boom, call, sleep } from "sixfold:test";\nexport default function () {\n${body}\n}`,
    run,
  );
