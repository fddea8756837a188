/**
 * A sink takes the values of one metric (or sub-metric) and holds what the summary and the thresholds ask for.
 *
 * Pure: no clock, no I/O. Every kind passes `test/suites/sink.ts`.
 */
import type { MetricKind } from "../metric.ts";

export interface Sink {
  readonly kind: MetricKind;
  /** `timeMs` orders the values of a gauge that come from several threads. */
  add(value: number, timeMs: number): void;
  /** Takes over what `other`, a sink of the same kind, holds; `other` is not changed. */
  merge(other: Sink): void;
  isEmpty(): boolean;
  /** Back to empty, keeping allocations. */
  reset(): void;
  /**
   * The figures of the summary, by k6's names: counter `count rate`; gauge `value min max`; rate `rate passes fails`;
   * trend `avg min med max p(90) p(95)` or whatever `trendStats` names.
   *
   * @param elapsedMs Length of the test so far; rates of counters are per second of it.
   */
  format(elapsedMs: number, trendStats: readonly string[]): Record<string, number>;
  /** The figure that a threshold asks for: `count`, `rate`, `value`, `avg`, `p(99.9)`... undefined if this kind has none of that name. */
  get(aggregation: string, elapsedMs: number): number | undefined;
}
