/**
 * Numbers, amounts and durations as the summary writes them.
 *
 * Durations and rates are cut off, not rounded, so that 99.999 % never reads as 100 %; everything else is rounded.
 *
 * @see k6 docs, "End-of-test summary"
 */
import type { MetricKind, ValueType } from "../metrics/metric.ts";

/** A unit that all durations of a summary may be written in. */
export type TimeUnit = "s" | "ms" | "us";

const TIME_UNITS: Readonly<Record<TimeUnit, { suffix: string; perMs: number }>> = {
  s: { suffix: "s", perMs: 0.001 },
  ms: { suffix: "ms", perMs: 1 },
  us: { suffix: "\u00b5s", perMs: 1000 },
};

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"] as const;

/**
 * Writes a figure of a metric.
 *
 * @param timeUnit The unit of durations; if it is none that we know, each duration gets the one that suits it.
 */
export function humanizeValue(
  value: number,
  metric: { type: MetricKind; contains: ValueType },
  timeUnit?: string | null,
): string {
  if (metric.type === "rate") return `${(Math.trunc(value * 100 * 100) / 100).toFixed(2)}%`;
  switch (metric.contains) {
    case "data":
      return humanizeBytes(value);
    case "time":
      return humanizeDuration(value, timeUnit);
    default:
      return withoutTrailingZeros(value, 6);
  }
}

/** Writes an amount of data in decimal units: `9 B`, `1.5 kB`, `23 MB`. */
export function humanizeBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(1000)), BYTE_UNITS.length - 1);
  const amount = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${BYTE_UNITS[power]}`;
}

/** Writes a duration of so many milliseconds. */
export function humanizeDuration(milliseconds: number, timeUnit?: string | null): string {
  if (timeUnit === "s" || timeUnit === "ms" || timeUnit === "us") {
    const { suffix, perMs } = TIME_UNITS[timeUnit];
    return (milliseconds * perMs).toFixed(2) + suffix;
  }
  if (milliseconds === 0) return "0s";
  if (milliseconds < 0.001) return `${Math.trunc(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${cutOff(milliseconds * 1000, 2)}\u00b5s`;
  if (milliseconds < 1000) return `${cutOff(milliseconds, 2)}ms`;
  const seconds = `${cutOff((milliseconds % 60_000) / 1000, milliseconds > 60_000 ? 0 : 2)}s`;
  const minutes = Math.trunc(milliseconds / 60_000);
  if (minutes < 1) return seconds;
  const hours = Math.trunc(minutes / 60);
  return `${hours < 1 ? "" : `${hours}h`}${minutes % 60}m${seconds}`;
}

/** Columns that text takes on a terminal: its characters, without escape sequences. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const _ of text.normalize("NFKC").replace(/\x1b\[[^@-~]*[@-~]|\x1b[@-Z\\-_]/g, "")) width++;
  return width;
}

function withoutTrailingZeros(value: number, digits: number): string {
  return Number.parseFloat(value.toFixed(digits)).toString();
}

function cutOff(value: number, digits: number): string {
  const scale = 10 ** digits;
  return withoutTrailingZeros(Math.trunc(scale * value) / scale, digits);
}
