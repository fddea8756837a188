/**
 * The metrics of one thread: name -> metric, each with a dense id.
 *
 * A name is defined once. Defining it again gives the same metric, and is refused if the kind or the meaning of the
 * values differs: samples of two kinds cannot share a sink.
 *
 * @see k6 source, metrics/registry
 */
import type { Metric, MetricKind, ValueType } from "./metric.ts";

/** A metric that cannot be defined; the message is k6's, which scripts see as a GoError. */
export class MetricError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MetricError";
  }
}

// k6 documents "up to 128", but its pattern asks for 2 to 129 characters; scripts notice the lower bound.
const METRIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{1,128}$/;

export class Registry {
  private readonly byName = new Map<string, Metric>();
  private readonly byId: Metric[] = [];

  /**
   * Defines a metric, or finds the one that already has this name, kind and meaning.
   *
   * @param contains What the values are; left out, an existing metric may contain anything and a new one plain numbers.
   * @throws {MetricError} If the name is not allowed, or taken by a metric of another kind or meaning.
   */
  define(name: string, kind: MetricKind, contains?: ValueType): Metric {
    const known = this.byName.get(name);
    if (known === undefined) return this.add(name, kind, contains ?? "default");
    if (known.kind !== kind) {
      throw new MetricError(`metric '${name}' already exists but with type ${known.kind}, instead of ${kind}`);
    }
    if (contains !== undefined && known.contains !== contains) {
      throw new MetricError(
        `metric '${name}' already exists but with a value type ${known.contains}, instead of ${contains}`,
      );
    }
    return known;
  }

  get(name: string): Metric | undefined {
    return this.byName.get(name);
  }

  /** All metrics, by id. Do not modify. */
  all(): readonly Metric[] {
    return this.byId;
  }

  private add(name: string, kind: MetricKind, contains: ValueType): Metric {
    if (!METRIC_NAME.test(name)) {
      throw new MetricError(
        `Invalid metric name: '${name}'. Metric names must only include up to 128 ASCII letters, numbers, or ` +
          "underscores and start with a letter or an underscore.",
      );
    }
    const metric: Metric = { name, kind, contains, id: this.byId.length };
    this.byId.push(metric);
    this.byName.set(name, metric);
    return metric;
  }
}
