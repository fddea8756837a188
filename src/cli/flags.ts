/**
 * Flags as k6's users type them (the syntax of Go's pflag): `--name value`, `--name=value`, `-nvalue`, `-n=value`,
 * joined short switches, `--` as the end of flags.
 *
 * cac does the commands and the help; its own parser would turn `1.0` into a number and `a.b` into an object, so values
 * are read here, as text.
 */
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { didYouMean } from "../base/typo.ts";
import type { FlagText, FlagTexts } from "../options/read-text.ts";
import type { FlagSpec } from "../options/schema.ts";

export interface ParsedArguments {
  flags: FlagTexts;
  /** What is no flag, in order. */
  positional: string[];
}

/** @throws {UserError} `unknown-flag` or `flag-without-value`, exit code 255. */
export function parseArguments(args: readonly string[], specs: readonly FlagSpec[]): ParsedArguments {
  const byLong = new Map<string, FlagSpec>();
  const byShort = new Map<string, FlagSpec>();
  for (const spec of specs) {
    byLong.set(spec.long, spec);
    if (spec.short !== undefined) byShort.set(spec.short, spec);
  }
  const flags: Record<string, FlagText[]> = {};
  const positional: string[] = [];
  const put = (spec: FlagSpec, value: FlagText) => {
    flags[spec.long] ??= [];
    flags[spec.long]!.push(value);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      positional.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith("--")) {
      const at = arg.indexOf("=");
      const name = at < 0 ? arg.slice(2) : arg.slice(2, at);
      const spec = byLong.get(name);
      if (spec === undefined) throw unknown(`unknown flag: --${name}`, didYouMean(name, byLong.keys()));
      if (at >= 0) put(spec, arg.slice(at + 1));
      else if (spec.kind === "bool" || spec.bare !== undefined) put(spec, true);
      else if (i + 1 < args.length) put(spec, args[++i]!);
      else throw unknown(`flag needs an argument: --${name}`, undefined);
      continue;
    }
    if (arg.startsWith("-") && arg.length > 1) {
      for (let rest = arg.slice(1); rest.length > 0; ) {
        const letter = rest[0]!;
        const spec = byShort.get(letter);
        if (spec === undefined) throw unknown(`unknown shorthand flag: '${letter}' in ${arg}`, undefined);
        rest = rest.slice(1);
        if (rest.startsWith("=")) {
          put(spec, rest.slice(1));
          break;
        }
        if (spec.kind === "bool" || spec.bare !== undefined) {
          put(spec, true);
          continue;
        }
        if (rest.length > 0) put(spec, rest);
        else if (i + 1 < args.length) put(spec, args[++i]!);
        else throw unknown(`flag needs an argument: '${letter}' in ${arg}`, undefined);
        break;
      }
      continue;
    }
    positional.push(arg);
  }
  return { flags, positional };
}

const unknown = (message: string, hint: string | undefined): UserError =>
  new UserError("invalid-flag", { message, exitCode: ExitCode.Generic, ...(hint === undefined ? {} : { hint }) });
