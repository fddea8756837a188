/** The modules that scripts can import, as the engine sees them; the entries hand it the real ones. */
import type { VuRuntime } from "./runtime.ts";

/** What a script imports. */
export interface ModuleExports {
  named: Record<string, unknown>;
  /** Missing: an object of all the named ones, of each VU's own. */
  default?: unknown;
  /** `require()` gives an object with `default` and `__esModule`, as transpiled modules have; without it, the default. */
  transpiled?: boolean;
}

export type ModuleFactory = (runtime: VuRuntime) => ModuleExports;

export interface LoadedModule {
  default: ModuleFactory;
  /** What must be over before the script runs. */
  ready?: Promise<void> | undefined;
}

/** One entry of the registry in `compat/index.ts`. */
export interface BuiltinModule {
  /** Exports, and members of the default export, that may block; decides speed only. */
  blocks?: readonly string[];
  /** Exports that call the functions they are given. */
  callsBack?: readonly string[];
  /** Methods of the module's objects that may block. */
  methods?: readonly string[];
  load(): Promise<LoadedModule>;
}

/** What the entries hand to the engine. */
export interface ModuleRegistry {
  /** By specifier. */
  readonly builtins: Readonly<Record<string, BuiltinModule>>;
  /** Text of our own stand-in for a module of jslib.k6.io; undefined if there is none. */
  jslibSource(url: string): Promise<string | undefined>;
  /**
   * What an import of a module that k6 has removed says; undefined for others.
   *
   * @param imported Names that import statements of the script take from it.
   */
  removed(specifier: string, imported: ReadonlySet<string>): string | undefined;
}
