/**
 * Whether every name that an ES module imports or re-exports is one that its source exports.
 *
 * Built-in modules and CommonJS answer for themselves when the script runs; a name that they lack is null or undefined.
 * ECMA-262, section 16.2.1.6.3 (ResolveExport).
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { Node } from "./ast.ts";
import { formatFrame } from "./positions.ts";
import type { ModuleFacts } from "./scope.ts";

export interface CheckedModule {
  id: string;
  source: string;
  facts: ModuleFacts;
  format: "esm" | "cjs";
  /** An ES module of the script; undefined for all that is not checked. */
  imported(request: string): CheckedModule | undefined;
}

/** @throws {UserError} `missing-export`, with the place of the name. */
export function checkImports(modules: readonly CheckedModule[]): void {
  for (const module of modules) {
    if (module.format !== "esm") continue;
    for (const statement of module.facts.tree.body as Node[]) {
      const target = statement.source ? module.imported(statement.source.value) : undefined;
      if (target === undefined) continue;
      for (const specifier of statement.specifiers ?? []) {
        const name = nameOf(specifier);
        // a type's name that was left out
        const isGone = specifier.type.startsWith("Import") && !module.facts.topBindings.has(specifier.local.name);
        if (name !== undefined && !isGone && !provides(target, name, new Set()))
          throw missingExport(module, target, specifier, statement.source.value, name);
      }
    }
  }
}

/** What a specifier takes from the module; undefined for all of it. */
function nameOf(specifier: Node): string | undefined {
  switch (specifier.type) {
    case "ImportSpecifier":
      return specifier.imported.name ?? specifier.imported.value;
    case "ImportDefaultSpecifier":
      return "default";
    case "ExportSpecifier":
      return specifier.local.name ?? specifier.local.value;
    default:
      return undefined;
  }
}

/** @param asked Names that are being looked for further up: a circle leads nowhere. */
function provides(module: CheckedModule, name: string, asked: Set<string>): boolean {
  const key = `${module.id}\n${name}`;
  if (asked.has(key)) return false;
  asked.add(key);
  const { exports, starExports, topBindings } = module.facts;
  const entry = exports.get(name);
  if (entry !== undefined) {
    const from = "local" in entry ? topBindings.get(entry.local)?.from : entry;
    if (from === undefined || from.imported === "*") return true;
    const target = module.imported(from.request);
    return target === undefined || provides(target, from.imported, asked);
  }
  if (name === "default") return false;
  return starExports.some((request) => {
    const target = module.imported(request);
    return target === undefined || provides(target, name, asked);
  });
}

function missingExport(
  { id, source }: CheckedModule,
  target: CheckedModule,
  specifier: Node,
  request: string,
  name: string,
): UserError {
  const before = source.slice(0, specifier.start).split(/\r\n|[\n\r\u2028\u2029]/);
  const at = { file: id, line: before.length, column: before.at(-1)!.length + 1 };
  return new UserError("missing-export", {
    message: `SyntaxError: The requested module "${request}" does not provide an export named "${name}"\n\tat ${formatFrame({ function: "", ...at })}`,
    at,
    hint: didYouMean(name, target.facts.exports.keys()) ?? "script exception",
    exitCode: ExitCode.ScriptException,
    source: "stacktrace",
  });
}
