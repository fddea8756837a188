/**
 * Takes every sample of one thread: the hot path.
 *
 * Which sinks a sample feeds depends on its metric and its tags alone, so it is worked out once for each series and
 * kept on the interned tag set: `add` is an array look-up and one addition for each sink. Sinks hold what came since
 * the last `takePacked`; the conductor adds it all up in an `Aggregate`.
 *
 * Bench: bench/sinks.ts.
 */
import type { Metric } from "./metric.ts";
import { type GroupStart, type OwnedSink, packDelta, type Scope } from "./packed.ts";
import type { Registry } from "./registry.ts";
import { createSink } from "./sink/index.ts";
import type { Sink } from "./sink/sink.ts";
import { matches, type Submetric } from "./threshold/submetric.ts";
import type { TagSet } from "./tags.ts";

/** Called for each sample, before it is added, while an output wants them one by one. */
export type SampleListener = (
  metric: Metric,
  tags: TagSet,
  value: number,
  timeMs: number,
  metadata: Readonly<Record<string, string>> | undefined,
) => void;

export interface RecorderOptions {
  registry: Registry;
  submetrics?: readonly Submetric[];
  /** Also keep every metric for each scenario and each group; what the full summary shows. */
  breakdown?: boolean;
}

/** How often a check passed and failed; fed by the samples of the metric `checks`. */
export class CheckCount {
  passes = 0;
  fails = 0;
  /** When it was first seen; checks are listed in that order. */
  firstMs = Infinity;
  readonly name: string;
  /** The group's path; undefined if samples carry no group. */
  readonly group: string | undefined;
  readonly scenario: string;

  constructor(name: string, group: string | undefined, scenario: string) {
    this.name = name;
    this.group = group;
    this.scenario = scenario;
  }

  add(value: number, timeMs: number): void {
    if (value === 0) this.fails++;
    else this.passes++;
    if (timeMs < this.firstMs) this.firstMs = timeMs;
  }

  reset(): void {
    this.passes = this.fails = 0;
  }
}

/** Whatever takes the samples of a series. */
interface Adder {
  add(value: number, timeMs: number): void;
}

/** The sinks of one metric and tag set, valid for one state of one recorder. */
interface Series {
  readonly version: number;
  readonly adders: readonly Adder[];
}

/** Told apart over all recorders, since tag sets may outlive one. */
let versions = 0;

export class Recorder {
  /** Set only while an output wants each sample. */
  onSample: SampleListener | undefined;
  private readonly registry: Registry;
  private breakdown: boolean;
  private readonly submetrics = new Map<string, Submetric[]>();
  private readonly owned: OwnedSink[] = [];
  private readonly byKey = new Map<string, OwnedSink>();
  private readonly checks = new Map<string, CheckCount>();
  private readonly groupsSeen = new Set<string>();
  private newGroups: GroupStart[] = [];
  private newSeriesCount = 0;
  private version = ++versions;
  /** The most frequent case, one sink and no more, shared by all tag sets. */
  private plain: (Series | undefined)[] = [];

  constructor(options: RecorderOptions) {
    this.registry = options.registry;
    this.breakdown = options.breakdown ?? false;
    for (const submetric of options.submetrics ?? []) this.addSubmetric(submetric);
  }

  /** Adds a sub-metric; samples that were taken before are not in it. */
  addSubmetric(submetric: Submetric): void {
    let list = this.submetrics.get(submetric.metric);
    if (list === undefined) this.submetrics.set(submetric.metric, (list = []));
    if (list.some((known) => known.name === submetric.name)) return;
    list.push(submetric);
    this.forgetSeries();
  }

  /** Breaks down from now on; for threads that learn of the summary's mode after they have started. */
  breakDown(): void {
    if (this.breakdown) return;
    this.breakdown = true;
    this.forgetSeries();
  }

  /**
   * Takes one sample.
   *
   * @param timeMs Milliseconds since the epoch.
   * @param metadata What outputs get besides the tags; no sink looks at it.
   */
  add(
    metric: Metric,
    tags: TagSet,
    value: number,
    timeMs: number,
    metadata?: Readonly<Record<string, string>> | undefined,
  ): void {
    let series = tags.series[metric.id] as Series | undefined;
    if (series === undefined || series.version !== this.version) series = this.resolve(metric, tags, timeMs);
    if (this.onSample !== undefined) this.onSample(metric, tags, value, timeMs, metadata);
    const adders = series.adders;
    for (let index = 0; index < adders.length; index++) adders[index]!.add(value, timeMs);
  }

  /** Packs what came since the last call, for `Aggregate.merge`; undefined if nothing did. */
  takePacked(): Uint8Array<ArrayBuffer> | undefined {
    const sinks = this.owned.filter((owned) => !owned.sink.isEmpty());
    const checks = [...this.checks.values()].filter((check) => check.passes + check.fails > 0);
    if (sinks.length + checks.length + this.newGroups.length === 0) return undefined;
    const packed = packDelta({ sinks, checks, groups: this.newGroups, seriesCount: this.newSeriesCount });
    for (const { sink } of sinks) sink.reset();
    for (const check of checks) check.reset();
    this.newGroups = [];
    this.newSeriesCount = 0;
    return packed;
  }

  /** Lets every series be worked out anew. */
  private forgetSeries(): void {
    this.version = ++versions;
    this.plain = [];
  }

  private resolve(metric: Metric, tags: TagSet, timeMs: number): Series {
    if (tags.series[metric.id] === undefined) this.newSeriesCount++;
    const series = this.makeSeries(metric, tags, timeMs);
    tags.series[metric.id] = series;
    return series;
  }

  private makeSeries(metric: Metric, tags: TagSet, timeMs: number): Series {
    const extra: Adder[] = [];
    for (const submetric of this.submetrics.get(metric.name) ?? []) {
      if (matches(submetric, tags)) extra.push(this.sink(metric, submetric, undefined));
    }
    if (this.breakdown) for (const scope of scopes(tags)) extra.push(this.sink(metric, undefined, scope));
    if (metric.name === "checks") {
      const name = tags.get("check");
      if (name !== undefined) extra.push(this.check(name, tags));
    }
    if (metric.name === "checks" || metric.name === "group_duration") this.noteGroup(tags.get("group"), timeMs);
    if (extra.length > 0) return { version: this.version, adders: [this.sink(metric, undefined, undefined), ...extra] };
    return (this.plain[metric.id] ??= {
      version: this.version,
      adders: [this.sink(metric, undefined, undefined)],
    });
  }

  private sink(metric: Metric, submetric: Submetric | undefined, scope: Scope | undefined): Sink {
    const key = `${submetric?.name ?? metric.name}\0${scope === undefined ? "" : `${scope.scenario}\0${scope.group}`}`;
    let owned = this.byKey.get(key);
    if (owned === undefined) {
      owned = { metric, submetric, scope, sink: createSink(metric.kind) };
      this.byKey.set(key, owned);
      this.owned.push(owned);
    }
    return owned.sink;
  }

  private check(name: string, tags: TagSet): CheckCount {
    const group = tags.get("group");
    const scenario = this.breakdown ? scenarioOf(tags) : "";
    const key = `${scenario}\0${group ?? "\0"}\0${name}`;
    let check = this.checks.get(key);
    if (check === undefined) this.checks.set(key, (check = new CheckCount(name, group, scenario)));
    return check;
  }

  private noteGroup(path: string | undefined, timeMs: number): void {
    if (path === undefined || path === "" || this.groupsSeen.has(path)) return;
    this.groupsSeen.add(path);
    this.newGroups.push({ path, firstMs: timeMs });
  }
}

/** The scenario of a sample, "" for the one that k6 makes up: the full summary shows that one as the whole. */
function scenarioOf(tags: TagSet): string {
  const scenario = tags.get("scenario");
  return scenario === undefined || scenario === "default" ? "" : scenario;
}

/** The parts of the full summary that a sample belongs to; samples of setup and teardown belong to no group. */
function scopes(tags: TagSet): Scope[] {
  const scenario = scenarioOf(tags);
  const group = tags.get("group") ?? "";
  const found: Scope[] = [];
  if (scenario !== "") found.push({ scenario, group: "" });
  if (group !== "" && group !== "::setup" && group !== "::teardown") found.push({ scenario, group });
  return found;
}
