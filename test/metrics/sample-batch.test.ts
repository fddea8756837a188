import { expect, test } from "bun:test";
import fc from "fast-check";
import { Registry } from "../../src/metrics/registry.ts";
import { readSampleBatch, SampleBatchWriter } from "../../src/metrics/sample-batch.ts";
import { TagSetRoot } from "../../src/metrics/tags.ts";

test("SampleBatchWriter and readSampleBatch keep every sample, in order", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 8 });
  const record = fc.dictionary(text, text, { maxKeys: 4 });
  const sample = fc.record({
    metric: fc.constantFrom("mm", "nn"),
    tags: record,
    value: fc.double({ noNaN: true }),
    timeMs: fc.double({ min: 0, max: 2e12, noNaN: true }),
    metadata: fc.option(record, { nil: undefined }),
  });
  const writer = new SampleBatchWriter();
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
      const registry = new Registry();
      const root = new TagSetRoot();
      for (const { metric, tags, value, timeMs, metadata } of samples) {
        writer.add(registry.define(metric, "trend", "time"), root.from(tags), value, timeMs, metadata);
      }
      const bytes = writer.take();
      if (samples.length === 0) return expect(bytes).toBeUndefined();
      const read = readSampleBatch(bytes!, new Registry());
      expect(read.map(({ metric, ...rest }) => ({ metric: metric.name, ...rest }))).toEqual(
        samples.map(({ metadata, ...rest }) => (metadata === undefined ? rest : { ...rest, metadata })),
      );
      expect(read.every(({ metric }) => metric.kind === "trend" && metric.contains === "time")).toBe(true);
    }),
  );
});

test("readSampleBatch shares tags between the samples of a series", () => {
  const registry = new Registry();
  const root = new TagSetRoot();
  const writer = new SampleBatchWriter();
  const metric = registry.define("mm", "counter");
  for (const timeMs of [1, 2]) writer.add(metric, root.from({ a: "1" }), 1, timeMs, undefined);
  expect(writer.count).toBe(2);
  const [first, second] = readSampleBatch(writer.take()!, registry);
  expect(first!.tags).toBe(second!.tags);
  expect(first!.metric).toBe(metric);
  expect(writer.take()).toBeUndefined();
});

test("readSampleBatch keeps samples of a metric that another thread defined as another kind", () => {
  const writer = new SampleBatchWriter();
  writer.add(new Registry().define("mm", "trend", "time"), new TagSetRoot().empty, 5, 0, undefined);
  const registry = new Registry();
  registry.define("mm", "counter");
  expect(readSampleBatch(writer.take()!, registry)).toMatchObject([
    { value: 5, metric: { name: "mm", kind: "trend" } },
  ]);
  expect(registry.get("mm")!.kind).toBe("counter");
});
