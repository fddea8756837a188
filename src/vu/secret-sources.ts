/**
 * Where `k6/secrets` finds secrets: `--secret-source TYPE=CONFIGURATION`, read once, before any script runs.
 *
 * Behaviour: k6 docs, "Secret source"; k6 source, secretsource and internal/cmd/root.go.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { systemReason } from "../base/system-error.ts";

/** Secrets by the name of their source and then by their own; the source named "default" may also have another name. */
export type SecretSources = Readonly<Record<string, Readonly<Record<string, string>>>>;

const refused = (message: string, hint?: string): UserError =>
  new UserError("secret-source", { message, exitCode: ExitCode.Generic, ...(hint !== undefined && { hint }) });

/** `a=b` -> `["a", "b"]`. */
function pair(text: string): [key: string, value: string] {
  const at = text.indexOf("=");
  if (at < 0) throw refused(`parsing ${JSON.stringify(text)}, needs =`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const READERS: Readonly<
  Record<string, (parts: string[], readFile: (path: string) => string) => Record<string, string>>
> = {
  mock: (parts) => Object.fromEntries(parts.map(pair)),
  file(parts, readFile) {
    let path = "";
    for (const part of parts) {
      const [key, value] = part.includes("=") ? pair(part) : ["filename", part];
      if (key !== "filename") throw refused(`unknown configuration key for file secret source ${JSON.stringify(key)}`);
      path = value;
    }
    let text: string;
    try {
      text = readFile(path);
    } catch (error) {
      // of the path as it was typed
      const reason = systemReason(error).replace(/^.*: /s, "");
      throw refused(`open ${path}: ${reason}`, "Check the path in --secret-source");
    }
    return Object.fromEntries(
      text
        .replace(/\r?\n$/, "")
        .split(/\r?\n/)
        .map(pair),
    );
  },
};

/**
 * Reads the sources of a run.
 *
 * @param lines Values of `--secret-source`.
 * @throws {UserError} `secret-source`.
 */
export function readSecretSources(lines: readonly string[], readFile: (path: string) => string): SecretSources {
  const sources: Record<string, Record<string, string>> = {};
  let byDefault: Record<string, string> | undefined;
  for (const line of lines) {
    if (line.trim() === "") throw refused(`couldn't parse secret source configuration ${JSON.stringify(line)}`);
    const at = line.indexOf("=");
    const type = at < 0 ? line : line.slice(0, at);
    const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
    if (read === undefined) {
      throw refused(
        `no secret source for type ${JSON.stringify(type)} for configuration ${JSON.stringify(line)}`,
        `There are ${Object.keys(READERS).join(" and ")}`,
      );
    }
    const all = at < 0 ? [] : line.slice(at + 1).split(",");
    const name = all.findLast((part) => part.startsWith("name="))?.slice("name=".length) || type;
    const source = read(
      all.filter((part) => part !== "default" && !part.startsWith("name=")),
      readFile,
    );
    if (Object.hasOwn(sources, name)) {
      throw refused(
        `secret source for name ${JSON.stringify(name)} already registered before configuration ${JSON.stringify(line)}`,
      );
    }
    sources[name] = source;
    if (!all.includes("default")) continue;
    if (byDefault !== undefined)
      throw refused(`can't have two secret sources that are default ones, second one was ${JSON.stringify(line)}`);
    byDefault = source;
  }
  const names = Object.keys(sources);
  if (names.length === 1) byDefault = sources[names[0]!];
  if (byDefault !== undefined) sources.default = byDefault;
  return sources;
}
