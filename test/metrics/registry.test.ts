import { expect, test } from "bun:test";
import { BUILTIN_METRICS, defineBuiltinMetrics, defineGrpcStreamMetrics } from "../../src/metrics/builtin.ts";
import { MetricError, Registry } from "../../src/metrics/registry.ts";

test("Registry.define gives the same metric for the same definition, with dense ids", () => {
  const registry = new Registry();
  const first = registry.define("my_counter", "counter");
  expect(first).toEqual({ name: "my_counter", kind: "counter", contains: "default", id: 0 });
  expect(registry.define("my_counter", "counter", "default")).toBe(first);
  expect(registry.define("my_time", "trend", "time").id).toBe(1);
  expect(registry.get("my_counter")).toBe(first);
  expect(registry.get("other")).toBeUndefined();
  expect(registry.all().map((metric) => metric.name)).toEqual(["my_counter", "my_time"]);
});

test("Registry.define refuses another kind or another meaning, in k6's words", () => {
  const registry = new Registry();
  defineBuiltinMetrics(registry);
  registry.define("my_t", "trend");
  expect(() => registry.define("http_reqs", "trend")).toThrow(
    new MetricError("metric 'http_reqs' already exists but with type counter, instead of trend"),
  );
  expect(() => registry.define("my_t", "trend", "time")).toThrow(
    new MetricError("metric 'my_t' already exists but with a value type default, instead of time"),
  );
  expect(registry.define("http_req_duration", "trend").contains).toBe("time"); // no opinion on the meaning
});

test("Registry.define takes the names that k6 takes", () => {
  const registry = new Registry();
  for (const good of ["with_underscore", "_leading", "CamelCase", "a1", "x".repeat(129)]) {
    expect(registry.define(good, "gauge").name).toBe(good);
  }
  for (const bad of ["x", "", "1a", "with space", "with-dash", "with.dot", "ünicode", "x".repeat(130), "a1\n"]) {
    expect(() => registry.define(bad, "gauge")).toThrow(
      new MetricError(
        `Invalid metric name: '${bad}'. Metric names must only include up to 128 ASCII letters, numbers, or ` +
          "underscores and start with a letter or an underscore.",
      ),
    );
  }
  expect(registry.get("x")).toBeUndefined();
});

test("defineBuiltinMetrics defines every built-in metric, and gRPC streams only with their module", () => {
  const registry = new Registry();
  const builtin = defineBuiltinMetrics(registry);
  expect(Object.keys(builtin)).toEqual(Object.keys(BUILTIN_METRICS));
  expect(builtin.data_sent).toMatchObject({ kind: "counter", contains: "data" });
  expect(registry.get("grpc_streams")).toBeUndefined();
  expect(defineGrpcStreamMetrics(registry).grpc_streams.kind).toBe("counter");
});
