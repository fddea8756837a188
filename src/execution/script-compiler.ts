/**
 * Compiles the script on the conductor, once for all threads, and later on what their scripts come upon at run time.
 *
 * Threads load and make their realm meanwhile, and never need the parser.
 */
import { UserError } from "../base/errors.ts";
import type { BuiltinFacts } from "../script/analyse.ts";
import {
  type Compilation,
  type CompiledModule,
  compileRequired,
  compileScript,
  type CompileOptions,
} from "../script/index.ts";
import { createLoader, type Loader } from "../script/load.ts";
import type { BundlerMap } from "../script/source-maps.ts";
import { compileSnippet } from "../script/snippet.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";
import { toFailure } from "./failure.ts";
import type { RequiredAnswer, RequiredRequest, SnippetAnswer, SnippetRequest } from "./remote-compiler.ts";
import { unknownModules } from "./unknown-modules.ts";

export class ScriptCompiler {
  private readonly options: CompileOptions;
  private readonly maps = new Map<string, Omit<Compilation, "module">>();

  /** @param preset Texts that are known already, by id: that of the script. */
  constructor(registry: ModuleRegistry, preset: readonly (readonly [string, string])[]) {
    this.options = {
      loader: withJslib(createLoader(new Map(preset)), registry),
      builtin: (id) => factsOf(id, registry),
      unknownModules: (names) => unknownModules(names, registry),
    };
  }

  /**
   * Compiles the script with all that it imports.
   *
   * @throws {UserError} For a module that cannot be found, loaded or parsed.
   */
  async compile(mainId: string): Promise<CompiledModule[]> {
    return this.keepMaps(await compileScript(mainId, this.options));
  }

  /** Compiles a module that `require()` names at run time. */
  required({ id, specifier }: RequiredRequest): RequiredAnswer {
    try {
      return { modules: this.keepMaps(compileRequired(id, specifier, this.options)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { failure: toFailure(error) };
    }
  }

  /** Source map of a module's rewriting; see `Compilation`. */
  rewriteMap(id: string): string {
    return this.maps.get(id)!.rewriteMap();
  }

  /** The bundler's map of a module; see `Compilation`. */
  sourceMap(id: string): BundlerMap | undefined {
    return this.maps.get(id)!.sourceMap();
  }

  private keepMaps(compilations: readonly Compilation[]): CompiledModule[] {
    for (const { module, ...maps } of compilations) this.maps.set(module.id, maps);
    return compilations.map(({ module }) => module);
  }

  /** Rewrites what is handed to `eval` or `Function`. */
  snippet({ source, isFunction }: SnippetRequest): SnippetAnswer {
    try {
      return { text: compileSnippet(source, isFunction) };
    } catch (error) {
      return { syntaxError: (error as Error).message };
    }
  }
}

function withJslib(loader: Loader, registry: ModuleRegistry): Loader {
  return {
    load: async (id, specifier) => {
      if (id.startsWith("https://")) {
        const own = await registry.jslibSource(id);
        if (own !== undefined) return own;
      }
      return loader.load(id, specifier);
    },
    loadSync: loader.loadSync,
  };
}

function factsOf(id: string, registry: ModuleRegistry): BuiltinFacts | undefined {
  const entry = registry.builtins[id];
  if (entry === undefined)
    return registry.removed(id, NONE) === undefined ? undefined : { blocks: NONE, callsBack: NONE, methods: NONE };
  return { blocks: new Set(entry.blocks), callsBack: new Set(entry.callsBack), methods: new Set(entry.methods) };
}

const NONE: ReadonlySet<string> = new Set();
