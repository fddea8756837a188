/** A counter: the sum of its values, and that sum for each second of the test. */
import type { Sink } from "./sink.ts";
import { Sum } from "../sum.ts";

export class CounterSink implements Sink {
  readonly kind = "counter";
  readonly sum = new Sum();
  /** How many values were added; a counter of zeros is not empty. */
  samples = 0;

  add(value: number, _timeMs: number): void {
    this.sum.add(value);
    this.samples++;
  }

  merge(other: CounterSink): void {
    this.addSum(other.sum.total, other.sum.lost, other.samples);
  }

  /** Adds a sum, with what it has lost to rounding (see `Sum`), of so many values. */
  addSum(total: number, lost: number, samples: number): void {
    this.sum.add(total);
    this.sum.lost += lost;
    this.samples += samples;
  }

  isEmpty(): boolean {
    return this.samples === 0;
  }

  reset(): void {
    this.sum.reset();
    this.samples = 0;
  }

  format(elapsedMs: number, _trendStats: readonly string[]): Record<string, number> {
    return { count: this.sum.value, rate: this.get("rate", elapsedMs) ?? 0 };
  }

  /** There is no rate of a test that has not started: its thresholds wait. */
  get(aggregation: string, elapsedMs: number): number | undefined {
    if (aggregation === "count") return this.sum.value;
    if (aggregation === "rate" && elapsedMs > 0) return this.sum.value / (elapsedMs / 1000);
    return undefined;
  }
}
