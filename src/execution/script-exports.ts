/** What a script exports, as far as the conductor needs to know, and whether it can be used. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { NotJsonError, toJsonDocument } from "../options/json-node.ts";

export interface ScriptExports {
  /** Names of the exported functions. */
  functions: string[];
  /** The exported options as JSON. */
  options: string | undefined;
}

/** @throws {UserError} For `setup` and `teardown` that are no functions, and options that are no JSON. */
export function scriptExports(exported: Record<string, unknown>): ScriptExports {
  const functions = functionsOf(exported);
  const { options } = exported;
  return { functions, options: options === undefined || options === null ? undefined : optionsText(options) };
}

function functionsOf(exported: Record<string, unknown>): string[] {
  for (const name of ["setup", "teardown"]) {
    if (!(name in exported) || typeof exported[name] === "function") continue;
    throw new UserError("export-is-no-function", {
      message: `exported '${name}' must be a function`,
      hint: `Write "export function ${name}() { ... }", or leave it out.`,
      exitCode: ExitCode.Generic,
    });
  }
  return Object.keys(exported).filter((name) => name !== "options" && typeof exported[name] === "function");
}

/** The script's options as JSON; what has no place in JSON is refused, or a NaN would silently be no value. */
function optionsText(options: unknown): string {
  try {
    return toJsonDocument(options, { sortKeys: true }).text;
  } catch (error) {
    if (!(error instanceof NotJsonError)) throw error;
    throw new UserError("invalid-options", {
      message: `error parsing script options: ${error.message}`,
      hint: error.hint,
      exitCode: ExitCode.Generic,
    });
  }
}
