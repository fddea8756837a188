/**
 * A metric: a name, a kind that says how samples accumulate, and what its values are.
 *
 * @see k6 docs, "Metrics"
 */
export type MetricKind = "counter" | "gauge" | "rate" | "trend";

/** Meaning of the values: plain numbers, milliseconds, or bytes. */
export type ValueType = "default" | "time" | "data";

export interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly contains: ValueType;
  /** Dense index in the registry of this thread; not the same on another thread. */
  readonly id: number;
}
