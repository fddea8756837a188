/**
 * Module id -> source text, from the disk, over https, or from an archive, in k6's words when it is not there.
 */
import { readFileSync, statSync } from "node:fs";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { systemReason } from "../base/system-error.ts";
import { filePath, isFileId } from "./resolve.ts";

/** Milliseconds to wait for a remote module. */
const REMOTE_TIMEOUT_MS = 60_000;

export interface Loader {
  load(id: string, specifier: string): Promise<string>;
  /** For `require()` of a name that is only known at run time. */
  loadSync(id: string, specifier: string): string;
}

export function notFound(
  specifier: string,
  { exitCode = ExitCode.ScriptException, cause }: { exitCode?: ExitCode; cause?: unknown } = {},
): UserError {
  return new UserError("module-not-found", {
    message:
      `The moduleSpecifier "${specifier}" couldn't be found on local disk. Make sure that you've specified the right path ` +
      "to the file. If you're running k6 using the Docker image make sure you have mounted the local directory " +
      "(-v /local/path/:/inside/docker/path) containing your script and modules so that they're accessible by k6 from " +
      "inside of the container, see https://grafana.com/docs/k6/latest/using-k6/modules/#use-modules-with-docker.",
    exitCode,
    cause,
  });
}

/** Reads files from the disk and modules from the net; `preset` holds texts that are known already. */
export function createLoader(preset: ReadonlyMap<string, string> = new Map()): Loader {
  const readFile = (id: string, specifier: string): string => {
    const text = readModule(filePath(id));
    if (text === undefined) throw notFound(specifier);
    return text;
  };
  return {
    async load(id, specifier) {
      const known = preset.get(id);
      if (known !== undefined) return known;
      return isFileId(id) ? readFile(id, specifier) : fetchModule(id);
    },
    loadSync(id, specifier) {
      const known = preset.get(id);
      if (known !== undefined) return known;
      if (isFileId(id)) return readFile(id, specifier);
      throw new UserError("remote-require", {
        message: `Cannot load ${id}: a remote module must be named in an import statement, or in require() as a plain text`,
        exitCode: ExitCode.ScriptException,
      });
    },
  };
}

/**
 * Reads a module from the disk; undefined if there is no such file.
 *
 * @throws {UserError} `unreadable-module`, if the system refuses to look or to read.
 */
function readModule(path: string): string | undefined {
  // the runtime refuses such a name before the system can
  if (path.includes("\0")) throw unreadable(`stat ${path}: invalid argument`, undefined);
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
  } catch (error) {
    throw unreadable(systemReason(error), error);
  }
}

function unreadable(message: string, cause: unknown): UserError {
  return new UserError("unreadable-module", { message, exitCode: ExitCode.ScriptException, cause });
}

/** @throws {UserError} `remote-module`. */
export async function fetchModule(url: string, exitCode: ExitCode = ExitCode.ScriptException): Promise<string> {
  let why: string;
  let cause: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REMOTE_TIMEOUT_MS) });
    if (response.ok) return await response.text();
    why = `the server answered ${response.status} ${response.statusText}`.trim();
  } catch (error) {
    cause = error;
    why = (error as Error).message;
  }
  throw new UserError("remote-module", {
    message: `The moduleSpecifier "${url}" couldn't be retrieved from the resolved url "${url}". Error : "${why}"`,
    hint: "Check the network, or save the module beside the script and import the file",
    exitCode,
    cause,
  });
}
