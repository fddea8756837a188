/**
 * Imports of a TypeScript module that only types use. They stand for nothing, also without the word `type`: what they
 * name need not exist, as `k6/options` does not.
 */
import type { Node } from "./ast.ts";
import type { Binding, ModuleFacts } from "./scope.ts";

/** Names of imports that no code of the module uses, as they are called there. */
export function unusedImports(facts: ModuleFacts): ReadonlySet<string> {
  const locals = new Map<Binding, string>();
  const declared = new Set<Node>();
  for (const statement of importsOf(facts)) {
    for (const { local } of statement.specifiers as Node[]) {
      declared.add(local);
      const binding = facts.topBindings.get(local.name);
      if (binding) locals.set(binding, local.name);
    }
  }
  for (const [node, binding] of facts.references) if (!declared.has(node)) locals.delete(binding);
  const unused = new Set(locals.values());
  for (const entry of facts.exports.values()) if ("local" in entry) unused.delete(entry.local);
  return unused;
}

/** The source with blanks for the import statements of which nothing is used; undefined if there are none. */
export function withoutTypeImports(source: string, facts: ModuleFacts): string | undefined {
  const unused = unusedImports(facts);
  let text = source;
  for (const { start, end, specifiers } of importsOf(facts)) {
    // an import without names is there for what the module does
    if (specifiers.length === 0 || !specifiers.every(({ local }: Node) => unused.has(local.name))) continue;
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\r\n\u2028\u2029]/g, " ") + text.slice(end);
  }
  return text === source ? undefined : text;
}

const importsOf = (facts: ModuleFacts): Node[] =>
  (facts.tree.body as Node[]).filter((statement) => statement.type === "ImportDeclaration");
