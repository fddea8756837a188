/**
 * From the command line to a loaded script with consolidated options: what `run` and `inspect` have in common.
 *
 * The order is k6's: flags and the configuration file are read, the script's init code runs once, then the options of all
 * layers, with the environment, are merged, derived and checked.
 */
import { readFileSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { fileUrl } from "../base/file-url.ts";
import { quote } from "../base/quote.ts";
import { createLogger, type Logger, type LogRecord } from "../base/log.ts";
import { systemReason } from "../base/system-error.ts";
import { Conductor } from "../execution/conductor.ts";
import { loadErrorPrefix } from "../execution/failure.ts";
import type { ScriptSpec } from "../execution/messages.ts";
import type { Host, TextStream } from "../host/host.ts";
import type { Sample } from "../metrics/sample.ts";
import { type MetricThresholds, parseThresholds } from "../metrics/threshold/evaluate.ts";
import { type FeatureName, resolveFeatures, tagFeatures } from "../options/features.ts";
import { consolidateOptions, consolidateRunOptions } from "../options/merge.ts";
import { valuesBesideScript } from "../options/inspect.ts";
import type { Notice } from "../options/notice.ts";
import { readConfigFile, readScriptOptions } from "../options/read.ts";
import {
  type Environment,
  parseFlags,
  readEnvironment,
  readFlagOptions,
  readGlobalOptions,
  readRuntimeOptions,
  replaceRemovedFlags,
} from "../options/read-text.ts";
import { deriveScenarios, validateOptions } from "../options/scenarios.ts";
import {
  type CommandName,
  flagsOf,
  type GlobalOptions,
  type Options,
  type RunOptions,
  type RuntimeOptions,
} from "../options/schema.ts";
import { isValueError, parseDnsTtl } from "../options/text-values.ts";
import { type LogSink, openConsoleFile, openLogSink } from "../report/log-sink.ts";
import { fetchModule, notFound } from "../script/load.ts";
import type { LiveLines } from "../report/terminal.ts";
import { SecretRedaction } from "../report/secret-redaction.ts";
import type { ModuleRegistry } from "../vu/module-registry.ts";
import { readSecretSources } from "../vu/secret-sources.ts";
import type { ParsedArguments } from "./flags.ts";

/** What the entry hands to a command that loads a script. */
export interface Program {
  host: Host;
  /** The modules that scripts can import. */
  registry: ModuleRegistry;
}

/** What every command that loads a script has. */
export interface Session {
  host: Host;
  registry: ModuleRegistry;
  global: GlobalOptions;
  log: Logger;
  writeLog(record: LogRecord): void;
  /** Keeps a text out of the log from now on. */
  hideSecret(secret: string): void;
  sink: LogSink;
  /** Sends the lines that scripts write, but not in their init code, to a file from now on. */
  divertConsole(path: string): void;
  flags: ReturnType<typeof parseFlags>;
  positional: string[];
  /** Lines that stay at the bottom of the terminal; all text is written above them. */
  screen: { live: LiveLines | undefined };
}

type ConfigFile = ReturnType<typeof readConfigFile>;

/** A script whose init code has run. */
export interface ScriptUnderTest {
  /** The configuration file, which is read before the script runs. */
  file: ConfigFile;
  conductor: Conductor;
  runtime: RuntimeOptions & { includeSystemEnvVars: boolean };
  /** As the script exports them. */
  scriptOptions: Options;
  /** Names of the functions that it exports. */
  exports: readonly string[];
  scriptPath: string;
  /** For the machine-readable summary, which contains it. */
  scriptText: string;
  /** Where options of the environment come from: for scripts that see the process's variables, `-e` is one of them. */
  environment: Environment;
}

export interface LoadedTest extends ScriptUnderTest {
  run: RunOptions;
  /** Consolidated, and with the shortcuts turned into scenarios. */
  options: Options;
  /** What the script's own `options` show of others' values. */
  optionValues: Readonly<Record<string, unknown>>;
  /** Names of the features that are on. */
  features: FeatureName[];
  /** None if they are not to be evaluated. */
  thresholds: MetricThresholds[];
}

/** Reads the flags of a command and opens its log. */
export function openSession({ host, registry }: Program, args: ParsedArguments, command: CommandName): Session {
  const { texts, notices } = replaceRemovedFlags(args.flags);
  const specs = flagsOf(command).map((entry) => entry.flag);
  const flags = parseFlags(texts, specs);
  const global = readGlobalOptions(flags, host.env);
  const startMs = Date.now();
  const screen: Session["screen"] = { live: undefined };
  const above = (stream: TextStream): TextStream => ({
    write: (text) => (screen.live && stream.isTTY ? screen.live.write(stream, text) : stream.write(text)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  });
  const sinkOptions = {
    output: global.logOutput,
    format: global.logFormat,
    noColor: global.noColor,
    startMs,
    stdout: above(host.stdout),
    stderr: above(host.stderr),
    cwd: host.cwd,
  };
  const sink = openLogSink(sinkOptions);
  let console: LogSink | undefined;
  const divertConsole = (path: string) => {
    console = openConsoleFile(path, sinkOptions);
  };
  const secrets = new SecretRedaction();
  const writeLog = (record: LogRecord) => {
    if (record.level === "debug" && !global.verbose) return;
    const line = secrets.apply(record);
    if (console === undefined || line.source !== "console" || line.stage === "init") sink.write(line);
    else console.write(withoutSource(line));
  };
  const log = createLogger(writeLog, () => Date.now());
  tell(log, notices);
  const hideSecret = (secret: string) => secrets.add(secret);
  return {
    host,
    registry,
    global,
    log,
    writeLog,
    hideSecret,
    sink,
    divertConsole,
    flags,
    positional: args.positional,
    screen,
  };
}

/** A file of their own needs no word about where its lines are from. */
function withoutSource(record: LogRecord): LogRecord {
  const line = { ...record };
  delete line.source;
  return line;
}

export function tell(log: Logger, notices: readonly Notice[]): void {
  for (const { level, message, fields } of notices) log.log(level, message, fields);
}

/** Writes an error as the last log line of a command. */
export function logUserError(log: Logger, error: UserError): void {
  const fields: Record<string, string> = { ...error.fields };
  if (error.source !== undefined) fields.source = error.source;
  if (error.hint !== undefined) fields.hint = error.hint;
  log.log("error", error.message, fields);
}

/** The script that was named, and its text: read once, so that all that use it see the same. */
async function readScript(
  session: Session,
  { env, type, compatibilityMode }: RuntimeOptions,
): Promise<{ spec: ScriptSpec; text: string }> {
  const { host, global, positional } = session;
  const [given, ...extra] = positional;
  if (given === undefined || extra.length > 0) {
    throw new UserError("script-argument", {
      message: `accepts 1 arg(s), received ${positional.length}`,
      hint: 'Name one script, or - for standard input: "sixfold run script.js"',
      exitCode: ExitCode.Generic,
    });
  }
  const webSocket = host.env.SIXFOLD_WS;
  const secretSources = readSecretSources(global.secretSource, (path) => readFileSync(resolve(host.cwd, path), "utf8"));
  const withoutGlobal = (compatibilityMode || "extended") !== "extended";
  const common = { env, withoutGlobal, secretSources, ...(webSocket === undefined ? {} : { webSocket }) };
  let mainId: string;
  let text: string;
  if (given === "-") {
    mainId = "file:///-";
    text = await host.readStdin();
  } else if (given.startsWith("https://") && URL.canParse(given)) {
    mainId = new URL(given).href;
    text = await fetchModule(mainId, ExitCode.Generic);
  } else {
    const file = readScriptFile(given, host.cwd);
    mainId = fileUrl(file.path);
    text = file.text;
  }
  if (type !== undefined && type !== "" && type !== "js") {
    throw new UserError("unknown-test-type", {
      message: `could not initialize '${given}': unknown or unspecified test type '${type}' for '${mainId}'`,
      hint: 'The type is "js"; archives cannot be run yet.',
      exitCode: ExitCode.Generic,
    });
  }
  return { spec: { mainId, display: given, ...common }, text };
}

/** @throws {UserError} `module-not-found`, `script-is-a-folder` or `unreadable-script`, exit code 255. */
function readScriptFile(given: string, cwd: string): { path: string; text: string } {
  const path = resolve(cwd, given.startsWith("file:///") ? given.slice("file://".length) : given);
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (cause) {
    // whatever the reason: k6 looks in more than one place, and tells of none
    throw notFound(given, { exitCode: ExitCode.Generic, cause });
  }
  if (stats.isDirectory()) {
    throw new UserError("script-is-a-folder", {
      message: `read ${path}: is a directory`,
      hint: "Name a script in it.",
      exitCode: ExitCode.Generic,
    });
  }
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch (cause) {
    throw new UserError("unreadable-script", {
      message: reasonAbout(path, cause),
      exitCode: ExitCode.Generic,
      cause,
    });
  }
}

/** Where programs keep their settings, by Go's rules: a relative XDG_CONFIG_HOME counts for nothing. */
function configFolder({ XDG_CONFIG_HOME: named, HOME: home }: Host["env"]): string {
  if (named) return isAbsolute(named) ? named : ".config";
  return home ? join(home, ".config") : ".config";
}

/** @throws {UserError} `config-not-found` or `invalid-config-file`, exit code 104. */
function readConfig(session: Session): ConfigFile {
  const { host, global } = session;
  const path = global.config ?? join(configFolder(host.env), "k6", "config.json");
  const file = resolve(host.cwd, path);
  const fail = (reason: string, cause?: unknown) =>
    new UserError("config-not-found", {
      message: `failed to load the configuration file from the local file system: ${reason}`,
      hint:
        global.config === undefined
          ? "It is read because neither --config nor K6_CONFIG names another; mend it, or move it away"
          : "Check --config or K6_CONFIG",
      exitCode: ExitCode.InvalidConfig,
      cause,
    });
  if (path === "") throw fail("stat : no such file or directory");
  const unreadable = (reason: string, cause?: unknown) =>
    fail(`couldn't load the configuration from ${quote(path)}: ${reason}`, cause);
  let stats: Stats | undefined;
  try {
    stats = global.config === undefined ? statSync(file, { throwIfNoEntry: false }) : statSync(file);
  } catch (cause) {
    throw fail(reasonAbout(path, cause), cause);
  }
  // nobody need have the one that nobody named
  if (stats === undefined) return { options: {}, run: {}, notices: [] };
  // runtimes differ in which call of the system refuses it
  if (stats.isDirectory()) throw unreadable(`read ${path}: is a directory`);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(reasonAbout(path, cause), cause);
  }
  return readConfigFile(text, path);
}

/** What the system says, of the path as it was typed: `stat a.json: no such file or directory`. */
function reasonAbout(path: string, error: unknown): string {
  const [, call, words] = /^(\w+).*: (.*?)$/s.exec(systemReason(error)) ?? [];
  return call === undefined ? systemReason(error) : `${call} ${path}: ${words}`;
}

/** A wrong TTL is the one mistake in `dns` that only those who look names up would notice. */
export function checkDnsTtl({ dns }: Options, { prefix = "" } = {}): void {
  try {
    parseDnsTtl(dns?.ttl ?? "");
  } catch (error) {
    if (!isValueError(error)) throw error;
    throw new UserError("invalid-dns-ttl", {
      message: prefix + error.message,
      hint: error.hint,
      exitCode: ExitCode.Generic,
    });
  }
}

/** Loads the script and reads the options that it exports. */
export async function loadScript(
  session: Session,
  { includeSystemEnvVars, onSamples }: { includeSystemEnvVars: boolean; onSamples(samples: readonly Sample[]): void },
): Promise<ScriptUnderTest> {
  const { host, registry, flags, log, writeLog, hideSecret } = session;
  const { runtime, notices } = readRuntimeOptions(flags, host.env, { includeSystemEnvVars });
  tell(log, notices);
  const { spec, text } = await readScript(session, runtime);
  const file = readConfig(session);
  const conductor = new Conductor({ host, registry, log, writeLog, hideSecret, onSamples });
  try {
    const loaded = await conductor.load(spec, [[spec.mainId, text]]);
    conductor.exports = loaded.exports;
    const prefix = loadErrorPrefix(spec);
    const script = readScriptOptions(loaded.options === undefined ? undefined : JSON.parse(loaded.options), { prefix });
    if (loaded.exports.length === 0) {
      throw new UserError("no-exports", {
        message: `${prefix}no exported functions in script`,
        exitCode: ExitCode.Generic,
      });
    }
    tell(log, script.notices);
    checkDnsTtl(script.options, { prefix });
    return {
      file,
      conductor,
      runtime,
      scriptOptions: script.options,
      exports: loaded.exports,
      scriptPath: spec.display,
      scriptText: text,
      environment: runtime.includeSystemEnvVars ? runtime.env : host.env,
    };
  } catch (error) {
    conductor.terminate();
    throw error;
  }
}

/** Merges the script's options with those of all other layers, and checks what comes out. */
export function configureTest(session: Session, script: ScriptUnderTest): LoadedTest {
  const { flags, log } = session;
  const { file, conductor, runtime, environment } = script;
  try {
    tell(log, file.notices);
    const env = readEnvironment(environment);
    const cli = readFlagOptions(flags);
    const { features, notices: featureNotices } = resolveFeatures({
      ...(flags.features === undefined ? {} : { cli: flags.features as string[] }),
      env: { ...environment, ...runtime.env },
      ...(file.options.features === undefined ? {} : { file: file.options.features }),
    });
    tell(log, featureNotices);
    const merged = consolidateOptions(
      {
        file: file.options,
        script: script.scriptOptions,
        env: env.options,
        cli: cli.options,
      },
      features,
    );
    tell(log, merged.notices);
    const thresholds = runtime.noThresholds ? [] : parseThresholds(merged.options.thresholds ?? {}, conductor.registry);
    const derived = deriveScenarios(merged.options);
    tell(log, derived.notices);
    validateOptions(derived.options, script.exports);
    const tags = tagFeatures(derived.options.tags, features);
    const options = { ...derived.options, ...(tags === undefined ? {} : { tags }) };
    const optionValues = valuesBesideScript(merged.options, script.scriptOptions);
    const run = consolidateRunOptions(file.run, env.run, cli.run);
    return { ...script, run, options, optionValues, features, thresholds };
  } catch (error) {
    conductor.terminate();
    throw error;
  }
}
