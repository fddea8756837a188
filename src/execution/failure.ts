/** Exceptions <-> plain data that crosses threads. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { type DescribedError, formatError } from "../vu/script-error.ts";
import type { Failure, ScriptSpec } from "./messages.ts";

/** What the log line of an exception says besides. */
export const EXCEPTION_FIELDS = { hint: "script exception", source: "stacktrace" };

/** An exception of the script's init, setup or teardown code. */
export const scriptFailure = (error: DescribedError): Failure =>
  error.isPlain
    ? { message: formatError(error), exitCode: ExitCode.Generic }
    : { message: formatError(error), exitCode: ExitCode.ScriptException, ...EXCEPTION_FIELDS };

export function toFailure(error: unknown): Failure {
  if (error instanceof UserError) {
    const failure: Failure = { message: error.message, exitCode: error.exitCode };
    if (error.source !== undefined) failure.source = error.source;
    if (error.fields !== undefined) failure.fields = error.fields;
    if (error.hint !== undefined) failure.hint = error.hint;
    return failure;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `internal error: ${stack}`, exitCode: ExitCode.Panic };
}

/** What went wrong while a script is loaded: k6 says of which script, unless it is an exception of its own. */
export function loadFailure(failure: Failure, script: ScriptSpec): Failure {
  if (failure.source !== undefined || failure.exitCode === ExitCode.Panic) return failure;
  return { ...failure, message: loadErrorPrefix(script) + failure.message };
}

export const loadErrorPrefix = ({ display, mainId }: ScriptSpec): string =>
  `could not initialize '${display}': could not load JS test '${mainId}': `;

export const fromFailure = (failure: Failure): UserError =>
  new UserError("script-failed", {
    message: failure.message,
    exitCode: failure.exitCode as ExitCode,
    ...(failure.source === undefined ? {} : { source: failure.source }),
    ...(failure.fields === undefined ? {} : { fields: failure.fields }),
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  });
