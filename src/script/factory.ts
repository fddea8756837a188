/** Rewritten text -> module factory, once a thread. */
import vm from "node:vm";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { CompiledModule } from "./index.ts";
import { helperNames } from "./names.ts";

export type Factory = (...args: any[]) => Generator<unknown, unknown, any>;

/**
 * Evaluates a compiled module's text in the realm.
 *
 * @throws {UserError} `syntax-error`: there are mistakes that only the engine finds, `delete (this.#field)`.
 */
export function makeFactory(module: CompiledModule, context: vm.Context, rt: Record<string, unknown>): Factory {
  let script: vm.Script;
  try {
    script = new vm.Script(module.text, { filename: module.id });
  } catch (error) {
    throw refused(error as Error, module.id);
  }
  return script.runInContext(context)(...helperNames.map((name) => rt[name]));
}

/** Lines are those of the user's text. */
function refused({ message, stack = "" }: Error, id: string): UserError {
  const at = stack.indexOf(`${id}:`);
  const line = at < 0 ? undefined : /^\d+/.exec(stack.slice(at + id.length + 1))?.[0];
  return new UserError("syntax-error", {
    message: `${id}: ${line === undefined ? "" : `Line ${line} `}${message}`,
    exitCode: ExitCode.ScriptException,
  });
}
