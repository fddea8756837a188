/**
 * Source text -> tree. The only importer of acorn.
 *
 * A file with `import` or `export` is an ES module; any other is CommonJS, as in k6.
 */
import { type Options, Parser } from "acorn";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { forEachChild, type Node } from "./ast.ts";

export interface Parsed {
  tree: Node;
  format: "esm" | "cjs";
}

const OPTIONS: Options = { ecmaVersion: "latest", preserveParens: true, locations: false };

/** TypeScript also exports names of types, which nothing declares any more. */
class TypeScriptParser extends Parser {
  checkLocalExport(): void {
    // what is left over is dropped (`elide.ts`)
  }
}

/**
 * Parses one module.
 *
 * @param name What the error names: the module's URL.
 * @param wasTypeScript Its types have been stripped.
 * @throws {UserError} `syntax-error`, with the position in `source`.
 */
export function parseModule(source: string, name: string, wasTypeScript = false): Parsed {
  let moduleError: unknown;
  try {
    const tree = (wasTypeScript ? TypeScriptParser : Parser).parse(source, {
      ...OPTIONS,
      sourceType: "module",
      allowHashBang: true,
    }) as Node;
    if (tree.body.some((statement: Node) => /^(Import|Export)/.test(statement.type)) || usesTopLevelAwait(tree)) {
      return { tree, format: "esm" };
    }
  } catch (error) {
    moduleError = error;
  }
  try {
    const tree = Parser.parse(source, {
      ...OPTIONS,
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    }) as Node;
    return { tree, format: "cjs" };
  } catch (scriptError) {
    throw syntaxError(
      moduleError !== undefined && /\b(import|export)\b/.test(source) ? moduleError : scriptError,
      source,
      name,
    );
  }
}

/** Parses the body of `eval` or `Function`; throws acorn's SyntaxError. */
export function parseSnippet(source: string): Node {
  return Parser.parse(source, { ...OPTIONS, sourceType: "script", allowReturnOutsideFunction: false }) as Node;
}

function usesTopLevelAwait(tree: Node): boolean {
  let found = false;
  const visit = (node: Node) => {
    if (found || node.type.includes("Function")) return;
    if (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await)) found = true;
    forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function syntaxError(error: unknown, source: string, name: string): UserError {
  const { message, loc, pos } = error as { message: string; loc?: { line: number; column: number }; pos?: number };
  let text = message.replace(/ \(\d+:\d+\)$/, "");
  // say which, as k6 does
  if (text === "Unexpected token" && pos !== undefined) {
    const token = /^(?:[\w$]+|\.\.\.|.)/u.exec(source.slice(pos))?.[0] ?? "";
    text = pos >= source.length ? "Unexpected end of input" : `Unexpected token ${token}`;
  }
  const at = loc ? { file: name, line: loc.line, column: loc.column + 1 } : undefined;
  return new UserError("syntax-error", {
    message: at ? `${name}: Line ${at.line}:${at.column} ${text}` : `${name}: ${text}`,
    ...(at ? { at } : {}),
    exitCode: ExitCode.ScriptException,
  });
}
