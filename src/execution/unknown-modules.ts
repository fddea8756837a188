import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";

/** What an import of modules says that are neither built in nor loadable, in k6's words. */
export function unknownModules(names: readonly string[], registry: ModuleRegistry): UserError {
  return new UserError("unknown-module", {
    message:
      `unknown modules [${names.map((name) => JSON.stringify(name)).join(", ")}] were tried to be loaded, but couldn't - ` +
      "this likely means automatic extension resolution is required or a custom k6 binary with the required extensions",
    hint: names.map((name) => didYouMean(name, Object.keys(registry.builtins))).find((meant) => meant !== undefined),
    exitCode: ExitCode.ScriptException,
  });
}
