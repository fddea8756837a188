/**
 * A quantile sketch: how many values fell into each of many small buckets, whatever the number of values.
 *
 * Each power of two is cut into 1024 buckets of equal width, so a bucket is at most 1/1024 of its values wide. An
 * estimate lies in the bucket of the true value, so it is off by less than 1/1024, that is 0.098 %. The bucket of a value
 * is the top 22 bits of its floating point form, so adding takes no logarithm. Merging adds counts: it is exact, and
 * the order of merging does not show.
 *
 * Memory: 8 KiB for each power of two that occurs; latencies of 10 us to 100 s take 190 KiB. The range is 2^-64 to 2^64
 * of either sign, so 2 MiB at most. Smaller magnitudes count as zero (off by less than 1e-19), greater ones as infinite.
 */

/** Buckets of a power of two; the first 10 bits of the mantissa. */
const SLOTS = 1024;
const EXPONENT_MIN = 1023 - 64;
/** Powers of two that are told apart, for each sign. */
const PAGES = 128;

const asFloat = new Float64Array(1);
const asWords = new Uint32Array(asFloat.buffer);
asFloat[0] = 1;
/** Where the sign and exponent are: depends on the byte order of the machine. */
const HIGH = asWords[1] === 0x3ff00000 ? 1 : 0;

export class QuantileSketch {
  /** How many values it holds. */
  count = 0;
  private zeros = 0;
  private belowRange = 0;
  private aboveRange = 0;
  /** Counts by slot; positive values first, by exponent, then negative ones. */
  private readonly pages: (Float64Array | undefined)[] = new Array(2 * PAGES).fill(undefined);

  add(value: number): void {
    asFloat[0] = value;
    this.addHighWord(asWords[HIGH]!, 1);
  }

  addAll(values: Float64Array): void {
    for (let index = 0; index < values.length; index++) {
      asFloat[0] = values[index]!;
      this.addHighWord(asWords[HIGH]!, 1);
    }
  }

  merge(other: QuantileSketch): void {
    this.count += other.count;
    this.zeros += other.zeros;
    this.belowRange += other.belowRange;
    this.aboveRange += other.aboveRange;
    for (let index = 0; index < other.pages.length; index++) {
      const theirs = other.pages[index];
      if (theirs === undefined) continue;
      const ours = this.page(index);
      for (let slot = 0; slot < SLOTS; slot++) ours[slot]! += theirs[slot]!;
    }
  }

  reset(): void {
    this.count = this.zeros = this.belowRange = this.aboveRange = 0;
    for (const page of this.pages) page?.fill(0);
  }

  /**
   * Estimates the value at a place in the sorted order.
   *
   * Values are taken to be spread evenly in their bucket.
   *
   * @param rank Zero-based place; below `count`.
   */
  valueAt(rank: number): number {
    let left = rank - this.belowRange;
    if (left < 0) return -Infinity;
    // Ascending order is descending magnitude on the negative side.
    for (let index = 2 * PAGES - 1; index >= PAGES; index--) {
      const page = this.pages[index];
      if (page === undefined) continue;
      for (let slot = SLOTS - 1; slot >= 0; slot--) {
        const count = page[slot]!;
        if (left < count) return -magnitude(index - PAGES, slot + 1 - (left + 0.5) / count);
        left -= count;
      }
    }
    if (left < this.zeros) return 0;
    left -= this.zeros;
    for (let index = 0; index < PAGES; index++) {
      const page = this.pages[index];
      if (page === undefined) continue;
      for (let slot = 0; slot < SLOTS; slot++) {
        const count = page[slot]!;
        if (left < count) return magnitude(index, slot + (left + 0.5) / count);
        left -= count;
      }
    }
    return Infinity;
  }

  /** The buckets that hold something, as pairs of key and count; `addBuckets` takes them back. */
  buckets(): Float64Array {
    let size = Number(this.zeros > 0) + Number(this.belowRange > 0) + Number(this.aboveRange > 0);
    for (const page of this.pages) {
      if (page !== undefined) for (let slot = 0; slot < SLOTS; slot++) if (page[slot]! > 0) size++;
    }
    const pairs = new Float64Array(2 * size);
    let at = 0;
    const put = (key: number, count: number) => {
      if (count === 0) return;
      pairs[at++] = key;
      pairs[at++] = count;
    };
    put(KEY_ZERO, this.zeros);
    put(KEY_BELOW, this.belowRange);
    put(KEY_ABOVE, this.aboveRange);
    for (const [index, page] of this.pages.entries()) {
      if (page !== undefined) for (let slot = 0; slot < SLOTS; slot++) put(index * SLOTS + slot, page[slot]!);
    }
    return pairs;
  }

  addBuckets(pairs: Float64Array): void {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const key = pairs[at]!;
      const count = pairs[at + 1]!;
      this.count += count;
      if (key >= 0) this.page(Math.floor(key / SLOTS))[key % SLOTS]! += count;
      else if (key === KEY_ZERO) this.zeros += count;
      else if (key === KEY_BELOW) this.belowRange += count;
      else this.aboveRange += count;
    }
  }

  private addHighWord(high: number, times: number): void {
    this.count += times;
    const exponent = ((high >>> 20) & 0x7ff) - EXPONENT_MIN;
    if (exponent >= 0 && exponent < PAGES) {
      const index = high >>> 31 === 0 ? exponent : exponent + PAGES;
      const page = this.pages[index] ?? this.page(index);
      page[(high >>> 10) & (SLOTS - 1)]! += times;
    } else if (exponent < 0) this.zeros += times;
    else if (high >>> 31 === 0) this.aboveRange += times;
    else this.belowRange += times;
  }

  private page(index: number): Float64Array {
    return (this.pages[index] ??= new Float64Array(SLOTS));
  }
}

const KEY_ZERO = -1;
const KEY_BELOW = -2;
const KEY_ABOVE = -3;

/** The number that lies `slots` buckets into the power of two at `page`. */
function magnitude(page: number, slots: number): number {
  return 2 ** (page + EXPONENT_MIN - 1023) * (1 + slots / SLOTS);
}
