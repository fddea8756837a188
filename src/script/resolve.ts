/** Specifier and referrer -> the absolute id of a module: its URL, or the name of a built-in one. */
import { posix } from "node:path";
import process from "node:process";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { classifySpecifier } from "./specifier.ts";

/** Loaded by the first file that is resolved: threads rarely resolve any. */
const pathToFileURL = (path: string) => process.getBuiltinModule("node:url").pathToFileURL(path);

export const isFileId = (id: string): boolean => id.startsWith("file://");

/** The file behind a `file://` id. */
export const filePath = (id: string): string => decodeURIComponent(new URL(id).pathname);

/**
 * Resolves a specifier.
 *
 * @param referrer Id of the module that holds it.
 * @throws {UserError} `unsupported-scheme`.
 */
export function resolveSpecifier(specifier: string, referrer: string): string {
  const kind = classifySpecifier(specifier);
  switch (kind.kind) {
    case "builtin":
      return kind.name;
    case "jslib":
    case "https":
      return kind.url;
    case "badScheme":
      throw new UserError("unsupported-scheme", {
        message: `only supported schemes for imports are file and https, ${specifier} has \`${kind.scheme}\``,
        hint: `Use "https://..." or a file`,
        exitCode: ExitCode.ScriptException,
        source: "stacktrace",
      });
    case "file":
      if (referrer.startsWith("https://")) return new URL(kind.path, referrer).href;
      if (posix.isAbsolute(kind.path)) return pathToFileURL(kind.path).href;
      return pathToFileURL(posix.resolve(posix.dirname(filePath(referrer)), kind.path)).href;
  }
}
