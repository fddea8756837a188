/**
 * `--out csv=FILE`: each sample a row; a column for every system tag that is on, and one each for all other tags and for
 * metadata.
 *
 * The argument is a file name, or `fileName=...,saveInterval=...,timeFormat=...`. A name that ends in `.gz` is
 * compressed, and `-` is standard output.
 *
 * @see k6 docs, "CSV"
 */
import { DurationError, parseDuration } from "../base/duration.ts";
import { rfc3339, rfc3339Nano } from "../base/rfc3339.ts";
import { systemReason } from "../base/system-error.ts";
import type { Sample } from "../metrics/sample.ts";
import type { Output, OutputContext } from "./output.ts";
import { openTextTarget, type TextTarget } from "./text-target.ts";

interface CsvConfig {
  fileName: string;
  saveIntervalMs: number;
  timeFormat: TimeFormat;
}

type TimeFormat = keyof typeof TIME_FORMATS;

const TIME_FORMATS = {
  unix: (epochMs: number) => String(Math.floor(epochMs / 1_000)),
  unix_milli: (epochMs: number) => String(Math.floor(epochMs)),
  unix_micro: (epochMs: number) => String(Math.round(epochMs * 1_000)),
  unix_nano: (epochMs: number) => `${Math.round(epochMs * 1_000)}000`,
  rfc3339,
  rfc3339_nano: rfc3339Nano,
} as const;

/** System tags that are metadata, and have no column. */
const NOT_INDEXED: ReadonlySet<string> = new Set(["vu", "iter"]);

/** Rows that are kept until the interval is over; beyond it they are written early. */
const BUFFER_CHARACTERS_MAX = 1 << 20;

export class CsvOutput implements Output {
  readonly description: string;
  private readonly context: OutputContext;
  private readonly config: CsvConfig;
  private readonly columns: readonly string[];
  private target: TextTarget | undefined;
  private buffer = "";
  private lastWriteMs = 0;

  /** @throws {Error} With k6's words, if the argument, the config file or the environment is wrong. */
  constructor(context: OutputContext) {
    this.context = context;
    this.config = readConfig(context);
    this.columns = context.systemTags.filter((tag) => !NOT_INDEXED.has(tag)).sort();
    const { fileName } = this.config;
    this.description = fileName === "" || fileName === "-" ? "csv (stdout)" : `csv (${fileName})`;
  }

  async start(): Promise<void> {
    this.target = this.open();
    this.lastWriteMs = this.context.nowMs();
    this.target.write(row(["metric_name", "timestamp", "metric_value", ...this.columns, "extra_tags", "metadata"]));
  }

  private open(): TextTarget {
    try {
      return openTextTarget(this.config.fileName, this.context.stdout);
    } catch (cause) {
      // k6 opens this file, unlike that of the output json, when it makes the output
      throw new Error(`could not create the 'csv' output: ${systemReason(cause)}`, { cause });
    }
  }

  add(samples: readonly Sample[]): void {
    const timeText = TIME_FORMATS[this.config.timeFormat];
    for (const { metric, timeMs, value, tags, metadata } of samples) {
      this.buffer += row([
        metric.name,
        timeText(timeMs),
        fixed(value),
        ...this.columns.map((column) => tags[column] ?? ""),
        this.pairs(tags),
        this.pairs(metadata ?? {}),
      ]);
    }
    const nowMs = this.context.nowMs();
    if (nowMs - this.lastWriteMs < this.config.saveIntervalMs && this.buffer.length < BUFFER_CHARACTERS_MAX) return;
    this.lastWriteMs = nowMs;
    this.writeBuffer();
  }

  async stop(): Promise<void> {
    try {
      this.writeBuffer();
    } finally {
      this.target?.close();
    }
  }

  flush(): void {
    this.writeBuffer();
    this.target?.flush();
  }

  private writeBuffer(): void {
    const text = this.buffer;
    this.buffer = "";
    if (text !== "") this.target?.write(text);
  }

  /** What has no column of its own. */
  private pairs(record: Readonly<Record<string, string>>): string {
    return Object.entries(record)
      .filter(([key]) => !this.columns.includes(key))
      .map(([key, value]) => `${key}=${value}`)
      .join("&");
  }
}

/** Defaults < config file < environment < argument. */
function readConfig({ argument, config, environment }: OutputContext): CsvConfig {
  const fromFile = (config ?? {}) as { file_name?: string; save_interval?: string; time_format?: string };
  const fromArgument = readArgument(argument);
  const timeFormat = fromArgument["timeFormat"] ?? environment["K6_CSV_TIME_FORMAT"] ?? fromFile.time_format ?? "unix";
  if (!isTimeFormat(timeFormat)) throw new Error(`${timeFormat} does not belong to TimeFormat values`);
  return {
    fileName: fromArgument["fileName"] ?? environment["K6_CSV_FILENAME"] ?? fromFile.file_name ?? "file.csv",
    saveIntervalMs: readInterval(
      fromArgument["saveInterval"] ?? environment["K6_CSV_SAVE_INTERVAL"] ?? fromFile.save_interval ?? "1s",
    ),
    timeFormat: timeFormat.toLowerCase() as TimeFormat,
  };
}

function readArgument(argument: string): Record<string, string> {
  if (argument === "") return {};
  if (!argument.includes("=")) return { fileName: argument };
  const settings: Record<string, string> = {};
  for (const pair of argument.split(",")) {
    const [key = "", value = ""] = pair.split(/=(.*)/s);
    if (value === "") throw new Error(`couldn't parse "${argument}" as argument for csv output`);
    if (key !== "saveInterval" && key !== "fileName" && key !== "timeFormat") {
      throw new Error(`unknown key "${key}" as argument for csv output`);
    }
    settings[key] = value;
  }
  return settings;
}

function readInterval(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError)
      throw new Error(`cannot read the save interval of the csv output: ${error.message}`);
    throw error;
  }
}

function isTimeFormat(text: string): boolean {
  return Object.hasOwn(TIME_FORMATS, text.toLowerCase());
}

/** With six digits after the point, as Go's `%f`. */
function fixed(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

function row(fields: readonly string[]): string {
  return `${fields.map(field).join(",")}\n`;
}

/** Rule: RFC 4180; blanks at the start are quoted too, and a lone `\.` would end the input of some databases. */
function field(text: string): string {
  return /[",\r\n]|^\s|^\\\.$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
