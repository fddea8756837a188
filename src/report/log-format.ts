/**
 * Log records as text: what `--log-format` chooses.
 *
 * `text` is logfmt, or short coloured lines on a terminal; `raw` is the message alone; `json` has sorted keys. Half of a
 * surrogate pair is no character: U+FFFD stands for it wherever a text is quoted, as in all that is written as UTF-8.
 *
 * @see k6 docs, "Log format"; the formatters of Go's logrus, which k6 uses
 */
import type { LogLevel, LogRecord } from "../base/log.ts";
import { quote } from "../base/quote.ts";
import { rfc3339 } from "../base/rfc3339.ts";
import { painter, type Style } from "./terminal.ts";

export type LogFormat = "text" | "raw" | "json";

export interface LogFormatOptions {
  format: LogFormat;
  /** Only for `text`: short coloured lines with the seconds since the start. */
  colored: boolean;
  /** When this process started, milliseconds since the epoch. */
  startMs: number;
}

/** Reads `--log-format`; anything that is no format is text, as for k6. */
export function parseLogFormat(text: string): LogFormat {
  return text === "raw" || text === "json" ? text : "text";
}

/** Writes a record as one line, or as several if its message has several and stays as it is. */
export function formatLogRecord(record: LogRecord, options: LogFormatOptions): string {
  switch (options.format) {
    case "raw":
      return `${record.message}\n`;
    case "json":
      return jsonLine(record);
    case "text":
      return options.colored ? coloredLine(record, options.startMs) : logfmtLine(record);
  }
}

const LEVEL_STYLES: Readonly<Record<LogLevel, Style>> = {
  debug: "white",
  info: "cyan",
  warning: "yellow",
  error: "red",
};

/** Messages are padded to this width, so that the fields of most lines stand below each other. */
const MESSAGE_WIDTH = 44;
const LEVEL_WIDTH = 4;
const SECONDS_WIDTH = 4;

function coloredLine(record: LogRecord, startMs: number): string {
  const paint = painter(true);
  const style = LEVEL_STYLES[record.level];
  const level = paint(record.level.toUpperCase().slice(0, LEVEL_WIDTH), style);
  const seconds = Math.max(0, Math.trunc((record.timeMs - startMs) / 1000));
  const message = record.message.replace(/\n$/, "").padEnd(MESSAGE_WIDTH);
  const fields = fieldsOf(record).map(([key, value]) => ` ${paint(key, style)}=${logfmtValue(value)}`);
  return `${level}[${seconds.toString().padStart(SECONDS_WIDTH, "0")}] ${message} ${fields.join("")}\n`;
}

function logfmtLine(record: LogRecord): string {
  const pairs: [key: string, value: string | number][] = [
    ["time", rfc3339(record.timeMs)],
    ["level", record.level],
  ];
  if (record.message !== "") pairs.push(["msg", record.message.toWellFormed()]);
  pairs.push(...fieldsOf(record));
  return `${pairs.map(([key, value]) => `${key}=${logfmtValue(value)}`).join(" ")}\n`;
}

function jsonLine(record: LogRecord): string {
  const entries: [key: string, value: string | number][] = [
    ...fieldsOf(record),
    ["level", record.level],
    ["msg", record.message.toWellFormed()],
    ["time", rfc3339(record.timeMs)],
  ];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  // Go escapes what might end a script element or a line of JavaScript.
  const text = JSON.stringify(Object.fromEntries(entries)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${text}\n`;
}

/** Names of fields that every line has; a field of that name gives way. */
const FIXED: ReadonlySet<string> = new Set(["time", "level", "msg"]);

/** All further fields by name, the source among them. */
function fieldsOf({ source, fields }: LogRecord): [key: string, value: string | number][] {
  const all: Record<string, string | number> = { ...fields };
  if (source !== undefined) all["source"] = source;
  return Object.entries(all)
    .map(([key, value]): [string, string | number] => [
      FIXED.has(key) ? `fields.${key}` : key,
      typeof value === "string" ? value.toWellFormed() : value,
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function logfmtValue(value: string | number): string {
  const text = String(value);
  return /^[A-Za-z0-9\-._/@^+]*$/.test(text) ? text : quote(text);
}
