/** Specifier and referrer -> the absolute id of a module: its URL, or the name of a built-in one. */
import process from "node:process";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { fileUrl } from "../base/file-url.ts";
import { classifySpecifier } from "./specifier.ts";

/** Loaded by the first file that is resolved: threads rarely resolve any. */
const paths = () => process.getBuiltinModule("node:path").posix;

export const isFileId = (id: string): boolean => id.startsWith("file://");

/** The file behind a `file://` id. */
export const filePath = (id: string): string => decodeURIComponent(new URL(id).pathname);

/** What k6 says to the name of an npm package, or to a file without "./" before it. */
function unknownSpecifier(specifier: string): UserError {
  const site = /^(?:cdnjs|github)\.com/.exec(specifier)?.[0];
  const message =
    specifier === ""
      ? "local or remote path required"
      : site === undefined
        ? `The moduleSpecifier ${JSON.stringify(specifier)} couldn't be recognised as something k6 supports.`
        : `${site} 'special' urls are no longer supported - please use real ones. ` +
          (site === "github.com"
            ? "You can get yours by going to github and copy-pasting the full url to the actual raw JavaScript file"
            : "You can get yours by going to cdnjs and copy-pasting the full url to the actual JavaScript file");
  return new UserError("unknown-specifier", {
    message,
    hint: `A file is named with "./" before it; a package of npm must be bundled into a file, or imported by its "https://..." address`,
    exitCode: ExitCode.ScriptException,
  });
}

/**
 * Resolves a specifier.
 *
 * @param referrer Id of the module that holds it.
 * @throws {UserError} `unsupported-scheme`, `unknown-specifier`.
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
      });
    case "unknown":
      throw unknownSpecifier(specifier);
    case "file":
      if (referrer.startsWith("https://")) return new URL(kind.path, referrer).href;
      return fileUrl(paths().resolve(paths().dirname(filePath(referrer)), kind.path));
  }
}
