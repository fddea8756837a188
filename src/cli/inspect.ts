/** `sixfold inspect`: the options of a script as JSON, as k6's tools read them. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { executionRequirements, renderOptions } from "../options/inspect.ts";
import type { ParsedArguments } from "./flags.ts";
import { loadTest, logUserError, openSession, type Program } from "./load-test.ts";

export async function inspectCommand(program: Program, args: ParsedArguments): Promise<number> {
  const session = openSession(program, args, "inspect");
  try {
    const test = await loadTest(session, { includeSystemEnvVars: false, onSamples: () => undefined });
    test.conductor.terminate();
    const requirements =
      session.flags["execution-requirements"] === true ? executionRequirements(test.consolidated) : undefined;
    program.host.stdout.write(
      `${renderOptions(requirements === undefined ? test.scriptOptions : test.consolidated, requirements)}`,
    );
    return ExitCode.Ok;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    logUserError(session.log, error);
    return error.exitCode;
  } finally {
    session.sink.close();
  }
}
