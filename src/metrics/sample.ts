/**
 * Samples on their way to outputs that want each one (`--out json`).
 *
 * Without such an output no sample object exists: values go straight into sinks.
 */
import type { Metric } from "./metric.ts";

export interface Sample {
  metric: Metric;
  /** Milliseconds since the epoch, with fractions. */
  timeMs: number;
  value: number;
  tags: Readonly<Record<string, string>>;
  /** Values that are too many to index by: `vu`, `iter`, and what the script adds as metadata. */
  metadata?: Readonly<Record<string, string>>;
}
