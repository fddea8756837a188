/**
 * Errors with an owner: `UserError` is the user's mistake, `assert` is for ours.
 *
 * A failure of the world (a refused connection) is neither: it is data in a result and a sample.
 */
import type { ExitCode } from "./exit-codes.ts";

/** A place in the user's own source; line and column count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

export interface UserErrorDetails {
  /** What was being done, to what, and why it cannot be. Values that a person wrote are quoted. */
  message: string;
  /** What would be right. */
  hint?: string;
  at?: Position;
  exitCode: ExitCode;
  cause?: unknown;
  /** The `source` field of the log line; k6 says "stacktrace" for exceptions of the script. */
  source?: string;
  /** Fields of the log line besides its message. */
  fields?: Record<string, string>;
}

/** The user's mistake, with a stable code that `docs/errors.md` lists. */
export class UserError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly at: Position | undefined;
  readonly exitCode: ExitCode;
  readonly source: string | undefined;
  readonly fields: Record<string, string> | undefined;

  constructor(code: string, details: UserErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "UserError";
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.exitCode = details.exitCode;
    this.source = details.source;
    this.fields = details.fields;
  }
}

/** Stops the run if `condition` does not hold: a bug of this program, never of the script. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal error: ${message}`);
}
