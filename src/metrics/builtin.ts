/**
 * The metrics that every test has, whether or not the script touches them.
 *
 * Thresholds may name them without an import. Metrics that come with a module are defined when it is imported, so that
 * a threshold on `grpc_streams` in a test without gRPC is the mistake that it looks like.
 *
 * @see k6 docs, "Built-in metrics"
 */
import type { Metric, MetricKind, ValueType } from "./metric.ts";
import type { Registry } from "./registry.ts";

type Definitions = Readonly<Record<string, readonly [kind: MetricKind, contains: ValueType]>>;

export const BUILTIN_METRICS = {
  vus: ["gauge", "default"],
  vus_max: ["gauge", "default"],
  iterations: ["counter", "default"],
  iteration_duration: ["trend", "time"],
  dropped_iterations: ["counter", "default"],
  checks: ["rate", "default"],
  group_duration: ["trend", "time"],
  http_reqs: ["counter", "default"],
  http_req_failed: ["rate", "default"],
  http_req_duration: ["trend", "time"],
  http_req_blocked: ["trend", "time"],
  http_req_connecting: ["trend", "time"],
  http_req_tls_handshaking: ["trend", "time"],
  http_req_sending: ["trend", "time"],
  http_req_waiting: ["trend", "time"],
  http_req_receiving: ["trend", "time"],
  ws_sessions: ["counter", "default"],
  ws_msgs_sent: ["counter", "default"],
  ws_msgs_received: ["counter", "default"],
  ws_ping: ["trend", "time"],
  ws_session_duration: ["trend", "time"],
  ws_connecting: ["trend", "time"],
  grpc_req_duration: ["trend", "time"],
  data_sent: ["counter", "data"],
  data_received: ["counter", "data"],
} as const satisfies Definitions;

/** What `k6/net/grpc` adds when it is imported. */
export const GRPC_STREAM_METRICS = {
  grpc_streams: ["counter", "default"],
  grpc_streams_msgs_sent: ["counter", "default"],
  grpc_streams_msgs_received: ["counter", "default"],
} as const satisfies Definitions;

export type BuiltinMetrics = Readonly<Record<keyof typeof BUILTIN_METRICS, Metric>>;
export type GrpcStreamMetrics = Readonly<Record<keyof typeof GRPC_STREAM_METRICS, Metric>>;

/** Defines the built-in metrics, so that threads which start alike give them the same ids. */
export function defineBuiltinMetrics(registry: Registry): BuiltinMetrics {
  return defineAll(registry, BUILTIN_METRICS);
}

/** Defines the metrics of `k6/net/grpc`. */
export function defineGrpcStreamMetrics(registry: Registry): GrpcStreamMetrics {
  return defineAll(registry, GRPC_STREAM_METRICS);
}

function defineAll<T extends Definitions>(registry: Registry, definitions: T): Record<keyof T, Metric> {
  const metrics: Record<string, Metric> = {};
  for (const [name, [kind, contains]] of Object.entries(definitions)) {
    metrics[name] = registry.define(name, kind, contains);
  }
  return metrics as Record<keyof T, Metric>;
}
