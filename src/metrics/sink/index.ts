import type { MetricKind } from "../metric.ts";
import { CounterSink } from "./counter.ts";
import { GaugeSink } from "./gauge.ts";
import { RateSink } from "./rate.ts";
import type { Sink } from "./sink.ts";
import { TrendSink } from "./trend.ts";

export { CounterSink } from "./counter.ts";
export { GaugeSink } from "./gauge.ts";
export { RateSink } from "./rate.ts";
export type { Sink } from "./sink.ts";
export { TrendSink } from "./trend.ts";

/** Makes an empty sink for metrics of `kind`. */
export function createSink(kind: MetricKind): Sink {
  switch (kind) {
    case "counter":
      return new CounterSink();
    case "gauge":
      return new GaugeSink();
    case "rate":
      return new RateSink();
    case "trend":
      return new TrendSink();
  }
}
