/**
 * Source text -> tree. The only importer of the parsers.
 *
 * meriyah parses: in code that runs once it takes half of acorn's time, which for a script of 30 KB was 50 ms. What it
 * refuses acorn looks at again: it says what is wrong in words of its own, with the place. In 48,890 readings of the files
 * of test262 both made the same tree; 8 meriyah alone refused, and 106 it took with mistakes that the engine finds.
 *
 * A file with `import` or `export` is an ES module; any other is CommonJS, as in k6.
 */
import { createRequire } from "node:module";
import * as meriyah from "meriyah";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { forEachChild, type Node } from "./ast.ts";

export interface Parsed {
  tree: Node;
  format: "esm" | "cjs";
}

/** How a text is to be read. */
interface Reading {
  sourceType: "module" | "script";
  /** `return` outside functions, as in CommonJS. */
  returns?: boolean;
  /** TypeScript also exports names of types, which nothing declares any more; what is left over is dropped (`elide.ts`). */
  wasTypeScript?: boolean;
}

/** @throws {SyntaxError} acorn's. */
function parse(source: string, reading: Reading): Node {
  const { sourceType, returns = false, wasTypeScript = false } = reading;
  const options = { ranges: true, preserveParens: true, webcompat: true, lexical: !wasTypeScript } as const;
  try {
    const tree =
      sourceType === "module"
        ? meriyah.parseModule(source, options)
        : meriyah.parseScript(source, { ...options, globalReturn: returns });
    return tree as unknown as Node;
  } catch {
    return parseAgain(source, reading); // acorn decides
  }
}

function parseAgain(source: string, { sourceType, returns = false, wasTypeScript = false }: Reading): Node {
  const { Parser } = loadAcorn();
  class TypeScriptParser extends Parser {
    checkLocalExport(): void {
      // see `wasTypeScript`
    }
  }
  return (wasTypeScript ? TypeScriptParser : Parser).parse(source, {
    ecmaVersion: "latest",
    preserveParens: true,
    sourceType,
    allowReturnOutsideFunction: returns,
  }) as Node;
}

/** Written so that the bundler sees the name and packs it, and a runtime without a global `require` finds it. */
const loadAcorn = (): typeof import("acorn") =>
  typeof require === "function" ? require("acorn") : createRequire(import.meta.url)("acorn");

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
    const tree = parse(source, { sourceType: "module", wasTypeScript });
    if (tree.body.some((statement: Node) => /^(Import|Export)/.test(statement.type)) || usesTopLevelAwait(tree)) {
      return { tree, format: "esm" };
    }
  } catch (error) {
    moduleError = error;
  }
  try {
    return { tree: parse(source, { sourceType: "script", returns: true }), format: "cjs" };
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
  return parse(source, { sourceType: "script" });
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
