/**
 * The script on one thread: its factories, its built-in modules, and new VUs of it.
 */
import { spareTopTier } from "../host/jit.ts";
import type { ModuleExports, ModuleFactory, ModuleRegistry } from "../vu/module-registry.ts";
import { makeFactory } from "../script/factory.ts";
import type { CompiledModule } from "../script/index.ts";
import type { Frame, Positions } from "../script/positions.ts";
import { resolveSpecifier } from "../script/resolve.ts";
import { GoError } from "../vu/go-error.ts";
import { instantiate, instantiateSingle, type LinkedModule, REQUIRE_IN_VU } from "../vu/instantiate.ts";
import type { VuRuntime } from "../vu/runtime.ts";
import { ScriptFiles } from "../vu/script-files.ts";
import type { Vu } from "../vu/vu.ts";
import type { ScriptSpec } from "./messages.ts";
import type { ModuleCompiler } from "./remote-compiler.ts";
import { unknownModules } from "./unknown-modules.ts";

const WEBSOCKET_MODULES = ["k6/ws", "k6/websockets", "k6/experimental/websockets"];
const NETWORK_MODULES = [...WEBSOCKET_MODULES, "k6/http", "k6/net/grpc"];

const OPEN_IN_VU =
  'the "open" function is only available in the init stage (i.e. the global scope), see ' +
  "https://grafana.com/docs/k6/latest/using-k6/test-lifecycle/ for more information";

export class ScriptHost {
  private readonly runtime: VuRuntime;
  private readonly registry: ModuleRegistry;
  private readonly spec: ScriptSpec;
  private readonly positions: Positions;
  private readonly linked = new Map<string, LinkedModule>();
  /** What others than the script set of its options, by name. */
  optionValues: Readonly<Record<string, unknown>> = {};
  private modules: readonly CompiledModule[] = [];
  private usesRequire = false;
  /** Built-in modules whose objects scripts may hold or change. */
  private readonly leaking = new Set<string>();
  private readonly shared = new Map<string, object>();
  /** Names that scripts import, by module. */
  private readonly imported = new Map<string, Set<string>>();
  /** Of the built-in modules that are loaded. */
  private readonly factories = new Map<string, ModuleFactory>();
  private readonly builtins = new Map<string, ModuleExports>();
  /** Modules that the script names, or has required by a name made at run time. */
  private readonly asked = new Set<string>();
  private readonly compiler: ModuleCompiler;
  /** The script runs for the first time, as it does on one thread only. */
  private isLoading: boolean;

  constructor(init: {
    runtime: VuRuntime;
    registry: ModuleRegistry;
    spec: ScriptSpec;
    positions: Positions;
    compiler: ModuleCompiler;
  }) {
    this.runtime = init.runtime;
    this.registry = init.registry;
    this.spec = init.spec;
    this.positions = init.positions;
    this.compiler = init.compiler;
    this.runtime.rt.stackText = (stack: string) => this.positions.text(stack);
    this.isLoading = init.runtime.threadIndex === 0;
    this.runtime.files = new ScriptFiles(init.spec.mainId, process.cwd());
  }

  /** Loads the script, compiled, and the built-in modules that it imports. */
  async load(modules: readonly CompiledModule[]): Promise<void> {
    const { builtins } = this.registry;
    // Loading cannot wait until require() knows the name, for it must answer at once.
    const ids = new Set<string>();
    for (const { requests, required, requiresAny } of modules) {
      for (const { id } of [...requests, ...required]) ids.add(id);
      if (requiresAny) for (const id of Object.keys(builtins)) ids.add(id);
    }
    for (const id of ids) {
      const entry = builtins[id];
      if (entry === undefined) continue;
      const module = await entry.load();
      if (module.ready !== undefined) await module.ready;
      this.factories.set(id, module.default);
    }
    for (const module of modules) this.link(module);
    for (const id of this.asked) this.builtin(id);
    this.modules = modules;
    this.installGlobals();
  }

  /** `globalThis.open` and `globalThis.require`, those of the main module; `global`, which is never another. */
  private installGlobals(): void {
    const { runtime, spec } = this;
    const { rt, realm } = runtime;
    const values = {
      open: this.openFor(spec.mainId),
      require: rt.coroutine("require", 1, (args) => {
        const { vu } = runtime;
        const { require } = vu.extras;
        if (require === undefined) throw new GoError(REQUIRE_IN_VU);
        return require(args[0], spec.mainId);
      }),
    };
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(realm.globalBase, name, { value, writable: true, configurable: true, enumerable: false });
    }
    if (spec.withoutGlobal) return;
    const refuse = () => {
      throw new TypeError("Cannot assign to global");
    };
    Object.defineProperty(realm.globalBase, "global", {
      get: rt.fn("global", 0, () => runtime.vu.global),
      set: rt.fn("global", 1, refuse),
      configurable: true,
      enumerable: true,
    });
  }

  /** It imports a module of WebSockets. */
  get opensSockets(): boolean {
    return WEBSOCKET_MODULES.some((id) => this.asked.has(id));
  }

  /** It imports a module whose times are the network's. */
  get opensConnections(): boolean {
    return NETWORK_MODULES.some((id) => this.asked.has(id));
  }

  private builtin(id: string): ModuleExports | undefined {
    let module = this.builtins.get(id);
    if (module === undefined) {
      module = this.factories.get(id)?.(this.runtime);
      if (module !== undefined) this.builtins.set(id, module);
    }
    return module;
  }

  private link(module: CompiledModule): void {
    const { rt, realm } = this.runtime;
    this.positions.add(module.id, {
      prefix: module.prefix,
      rewriteMap: () => this.compiler.rewriteMap(module.id),
      calls: module.calls,
      ...(module.stripMap === undefined ? {} : { stripMap: module.stripMap }),
      ...(module.hasSourceMap ? { sourceMap: () => this.compiler.sourceMap(module.id) } : {}),
    });
    if (module.usesRequire) this.usesRequire = true;
    for (const { id } of [...module.requests, ...module.required]) this.asked.add(id);
    for (const request of module.requests) {
      let names = this.imported.get(request.id);
      if (names === undefined) this.imported.set(request.id, (names = new Set()));
      if (request.leaks) this.leaking.add(request.id);
      for (const name of request.names) if (name !== "*") names.add(name);
    }
    const factory = makeFactory(module, realm.context, rt);
    spareTopTier(factory);
    this.linked.set(module.id, { ...module, factory });
  }

  /**
   * Evaluates the script for a VU, the current one, and leaves its exports in `vu.exports`.
   *
   * @returns What is left to run; undefined if all of it has run.
   */
  init(vu: Vu): Generator<unknown, void, any> | undefined {
    const main = this.linked.get(this.spec.mainId)!;
    if (!this.isSingle(main)) return this.initAll(vu);
    vu.exports = vu.runtime.rt.moduleObject();
    return instantiateSingle(vu, main, vu.exports, {
      imports: main.requests.map((request) => this.builtinExports(request.id, vu)!),
      meta: main.usesMeta ? this.meta(main.id) : undefined,
      open: main.usesOpen ? this.openFor(main.id) : undefined,
    });
  }

  /** Shows the script, when its init code has run, what others set of its options. */
  settleOptions({ exports, idInInstance }: Vu): void {
    const options: unknown = exports?.options;
    if (typeof options !== "object" || options === null) return;
    for (const name in this.optionValues) Reflect.set(options, name, this.optionValues[name]);
    // Read once, from the VU that is no user's; all others would only keep them. Those that the script assigns anew have
    // a getter, and stay.
    if (idInInstance > 0 && this.isSingle(this.linked.get(this.spec.mainId)!))
      Reflect.set(exports, "options", undefined);
  }

  private *initAll(vu: Vu): Generator<unknown, void, any> {
    const { linked, spec } = this;
    vu.exports = yield* instantiate(
      vu,
      {
        script: (id) => linked.get(id),
        builtin: (id) => this.builtinExports(id, vu),
        requiredBuiltin: (id) => this.requiredBuiltin(id, vu),
        require: (specifier, referrer) => this.require(specifier, referrer),
        meta: (id) => this.meta(id),
        open: (id) => this.openFor(id),
      },
      spec.mainId,
    );
    this.isLoading = false;
    // Only require() can ask for modules later on.
    if (!this.usesRequire) {
      vu.extend().modules = undefined;
      vu.extend().require = undefined;
    }
  }

  private isSingle(main: LinkedModule): boolean {
    this.single ??=
      main.format === "esm" &&
      !main.asyncModule &&
      !this.usesRequire &&
      main.starExports.length === 0 &&
      main.requests.every((request) => this.builtins.has(request.id));
    return this.single;
  }
  private single: boolean | undefined;

  private meta(id: string): object {
    const { rt } = this.runtime;
    const meta = rt.moduleObject();
    meta.url = id;
    meta.resolve = rt.fn("resolve", 1, (args) => resolveSpecifier(String(args[0]), id));
    return meta;
  }

  /** Where in the user's source a function is, found by its rewritten text; undefined if it is not the script's. */
  placeOf(functionText: string): Frame | undefined {
    for (const { id, text } of this.modules) {
      const at = text.indexOf(functionText);
      if (at < 0) continue;
      const before = text.slice(0, at).split("\n");
      const place = this.positions.original(id, before.length, before.at(-1)!.length + 1);
      return place && { function: "", ...place };
    }
    return undefined;
  }

  private removed(id: string): string | undefined {
    return this.registry.removed(id, this.imported.get(id) ?? NONE);
  }

  /** What an import of a built-in module sees: the thread's one object, or the VU's own if scripts may change it. */
  private builtinExports(id: string, vu: Vu): object | undefined {
    const shared = this.shared.get(id);
    if (shared !== undefined) return shared;
    const removed = this.removed(id);
    if (removed !== undefined) throw new GoError(removed);
    const module = this.builtin(id);
    if (module === undefined) return undefined;
    if (!this.usesRequire && !this.leaking.has(id)) {
      const exports = this.makeExports(id, module);
      this.shared.set(id, exports);
      return exports;
    }
    const made = vu.slot(this, () => new Map<string, object>());
    let own = made.get(id);
    if (own === undefined) made.set(id, (own = this.makeExports(id, module)));
    return own;
  }

  private makeExports(id: string, module: ModuleExports): object {
    const { rt } = this.runtime;
    const members = Object.getOwnPropertyDescriptors(module.named);
    const exports = Object.defineProperties(rt.object(), members);
    rt.method(exports, "default", module.default ?? Object.defineProperties(rt.object(), members));
    // a name that the module lacks is null, as in k6
    for (const name of this.imported.get(id) ?? []) if (!(name in exports)) exports[name] = null;
    return exports;
  }

  private requiredBuiltin(id: string, vu: Vu): unknown {
    const exports = this.builtinExports(id, vu) as { default: unknown } | undefined;
    if (exports === undefined || !this.builtins.get(id)!.transpiled) return exports?.default;
    return Object.assign(this.runtime.rt.object(), { default: exports.default, __esModule: true });
  }

  private require(specifier: string, referrer: string): string {
    if (specifier === "") throw new GoError("require() can't be used with an empty specifier");
    const id = resolveSpecifier(specifier, referrer);
    this.asked.add(id);
    if (this.linked.has(id) || this.factories.has(id) || this.removed(id) !== undefined) return id;
    if (id in this.registry.builtins) {
      throw new GoError(
        `Cannot require ${JSON.stringify(specifier)} from within eval(): import it, or require() it outside of it`,
      );
    }
    if (id === "k6" || id.startsWith("k6/")) throw unknownModules([id], this.registry);
    for (const module of this.compiler.required(id, specifier)) if (!this.linked.has(module.id)) this.link(module);
    return id;
  }

  /** k6 looks for files from the folder of the module whose top level runs, wherever `open()` is written. */
  private warnOfFolder(name: string, base: string, id: string): void {
    const folder = folderOf(base);
    if (/^(?:\/|file:\/\/)/.test(name) || folder === folderOf(id)) return;
    this.runtime.log.log(
      "warning",
      `open() was used and is currently relative to '${folder}', but in the future it will be aligned with how ` +
        `\`require\` and imports work and will be relative to '${id}'. This means that in the future open will open ` +
        "relative path relative to the module/file it is written in. You can future proof this by using " +
        "`import.meta.resolve()` to get relative paths to the file it is written in the current k6 version.",
    );
  }

  private openFor(id: string): unknown {
    const { runtime } = this;
    const { rt } = runtime;
    return rt.fn("open", 2, (args) => {
      if (!runtime.vu.inInit) throw new GoError(OPEN_IN_VU);
      const name = args[0] === undefined || args[0] === null ? "" : String(args[0]);
      if (name === "") throw new GoError("open() can't be used with an empty filename");
      const { files } = runtime;
      const base = runtime.vu.extras.evaluating ?? id;
      if (this.isLoading && base !== id) this.warnOfFolder(name, base, id);
      const path = files.resolve(name, base);
      const kind = files.kind(path);
      if (kind === "missing") throw new GoError(`stat ${path}: no such file or directory`);
      if (kind === "folder") throw new GoError(`open() can't be used with directories, path: "${path}"`);
      return args[1] === "b" ? rt.bytes(files.bytes(path)).buffer : files.text(path);
    });
  }
}

const folderOf = (id: string): string => id.slice(0, id.lastIndexOf("/") + 1);

const NONE: ReadonlySet<string> = new Set();
