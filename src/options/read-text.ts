/**
 * From texts to options: variables of the environment and flags of the command line.
 *
 * Each of the two has its own idea of what a value looks like: a flag's duration needs a unit, a variable's may be
 * milliseconds; a flag's boolean may be 1, a variable's may not. A variable that is set to nothing is not set, but for
 * lists, which are then empty, and for `dns`, which is then wrong.
 *
 * Behaviour: k6 source, internal/cmd/{options,config,runtime_options}.go and cmd/state; spf13/pflag; mstoykov/envconfig.
 */
import { parseDuration, parseGoDuration } from "../base/duration.ts";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { quote } from "../base/quote.ts";
import { didYouMean } from "../base/typo.ts";
import type { Notice } from "./notice.ts";
import {
  type CompatibilityMode,
  type FlagSpec,
  GLOBAL_OPTIONS,
  type GlobalOptions,
  OPTIONS,
  type Options,
  type OptionSpec,
  type OptionType,
  REMOVED_FLAGS,
  RUN_OPTIONS,
  type RunOptions,
  RUNTIME_OPTIONS,
  type RuntimeOptions,
  type SummaryMode,
} from "./schema.ts";
import { formatSegmentSequence, parseSegmentSequence, Segment } from "./segment.ts";
import {
  checkHostnamePattern,
  checkIpPool,
  checkTrendStat,
  isValueError,
  parseBool,
  parseCidr,
  parseCidrOption,
  parseDns,
  parseInteger,
  parseStage,
  selectSystemTags,
  ValueError,
} from "./text-values.ts";

/** Variables by name, as the process got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags as typed, by long name. A flag without a value is `true`; a repeated one is a list in order. */
export type FlagTexts = Readonly<Record<string, FlagText | readonly FlagText[] | undefined>>;
export type FlagText = string | number | boolean;

/** Flags with their values read, by long name; what was not given is not there. */
export type FlagValues = Readonly<Record<string, FlagValue>>;
export type FlagValue = string | number | boolean | readonly string[];

/** How Go calls the types of variables, for messages. */
const GO_TYPES: Partial<Record<OptionType, string>> = {
  bool: "null.Bool",
  int: "null.Int",
  string: "null.String",
  duration: "types.NullDuration",
  stages: "[]lib.Stage",
  dns: "types.DNSConfig",
  cidrs: "[]*lib.IPNet",
  hostnames: "types.NullHostnameTrie",
  strings: "[]string",
  systemTags: "*metrics.SystemTagSet",
  tags: "map[string]string",
  ipPool: "types.NullIPPool",
};

/** Types that k6 reads from a variable with nothing in it, too. */
const READ_IF_EMPTY: readonly OptionType[] = ["stages", "dns", "cidrs", "strings", "systemTags"];

const splitPlain = (text: string): string[] => (text === "" ? [] : text.split(","));

/** How the text of a variable is read. */
const VARIABLE_READERS: Partial<Record<OptionType, (text: string) => unknown>> = {
  bool: (text) => {
    if (text === "true" || text === "false") return text === "true";
    throw new ValueError(`invalid input:${text}`, "It is true or false.");
  },
  int: (text) => parseInteger(text),
  string: (text) => text,
  duration: parseDuration,
  stages: (text) => splitPlain(text).map(parseStage),
  dns: parseDns,
  cidrs: (text) => splitPlain(text).map(parseCidrOption),
  hostnames: (text) => text.split(",").map(checkHostnamePattern),
  strings: splitPlain,
  systemTags: (text) => selectSystemTags(splitPlain(text).map((tag) => tag.trim())),
  tags: (text) => {
    const pairs = text.split(",").map((pair): [string, string] => {
      const parts = pair.split(":");
      if (parts.length !== 2) throw new ValueError(`invalid map item: ${quote(pair)}`, "Tags look like a:b,c:d.");
      return [parts[0]!, parts[1]!];
    });
    return Object.fromEntries(pairs);
  },
  ipPool: checkIpPool,
};

/**
 * Reads the K6_* variables that are options of the test or the run.
 *
 * @throws {UserError} `invalid-environment`, exit code 104; the message is about the first, the hint about the others.
 */
export function readEnvironment(env: Environment): { options: Options; run: RunOptions } {
  const complaints: { message: string; hint?: string }[] = [];
  const read = (specs: readonly OptionSpec[]) => {
    const values: Record<string, unknown> = {};
    for (const spec of specs) {
      const reader = VARIABLE_READERS[spec.type];
      const text = spec.env === undefined ? undefined : env[spec.env];
      if (reader === undefined || text === undefined) continue;
      if (text === "" && !READ_IF_EMPTY.includes(spec.type)) continue;
      try {
        values[spec.name] = reader(text);
      } catch (error) {
        if (!isValueError(error)) throw error;
        complaints.push({
          message: `envconfig.Process: assigning ${spec.env} to ${spec.field}: converting '${text}' to type ${GO_TYPES[spec.type]}. details: ${error.message}`,
          hint: error.hint,
        });
      }
    }
    return values;
  };
  const options = read(OPTIONS) as Options;
  const run = read(RUN_OPTIONS) as RunOptions;
  const [first, ...others] = complaints;
  if (first !== undefined) {
    const hints = [first.hint, ...others.map((other) => `Also wrong: ${other.message}`)].filter(Boolean);
    throw new UserError("invalid-environment", {
      message: first.message,
      hint: hints.length > 0 ? hints.join("\n") : undefined,
      exitCode: ExitCode.InvalidConfig,
    });
  }
  return { options, run };
}

/**
 * Reads the values of flags by the kind of each.
 *
 * @param specs The flags of the command; a flag that is not among them is left out.
 * @throws {UserError} `invalid-flag`, exit code 255: `invalid argument "many" for "-u, --vus" flag: ...`.
 */
export function parseFlags(texts: FlagTexts, specs: readonly FlagSpec[]): FlagValues {
  const values: Record<string, FlagValue> = {};
  for (const spec of specs) {
    const given = texts[spec.long];
    if (given === undefined) continue;
    const all = (Array.isArray(given) ? given : [given]).map((text: FlagText) =>
      text === true && spec.kind !== "bool" ? (spec.bare ?? "") : String(text),
    );
    if (all.length > 0) values[spec.long] = parseFlag(spec, all);
  }
  return values;
}

function parseFlag(spec: FlagSpec, texts: readonly string[]): FlagValue {
  let text = "";
  const each = <T>(read: (text: string) => T): T[] =>
    texts.map((one) => {
      text = one;
      return read(one);
    });
  try {
    switch (spec.kind) {
      case "bool":
        return each(parseBool).at(-1)!;
      case "int":
        return each((one) => parseInteger(one, 0)).at(-1)!;
      case "duration":
        return each(parseGoDuration).at(-1)!;
      case "string":
        return texts.at(-1)!;
      case "list":
        return each(splitList).flat();
      case "array":
        return texts;
    }
  } catch (error) {
    if (!isValueError(error)) throw error;
    const name = spec.short === undefined ? `--${spec.long}` : `-${spec.short}, --${spec.long}`;
    throw new UserError("invalid-flag", {
      message: `invalid argument ${quote(text)} for ${quote(name)} flag: ${error.message}`,
      hint: error instanceof ValueError ? error.hint : undefined,
      exitCode: ExitCode.Generic,
    });
  }
}

/** Splits at commas; a part in double quotes may hold commas, and a doubled quote for one. */
function splitList(text: string): string[] {
  if (text === "") return [];
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (match === null) throw new ValueError(`the quotes in ${quote(text)} do not match`);
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === "") return parts;
    rest = rest.slice(match[0].length);
  }
}

/** Flags whose value is an option as it is. */
const PLAIN_FLAG_TYPES: readonly OptionType[] = ["bool", "int", "duration", "string"];

/**
 * Turns the flags of `run` and `archive` into options.
 *
 * @throws {UserError} `invalid-flag-value`, exit code 255, in k6's words: `error parsing tag 'broken': ...`.
 */
export function readFlagOptions(flags: FlagValues): { options: Options; run: RunOptions } {
  const options: Record<string, unknown> = {};
  const run: Record<string, unknown> = {};
  for (const spec of OPTIONS) {
    const value = spec.flag === undefined ? undefined : flags[spec.flag.long];
    if (value === undefined) continue;
    if (PLAIN_FLAG_TYPES.includes(spec.type)) options[spec.name] = value;
    else options[spec.name] = refusing(() => FLAG_READERS[spec.name]!(value as string & readonly string[]));
  }
  for (const spec of RUN_OPTIONS) {
    const value = spec.flag === undefined ? undefined : flags[spec.flag.long];
    if (value !== undefined && spec.name !== "features") run[spec.name] = value;
  }
  const unit = options["summaryTimeUnit"];
  if (unit === "") delete options["summaryTimeUnit"];
  else if (unit !== undefined && !["s", "ms", "us"].includes(unit as string)) {
    throw flagError(`invalid summary time unit '${unit}', use 's', 'ms' or 'us'`);
  }
  if (options["consoleOutput"] === "") delete options["consoleOutput"];
  return { options: dropUnset(options), run };
}

function dropUnset(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

const FLAG_READERS: Record<string, (value: string & readonly string[]) => unknown> = {
  stages: (texts: readonly string[]) =>
    texts.map((text, index) => {
      const stage = withContext(`error for stage ${index}`, () => parseStage(text));
      if (stage.duration === undefined) throw new ValueError(`stage ${index} doesn't have a specified duration`);
      return stage;
    }),
  executionSegment: (text: string) => Segment.parse(text).toString(),
  executionSegmentSequence: (text: string) => formatSegmentSequence(parseSegmentSequence(text)),
  dns: (text: string) => (text === "" ? undefined : parseDns(text)),
  blacklistIPs: (texts: readonly string[]) =>
    texts.length === 0
      ? undefined
      : texts.map((text) => withContext(`error parsing blacklist-ip '${text}'`, () => parseCidr(text))),
  blockHostnames: (texts: readonly string[]) => texts.map(checkHostnamePattern),
  summaryTrendStats: (texts: readonly string[]) => texts.map(checkTrendStat),
  systemTags: (texts: readonly string[]) => selectSystemTags(texts),
  tags: (texts: readonly string[]) =>
    Object.fromEntries(listed(texts).map((text) => withContext(`error parsing tag '${text}'`, () => parseTag(text)))),
  localIPs: (text: string) => (text === "" ? undefined : checkIpPool(text)),
};

/** A flag that was given once, with nothing, as `-e "$MORE"` may be, lists nothing. */
const listed = (texts: readonly string[]) => (texts.length === 1 && texts[0] === "" ? [] : texts);

function withContext<T>(context: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isValueError(error)) throw error;
    throw new ValueError(`${context}: ${error.message}`, error.hint);
  }
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isValueError(error)) throw error;
    throw flagError(error.message, error.hint);
  }
}

function flagError(message: string, hint?: string): UserError {
  return new UserError("invalid-flag-value", { message, hint, exitCode: ExitCode.Generic });
}

function parseTag(text: string): [string, string] {
  const hint = "A tag looks like name=value.";
  if (text === "") throw new ValueError("invalid tag, empty string", hint);
  const at = text.indexOf("=");
  if (at === 0) throw new ValueError("invalid tag, empty name", hint);
  if (at < 0 || at === text.length - 1) throw new ValueError("invalid tag, empty value", hint);
  return [text.slice(0, at), text.slice(at + 1)];
}

const COMPATIBILITY_MODES: readonly CompatibilityMode[] = ["extended", "base", "experimental_enhanced"];
const SUMMARY_MODES: readonly SummaryMode[] = ["compact", "full", "disabled"];

/**
 * Decides how the script is loaded: flags, then variables, then defaults.
 *
 * @param includeSystemEnvVars What the command does if nothing is said: true for `run`, false for `archive` and `inspect`.
 * @throws {UserError} `invalid-flag-value`, exit code 255.
 */
export function readRuntimeOptions(
  flags: FlagValues,
  env: Environment,
  { includeSystemEnvVars }: { includeSystemEnvVars: boolean },
): { runtime: RuntimeOptions & { includeSystemEnvVars: boolean }; notices: Notice[] } {
  const notices: Notice[] = [];
  const values: Record<string, FlagValue | undefined> = {};
  for (const spec of RUNTIME_OPTIONS) {
    if (spec.name === "env") continue;
    const text = spec.env === undefined ? undefined : env[spec.env];
    if (spec.type === "bool" && text !== undefined) {
      values[spec.name] = refusing(() =>
        withContext(`env var '${spec.env}' is not a valid boolean value`, () => parseBool(text)),
      );
    } else if (text !== undefined && text !== "") values[spec.name] = text;
    const flag = spec.flag === undefined ? undefined : flags[spec.flag.long];
    if (flag !== undefined) values[spec.name] = flag;
  }

  const mode = values["compatibilityMode"];
  if (mode !== undefined && mode !== "" && !(COMPATIBILITY_MODES as readonly unknown[]).includes(mode)) {
    const known = COMPATIBILITY_MODES.map((name) => `"${name}"`).join(", ");
    throw flagError(
      `invalid compatibility mode "${mode}". Use: ${known}`,
      didYouMean(String(mode), COMPATIBILITY_MODES),
    );
  }
  if (mode === "experimental_enhanced") {
    notices.push({
      level: "warning",
      message:
        'CompatibilityMode "experimental_enhanced" is deprecated. Types are stripped by default for `.ts` files. Please move to using "base" instead as "experimental_enhanced" will be removed in the future',
    });
  }
  if (env["K6_NO_SUMMARY"] !== undefined && values["summaryMode"] === undefined) {
    const isOff = refusing(() =>
      withContext("env var 'K6_NO_SUMMARY' is not a valid boolean value", () => parseBool(env["K6_NO_SUMMARY"]!)),
    );
    if (isOff) {
      values["summaryMode"] = "disabled";
      notices.push(removal("the variable K6_NO_SUMMARY is gone since k6 v2, use K6_SUMMARY_MODE=disabled"));
    }
  }
  if (values["summaryMode"] === "legacy") {
    values["summaryMode"] = "compact";
    notices.push(removal('the summary mode "legacy" is gone since k6 v2, using "compact"'));
  }
  const summaryMode = values["summaryMode"];
  if (summaryMode !== undefined && summaryMode !== "" && !(SUMMARY_MODES as readonly unknown[]).includes(summaryMode)) {
    throw flagError("invalid summary mode", `Summary modes are ${SUMMARY_MODES.join(", ")}.`);
  }

  const include = (values["includeSystemEnvVars"] as boolean | undefined) ?? includeSystemEnvVars;
  const system = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const given = listed((flags["env"] ?? []) as readonly string[]).map(parseVariable);
  const runtime = {
    ...dropUnset(values),
    includeSystemEnvVars: include,
    env: Object.fromEntries([...(include ? system : []), ...given]),
  };
  return { runtime, notices };
}

function removal(message: string): Notice {
  return { level: "warning", message };
}

/** Reads "NAME=value"; without the sign the value is empty. */
function parseVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    throw flagError(
      `invalid environment variable name '${name}'`,
      "A name has letters, digits and underscores, and begins with no digit.",
    );
  }
  return [name, at < 0 ? "" : text.slice(at + 1)];
}

/** Reads the options that hold for every command: flags, then variables, then defaults. */
export function readGlobalOptions(flags: FlagValues, env: Environment): GlobalOptions {
  const flag = (name: keyof GlobalOptions) =>
    flags[GLOBAL_OPTIONS.find((spec) => spec.name === name)!.flag!.long] as never;
  return {
    secretSource: flag("secretSource") ?? (env["K6_SECRET_SOURCE"] === undefined ? [] : [env["K6_SECRET_SOURCE"]]),
    logOutput: flag("logOutput") ?? env["K6_LOG_OUTPUT"] ?? "stderr",
    logFormat: flag("logFormat") ?? env["K6_LOG_FORMAT"] ?? "",
    config: flag("config") ?? env["K6_CONFIG"],
    // https://no-color.org: even an empty NO_COLOR counts.
    noColor: flag("noColor") ?? ((env["K6_NO_COLOR"] ?? "") !== "" || env["NO_COLOR"] !== undefined),
    verbose: flag("verbose") ?? false,
    quiet: flag("quiet") ?? false,
    address: flag("address") ?? env["K6_ADDRESS"],
    profilingEnabled: flag("profilingEnabled") ?? env["K6_PROFILING_ENABLED"] !== undefined,
  };
}

/** Replaces flags that k6 v2 removed by what says the same today. Explicit flags of today win. */
export function replaceRemovedFlags(texts: FlagTexts): { texts: FlagTexts; notices: Notice[] } {
  const replaced: Record<string, FlagText | readonly FlagText[] | undefined> = { ...texts };
  const notices: Notice[] = [];
  for (const { flag, warning, instead } of REMOVED_FLAGS) {
    const given = texts[flag.long];
    if (given === undefined) continue;
    delete replaced[flag.long];
    if (given === false || given === "false") continue;
    notices.push(removal(warning));
    if (instead !== undefined) replaced[instead.long] ??= instead.value ?? given;
  }
  return { texts: replaced, notices };
}
