/**
 * Which functions may block, over all modules of a script at once.
 *
 * The answer decides only speed: a function that is missed still computes the right thing, it merely holds up the other
 * VUs of its thread while it blocks (see `vu/thread-block.ts`). So the rules lean to "may block" where a value cannot be
 * followed, and to "does not" where only exotic code could prove them wrong.
 */
import { isFunction, type Node, unwrap } from "./ast.ts";
import { type Binding, type FunctionFacts, isDerivedConstructor, type ModuleFacts } from "./scope.ts";

/** What the compiler must know of a built-in module. */
export interface BuiltinFacts {
  /** Exported functions that may block, `default` and members of the default object included. */
  blocks: ReadonlySet<string>;
  /** Exported functions that call the functions they are given. */
  callsBack: ReadonlySet<string>;
  /** Methods of the module's objects that may block. */
  methods: ReadonlySet<string>;
}

export interface AnalysedModule {
  facts: ModuleFacts;
  /** What a request of this module leads to. */
  resolve(request: string): AnalysedModule | BuiltinFacts | undefined;
  isMain: boolean;
  /** Imports lead from it back to itself; undefined counts as true. */
  inCycle?: boolean;
}

export interface Analysis {
  /** Whether a call, construction or tagged template may block. */
  callMayBlock(module: AnalysedModule, call: Node): boolean;
  /** Whether making an object of a class's parent may block. */
  superMayBlock(module: AnalysedModule, node: Node): boolean;
  /** Some generator function may block, so for-of, spread and next() may too. */
  iterationMayBlock: boolean;
  /** Names that some module assigns without declaring them. */
  writtenFree: ReadonlySet<string>;
}

/** Built-in methods that call a function argument and have hand-written twins (`vu/twins/`). */
const CALLBACK_METHODS = new Set([
  "forEach",
  "map",
  "filter",
  "reduce",
  "reduceRight",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "flatMap",
  "sort",
  "toSorted",
  "from",
  "replace",
  "replaceAll",
  "groupBy",
  "apply",
  "call",
  "construct",
  "parse",
  "stringify",
  "fromEntries",
  "then",
  "catch",
  "finally",
  // of selections of k6/html
  "each",
  "is",
  "not",
]);

const builtinClasses = [
  Object,
  Function,
  Array,
  String,
  Number,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  RegExp,
  Date,
  Symbol,
];
const builtinOwners: readonly object[] = [
  ...builtinClasses.flatMap((owner) => [owner, owner.prototype]),
  ...[JSON, Math, Reflect],
];

/** A method of the language's own objects: a call of it is not taken for one of the script's functions. */
const isBuiltinMethod = (name: string): boolean => builtinOwners.some((owner) => Object.hasOwn(owner, name));

const isClass = (node: Node): boolean => node.type === "ClassDeclaration" || node.type === "ClassExpression";

const isModule = (target: AnalysedModule | BuiltinFacts | undefined): target is AnalysedModule =>
  target !== undefined && "facts" in target;

/** The constructor that stands in a class; undefined for an implicit one. */
export const constructorOf = (node: Node): Node | undefined =>
  node.body.body.find((member: Node) => member.type === "MethodDefinition" && member.kind === "constructor");

/** Whether this function can be given a twin at all. */
export function isTwinable(fn: FunctionFacts): boolean {
  switch (fn.kind) {
    case "module":
      return true;
    case "getter":
    case "setter":
    case "initializer":
      return false;
    case "constructor":
      return isDerivedConstructor(fn) ? !fn.callsSuperInside : !fn.usesNewTarget;
  }
  // The engine's own async functions would make promises that know no VU.
  if (fn.async) return true;
  if (fn.declaredOddly || fn.callsSuper || fn.usesCallee) return false;
  return !fn.usesNewTarget || fn.kind !== "function" || fn.generator;
}

export function analyse(modules: readonly AnalysedModule[]): Analysis {
  const allFunctions = modules.flatMap((module) => [...module.facts.functions.values()].map((fn) => ({ module, fn })));
  const stored = new Map<string, { module: AnalysedModule; value: Node }[]>();
  const storedAnywhere: { module: AnalysedModule; value: Node }[] = [];
  const builtinMethods = new Set<string>();
  /** The binding that a function or class expression is the declared value of. */
  const bindingOf = new Map<Node, Binding>();
  let builtinEscapes = false;
  for (const module of modules) {
    for (const [name, values] of module.facts.stored) {
      const list = stored.get(name) ?? [];
      for (const value of values) list.push({ module, value: unwrap(value) });
      stored.set(name, list);
    }
    for (const value of module.facts.storedAnywhere) storedAnywhere.push({ module, value: unwrap(value) });
    for (const request of module.facts.requests) {
      const target = module.resolve(request);
      if (target && !isModule(target)) for (const name of target.methods) builtinMethods.add(name);
    }
    for (const binding of module.facts.references.values()) {
      if (binding.value) bindingOf.set(unwrap(binding.value), binding);
      if (binding.kind !== "import" || !binding.escapes || !binding.from) continue;
      const target = module.resolve(binding.from.request);
      if (target && !isModule(target) && (target.blocks.size > 0 || target.methods.size > 0)) builtinEscapes = true;
    }
  }
  // CommonJS modules reach built-ins through values that are not followed.
  if (
    modules.some(
      (module) => module.facts.requests.length === 0 && [...module.facts.free].some((id) => id.name === "require"),
    )
  ) {
    builtinEscapes = true;
  }

  let unknownMayBlock = builtinEscapes;
  /** A function that may block is stored under a name that is made at run time. */
  let anyNameMayBlock = false;
  let iterationMayBlock = false;

  const exported = (
    module: AnalysedModule,
    name: string,
    seen = new Set<AnalysedModule>(),
  ): { module: AnalysedModule; binding: Binding } | "builtin" | undefined => {
    if (seen.has(module)) return undefined;
    seen.add(module);
    const entry = module.facts.exports.get(name);
    if (entry && "local" in entry) {
      const binding = module.facts.topBindings.get(entry.local);
      return binding ? { module, binding } : undefined;
    }
    const requests =
      entry && "request" in entry ? [entry] : module.facts.starExports.map((request) => ({ request, imported: name }));
    for (const { request, imported } of requests) {
      const target = module.resolve(request);
      if (target === undefined) continue;
      if (!isModule(target))
        return target.blocks.has(imported) || target.callsBack.has(imported) ? "builtin" : undefined;
      const found = exported(target, imported, seen);
      if (found) return found;
    }
    return undefined;
  };

  const functionMayBlock = (module: AnalysedModule, node: Node): boolean =>
    module.facts.functions.get(node)?.mayBlock === true;

  const classMayBlock = (module: AnalysedModule, node: Node): boolean => {
    const own = constructorOf(node);
    return own === undefined ? superMayBlock(module, node) : functionMayBlock(module, own.value);
  };

  /** The class or function of the script that a value is, if that can be followed. */
  const followed = (
    module: AnalysedModule,
    value: Node,
    seen = new Set<Node>(),
  ): { module: AnalysedModule; node: Node } | undefined => {
    const node = unwrap(value);
    if (seen.has(node)) return undefined;
    seen.add(node);
    if (isFunction(node) || isClass(node)) return { module, node };
    const id = node.type === "MemberExpression" && !node.computed ? unwrap(node.object) : node;
    const binding = id.type === "Identifier" ? module.facts.references.get(id) : undefined;
    if (binding?.from) {
      const { request, imported } = binding.from;
      const name = id === node ? imported : imported === "*" ? node.property.name : undefined;
      const target = module.resolve(request);
      const found = isModule(target) && name !== undefined ? exported(target, name) : undefined;
      const isKept = typeof found === "object" && found.binding.value && !found.binding.reassigned;
      return isKept ? followed(found.module, found.binding.value!, seen) : undefined;
    }
    if (id !== node || !binding?.value || binding.reassigned) return undefined;
    return followed(module, binding.value, seen);
  };

  /** Parents that cannot be followed are mostly those of libraries, whose objects should be made as fast as can be. */
  const superMayBlock = (module: AnalysedModule, node: Node): boolean => {
    const seen = new Set<Node>();
    for (let at: { module: AnalysedModule; node: Node } | undefined = { module, node }; at && !seen.has(at.node); ) {
      seen.add(at.node);
      if (!at.node.superClass) return false;
      at = followed(at.module, at.node.superClass);
      if (at === undefined) return false;
      const own = isClass(at.node) ? constructorOf(at.node) : at.node;
      if (own) return functionMayBlock(at.module, own.value ?? own);
    }
    return false;
  };

  const valueMayBlock = (module: AnalysedModule, value: Node): boolean => {
    value = unwrap(value);
    if (isFunction(value)) return functionMayBlock(module, value);
    if (isClass(value)) return classMayBlock(module, value);
    if (value.type === "Identifier") {
      const binding = module.facts.references.get(value);
      return binding ? bindingMayBlock(module, binding) : false;
    }
    if (
      value.type === "Literal" ||
      value.type === "TemplateLiteral" ||
      value.type === "ObjectExpression" ||
      value.type === "ArrayExpression"
    ) {
      return false;
    }
    return unknownMayBlock;
  };

  /** Other names of the one that is looked at: `var a = b, b = a` leads nowhere. */
  const aliases = new Set<Binding>();
  const bindingMayBlock = (module: AnalysedModule, binding: Binding): boolean => {
    const isAlias = binding.from !== undefined || (binding.value && unwrap(binding.value).type === "Identifier");
    if (!isAlias) return ownMayBlock(module, binding);
    if (aliases.has(binding)) return false;
    aliases.add(binding);
    const answer = ownMayBlock(module, binding);
    aliases.delete(binding);
    return answer;
  };
  const ownMayBlock = (module: AnalysedModule, binding: Binding): boolean => {
    if (binding.from) {
      const target = module.resolve(binding.from.request);
      if (target === undefined) return unknownMayBlock;
      if (!isModule(target)) return target.blocks.has(binding.from.imported);
      if (binding.from.imported === "*") return false;
      const found = exported(target, binding.from.imported);
      if (found === "builtin") return true;
      return found ? bindingMayBlock(found.module, found.binding) : unknownMayBlock;
    }
    if (binding.value === undefined || (binding.reassigned && binding.kind !== "function")) return unknownMayBlock;
    return valueMayBlock(module, binding.value) || (binding.reassigned && unknownMayBlock);
  };

  /** Whether calling back what these arguments hold may block. */
  const argumentsMayBlock = (module: AnalysedModule, args: readonly Node[]): boolean =>
    args.some((argument) => {
      const value = unwrap(argument);
      if (value.type === "ObjectExpression") {
        return value.properties.some((p: Node) =>
          p.type === "SpreadElement" ? unknownMayBlock : valueMayBlock(module, p.value),
        );
      }
      if (value.type === "ArrayExpression")
        return value.elements.some((e: Node | null) => e !== null && valueMayBlock(module, e));
      return valueMayBlock(module, value);
    });

  const memberMayBlock = (module: AnalysedModule, callee: Node, args: readonly Node[]): boolean => {
    const object = unwrap(callee.object);
    const name: string | undefined = !callee.computed
      ? callee.property.name
      : typeof callee.property.value === "string"
        ? callee.property.value
        : undefined;
    if (object.type === "Identifier") {
      const binding = module.facts.references.get(object);
      if (binding?.from) {
        const target = module.resolve(binding.from.request);
        if (target !== undefined && !isModule(target)) {
          if (name === undefined) return target.blocks.size > 0;
          if (target.blocks.has(name) || target.methods.has(name)) return true;
          if (target.callsBack.has(name)) return argumentsMayBlock(module, args);
          return false;
        }
        if (isModule(target) && binding.from.imported === "*" && name !== undefined) {
          const found = exported(target, name);
          return found === "builtin" || (found !== undefined && bindingMayBlock(found.module, found.binding));
        }
      }
    }
    if (name === undefined) return unknownMayBlock;
    if (callee.property.type === "PrivateIdentifier") {
      return (stored.get(`#${name}`) ?? []).some((entry) => valueMayBlock(entry.module, entry.value));
    }
    if (builtinMethods.has(name)) return true;
    if (iterationMayBlock && (name === "next" || name === "return" || name === "throw")) return true;
    if (CALLBACK_METHODS.has(name)) {
      if ((name === "call" || name === "apply") && valueMayBlock(module, object)) return true;
      if (argumentsMayBlock(module, args)) return true;
      if (iterationMayBlock && (name === "from" || name === "fromEntries")) return true;
    }
    return (anyNameMayBlock && !isBuiltinMethod(name)) || (stored.get(name) ?? []).some(entryMayBlock);
  };

  const callMayBlock = (module: AnalysedModule, call: Node): boolean => {
    const callee = unwrap(call.type === "TaggedTemplateExpression" ? call.tag : call.callee);
    const args: Node[] = call.arguments ?? [];
    switch (callee.type) {
      case "Super": {
        const owner = module.facts.holder.get(call)?.owner;
        return owner !== undefined && superMayBlock(module, owner);
      }
      case "Import":
        return false;
      case "Identifier": {
        const binding = module.facts.references.get(callee);
        if (binding === undefined) {
          if (callee.name === "eval" || callee.name === "require") return false;
          // `new Promise(executor)`, `new Map(iterable)`, `setTimeout(f)`: only the executor is called here and now.
          if (callee.name === "Promise") return argumentsMayBlock(module, args);
          return false;
        }
        if (binding.from) {
          const target = module.resolve(binding.from.request);
          if (target !== undefined && !isModule(target)) {
            if (target.callsBack.has(binding.from.imported)) return argumentsMayBlock(module, args);
            return target.blocks.has(binding.from.imported);
          }
        }
        return bindingMayBlock(module, binding);
      }
      case "MemberExpression":
        return memberMayBlock(module, callee, args);
      case "ChainExpression":
        return unwrap(callee.expression).type === "MemberExpression"
          ? memberMayBlock(module, unwrap(callee.expression), args)
          : unknownMayBlock;
      default:
        return valueMayBlock(module, callee);
    }
  };

  const mayBlock = (module: AnalysedModule, fn: FunctionFacts): boolean =>
    isTwinable(fn) &&
    (fn.calls.some((call) => callMayBlock(module, call)) ||
      (fn.iterates && iterationMayBlock) ||
      // a derived constructor is much slower in a twin: loops alone are no reason for one
      (fn.spins && fn.kind !== "module" && !isDerivedConstructor(fn)));

  /** A function or class whose value can turn up as a callee that is not followed. */
  const escapes = (module: AnalysedModule, fn: FunctionFacts): boolean => {
    if (fn.kind === "method" || fn.kind === "module") return fn.kind === "method";
    const node = fn.kind === "constructor" ? fn.owner! : fn.node;
    for (const [name, binding] of module.facts.topBindings) {
      if (binding.value === node && !binding.escapes) {
        return !module.isMain && [...module.facts.exports.values()].some((e) => "local" in e && e.local === name);
      }
    }
    if (module.isMain && module.facts.exports.has("default")) {
      const statement = module.facts.tree.body.find((s: Node) => s.type === "ExportDefaultDeclaration");
      if (statement && unwrap(statement.declaration) === node) return false;
    }
    const binding = bindingOf.get(node);
    return binding === undefined || binding.escapes;
  };

  const entryMayBlock = (entry: { module: AnalysedModule; value: Node }): boolean =>
    valueMayBlock(entry.module, entry.value);

  /** Other expressions under such names are mostly data. */
  const canBeFunction = ({ module, value }: { module: AnalysedModule; value: Node }): boolean =>
    isFunction(value) || (value.type === "Identifier" && module.facts.references.get(value)?.value !== undefined);

  for (let changed = true; changed; ) {
    changed = false;
    if (!anyNameMayBlock && storedAnywhere.some((entry) => canBeFunction(entry) && entryMayBlock(entry))) {
      anyNameMayBlock = true;
      changed = true;
    }
    for (const { module, fn } of allFunctions) {
      if (fn.mayBlock || !mayBlock(module, fn)) continue;
      fn.mayBlock = true;
      changed = true;
      if (fn.generator) iterationMayBlock = true;
      if (fn.key === "next" || fn.key === "iterator") iterationMayBlock = true;
      if (!unknownMayBlock && escapes(module, fn)) unknownMayBlock = true;
    }
  }
  const writtenFree = new Set(modules.flatMap((module) => [...module.facts.writtenFree]));
  return { callMayBlock, superMayBlock, iterationMayBlock, writtenFree };
}
