/**
 * Log records: made anywhere, rendered by `report/log-format.ts`, filtered by the conductor.
 *
 * `source` is "console" for lines that the script wrote and "stacktrace" for uncaught exceptions, as in k6.
 */
export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogRecord {
  level: LogLevel;
  message: string;
  /** Wall-clock time, milliseconds since the epoch. */
  timeMs: number;
  source?: string;
  /** The script wrote it in its init code. */
  stage?: "init";
  /** Further fields, among them `error`. */
  fields?: Record<string, string | number>;
}

/** Takes log records; `source` and `stage` among the fields become those of the record. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Record<string, string | number>): void;
}

/** A logger that hands complete records to `write`. */
export function createLogger(write: (record: LogRecord) => void, nowMs: () => number): Logger {
  return {
    log(level, message, fields) {
      const { source, stage, ...rest } = fields ?? {};
      const record: LogRecord = { level, message, timeMs: nowMs() };
      if (stage === "init") record.stage = stage;
      if (source !== undefined) record.source = String(source);
      if (Object.keys(rest).length > 0) record.fields = rest;
      write(record);
    },
  };
}
