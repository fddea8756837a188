/**
 * A trend: count, least, greatest and mean, always exact, and percentiles, exact while there are few values.
 *
 * Up to `EXACT_MAX` values are kept as they are; then they move into a sketch, whose percentiles are within 0.1 % of
 * the exact ones and whose size is bounded. Merging two trends keeps that promise: the result is exact if all values
 * of both fit.
 *
 * Percentiles are k6's: a linear interpolation between the two values whose ranks enclose `p * (count - 1)`.
 *
 * @see k6 source, metrics/sink
 */
import { parseGoFloat } from "../go-float.ts";
import { QuantileSketch } from "../sketch.ts";
import { Sum } from "../sum.ts";
import type { Sink } from "./sink.ts";

/**
 * Values that a trend keeps before it turns into a sketch.
 *
 * An eighth of a megabyte for each trend, and a millisecond to sort when thresholds look at it every two seconds.
 */
export const EXACT_MAX = 16_384;

const INITIAL_CAPACITY = 16;

export class TrendSink implements Sink {
  readonly kind = "trend";
  count = 0;
  min = 0;
  max = 0;
  readonly sum = new Sum();
  /** The values, in its first `count` places, as long as there is no sketch. */
  private values: Float64Array = new Float64Array(0);
  private sorted = true;
  private sketched: QuantileSketch | undefined;
  private sketching = false;
  private readonly exactMax: number;

  constructor(exactMax = EXACT_MAX) {
    this.exactMax = exactMax;
  }

  add(value: number, _timeMs: number): void {
    if (this.count === 0) this.min = this.max = value;
    else if (value < this.min) this.min = value;
    else if (value > this.max) this.max = value;
    this.sum.add(value);
    if (this.count === this.values.length && !this.sketching) this.makeRoom(this.count + 1);
    if (this.sketching) this.sketched!.add(value);
    else this.values[this.count] = value;
    this.sorted = false;
    this.count++;
  }

  merge(other: TrendSink): void {
    this.absorb(other.state());
  }

  /** What it holds, for `absorb`; values share memory with the sink. */
  state(): TrendState {
    return {
      count: this.count,
      min: this.min,
      max: this.max,
      total: this.sum.total,
      lost: this.sum.lost,
      values: this.sketching ? undefined : this.values.subarray(0, this.count),
      buckets: this.sketching ? this.sketched!.buckets() : undefined,
    };
  }

  isEmpty(): boolean {
    return this.count === 0;
  }

  reset(): void {
    this.count = this.min = this.max = 0;
    this.sum.reset();
    this.sorted = true;
    if (this.sketching) this.sketched!.reset();
    this.sketching = false;
  }

  format(elapsedMs: number, trendStats: readonly string[]): Record<string, number> {
    const figures: Record<string, number> = {};
    for (const stat of trendStats) {
      const figure = this.get(stat, elapsedMs);
      if (figure !== undefined) figures[stat] = figure;
    }
    return figures;
  }

  get(aggregation: string, _elapsedMs: number): number | undefined {
    switch (aggregation) {
      case "avg":
        return this.count === 0 ? 0 : this.sum.value / this.count;
      case "min":
        return this.min;
      case "max":
        return this.max;
      case "med":
        return this.quantile(0.5);
      case "count":
        return this.count;
      default: {
        const percentile = percentileOf(aggregation);
        return percentile === undefined ? undefined : this.quantile(percentile / 100);
      }
    }
  }

  /**
   * The value below which the share `q` of all values lies; 0 of an empty trend.
   *
   * @param q From 0 to 1.
   */
  quantile(q: number): number {
    if (this.count === 0) return 0;
    const place = q * (this.count - 1);
    const below = Math.floor(place);
    const lower = this.valueAt(below);
    const upper = this.valueAt(Math.ceil(place));
    // Of two infinite neighbours the difference is not a number.
    return lower === upper ? lower : lower + (upper - lower) * (place - below);
  }

  /** Whether percentiles are estimates. */
  get isSketch(): boolean {
    return this.sketching;
  }

  /** Takes over what another trend, perhaps of another thread, holds. */
  absorb(other: TrendState): void {
    if (other.count === 0) return;
    if (this.count === 0 || other.min < this.min) this.min = other.min;
    if (this.count === 0 || other.max > this.max) this.max = other.max;
    this.sum.add(other.total);
    this.sum.lost += other.lost;
    if (!this.sketching) {
      if (other.values === undefined) this.turnIntoSketch();
      else this.makeRoom(this.count + other.count);
    }
    if (this.sketching) {
      if (other.values !== undefined) this.sketched!.addAll(other.values);
      else if (other.buckets !== undefined) this.sketched!.addBuckets(other.buckets);
    } else if (other.values !== undefined) {
      this.values.set(other.values, this.count);
    }
    this.sorted = false;
    this.count += other.count;
  }

  private valueAt(rank: number): number {
    if (this.sketching) {
      // The ends are known exactly, and no estimate may lie beyond them.
      if (rank === 0) return this.min;
      if (rank === this.count - 1) return this.max;
      return Math.min(this.max, Math.max(this.min, this.sketched!.valueAt(rank)));
    }
    if (!this.sorted) {
      this.values.subarray(0, this.count).sort();
      this.sorted = true;
    }
    return this.values[rank]!;
  }

  /** Makes room for `size` exact values, or turns into a sketch if that is more than may be kept. */
  private makeRoom(size: number): void {
    if (size <= this.values.length) return;
    if (size > this.exactMax) {
      this.turnIntoSketch();
      return;
    }
    const grown = new Float64Array(Math.min(this.exactMax, Math.max(INITIAL_CAPACITY, 2 * this.values.length, size)));
    grown.set(this.values.subarray(0, this.count));
    this.values = grown;
  }

  private turnIntoSketch(): void {
    this.sketched ??= new QuantileSketch();
    this.sketched.addAll(this.values.subarray(0, this.count));
    this.sketching = true;
    this.values = new Float64Array(0);
  }
}

/** What a trend holds, as plain data: either all values, or a sketch of them. */
export interface TrendState {
  count: number;
  min: number;
  max: number;
  /** The sum and what it has lost to rounding; see `Sum`. */
  total: number;
  lost: number;
  values: Float64Array | undefined;
  /** Of `QuantileSketch.buckets`. */
  buckets: Float64Array | undefined;
}

/** The number in `p(N)`, 0 to 100; undefined if `text` is no percentile. */
function percentileOf(text: string): number | undefined {
  if (!text.startsWith("p(") || !text.endsWith(")")) return undefined;
  let percentile: number;
  try {
    percentile = parseGoFloat(text.slice(2, -1));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return percentile >= 0 && percentile <= 100 ? percentile : undefined;
}
