/**
 * Where log records go: what `--log-output` chooses.
 *
 * A file is appended to, line by line and at once, so that it can be followed and survives a crash. If it can no longer
 * be written, standard error says so and gets the rest.
 *
 * @see k6 docs, "Log output"
 */
import { closeSync, existsSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import { ExitCode } from "../base/exit-codes.ts";
import type { LogLevel, LogRecord } from "../base/log.ts";
import { systemReason } from "../base/system-error.ts";
import { writeAll } from "../base/write-all.ts";
import { formatLogRecord, type LogFormatOptions, parseLogFormat } from "./log-format.ts";
import type { TextStream } from "./terminal.ts";

export interface LogSink {
  write(record: LogRecord): void;
  close(): void;
}

export interface LogSinkOptions {
  /** `--log-output`: `stderr`, `stdout`, `none`, or `file=PATH[,level=LEVEL]`. */
  output: string;
  /** `--log-format`. */
  format: string;
  noColor: boolean;
  /** When this process started, milliseconds since the epoch. */
  startMs: number;
  stdout: TextStream;
  stderr: TextStream;
  /** What relative paths start from. */
  cwd: string;
}

/**
 * Opens what `--log-output` names.
 *
 * @throws {UserError} With k6's words, if it names nothing that we know or a file that cannot be opened.
 */
export function openLogSink(options: LogSinkOptions): LogSink {
  const { output, stdout, stderr } = options;
  switch (output) {
    case "stderr":
      return streamSink(stderr, options);
    case "stdout":
      return streamSink(stdout, options);
    case "none":
      return { write: () => undefined, close: () => undefined };
  }
  if (output.startsWith("file")) return fileSink(options);
  throw invalid(`unsupported log output '${output}'`, "Use stderr, stdout, none, or file=PATH.");
}

function formatOf(options: LogSinkOptions, stream: TextStream | undefined): LogFormatOptions {
  return {
    format: parseLogFormat(options.format),
    colored: stream !== undefined && stream.isTTY && !options.noColor,
    startMs: options.startMs,
  };
}

function streamSink(stream: TextStream, options: LogSinkOptions): LogSink {
  const format = formatOf(options, stream);
  return { write: (record) => stream.write(formatLogRecord(record, format)), close: () => undefined };
}

function fileSink(options: LogSinkOptions): LogSink {
  const { path, levels } = readFileLine(options.output);
  const absolute = resolve(options.cwd, path);
  if (!existsSync(dirname(absolute))) throw invalid(`provided directory '${dirname(absolute)}' does not exist`);
  let file: number;
  try {
    file = openSync(absolute, "a", 0o600);
  } catch (cause) {
    throw invalid(`failed to open logfile ${absolute}: ${systemReason(cause)}`);
  }
  const sink = appendingSink(file, options);
  return { ...sink, write: (record) => levels.has(record.level) && sink.write(record) };
}

/**
 * Opens the file of `--console-output`, which gets the lines that scripts write instead of the log.
 *
 * @throws {UserError} `invalid-console-output`, exit code 255.
 */
export function openConsoleFile(path: string, options: LogSinkOptions): LogSink {
  const absolute = resolve(options.cwd, path);
  try {
    return appendingSink(openSync(absolute, "a", 0o644), options);
  } catch (cause) {
    throw new UserError("invalid-console-output", {
      message: systemReason(cause).replace(absolute, path),
      hint: "Name a file for --console-output that can be written.",
      exitCode: ExitCode.Generic,
      cause,
    });
  }
}

function appendingSink(file: number, options: LogSinkOptions): LogSink {
  const format = formatOf(options, undefined);
  const fallback = streamSink(options.stderr, options);
  let failed = false;
  return {
    write(record) {
      if (!failed) {
        try {
          writeAll(file, formatLogRecord(record, format));
          return;
        } catch (cause) {
          failed = true;
          const error = systemReason(cause);
          fallback.write({
            level: "error",
            message: "failed to write a log message to a logfile, the log continues here",
            timeMs: record.timeMs,
            fields: { error },
          });
        }
      }
      fallback.write(record);
    },
    close: () => closeSync(file),
  };
}

/** From the most to the least important; a level stands for itself and those before it. */
const LEVELS: readonly LogLevel[] = ["error", "warning", "info", "debug"];

/** The names that k6 knows for them. */
const LEVEL_NAMES: Readonly<Record<string, number>> = {
  panic: 0,
  fatal: 0,
  error: 1,
  warn: 2,
  warning: 2,
  info: 3,
  debug: 4,
  trace: 4,
};

function readFileLine(line: string): { path: string; levels: ReadonlySet<LogLevel> } {
  if (line.split("=", 1)[0] !== "file") {
    throw invalid(`logfile configuration should be in the form \`file=path-to-local-file\` but is \`${line}\``);
  }
  let path = "";
  let levels: ReadonlySet<LogLevel> = new Set(LEVELS);
  for (const setting of line.split(",")) {
    const [key = "", value = ""] = setting.split(/=(.*)/s);
    if (value === "") {
      const hint = key === "file" ? "Write --log-output file=PATH." : undefined;
      throw invalid(`error while parsing logfile configuration key \`${setting}\` with no value`, hint);
    }
    if (key === "file") {
      path = value;
      continue;
    }
    if (key !== "level") throw invalid(`unknown logfile config key ${key}`, "The other key is level.");
    const count = Object.hasOwn(LEVEL_NAMES, value.toLowerCase()) ? LEVEL_NAMES[value.toLowerCase()] : undefined;
    if (count === undefined) throw invalid(`unknown log level ${value}`, "Use error, warning, info or debug.");
    levels = new Set(LEVELS.slice(0, count));
  }
  return { path, levels };
}

function invalid(message: string, hint?: string): UserError {
  return new UserError("invalid-log-output", { message, hint, exitCode: ExitCode.Generic });
}
