/**
 * What is left of TypeScript's modules when the types are gone: imports of which nothing is used as a value are dropped,
 * with the modules they name (`import { Options } from 'k6/options'`), and so are exports of names that nothing declares.
 *
 * As k6's own bundler does; see https://esbuild.github.io/content-types/#typescript-caveats.
 */
import type { Node } from "./ast.ts";
import type { Binding, ModuleFacts } from "./scope.ts";

export function elideTypes(facts: ModuleFacts): void {
  const uses = new Map<Binding, number>();
  for (const binding of facts.references.values()) uses.set(binding, (uses.get(binding) ?? 0) + 1);
  // the declaration is one
  const isUsed = (specifier: Node): boolean => uses.get(facts.references.get(specifier.local)!)! > 1;

  const requests = new Set<string>();
  for (const statement of facts.tree.body as Node[]) {
    if (statement.type === "ImportDeclaration") {
      const used = statement.specifiers.filter(isUsed);
      for (const specifier of statement.specifiers)
        if (!used.includes(specifier)) facts.topBindings.delete(specifier.local.name);
      if (statement.specifiers.length > 0 && used.length === 0) continue;
    }
    if (statement.type === "ExportNamedDeclaration" && !statement.source && !statement.declaration) {
      for (const { local, exported } of statement.specifiers) {
        if (facts.topBindings.has(local.name)) continue;
        facts.exports.delete(exported.name ?? exported.value);
        facts.free.delete(local);
      }
    }
    if (statement.source) requests.add(statement.source.value);
  }
  facts.requests = [...requests];
}
