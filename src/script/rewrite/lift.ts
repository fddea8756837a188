/**
 * Functions that need nothing of their VU are made once a thread, outside of what every VU runs.
 *
 * A helper like `function fib(n) {...}` costs a VU nothing then, and is compiled for all of them at once: with a copy for
 * each VU the runtime compiles it for the first one's, and anew when it meets the second one's. Bench row: compute.
 *
 * No script can tell: such a function is declared at the top level and only ever called, so nobody can hold it or put
 * something on it; and all that it names is its own, the language's, or another such function.
 */
import { forEachChild, type Node } from "../ast.ts";
import type { Binding } from "../scope.ts";
import type { Context } from "./context.ts";
import { isIntrinsic } from "./globals.ts";

/** The declarations of a module that can be lifted, in the order of the source. */
export function liftable(c: Context): Node[] {
  const { facts } = c;
  const candidates = new Map<Binding, Node>();
  for (const node of facts.tree.body as Node[]) {
    const binding = node.type === "FunctionDeclaration" ? facts.topBindings.get(node.id.name) : undefined;
    if (binding?.value === node && !binding.reassigned && !binding.escapes && isPlain(c, node))
      candidates.set(binding, node);
  }
  if (candidates.size === 0) return [];
  for (const target of facts.exports.values())
    if ("local" in target) candidates.delete(facts.topBindings.get(target.local)!);
  const callees = calledNames(c);
  for (const [name, binding] of facts.references)
    if (!callees.has(name) && candidates.get(binding)?.id !== name) candidates.delete(binding);
  dropOpen(c, candidates);
  return [...candidates.values()];
}

/** Takes out those that name something else of their module, and those that need one which is out. */
function dropOpen(c: Context, candidates: Map<Binding, Node>): void {
  const callers = new Map<Binding, Binding[]>();
  const out: Binding[] = [];
  for (const [binding, node] of candidates) {
    const isClosed = eachOuterName(c, node, (named) => {
      if (named === undefined || !candidates.has(named)) return false;
      const list = callers.get(named);
      if (list) list.push(binding);
      else callers.set(named, [binding]);
      return true;
    });
    if (!isClosed) out.push(binding);
  }
  for (let binding = out.pop(); binding !== undefined; binding = out.pop())
    if (candidates.delete(binding)) out.push(...(callers.get(binding) ?? []));
}

/** Neither rewritten into a stub and a twin, nor at the very end, where the module's own last words go. */
function isPlain(c: Context, node: Node): boolean {
  const fn = c.facts.functions.get(node)!;
  return fn.strict && !fn.generator && !c.hasTwin(fn) && node.end < c.source.length;
}

/** Identifiers that are called, and not constructed. */
function calledNames({ facts }: Context): Set<Node> {
  const names = new Set<Node>();
  for (const fn of facts.functions.values())
    for (const call of fn.calls)
      if (call.type === "CallExpression" && call.callee.type === "Identifier") names.add(call.callee);
  return names;
}

/**
 * Shows `accept` what a function names of the world around it, but for the language's own names.
 *
 * @param accept Gets the binding of the module's top level; undefined for a name that is the VU's.
 * @returns False as soon as `accept` does.
 */
function eachOuterName(
  { facts, analysis }: Context,
  fn: Node,
  accept: (binding: Binding | undefined) => boolean,
): boolean {
  const visit = (node: Node): boolean => {
    if (node.type === "ImportExpression" || (node.type === "MetaProperty" && node.meta.name === "import"))
      return accept(undefined);
    if (node.type === "Identifier") {
      const binding = facts.references.get(node);
      if (binding !== undefined) return facts.topBindings.get(node.name) !== binding || accept(binding);
      const isOurs = isIntrinsic(node.name) && !analysis.writtenFree.has(node.name);
      return isOurs || !facts.free.has(node) || accept(undefined);
    }
    let goesOn = true;
    forEachChild(node, (child) => {
      goesOn &&= visit(child);
    });
    return goesOn;
  };
  return visit(fn);
}
