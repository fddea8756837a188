/**
 * What a thread has gathered since it last reported, as bytes for the conductor.
 *
 * A message stands alone: it carries the names, kinds and meanings of what it holds, so the conductor may meet a metric
 * here for the first time, and a thread may start or end at any point. Sinks travel as what they add up from: counters
 * as sums, trends as all their values while these are few, as buckets of the sketch when they are many.
 *
 * Both ends are threads of one process, so numbers keep the machine's byte order.
 */
import { assert } from "../base/errors.ts";
import { Reader, Writer } from "./bytes.ts";
import type { Metric, MetricKind, ValueType } from "./metric.ts";
import { CounterSink, GaugeSink, RateSink, TrendSink } from "./sink/index.ts";
import type { Sink } from "./sink/sink.ts";
import type { Submetric } from "./threshold/submetric.ts";

/** Where samples of one scenario (not the one that k6 makes up, "default") and one group go in the full summary. */
export interface Scope {
  /** "" stands for the default scenario. */
  scenario: string;
  /** "" stands for the whole scenario. */
  group: string;
}

/** A sink and whose it is. */
export interface OwnedSink {
  metric: Omit<Metric, "id">;
  submetric: Submetric | undefined;
  scope: Scope | undefined;
  sink: Sink;
}

/** How often a check passed and failed. */
export interface CheckFigures {
  name: string;
  /** Path of its group, "" for none; undefined if samples carry no group. */
  group: string | undefined;
  /** Told apart only with a breakdown; "" is the default scenario. */
  scenario: string;
  passes: number;
  fails: number;
  /** When it was first seen, milliseconds since the epoch; checks are listed in that order. */
  firstMs: number;
}

/** A group that has been entered. */
export interface GroupStart {
  /** `::outer::inner`. */
  path: string;
  /** When it was first seen; groups are listed in that order. */
  firstMs: number;
}

/** What goes into a message. */
export interface Delta {
  sinks: readonly OwnedSink[];
  checks: readonly CheckFigures[];
  groups: readonly GroupStart[];
  /** Series that were not there before. */
  seriesCount: number;
}

/** Takes a message apart. */
export interface DeltaReceiver {
  /** The sink, of the metric's kind, to which the values of the message are added. */
  sink(owner: Omit<OwnedSink, "sink">): Sink;
  check(check: CheckFigures): void;
  group(group: GroupStart): void;
  series(count: number): void;
}

/** Codes in a message are places in these lists. */
const KINDS: readonly MetricKind[] = ["counter", "gauge", "rate", "trend"];
const VALUE_TYPES: readonly ValueType[] = ["default", "time", "data"];

/** Its buffer is used for every message of the thread. */
const writer = new Writer();

export function packDelta(delta: Delta): Uint8Array<ArrayBuffer> {
  writer.number(delta.seriesCount);
  writer.number(delta.sinks.length);
  for (const { metric, submetric, scope, sink } of delta.sinks) {
    writer.text(metric.name);
    writer.number(KINDS.indexOf(metric.kind));
    writer.number(VALUE_TYPES.indexOf(metric.contains));
    writer.flag(submetric !== undefined);
    if (submetric !== undefined) {
      writer.text(submetric.name);
      writer.text(submetric.suffix);
      writer.number(submetric.tags.length);
      for (const [key, value] of submetric.tags) {
        writer.text(key);
        writer.text(value);
      }
    }
    writer.flag(scope !== undefined);
    if (scope !== undefined) {
      writer.text(scope.scenario);
      writer.text(scope.group);
    }
    packSink(sink);
  }
  writer.number(delta.checks.length);
  for (const check of delta.checks) {
    writer.text(check.name);
    writer.flag(check.group !== undefined);
    if (check.group !== undefined) writer.text(check.group);
    writer.text(check.scenario);
    writer.number(check.passes);
    writer.number(check.fails);
    writer.number(check.firstMs);
  }
  writer.number(delta.groups.length);
  for (const group of delta.groups) {
    writer.text(group.path);
    writer.number(group.firstMs);
  }
  return writer.take();
}

export function unpackDelta(bytes: Uint8Array, receiver: DeltaReceiver): void {
  const reader = new Reader(bytes);
  receiver.series(reader.number());
  for (let left = reader.number(); left > 0; left--) {
    const name = reader.text();
    const metric = { name, kind: KINDS[reader.number()]!, contains: VALUE_TYPES[reader.number()]! };
    const submetric = reader.flag() ? unpackSubmetric(reader, name) : undefined;
    const scope = reader.flag() ? { scenario: reader.text(), group: reader.text() } : undefined;
    addPackedSink(reader, receiver.sink({ metric, submetric, scope }));
  }
  for (let left = reader.number(); left > 0; left--) {
    receiver.check({
      name: reader.text(),
      group: reader.flag() ? reader.text() : undefined,
      scenario: reader.text(),
      passes: reader.number(),
      fails: reader.number(),
      firstMs: reader.number(),
    });
  }
  for (let left = reader.number(); left > 0; left--) {
    receiver.group({ path: reader.text(), firstMs: reader.number() });
  }
}

function unpackSubmetric(reader: Reader, metric: string): Submetric {
  const name = reader.text();
  const suffix = reader.text();
  const tags: [string, string][] = [];
  for (let left = reader.number(); left > 0; left--) tags.push([reader.text(), reader.text()]);
  return { name, metric, suffix, tags };
}

function packSink(sink: Sink): void {
  if (sink instanceof CounterSink) {
    writer.number(sink.sum.total);
    writer.number(sink.sum.lost);
    writer.number(sink.samples);
  } else if (sink instanceof GaugeSink) {
    writer.number(sink.value);
    writer.number(sink.min);
    writer.number(sink.max);
    writer.number(sink.timeMs);
    writer.number(sink.samples);
  } else if (sink instanceof RateSink) {
    writer.number(sink.passes);
    writer.number(sink.total);
  } else {
    assert(sink instanceof TrendSink, `there is no packed form of a ${sink.kind} sink`);
    const state = sink.state();
    writer.number(state.count);
    writer.number(state.min);
    writer.number(state.max);
    writer.number(state.total);
    writer.number(state.lost);
    writer.flag(state.buckets !== undefined);
    writer.numbers(state.buckets ?? state.values!);
  }
}

function addPackedSink(reader: Reader, sink: Sink): void {
  if (sink instanceof CounterSink) {
    sink.addSum(reader.number(), reader.number(), reader.number());
  } else if (sink instanceof GaugeSink) {
    sink.addFigures({
      value: reader.number(),
      min: reader.number(),
      max: reader.number(),
      timeMs: reader.number(),
      samples: reader.number(),
    });
  } else if (sink instanceof RateSink) {
    sink.passes += reader.number();
    sink.total += reader.number();
  } else {
    assert(sink instanceof TrendSink, `there is no packed form of a ${sink.kind} sink`);
    const figures = {
      count: reader.number(),
      min: reader.number(),
      max: reader.number(),
      total: reader.number(),
      lost: reader.number(),
    };
    const isSketch = reader.flag();
    const numbers = reader.numbers();
    sink.absorb({ ...figures, values: isSketch ? undefined : numbers, buckets: isSketch ? numbers : undefined });
  }
}
