/**
 * A script's modules for one VU: factories (one a thread) and built-in modules are turned into exports of this VU.
 *
 * ES modules are linked first (functions hoisted, exports installed), then evaluated in the order of their imports;
 * CommonJS modules are evaluated when they are first required.
 */
import { GoError } from "./go-error.ts";
import type { Vu } from "./vu.ts";

export const REQUIRE_IN_VU =
  'the "require" function is only available in the init stage (i.e. the global scope), see ' +
  "https://grafana.com/docs/k6/latest/using-k6/test-lifecycle/ for more information";

export interface LinkedModule {
  /** Absolute location, or the specifier of a built-in module. */
  id: string;
  format: "esm" | "cjs";
  /** Requests in the order of the factory's parameters -> module id. */
  requests: readonly { specifier: string; id: string }[];
  /** Names imported from each request, for built-ins that lack them. */
  starExports: readonly string[];
  /** Made of the rewritten text, once a thread; returns nothing, and has run, if the module is plain. */
  factory: (...args: any[]) => Generator<unknown, unknown, any> | undefined;
  asyncModule: boolean;
  plain: boolean;
  usesOpen: boolean;
  usesRequire: boolean;
  usesMeta: boolean;
}

/** Finds what a module id stands for. */
export interface ModuleSource {
  script(id: string): LinkedModule | undefined;
  /** Exports of a built-in module for this VU. */
  builtin(id: string, vu: Vu): object | undefined;
  /** What `require()` of a built-in module gives. */
  requiredBuiltin(id: string, vu: Vu): unknown;
  /** Resolves a request of `require()` at run time; throws if it cannot be loaded. */
  require(specifier: string, referrer: string): string;
  meta(id: string): object;
  /** `open()` for the files named in module `id`. */
  open(id: string): unknown;
}

type Instance = {
  exports: any;
  run: Generator<unknown, unknown, any> | undefined;
  linked: LinkedModule;
  module?: any;
  state: "linked" | "running" | "done";
  /** What its top level threw: thrown anew to whoever asks for the module again. */
  thrown?: { error: unknown };
};

/**
 * Evaluates an ES module that imports nothing but built-in modules, which most scripts are.
 *
 * @param exports Filled in.
 * @param imports What its imports see, in the order of its requests.
 * @returns What is left to run; undefined for a plain module.
 */
export function instantiateSingle(
  vu: Vu,
  linked: LinkedModule,
  exports: object,
  given: { imports: readonly object[]; meta: object | undefined; open: unknown },
): Generator<unknown, any, any> | undefined {
  const run = linked.factory(exports, vu.global, given.meta, given.open, undefined, ...given.imports);
  run?.next();
  return run;
}

/** The two steps of a module that has only one. */
function* inTwoSteps(runPlain: () => void): Generator<unknown, void, any> {
  yield;
  runPlain();
}

/** Evaluates the main module and all it imports; returns the main module's exports. */
export function* instantiate(vu: Vu, source: ModuleSource, mainId: string): Generator<unknown, any, any> {
  const { rt } = vu.runtime;
  const modules = (vu.extend().modules ??= new Map());

  const exportsOf = (id: string): any => {
    const known = modules.get(id) as Instance | undefined;
    if (known) return known.linked.format === "cjs" ? known.module.exports : known.exports;
    return undefined;
  };

  const link = (id: string): void => {
    if (modules.has(id)) return;
    const linked = source.script(id);
    if (linked === undefined) return;
    const exports = rt.moduleObject();
    const instance: Instance = { exports, run: undefined, linked, state: "linked" };
    modules.set(id, instance);
    const imports = linked.requests.map((request) => {
      link(request.id);
      return importObject(request.id);
    });
    const open = linked.usesOpen ? source.open(id) : undefined;
    const require = linked.usesRequire
      ? rt.coroutine("require", 1, function* (args: any[]) {
          return yield* requireModule(args[0], id);
        })
      : undefined;
    if (linked.format === "cjs") {
      instance.module = rt.object();
      instance.module.exports = rt.object();
      const { module } = instance;
      instance.run = linked.factory.call(
        module.exports,
        exports,
        vu.global,
        undefined,
        open,
        require,
        module,
        module.exports,
        ...imports,
      );
      // its exports are known when it has run: readers go through the module object
      Object.defineProperty(exports, "default", {
        get: () => instance.module.exports,
        enumerable: true,
        configurable: true,
      });
    } else {
      const run = () =>
        linked.factory(exports, vu.global, linked.usesMeta ? source.meta(id) : undefined, open, require, ...imports);
      instance.run = linked.plain ? inTwoSteps(run) : run();
      instance.run!.next();
    }
  };

  /** What `import` sees: an ES module's exports, or a view of what a CommonJS module assigned. */
  const importObject = (id: string): any => {
    const instance = modules.get(id) as Instance | undefined;
    if (instance === undefined) return source.builtin(id, vu);
    return instance.linked.format === "cjs" ? rt.commonJsView(() => instance.module.exports) : instance.exports;
  };

  const evaluate = function* (id: string): Generator<unknown, void, any> {
    const instance = modules.get(id) as Instance | undefined;
    if (instance?.thrown !== undefined) throw instance.thrown.error;
    if (instance === undefined || instance.state !== "linked") return;
    instance.state = "running";
    const extras = vu.extend();
    const outer = extras.evaluating;
    try {
      for (const request of instance.linked.requests) yield* evaluate(request.id);
      extras.evaluating = id;
      yield* runTop(instance);
      instance.state = "done";
    } catch (error) {
      instance.thrown = { error };
      throw error;
    } finally {
      extras.evaluating = outer;
      instance.run = undefined;
    }
  };

  const runTop = function* (instance: Instance): Generator<unknown, void, any> {
    const { linked } = instance;
    for (const specifier of linked.starExports) {
      const from = importObject(linked.requests.find((r) => r.specifier === specifier)!.id);
      for (const name of Object.keys(from)) {
        if (name !== "default" && !(name in instance.exports)) rt.x(instance.exports, rt.getterOf(from, name));
      }
    }
    if (linked.asyncModule) {
      const promise = yield* rt.asyncStart(() => instance.run, undefined, []);
      const settled = yield* vu.settlement(promise);
      if (settled.state === 2) throw settled.value;
    } else {
      if (linked.format === "cjs") instance.run!.next();
      yield* instance.run!;
    }
  };

  const requireModule = function* (specifier: unknown, referrer: string): Generator<unknown, any, any> {
    if (!vu.inInit) throw new GoError(REQUIRE_IN_VU);
    const id = source.require(specifier === undefined || specifier === null ? "" : String(specifier), referrer);
    const builtin = source.requiredBuiltin(id, vu);
    if (builtin !== undefined) return builtin;
    link(id);
    yield* evaluate(id);
    return exportsOf(id);
  };

  vu.extend().require = requireModule;
  link(mainId);
  yield* evaluate(mainId);
  return exportsOf(mainId);
}
