/** A rate: how many of its values were not zero. */
import type { Sink } from "./sink.ts";

export class RateSink implements Sink {
  readonly kind = "rate";
  passes = 0;
  total = 0;

  add(value: number, _timeMs: number): void {
    this.total++;
    if (value !== 0) this.passes++;
  }

  merge(other: RateSink): void {
    this.passes += other.passes;
    this.total += other.total;
  }

  isEmpty(): boolean {
    return this.total === 0;
  }

  reset(): void {
    this.passes = this.total = 0;
  }

  format(elapsedMs: number, _trendStats: readonly string[]): Record<string, number> {
    return { rate: this.get("rate", elapsedMs) ?? 0, passes: this.passes, fails: this.total - this.passes };
  }

  /** There is no rate of nothing: its thresholds hold. */
  get(aggregation: string, _elapsedMs: number): number | undefined {
    if (aggregation === "rate") return this.total > 0 ? this.passes / this.total : undefined;
    if (aggregation === "passes") return this.passes;
    if (aggregation === "fails") return this.total - this.passes;
    return undefined;
  }
}
