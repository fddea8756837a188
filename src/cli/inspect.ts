/** `sixfold inspect`: the options of a script as JSON, as k6's tools read them. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { executionRequirements, renderOptions } from "../options/inspect.ts";
import type { ParsedArguments } from "./flags.ts";
import { configureTest, type LoadedTest, loadScript, logUserError, openSession, type Program } from "./load-test.ts";

export async function inspectCommand(program: Program, args: ParsedArguments): Promise<number> {
  const session = openSession(program, args, "inspect");
  try {
    const script = await loadScript(session, { includeSystemEnvVars: false, onSamples: () => undefined });
    script.conductor.terminate();
    const text =
      session.flags["execution-requirements"] === true
        ? withRequirements(configureTest(session, script))
        : renderOptions(script.scriptOptions);
    program.host.stdout.write(text);
    return ExitCode.Ok;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    logUserError(session.log, error);
    return error.exitCode;
  } finally {
    session.sink.close();
  }
}

function withRequirements({ options }: LoadedTest): string {
  return renderOptions(options, executionRequirements(options));
}
