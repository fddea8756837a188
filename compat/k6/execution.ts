/**
 * The module `k6/execution`: what a script may know and decide of its scenario, its VU, this instance and the test.
 *
 * Every part is made when it is asked for, of accessors that are made once a thread; tags and metadata are live views of
 * those of the VU.
 *
 * @see k6 docs, javascript-api/k6-execution
 */
import {
  GoError,
  type ModuleFactory,
  type ScenarioState,
  type TestCounts,
  type Vu,
  type VuRuntime,
} from "../../src/module-api.ts";
import { textOf } from "./primitive.ts";
import { metadataValue, tagValue } from "./tag-value.ts";

const OUTSIDE_OF_VU = "getting scenario information outside of the VU context is not supported";
const INSTANCE_IN_INIT = "getting instance information in the init context is not supported";
const VU_IN_INIT = "getting VU information in the init context is not supported";
const OPTIONS_IN_INIT = "getting test options in the init context is not supported";

const execution: ModuleFactory = (runtime) => {
  const { rt } = runtime;

  /** What makes objects with these accessors, all of them enumerable. */
  const infoClass = (getters: Record<string, (vu: Vu) => unknown>): (() => any) => {
    const accessors = Object.entries(getters).map(
      ([name, get]) => [name, { get: rt.fn(name, 0, () => get(runtime.vu)), enumerable: true }] as const,
    );
    return () => {
      const object = rt.object();
      for (const [name, accessor] of accessors) Object.defineProperty(object, name, accessor);
      return object;
    };
  };

  const inScenario = (get: (scenario: ScenarioState) => unknown) => (vu: Vu) => {
    if (vu.scenario === undefined) throw new GoError(OUTSIDE_OF_VU);
    return get(vu.scenario);
  };
  const scenario = infoClass({
    name: inScenario((state) => state.name),
    executor: inScenario((state) => state.executor),
    startTime: inScenario((state) => Math.floor(state.startTimeMs)),
    progress: inScenario((state) => state.progress()),
    iterationInInstance: inScenario((state) => state.iterationInInstance),
    iterationInTest: inScenario((state) => state.iterationInTest),
  });

  const counts = (): TestCounts => {
    const known = runtime.vu.inInit ? undefined : runtime.test.counts();
    if (known === undefined) throw new GoError(INSTANCE_IN_INIT);
    return known;
  };
  const instance = infoClass({
    currentTestRunDuration: () => {
      const { startMs } = runtime.test;
      return startMs === undefined ? 0 : runtime.clock.nowMs() - startMs;
    },
    iterationsCompleted: () => counts().iterationsCompleted,
    iterationsInterrupted: () => counts().iterationsInterrupted,
    vusActive: () => counts().vusActive,
    vusInitialized: () => counts().vusInitialized,
  });

  const tags = tagsView(runtime);
  const metadata = metadataView(runtime);
  const metrics = infoClass({ tags: () => tags, metadata: () => metadata });
  const vuInfo = infoClass({
    idInInstance: (vu) => vu.idInInstance,
    idInTest: (vu) => vu.idInTest,
    iterationInInstance: (vu) => Math.max(0, vu.iteration),
    iterationInScenario: (vu) => (vu.scenario === undefined ? 0 : Math.max(0, vu.iterationsIn(vu.scenario.name) - 1)),
  });

  const abort = rt.fn("abort", 1, ([message]) => {
    const text = message === undefined || message === null ? undefined : textOf(message);
    runtime.test.abort(text, new Error().stack ?? "");
    runtime.vu.interrupted = true;
    // unwinds without running a catch or finally of the script
    rt.interrupt();
  });
  const fail = rt.fn("fail", 1, ([message]) => {
    if (runtime.vu.inInit) throw new GoError("execution.test.fail() called outside of VU context");
    const text = message === undefined || message === null ? undefined : textOf(message);
    runtime.log.log("error", text === undefined ? "test marked as failed" : `test marked as failed: ${text}`);
    runtime.test.fail(text ?? "");
  });
  const test = infoClass({
    abort: () => abort,
    fail: () => fail,
    options: (vu) => {
      if (vu.inInit) throw new GoError(OPTIONS_IN_INIT);
      return vu.slot(runtime.test, () => readOnlyOptions(runtime));
    },
  });

  const exec = rt.object();
  const part = (name: string, make: (vu: Vu) => unknown): void => {
    Object.defineProperty(exec, name, { get: rt.fn(name, 0, () => make(runtime.vu)), enumerable: true });
  };
  part("instance", () => {
    counts();
    return instance();
  });
  part("scenario", (vu) => {
    if (vu.inInit) throw new GoError(OUTSIDE_OF_VU);
    return scenario();
  });
  part("test", test);
  part("vu", (vu) => {
    if (vu.inInit) throw new GoError(VU_IN_INIT);
    const info = vuInfo();
    info.tags = tags;
    info.metrics = metrics();
    return info;
  });
  return { named: exec, default: exec };
};

/** The options of the test as the script may see them: frozen, without the shortcuts that became scenarios. */
function readOnlyOptions(runtime: VuRuntime): unknown {
  const { vus, iterations, duration, stages, consoleOutput, localIPs, ...options } = runtime.test.options() ?? {};
  const last = { consoleOutput: consoleOutput ?? null, localIPs: localIPs ?? null };
  return deepFreeze(runtime.rt.json(JSON.stringify({ ...options, ...last })));
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}

/** An object whose members are looked up, set and deleted where the engine keeps them. */
function liveView(
  runtime: VuRuntime,
  source: {
    names(vu: Vu): Iterable<string>;
    get(vu: Vu, name: string): string | undefined;
    set(vu: Vu, name: string, value: unknown): void;
    delete(vu: Vu, name: string): void;
  },
): object {
  const { rt } = runtime;
  const own = (name: PropertyKey): string | undefined =>
    typeof name === "string" ? source.get(runtime.vu, name) : undefined;
  const set = (name: PropertyKey, value: unknown): boolean => {
    if (typeof name !== "string") return false;
    try {
      source.set(runtime.vu, name, value);
    } catch (error) {
      throw error instanceof GoError ? new TypeError(error.message) : error;
    }
    return true;
  };
  return rt.proxy(rt.object(), {
    get: (target, name: PropertyKey) => own(name) ?? target[name],
    has: (target, name: PropertyKey) => own(name) !== undefined || name in target,
    set: (_target, name: PropertyKey, value: unknown) => set(name, value),
    defineProperty: (_target, name: PropertyKey, descriptor: PropertyDescriptor) => set(name, descriptor.value),
    deleteProperty(_target, name: PropertyKey) {
      if (typeof name === "string") source.delete(runtime.vu, name);
      return true;
    },
    ownKeys: () => rt.array(source.names(runtime.vu)),
    getOwnPropertyDescriptor(_target, name: PropertyKey) {
      const value = own(name);
      if (value === undefined) return undefined;
      return Object.assign(rt.object(), { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

const tagsView = (runtime: VuRuntime): object =>
  liveView(runtime, {
    names: (vu) => vu.tags.entries.map(([name]) => name),
    get: (vu, name) => vu.tags.get(name),
    set: (vu, name, value) => {
      vu.tags = vu.tags.with(name, tagValue(name, value));
    },
    delete: (vu, name) => {
      vu.tags = vu.tags.without(name);
    },
  });

const metadataView = (runtime: VuRuntime): object =>
  liveView(runtime, {
    names: (vu) => Object.keys(vu.metadata ?? {}),
    get: (vu, name) => (vu.metadata !== undefined && Object.hasOwn(vu.metadata, name) ? vu.metadata[name] : undefined),
    set: (vu, name, value) => {
      vu.metadata = { ...vu.metadata, [name]: metadataValue(name, value) };
    },
    delete: (vu, name) => {
      const { [name]: _gone, ...rest } = vu.metadata ?? {};
      vu.metadata = Object.keys(rest).length > 0 ? rest : undefined;
    },
  });

export default execution;
