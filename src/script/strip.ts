/**
 * TypeScript -> JavaScript. Types are erased in place, so that lines and columns stay; only syntax that needs code
 * (enums, parameter properties, namespaces) is transformed, with a source map. The only importer of amaro.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";

export interface Stripped {
  code: string;
  wasTypeScript?: true;
  /** Source map (JSON) back to the TypeScript, if positions moved. */
  map?: string;
}

export const isTypeScript = (id: string): boolean => /\.[mc]?tsx?$/.test(id.replace(/[?#].*$/, ""));

/** `import { type A, type B as C } from`: a statement that names nothing but types. */
const ONLY_TYPES =
  /^([ \t]*(?:import|export))(\s*\{\s*)type(\s)(\s*[\w$]+(?:\s+as\s+[\w$]+)?(?:\s*,\s*type\s+[\w$]+(?:\s+as\s+[\w$]+)?)*\s*,?\s*\}\s*from\b)/gm;

/** Makes `import type { A, B as C } from` of it, every character in its place: what is erased of the other still loads. */
const typesAsWhole = (source: string): string =>
  source.replace(
    ONLY_TYPES,
    (_all, keyword: string, brace: string, space: string, rest: string) =>
      `${keyword}${space}type${brace}${rest.replace(/,(\s*)type(?=\s)/g, ",$1    ")}`,
  );

/** @throws {UserError} `syntax-error`. */
export async function stripTypes(text: string, id: string): Promise<Stripped> {
  const { transformSync } = await import("amaro");
  const source = typesAsWhole(text);
  try {
    return { code: transformSync(source, { mode: "strip-only" }).code, wasTypeScript: true };
  } catch (error) {
    if ((error as { code?: string }).code !== "UnsupportedSyntax") throw syntaxError(error, id);
  }
  try {
    const { code, map } = transformSync(source, { mode: "transform", sourceMap: true, filename: id });
    return { code, wasTypeScript: true, ...(map === undefined ? {} : { map }) };
  } catch (error) {
    throw syntaxError(error, id);
  }
}

function syntaxError(error: unknown, id: string): UserError {
  const { message, startLine, startColumn } = error as { message: string; startLine?: number; startColumn?: number };
  const text = message.trim().split("\n")[0] ?? "Syntax error";
  const at = startLine === undefined ? undefined : { file: id, line: startLine, column: (startColumn ?? 0) + 1 };
  return new UserError("syntax-error", {
    message: at ? `${id}: Line ${at.line}:${at.column} ${text}` : `${id}: ${text}`,
    ...(at ? { at } : {}),
    exitCode: ExitCode.ScriptException,
  });
}
