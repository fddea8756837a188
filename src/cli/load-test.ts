/**
 * From the command line to a loaded script with consolidated options: what `run` and `inspect` have in common.
 *
 * The order is k6's: flags and environment are read, the script's init code runs once, then the options of all layers
 * are merged, derived and checked.
 */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import { createLogger, type Logger, type LogRecord } from "../base/log.ts";
import { Conductor, type LoadedScript } from "../execution/conductor.ts";
import { loadErrorPrefix } from "../execution/failure.ts";
import type { ScriptSpec } from "../execution/messages.ts";
import type { Host, TextStream } from "../host/host.ts";
import type { Sample } from "../metrics/sample.ts";
import { resolveFeatures } from "../options/features.ts";
import { consolidateOptions, consolidateRunOptions } from "../options/merge.ts";
import type { Notice } from "../options/notice.ts";
import { readConfigFile, readScriptOptions } from "../options/read.ts";
import {
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
import { type LogSink, openLogSink } from "../report/log-sink.ts";
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
  flags: ReturnType<typeof parseFlags>;
  positional: string[];
  /** Lines that stay at the bottom of the terminal; all text is written above them. */
  screen: { live: LiveLines | undefined };
}

export interface LoadedTest {
  conductor: Conductor;
  runtime: RuntimeOptions & { includeSystemEnvVars: boolean };
  run: RunOptions;
  /** Consolidated, and with the shortcuts turned into scenarios. */
  options: Options;
  /** Consolidated only: what archives and `exec.test.options` start from. */
  consolidated: Options;
  /** As the script exports them. */
  scriptOptions: Options;
  loaded: LoadedScript;
  scriptPath: string;
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
  const sink = openLogSink({
    output: global.logOutput,
    format: global.logFormat,
    noColor: global.noColor,
    startMs,
    stdout: above(host.stdout),
    stderr: above(host.stderr),
    cwd: host.cwd,
  });
  const secrets = new SecretRedaction();
  const writeLog = (record: LogRecord) => {
    if (record.level !== "debug" || global.verbose) sink.write(secrets.apply(record));
  };
  const log = createLogger(writeLog, () => Date.now());
  tell(log, notices);
  const hideSecret = (secret: string) => secrets.add(secret);
  return { host, registry, global, log, writeLog, hideSecret, sink, flags, positional: args.positional, screen };
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

/** The script that was named, and its text if it came from standard input. */
async function readScript(
  session: Session,
  env: Record<string, string>,
): Promise<{ spec: ScriptSpec; preset: [string, string][] }> {
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
  const common = { env, secretSources, ...(webSocket === undefined ? {} : { webSocket }) };
  if (given === "-") {
    const mainId = "file:///-";
    return { spec: { mainId, display: "-", ...common }, preset: [[mainId, await host.readStdin()]] };
  }
  const path = isAbsolute(given) ? given : resolve(host.cwd, given);
  if (!existsSync(path)) {
    throw new UserError("module-not-found", {
      message:
        `The moduleSpecifier "${given}" couldn't be found on local disk. Make sure that you've specified the right path to the file. ` +
        "If you're running k6 using the Docker image make sure you have mounted the local directory " +
        "(-v /local/path/:/inside/docker/path) containing your script and modules so that they're accessible by k6 from inside " +
        "of the container, see https://grafana.com/docs/k6/latest/using-k6/modules/#use-modules-with-docker.",
      exitCode: ExitCode.Generic,
    });
  }
  return { spec: { mainId: pathToFileURL(path).href, display: given, ...common }, preset: [] };
}

function readConfig(session: Session): ReturnType<typeof readConfigFile> {
  const { host, global } = session;
  const home = host.env.XDG_CONFIG_HOME ?? (host.env.HOME === undefined ? undefined : join(host.env.HOME, ".config"));
  const path =
    global.config === undefined
      ? home === undefined
        ? undefined
        : join(home, "k6", "config.json")
      : resolve(host.cwd, global.config);
  if (path === undefined || (global.config === undefined && !existsSync(path)))
    return { options: {}, run: {}, notices: [] };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError("config-not-found", {
      message: `couldn't load the configuration from "${path}": ${(cause as Error).message}`,
      hint: "Check --config or K6_CONFIG",
      exitCode: ExitCode.InvalidConfig,
      cause,
    });
  }
  return readConfigFile(text, path);
}

/** Loads the script and works out the options. */
export async function loadTest(
  session: Session,
  { includeSystemEnvVars, onSamples }: { includeSystemEnvVars: boolean; onSamples(samples: readonly Sample[]): void },
): Promise<LoadedTest> {
  const { host, registry, flags, log, writeLog, hideSecret } = session;
  const { runtime, notices } = readRuntimeOptions(flags, host.env, { includeSystemEnvVars });
  tell(log, notices);
  const { spec, preset } = await readScript(session, runtime.env);
  const conductor = new Conductor({ host, registry, log, writeLog, hideSecret, onSamples });
  try {
    const loaded = await conductor.load(spec, preset);
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
    const file = readConfig(session);
    tell(log, file.notices);
    const env = readEnvironment(host.env);
    const cli = readFlagOptions(flags);
    const { features, notices: featureNotices } = resolveFeatures({
      cli: cli.options.features ?? [],
      env: host.env,
      file: file.options.features ?? [],
    });
    tell(log, featureNotices);
    const merged = consolidateOptions(
      {
        file: file.options,
        script: script.options,
        env: env.options,
        cli: cli.options,
      },
      features,
    );
    tell(log, merged.notices);
    const derived = deriveScenarios(merged.options);
    tell(log, derived.notices);
    validateOptions(derived.options, loaded.exports);
    return {
      conductor,
      runtime,
      run: consolidateRunOptions(file.run, env.run, cli.run),
      options: derived.options,
      consolidated: merged.options,
      scriptOptions: script.options,
      loaded,
      scriptPath: spec.display,
    };
  } catch (error) {
    conductor.terminate();
    throw error;
  }
}
