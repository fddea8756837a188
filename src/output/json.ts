/**
 * `--out json=FILE`: each sample a line of JSON, and before the first of a metric a line about that metric.
 *
 * Without a file, or with `-`, the lines go to standard output; a name that ends in `.gz` is compressed.
 *
 * @see k6 docs, "JSON"
 */
import { formatDuration } from "../base/duration.ts";
import { rfc3339Nano } from "../base/rfc3339.ts";
import { BUILTIN_METRICS } from "../metrics/builtin.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Sample } from "../metrics/sample.ts";
import type { ThresholdDefinition } from "../metrics/threshold/evaluate.ts";
import type { Output, OutputContext } from "./output.ts";
import { openTextTarget, type TextTarget } from "./text-target.ts";

export class JsonOutput implements Output {
  readonly description: string;
  private readonly context: OutputContext;
  private target: TextTarget | undefined;
  private readonly seen = new Set<string>();

  constructor(context: OutputContext) {
    const { argument } = context;
    this.context = context;
    this.description = argument === "" || argument === "-" ? "json(stdout)" : `json (${argument})`;
  }

  async start(): Promise<void> {
    this.target = openTextTarget(this.context.argument, this.context.stdout);
  }

  add(samples: readonly Sample[]): void {
    // Samples of a series share their tags, so most of a line is written once a batch.
    const tagTexts = new Map<Sample["tags"], string>();
    let text = "";
    let unwritable = 0;
    let firstUnwritable = 0;
    for (const { metric, tags, value, timeMs, metadata } of samples) {
      if (!this.seen.has(metric.name)) {
        this.seen.add(metric.name);
        text += `${this.metricLine(metric)}\n`;
      }
      if (!Number.isFinite(value)) {
        if (unwritable++ === 0) firstUnwritable = value;
        continue;
      }
      let tagText = tagTexts.get(tags);
      if (tagText === undefined) tagTexts.set(tags, (tagText = JSON.stringify(tags)));
      const metadataText = hasEntries(metadata) ? `,"metadata":${JSON.stringify(metadata)}` : "";
      text +=
        `{"metric":"${metric.name}","type":"Point","data":{"time":"${rfc3339Nano(timeMs)}",` +
        `"value":${isMeasuredTime(metric) ? nanoseconds(value) : value === 0 ? 0 : value},"tags":${tagText}${metadataText}}}\n`;
    }
    if (unwritable > 0) {
      this.context.logger.log("error", "Sample(s) couldn't be marshalled to JSON", {
        error: `json: unsupported value: ${goNumber(firstUnwritable)}`,
        failed: unwritable,
        filename: this.context.argument,
        output: "json",
      });
    }
    if (text !== "") this.target!.write(text);
  }

  flush(): void {
    this.target?.flush();
  }

  async stop(): Promise<void> {
    this.target?.close();
  }

  private metricLine(metric: Metric): string {
    const { thresholds, submetrics } = this.context;
    const own = submetrics.filter((submetric) => submetric.metric === metric.name);
    const data = {
      name: metric.name,
      type: metric.kind,
      contains: metric.contains,
      thresholds: (thresholds[metric.name] ?? []).map(thresholdValue),
      submetrics:
        own.length === 0
          ? null
          : own.map(({ name, suffix, tags }) => ({ name, suffix, tags: Object.fromEntries(tags.toSorted(byKey)) })),
    };
    return JSON.stringify({ type: "Metric", data, metric: metric.name });
  }
}

type Entry = readonly [key: string, value: string];
const byKey = ([a]: Entry, [b]: Entry): number => (a < b ? -1 : 1);

/** As k6 writes a threshold: its text, unless there is more to say. */
function thresholdValue({ threshold, abortOnFail, delayAbortEval }: ThresholdDefinition): unknown {
  if (!abortOnFail) return threshold;
  return {
    threshold,
    abortOnFail,
    delayAbortEval: delayAbortEval === undefined ? null : formatDuration(delayAbortEval),
  };
}

/** Of a custom metric the values are the script's own. */
const isMeasuredTime = ({ name, contains }: Metric): boolean =>
  contains === "time" && Object.hasOwn(BUILTIN_METRICS, name);

/** A difference of two moments, in milliseconds, without the noise of its subtraction; other values as they are. */
function nanoseconds(value: number): number {
  const scaled = value * 1e6;
  const whole = Math.round(scaled);
  if (whole === 0) return value === 0 ? 0 : value;
  return Number.isSafeInteger(whole) && Math.abs(scaled - whole) < 1e-3 ? whole / 1e6 : value;
}

function hasEntries(record: Readonly<Record<string, string>> | undefined): boolean {
  for (const _ in record) return true;
  return false;
}

function goNumber(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
