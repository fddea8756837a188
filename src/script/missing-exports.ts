/** Imports of names that the imported file does not export: found before anything runs, in k6's words. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { AnalysedModule } from "./analyse.ts";
import type { Node } from "./ast.ts";
import type { Parsed } from "./parse.ts";
import { isTypeScript, type Stripped } from "./strip.ts";
import { unusedImports } from "./type-imports.ts";

interface ImportingModule extends AnalysedModule {
  id: string;
  source: string;
  parsed: Parsed;
  stripped: Stripped;
}

/** Whose exports are not all known: those of CommonJS; and a stand-in serves versions that export more, or less. */
const isOpen = ({ parsed, id }: ImportingModule): boolean =>
  parsed.format === "cjs" || id.startsWith("https://jslib.k6.io/");

/** @throws {UserError} `missing-export`. */
export function checkImports(modules: Iterable<ImportingModule>): void {
  for (const module of modules) {
    for (const statement of module.facts.tree.body as Node[]) {
      if (statement.type !== "ImportDeclaration" && statement.type !== "ExportNamedDeclaration") continue;
      if (!statement.source) continue;
      for (const specifier of statement.specifiers as Node[]) {
        const name = importedName(specifier);
        if (name === undefined || mayProvide(module.resolve(statement.source.value), name)) continue;
        if (statement.type === "ImportDeclaration" && isErased(module, specifier)) continue;
        throw missing(module, statement, name);
      }
    }
  }
}

function importedName(specifier: Node): string | undefined {
  switch (specifier.type) {
    case "ImportDefaultSpecifier":
      return "default";
    case "ImportSpecifier":
      return specifier.imported.name ?? specifier.imported.value;
    case "ExportSpecifier":
      return specifier.local.name ?? specifier.local.value;
  }
  return undefined;
}

/** A built-in module gives null for what it lacks, as in k6. */
function mayProvide(
  target: ReturnType<AnalysedModule["resolve"]>,
  name: string,
  seen = new Set<ImportingModule>(),
): boolean {
  if (target === undefined || !("facts" in target)) return true;
  const module = target as ImportingModule;
  if (isOpen(module)) return true;
  if (seen.has(module)) return false;
  seen.add(module);
  const { exports, starExports } = module.facts;
  if (exports.has(name)) return true;
  return name !== "default" && starExports.some((request) => mayProvide(module.resolve(request), name, seen));
}

/** In TypeScript an import that only types use stands for nothing. */
const isErased = (module: ImportingModule, specifier: Node): boolean =>
  isTypeScript(module.id) && unusedImports(module.facts).has(specifier.local.name);

function missing({ id, source, stripped }: ImportingModule, statement: Node, name: string): UserError {
  const before = source.slice(0, statement.start).split(/\r\n|[\n\r\u2028\u2029]/);
  const at = { file: id, line: before.length, column: before.at(-1)!.length + 1 };
  // places in code that was transformed are not the user's
  const place = stripped.map === undefined ? `\n\tat ${id}:${at.line}:${at.column}(0)` : "";
  return new UserError("missing-export", {
    message: `SyntaxError: The requested module ${JSON.stringify(statement.source.value)} does not provide an export named ${JSON.stringify(name)}${place}`,
    ...(place === "" ? {} : { at }),
    exitCode: ExitCode.ScriptException,
    source: "stacktrace",
  });
}
