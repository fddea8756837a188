/**
 * The whole test so far: what the packed deltas of all threads add up to.
 *
 * The summary, the thresholds, the REST API and the dashboard read it; nothing here depends on how many threads there
 * are, but for the last bits of percentiles that are estimates. Checks and groups are listed in the order in which they
 * first happened, whichever thread told first.
 */
import type { MetricKind, ValueType } from "./metric.ts";
import { type CheckFigures, type GroupStart, type OwnedSink, type Scope, unpackDelta } from "./packed.ts";
import { MetricError, type Registry } from "./registry.ts";
import { createSink } from "./sink/index.ts";
import type { Sink } from "./sink/sink.ts";
import type { Submetric } from "./threshold/submetric.ts";

/** A metric or sub-metric with its values. */
export interface AggregatedMetric {
  /** Of a sub-metric, with the filter. */
  readonly name: string;
  readonly kind: MetricKind;
  readonly contains: ValueType;
  readonly submetric: Submetric | undefined;
  readonly sink: Sink;
}

/** The metrics of one scenario or group, for the full summary. */
export interface AggregatedScope extends Scope {
  readonly metrics: ReadonlyMap<string, AggregatedMetric>;
}

/** Above this, k6 says that tags are likely used wrongly. */
const SERIES_SUGGESTED_MAX = 100_000;

export class Aggregate {
  /** How many series (metric and tags) all threads hold. */
  seriesCount = 0;
  private seriesLimit = SERIES_SUGGESTED_MAX;
  private readonly registry: Registry;
  private readonly byName = new Map<string, AggregatedMetric>();
  private readonly byScope = new Map<string, Scope & { metrics: Map<string, AggregatedMetric> }>();
  private readonly byCheck = new Map<string, CheckFigures>();
  private readonly byGroup = new Map<string, GroupStart>();

  /** @param registry Also learns the metrics that only other threads have defined. */
  constructor(registry: Registry) {
    this.registry = registry;
  }

  /**
   * Adds what `Recorder.takePacked` of some thread gave.
   *
   * @throws {MetricError} After all else has been added, if a thread defined a metric as another kind than before.
   */
  merge(packed: Uint8Array): void {
    let conflict: MetricError | undefined;
    unpackDelta(packed, {
      sink: (owner) => {
        try {
          return this.target(owner).sink;
        } catch (error) {
          if (!(error instanceof MetricError)) throw error;
          conflict ??= error;
          return createSink(owner.metric.kind);
        }
      },
      check: (check) => this.mergeCheck(check),
      group: (group) => this.mergeGroup(group),
      series: (count) => {
        this.seriesCount += count;
      },
    });
    if (conflict !== undefined) throw conflict;
  }

  /**
   * Makes a metric or sub-metric appear although it may never get a sample, as one with a threshold does.
   *
   * @throws {MetricError} If nobody has defined the metric.
   */
  observe(metric: string, submetric?: Submetric): AggregatedMetric {
    const { name, kind, contains } = this.definition(metric);
    return this.entry(this.byName, submetric?.name ?? name, { kind, contains, submetric });
  }

  /** k6's warning that the threads hold very many series; undefined unless it is due, and due again at twice as many. */
  cardinalityWarning(): string | undefined {
    if (this.seriesCount <= this.seriesLimit) return undefined;
    while (this.seriesLimit < this.seriesCount) this.seriesLimit *= 2;
    return (
      `The test has generated metrics with ${this.seriesCount} unique time series, which is higher than the suggested ` +
      `limit of ${SERIES_SUGGESTED_MAX} and could cause high memory usage. Consider not using high-cardinality values ` +
      "like unique IDs as metric tags or, if you need them in the URL, use the name metric tag or URL grouping. See " +
      "https://grafana.com/docs/k6/latest/using-k6/tags-and-groups/ for details."
    );
  }

  /** A metric, or with its whole name a sub-metric; undefined if it has neither samples nor a threshold. */
  get(name: string): AggregatedMetric | undefined {
    return this.byName.get(name);
  }

  /** Metrics and sub-metrics that have samples or a threshold, by name. */
  metrics(): AggregatedMetric[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Checks in the order in which they first happened. */
  checks(): CheckFigures[] {
    return [...this.byCheck.values()].sort((a, b) => a.firstMs - b.firstMs);
  }

  /** Paths of groups in the order in which they first happened; a group that only holds others is not among them. */
  groups(): string[] {
    return [...this.byGroup.values()].sort((a, b) => a.firstMs - b.firstMs).map((group) => group.path);
  }

  /** Scenarios and groups, each with its metrics; empty unless the recorders break down. */
  scopes(): AggregatedScope[] {
    return [...this.byScope.values()];
  }

  private target({ metric, submetric, scope }: Omit<OwnedSink, "sink">): AggregatedMetric {
    this.registry.define(metric.name, metric.kind, metric.contains);
    const definition = { kind: metric.kind, contains: metric.contains, submetric };
    if (scope === undefined) return this.entry(this.byName, submetric?.name ?? metric.name, definition);
    const key = `${scope.scenario}\0${scope.group}`;
    let scoped = this.byScope.get(key);
    if (scoped === undefined) this.byScope.set(key, (scoped = { ...scope, metrics: new Map() }));
    return this.entry(scoped.metrics, metric.name, definition);
  }

  private entry(
    among: Map<string, AggregatedMetric>,
    name: string,
    definition: Omit<AggregatedMetric, "name" | "sink">,
  ): AggregatedMetric {
    let entry = among.get(name);
    if (entry === undefined) among.set(name, (entry = { name, ...definition, sink: createSink(definition.kind) }));
    return entry;
  }

  private definition(name: string) {
    const metric = this.registry.get(name);
    if (metric === undefined) throw new MetricError(`metric '${name}' does not exist in the script`);
    return metric;
  }

  private mergeCheck(check: CheckFigures): void {
    const key = `${check.scenario}\0${check.group ?? "\0"}\0${check.name}`;
    const known = this.byCheck.get(key);
    if (known === undefined) this.byCheck.set(key, check);
    else {
      known.passes += check.passes;
      known.fails += check.fails;
      known.firstMs = Math.min(known.firstMs, check.firstMs);
    }
  }

  private mergeGroup(group: GroupStart): void {
    const known = this.byGroup.get(group.path);
    if (known === undefined) this.byGroup.set(group.path, group);
    else known.firstMs = Math.min(known.firstMs, group.firstMs);
  }
}
