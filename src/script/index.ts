/**
 * Compiles a script: every module it imports is loaded, stripped of types, parsed, analysed together with the others,
 * and rewritten into the text of a factory.
 *
 * The result is plain data, so that one thread compiles and all of them evaluate (`factory.ts`).
 */
import { UserError } from "../base/errors.ts";
import { type AnalysedModule, type Analysis, analyse, type BuiltinFacts } from "./analyse.ts";
import type { Node } from "./ast.ts";
import { type CheckedModule, checkImports } from "./check-imports.ts";
import { elideTypes } from "./elide.ts";
import type { Loader } from "./load.ts";
import { pickPrefix } from "./names.ts";
import { type Parsed, parseModule } from "./parse.ts";
import { resolveSpecifier } from "./resolve.ts";
import { rewriteModule } from "./rewrite/index.ts";
import { collectFacts, type ModuleFacts } from "./scope.ts";
import { type BundlerMap, readSourceMap, sourceMapUrl } from "./source-maps.ts";
import { classifySpecifier, isBuiltinName } from "./specifier.ts";
import { isTypeScript, type Stripped, stripTypes } from "./strip.ts";

/** Characters of a module whose map is made when it is asked for: what it is made of takes 50 bytes for each of them. */
const LATE_MAP_MAX = 64 << 10;

/** Errors of a module that are thrown when `require()` asks for it. */
const LEFT_TO_REQUIRE: ReadonlySet<string> = new Set([
  "missing-export",
  "module-not-found",
  "syntax-error",
  "unknown-specifier",
]);

export interface CompiledModule {
  id: string;
  format: "esm" | "cjs";
  /** Text of an expression: helpers -> module factory. */
  text: string;
  prefix: string;
  /** `leaks`: the imported object may be held or changed, so each VU needs its own. */
  requests: { specifier: string; id: string; names: string[]; leaks: boolean }[];
  /** Modules named in `require()` with a plain text. */
  required: { specifier: string; id: string }[];
  /** `require` is used with a name that is made at run time, or handed on. */
  requiresAny: boolean;
  starExports: string[];
  asyncModule: boolean;
  plain: boolean;
  usesOpen: boolean;
  usesRequire: boolean;
  usesMeta: boolean;
  /**
   * Of each call that may suspend, line and column of the last character and of the first: code behind a call goes on
   * with it, so errors there are the call's.
   */
  calls: number[];
  stripMap?: string;
  /** A bundler left a map with it; see `Compilation`. */
  hasSourceMap: boolean;
}

export interface Compilation {
  module: CompiledModule;
  /** Source map (v3, JSON) from `text` to the source; most modules are never asked for it. */
  rewriteMap(): string;
  /** The bundler's map, from the source to what that was made of; undefined if it cannot be read. */
  sourceMap(): BundlerMap | undefined;
}

export interface CompileOptions {
  loader: Loader;
  /** What is known of a built-in module or jslib; undefined if there is none of that name. */
  builtin(id: string): BuiltinFacts | undefined;
  /** Refuses a module that is neither built in nor loadable; returns the error to throw. */
  unknownModules(names: string[]): Error;
}

interface Source extends AnalysedModule, CheckedModule {
  stripped: Stripped;
  parsed: Parsed;
  resolved: Map<string, string>;
  /** Modules named in `require()`; those whose names mean nothing are left out, since the script may catch the error. */
  required: string[];
  requiresAny: boolean;
}

const plainText = (node: Node | undefined): string | undefined => {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  return node?.type === "TemplateLiteral" && node.expressions.length === 0 ? node.quasis[0].value.cooked : undefined;
};

/** Specifiers in `require("...")` calls, and whether there are other uses of `require`. */
function requireUses(facts: ModuleFacts): { names: Set<string>; others: boolean } {
  const names = new Set<string>();
  const uses = new Set<Node>();
  for (const identifier of facts.free) if (identifier.name === "require") uses.add(identifier);
  let onGlobal = false;
  for (const fn of facts.functions.values()) {
    for (const call of fn.calls as Node[]) {
      if (call.type !== "CallExpression") continue;
      const { callee } = call;
      const isGlobals =
        callee.type === "MemberExpression" && isGlobalThis(callee.object, facts) && nameOf(callee) === "require";
      if (!isGlobals && !uses.has(callee)) continue;
      const text = plainText(call.arguments[0]);
      if (text !== undefined) {
        names.add(text);
        uses.delete(callee);
      } else if (isGlobals) onGlobal = true;
    }
  }
  return { names, others: onGlobal || uses.size > 0 };
}

const isGlobalThis = (node: Node, facts: ModuleFacts): boolean =>
  node.type === "Identifier" && node.name === "globalThis" && facts.free.has(node);

const nameOf = (member: Node): unknown => (member.computed ? plainText(member.property) : member.property.name);

function isKnownKind(specifier: string): boolean {
  const { kind } = classifySpecifier(specifier);
  return kind !== "unknown" && kind !== "badScheme";
}

/**
 * Compiles the script whose main module is `mainId`.
 *
 * @throws {UserError} For a module that cannot be found, loaded or parsed, or lacks what another one imports.
 */
export async function compileScript(mainId: string, options: CompileOptions): Promise<Compilation[]> {
  const sources = new Map<string, Source>();
  const unknown: string[] = [];

  const load = async (id: string, specifier: string): Promise<void> => {
    if (sources.has(id)) return;
    const text = await options.loader.load(id, specifier);
    const stripped = isTypeScript(id) ? await stripTypes(text, id) : { code: text };
    const added = addSource(sources, id, stripped, mainId, options);
    for (const next of [...added.facts.requests, ...added.required]) {
      const target = resolveSpecifier(next, id);
      if (options.builtin(target)) continue;
      if (isBuiltinName(target)) unknown.push(target);
      else if (added.facts.requests.includes(next)) await load(target, next);
      else await loadIfThere(target, next);
    }
  };
  /** What `require()` names may be missing or broken: the script may never come there, or catch the exception. */
  const loadIfThere = async (id: string, specifier: string): Promise<void> => {
    const known = new Set(sources.keys());
    try {
      await load(id, specifier);
      checkImports([...sources.values()].filter((module) => !known.has(module.id)));
    } catch (error) {
      if (!(error instanceof UserError && LEFT_TO_REQUIRE.has(error.code))) throw error;
      // loaded again, and refused, when require() asks for it
      for (const added of sources.keys()) if (!known.has(added)) sources.delete(added);
    }
  };
  await load(mainId, mainId);
  if (unknown.length > 0) throw options.unknownModules([...new Set(unknown)]);
  return rewriteAll(sources, true);
}

/** Compiles a module that `require()` names at run time, with the modules that it imports. */
export function compileRequired(id: string, specifier: string, options: CompileOptions): Compilation[] {
  const sources = new Map<string, Source>();
  const load = (next: string, name: string): void => {
    if (sources.has(next) || options.builtin(next)) return;
    const added = addSource(sources, next, { code: options.loader.loadSync(next, name) }, "", options);
    for (const request of [...added.facts.requests, ...added.required]) load(resolveSpecifier(request, next), request);
  };
  load(id, specifier);
  return rewriteAll(sources, false);
}

function addSource(
  sources: Map<string, Source>,
  id: string,
  stripped: Stripped,
  mainId: string,
  options: CompileOptions,
): Source {
  const source = stripped.code;
  const parsed = parseModule(source, id, stripped.wasTypeScript);
  const facts = collectFacts(parsed.tree);
  if (stripped.wasTypeScript) elideTypes(facts);
  const { names, others } = requireUses(facts);
  const resolved = new Map<string, string>();
  const added: Source = {
    id,
    source,
    stripped,
    parsed,
    facts,
    resolved,
    format: parsed.format,
    isMain: id === mainId,
    required: [...names].filter(isKnownKind),
    requiresAny: others,
    imported(request) {
      const target = this.resolve(request);
      return target !== undefined && "facts" in target && (target as Source).format === "esm"
        ? (target as Source)
        : undefined;
    },
    resolve(request) {
      let target = resolved.get(request);
      if (target === undefined) resolved.set(request, (target = resolveSpecifier(request, id)));
      return sources.get(target) ?? options.builtin(target);
    },
  };
  sources.set(id, added);
  return added;
}

/** @param areAll Nothing else imports them. */
function rewriteAll(sources: Map<string, Source>, areAll: boolean): Compilation[] {
  const modules = [...sources.values()];
  checkImports(modules);
  markCycles(modules);
  const analysis = analyse(modules);
  const isAlone = areAll && modules.length === 1 && modules[0]!.parsed.format === "esm";
  return modules.map((module) => rewriteOne(module, analysis, isAlone));
}

/** Tells for each module whether imports lead from it back to itself (Tarjan's strongly connected components). */
function markCycles(modules: readonly Source[]): void {
  const indexes = new Map<Source, { index: number; low: number; onStack: boolean }>();
  const stack: Source[] = [];
  const visit = (module: Source): { index: number; low: number; onStack: boolean } => {
    const state = { index: indexes.size, low: indexes.size, onStack: true };
    indexes.set(module, state);
    stack.push(module);
    let importsItself = false;
    for (const request of [...module.facts.requests, ...module.required]) {
      const target = module.resolve(request);
      if (target === undefined || !("facts" in target)) continue;
      if (target === module) importsItself = true;
      const known = indexes.get(target as Source) ?? visit(target as Source);
      if (known.onStack) state.low = Math.min(state.low, known.low);
    }
    if (state.low === state.index) {
      const members = stack.splice(stack.indexOf(module));
      for (const member of members) {
        indexes.get(member)!.onStack = false;
        member.inCycle = members.length > 1 || importsItself;
      }
    }
    return state;
  };
  for (const module of modules) if (!indexes.has(module)) visit(module);
}

function rewriteOne(module: Source, analysis: Analysis, isAlone: boolean): Compilation {
  const prefix = pickPrefix(module.source);
  const { format } = module.parsed;
  const rewritten = rewriteModule({ source: module.source, module, analysis, prefix, format, isAlone });
  const { text, ...flags } = rewritten;
  const names = (specifier: string): string[] => {
    const list = [...module.facts.topBindings.values()].flatMap((b) =>
      b.from?.request === specifier ? [b.from.imported] : [],
    );
    return [...new Set(list)];
  };
  const leaks = (specifier: string): boolean =>
    module.facts.starExports.includes(specifier) ||
    [...module.facts.exports.values()].some(
      (e) => "request" in e && e.request === specifier && (e.imported === "*" || e.imported === "default"),
    ) ||
    [...module.facts.topBindings.values()].some(
      (b) => b.from?.request === specifier && b.leaks && (b.from.imported === "*" || b.from.imported === "default"),
    );
  const compiled: CompiledModule = {
    id: module.id,
    format,
    text: text.toString(),
    prefix,
    requests: module.facts.requests.map((specifier) => ({
      specifier,
      id: resolveSpecifier(specifier, module.id),
      names: names(specifier),
      leaks: leaks(specifier),
    })),
    required: module.required.map((specifier) => ({ specifier, id: resolveSpecifier(specifier, module.id) })),
    requiresAny: module.requiresAny,
    starExports: module.facts.starExports,
    ...flags,
    hasSourceMap: false,
    ...(module.stripped.map === undefined ? {} : { stripMap: module.stripped.map }),
  };
  const encode = (): string => text.generateMap({ hires: "boundary", source: compiled.id }).toString();
  const mapUrl = isTypeScript(module.id) ? undefined : sourceMapUrl(module.source);
  compiled.hasSourceMap = mapUrl !== undefined;
  const early = module.source.length > LATE_MAP_MAX ? encode() : undefined;
  return {
    module: compiled,
    rewriteMap: () => early ?? encode(),
    sourceMap: () => (mapUrl === undefined ? undefined : readSourceMap(mapUrl, compiled.id)),
  };
}
