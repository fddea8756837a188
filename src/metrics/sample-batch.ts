/**
 * Single samples on their way from a thread to the conductor, while an output wants them.
 *
 * A batch stands alone: a metric or a set of tags is spelt out where it first occurs and is a number from then on, so a
 * sample costs 29 bytes, and the samples of a batch share the objects that their tags become.
 */
import { Reader, Writer } from "./bytes.ts";
import type { Metric, MetricKind, ValueType } from "./metric.ts";
import type { Registry } from "./registry.ts";
import type { Sample } from "./sample.ts";
import type { TagSet } from "./tags.ts";

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

export class SampleBatchWriter {
  /** Samples since the last `take`. */
  count = 0;
  private readonly writer = new Writer();
  private readonly metrics = new Map<Metric, number>();
  private readonly tagSets = new Map<TagSet, number>();

  /** Bytes since the last `take`; threads send a batch early when this grows large. */
  get size(): number {
    return this.writer.size;
  }

  add(
    metric: Metric,
    tags: TagSet,
    value: number,
    timeMs: number,
    metadata: Readonly<Record<string, string>> | undefined,
  ): void {
    const writer = this.writer;
    if (reference(writer, this.metrics, metric)) {
      writer.text(metric.name);
      writer.text(metric.kind);
      writer.text(metric.contains);
    }
    if (reference(writer, this.tagSets, tags)) writePairs(writer, tags.entries);
    writer.number(timeMs);
    writer.number(value);
    writer.flag(metadata !== undefined);
    if (metadata !== undefined) writePairs(writer, Object.entries(metadata));
    this.count++;
  }

  /** The batch, to be transferred; undefined if there are no samples. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.count === 0) return undefined;
    this.count = 0;
    this.metrics.clear();
    this.tagSets.clear();
    return this.writer.take();
  }
}

/**
 * Reads a batch.
 *
 * @param registry Whose metrics the samples get; it learns those that it does not know. If it knows one of that name and
 * another kind, the samples keep what their thread says: the aggregate reports that, and outputs get every sample.
 */
export function readSampleBatch(bytes: Uint8Array, registry: Registry): Sample[] {
  const reader = new Reader(bytes);
  const metrics: Metric[] = [];
  const tagSets: Readonly<Record<string, string>>[] = [];
  const samples: Sample[] = [];
  while (!reader.atEnd) {
    const metricAt = reader.index();
    if (metricAt === metrics.length) {
      metrics.push(find(registry, reader.text(), reader.text() as MetricKind, reader.text() as ValueType));
    }
    const tagsAt = reader.index();
    if (tagsAt === tagSets.length) tagSets.push(readPairs(reader));
    const sample: Sample = {
      metric: metrics[metricAt]!,
      timeMs: reader.number(),
      value: reader.number(),
      tags: tagSets[tagsAt] ?? NO_TAGS,
    };
    if (reader.flag()) sample.metadata = readPairs(reader);
    samples.push(sample);
  }
  return samples;
}

function find(registry: Registry, name: string, kind: MetricKind, contains: ValueType): Metric {
  const known = registry.get(name) ?? registry.define(name, kind, contains);
  return known.kind === kind && known.contains === contains ? known : { name, kind, contains, id: known.id };
}

/** Writes the number of `item`; whether it is a new one, so that its definition must follow. */
function reference<T>(writer: Writer, known: Map<T, number>, item: T): boolean {
  const number = known.get(item);
  writer.index(number ?? known.size);
  if (number !== undefined) return false;
  known.set(item, known.size);
  return true;
}

function writePairs(writer: Writer, pairs: readonly (readonly [string, string])[]): void {
  writer.index(pairs.length);
  for (const [key, value] of pairs) {
    writer.text(key);
    writer.text(value);
  }
}

function readPairs(reader: Reader): Readonly<Record<string, string>> {
  const record: Record<string, string> = {};
  for (let left = reader.index(); left > 0; left--) {
    const key = reader.text();
    // "__proto__" is a tag like any other.
    Object.defineProperty(record, key, { value: reader.text(), enumerable: true, configurable: true, writable: true });
  }
  return Object.freeze(record);
}
