/**
 * Whether the names that modules import from each other are there: the language asks before any module runs.
 *
 * CommonJS modules and those of k6 have no fixed names, and what they lack is undefined.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { quote } from "../base/quote.ts";
import { didYouMean } from "../base/typo.ts";
import type { Parsed } from "./parse.ts";
import { resolveSpecifier } from "./resolve.ts";
import type { ModuleFacts } from "./scope.ts";
import { isTypeScript } from "./strip.ts";

interface Module {
  id: string;
  parsed: Pick<Parsed, "format">;
  facts: Pick<ModuleFacts, "exports" | "starExports" | "topBindings">;
}

/** @throws {UserError} `missing-export`, with k6's words. */
export function checkImports(modules: ReadonlyMap<string, Module>): void {
  for (const { id, facts } of modules.values()) {
    const isTyped = isTypeScript(id);
    const bindings = [...facts.topBindings.values()].flatMap(({ from, escapes }) =>
      // An import that is no value may be that of a type.
      from === undefined || (isTyped && !escapes) ? [] : [from],
    );
    const reexports = isTyped ? [] : [...facts.exports.values()].filter((entry) => "request" in entry);
    for (const { request, imported } of [...bindings, ...reexports]) {
      const target = resolveSpecifier(request, id);
      if (imported === "*" || isExported(modules, target, imported, new Set())) continue;
      throw new UserError("missing-export", {
        message: `SyntaxError: The requested module ${quote(request)} does not provide an export named ${quote(imported)}`,
        hint: didYouMean(imported, modules.get(target)!.facts.exports.keys()) ?? `It is imported by ${id}.`,
        source: "stacktrace",
        exitCode: ExitCode.ScriptException,
      });
    }
  }
}

/** @param asked What is being looked up already, since modules may export each other's names in a circle. */
function isExported(modules: ReadonlyMap<string, Module>, id: string, name: string, asked: Set<string>): boolean {
  const module = modules.get(id);
  if (module === undefined || module.parsed.format === "cjs") return true;
  if (asked.has(id)) return false;
  const { exports, starExports } = module.facts;
  const own = exports.get(name);
  // A re-export is asked for itself.
  if (own !== undefined) return true;
  if (name === "default") return false;
  asked.add(id);
  return starExports.some((request) => isExported(modules, resolveSpecifier(request, id), name, asked));
}
