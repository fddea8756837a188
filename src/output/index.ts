/** The outputs by the names that `--out` knows them by. */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { NamedOutput } from "./fan-out.ts";
import type { Output, OutputContext } from "./output.ts";

export { FanOut, type NamedOutput } from "./fan-out.ts";
export type { Output, OutputContext, RunOutcome } from "./output.ts";

/** Each is loaded when a test asks for it. */
const OUTPUTS: Readonly<Record<string, () => Promise<new (context: OutputContext) => Output>>> = {
  csv: async () => (await import("./csv.ts")).CsvOutput,
  json: async () => (await import("./json.ts")).JsonOutput,
};

/** The names that `--out` takes. */
export const OUTPUT_NAMES: readonly string[] = Object.keys(OUTPUTS);

/**
 * Makes the output that one `--out NAME=ARGUMENT` asks for.
 *
 * @throws {UserError} If there is none of that name, or it does not understand its argument.
 */
export async function createOutput(
  specification: string,
  context: Omit<OutputContext, "argument" | "config"> & { configs?: Readonly<Record<string, unknown>> },
): Promise<NamedOutput> {
  const [name = "", argument = ""] = specification.split(/=(.*)/s);
  const { configs, ...rest } = context;
  const load = Object.hasOwn(OUTPUTS, name) ? OUTPUTS[name] : undefined;
  if (load === undefined) {
    throw new UserError("unknown-output", {
      message: `invalid output type '${name}', available types are: ${OUTPUT_NAMES.join(", ")}`,
      hint: didYouMean(name, OUTPUT_NAMES),
      exitCode: ExitCode.Generic,
    });
  }
  const Constructor = await load();
  try {
    return { name, output: new Constructor({ ...rest, argument, config: configs?.[name] }) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError("invalid-output", {
      message: `could not create the '${name}' output: ${reason}`,
      exitCode: ExitCode.Generic,
      cause,
    });
  }
}
