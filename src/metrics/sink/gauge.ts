/** A gauge: the last value, the least and the greatest. */
import type { Sink } from "./sink.ts";

/** What a gauge holds, as plain data. */
export type GaugeFigures = Pick<GaugeSink, "value" | "min" | "max" | "timeMs" | "samples">;

export class GaugeSink implements Sink {
  readonly kind = "gauge";
  value = 0;
  min = 0;
  max = 0;
  /** When `value` was taken. */
  timeMs = 0;
  samples = 0;

  add(value: number, timeMs: number): void {
    if (this.samples === 0 || value < this.min) this.min = value;
    if (this.samples === 0 || value > this.max) this.max = value;
    this.value = value;
    this.timeMs = timeMs;
    this.samples++;
  }

  merge(other: GaugeSink): void {
    this.addFigures(other);
  }

  /** The later value stays; of two at the same time, the one that arrives later, as when adding. */
  addFigures(other: GaugeFigures): void {
    if (other.samples === 0) return;
    if (this.samples === 0 || other.min < this.min) this.min = other.min;
    if (this.samples === 0 || other.max > this.max) this.max = other.max;
    if (this.samples === 0 || other.timeMs >= this.timeMs) {
      this.value = other.value;
      this.timeMs = other.timeMs;
    }
    this.samples += other.samples;
  }

  isEmpty(): boolean {
    return this.samples === 0;
  }

  reset(): void {
    this.value = this.min = this.max = this.timeMs = this.samples = 0;
  }

  format(_elapsedMs: number, _trendStats: readonly string[]): Record<string, number> {
    return { value: this.value, min: this.min, max: this.max };
  }

  get(aggregation: string, _elapsedMs: number): number | undefined {
    if (aggregation === "value") return this.value;
    if (aggregation === "min") return this.min;
    if (aggregation === "max") return this.max;
    return undefined;
  }
}
