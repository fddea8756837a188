/**
 * Execution segments: which part of a test's VUs, iterations and arrivals belongs to this process, or to this thread.
 *
 * A segment is a half-open interval of exact fractions, (1/3, 2/3]. A full sequence of segments is striped: every index
 * 0, 1, 2, ... belongs to exactly one of them, in a pattern that repeats with the least common denominator (`lcd`) of
 * their lengths. A `Share` is one segment in its striped sequence, and answers what an executor asks: how many of n are
 * mine (`scale`), and which is my k-th (`indexAt`). The shares of a sequence add up to the whole, and no index is in two.
 *
 * A process splits its share for its threads with `split`. The parts number *the process's own* indexes among
 * themselves, so whatever the number of threads, together they own exactly what the process owned, and other processes
 * need not know. (Cutting the segment itself in n would stripe the whole sequence anew and move indexes between processes.)
 *
 * Arithmetic only. Behaviour: k6 source, lib/execution_segment.go; spec/distributed.md, section 3.
 */

/** A fraction in lowest terms, with a positive denominator. */
export interface Fraction {
  readonly num: bigint;
  readonly den: bigint;
}

/** What cannot be a segment; the message is k6's, for callers to wrap. */
export class SegmentError extends Error {
  override readonly name = "SegmentError";
}

/** Half-open: from < part <= to. */
export class Segment {
  readonly from: Fraction;
  readonly to: Fraction;
  readonly length: Fraction;

  constructor(from: Fraction, to: Fraction, length: Fraction) {
    this.from = from;
    this.to = to;
    this.length = length;
  }

  /** @throws {SegmentError} Unless 0 <= from < to <= 1. */
  static between(from: Fraction, to: Fraction): Segment {
    if (from.num < 0n) throw new SegmentError(`segment start value must be at least 0 but was ${twoDigits(from)}`);
    if (compare(from, to) >= 0) {
      throw new SegmentError(`segment start(${twoDigits(from)}) must be less than its end(${twoDigits(to)})`);
    }
    if (to.num > to.den) throw new SegmentError(`segment end value can't be more than 1 but was ${twoDigits(to)}`);
    return new Segment(from, to, fraction(to.num * from.den - from.num * to.den, to.den * from.den));
  }

  /**
   * Reads "1/3:2/3", or "20%" for "0:1/5"; an empty text is everything.
   *
   * @throws {SegmentError} With k6's message.
   */
  static parse(text: string): Segment {
    const colon = text.indexOf(":");
    const from = colon < 0 ? ZERO : parseFraction(text.slice(0, colon));
    return Segment.between(from, parseFraction(colon < 0 ? text || "1" : text.slice(colon + 1)));
  }

  /** In lowest terms, "1/2:1". */
  toString(): string {
    return `${formatFraction(this.from)}:${formatFraction(this.to)}`;
  }

  equals(other: Segment): boolean {
    return compare(this.from, other.from) === 0 && compare(this.to, other.to) === 0;
  }
}

/**
 * Reads a sequence, "0,1/3,2/3,1".
 *
 * @returns The segments in order; none for an empty text.
 * @throws {SegmentError} With k6's message.
 */
export function parseSegmentSequence(text: string): Segment[] {
  if (text === "") return [];
  const points = text.split(",");
  if (points.length < 2) {
    throw new SegmentError(`at least 2 points are needed for an execution segment sequence, ${points.length} given`);
  }
  const borders = points.map(parseFraction);
  return borders.slice(1).map((to, index) => Segment.between(borders[index]!, to));
}

/** The sequence as text, in lowest terms; "" for none. */
export function formatSegmentSequence(segments: readonly Segment[]): string {
  if (segments.length === 0) return "";
  return [segments[0]!.from, ...segments.map((segment) => segment.to)].map(formatFraction).join(",");
}

/**
 * The longest pattern that is worked out: its table takes 4 bytes an index, and products of two indexes stay exact. k6
 * takes 8 bytes and has no bound, so whoever gets there has had other problems.
 */
const LCD_MAX = 50_000_000;

/** A full sequence and the pattern by which indexes belong to its segments. */
export class StripedSequence {
  readonly segments: readonly Segment[];
  /** After so many indexes the pattern repeats. */
  readonly lcd: number;
  private readonly own: readonly Uint32Array[];

  constructor(segments: readonly Segment[], lcd: number, own: readonly Uint32Array[]) {
    this.segments = segments;
    this.lcd = lcd;
    this.own = own;
  }

  /**
   * @param segments From 0 to 1, without a gap.
   * @throws {SegmentError} If the sequence is not full, or its common denominator is absurd.
   */
  static of(segments: readonly Segment[]): StripedSequence {
    if (!isFull(segments)) {
      throw new SegmentError(`the execution segment sequence ${formatSegmentSequence(segments)} is not full`);
    }
    const lcd = segments.reduce((multiple, { length }) => lcm(multiple, length.den), 1n);
    if (lcd > BigInt(LCD_MAX)) {
      throw new SegmentError(
        `the common denominator of the execution segments is ${lcd}, at most ${LCD_MAX} is possible`,
      );
    }
    const numerators = segments.map(({ length }) => Number((length.num * lcd) / length.den));
    return new StripedSequence(segments, Number(lcd), stripe(numerators, Number(lcd)));
  }

  /** The indexes below `lcd` that belong to the segment at `position`. Do not modify. */
  ownIndexes(position: number): Uint32Array {
    return this.own[position]!;
  }

  /** How many of the indexes 0 to `count` - 1 belong to the segment at `position`. */
  scale(position: number, count: number): number {
    if (this.segments.length === 1) return count;
    if (count <= 0) return 0;
    const own = this.own[position]!;
    return Math.floor(count / this.lcd) * own.length + countBelow(own, count % this.lcd);
  }

  /** The index of the `k`-th item, from 0, of the segment at `position`. */
  indexAt(position: number, k: number): number {
    const own = this.own[position]!;
    return Math.floor(k / own.length) * this.lcd + own[k % own.length]!;
  }

  /** Where the segment is in the sequence; -1 if it is not an element. */
  positionOf(segment: Segment): number {
    return this.segments.findIndex((element) => element.equals(segment));
  }
}

/** The indexes of one segment in its sequence, or of one part of a share. */
export class Share {
  private readonly sequence: StripedSequence;
  private readonly position: number;
  /** The share that this is a part of; the sequence then numbers the items of that share. */
  private readonly whole: Share | undefined;

  constructor(sequence: StripedSequence, position: number, whole?: Share) {
    this.sequence = sequence;
    this.position = position;
    this.whole = whole;
  }

  /** The share of a process: k6's execution tuple. A missing segment is everything. */
  static of(segment?: Segment, sequence: readonly Segment[] = []): Share {
    if (segment === undefined && sequence.length === 0) return new Share(ALONE, 0);
    const striped = StripedSequence.of(fill(sequence, segment));
    const wanted = segment ?? EVERYTHING;
    const position = striped.positionOf(wanted);
    if (position < 0) {
      throw new SegmentError(`couldn't find segment ${wanted} in sequence ${formatSegmentSequence(striped.segments)}`);
    }
    return new Share(striped, position);
  }

  /** The same from the texts of the options. */
  static fromOptions(options: { executionSegment?: string; executionSegmentSequence?: string }): Share {
    const { executionSegment, executionSegmentSequence } = options;
    return Share.of(
      executionSegment === undefined ? undefined : Segment.parse(executionSegment),
      parseSegmentSequence(executionSegmentSequence ?? ""),
    );
  }

  /** How many of `count` items are in this share. */
  scale(count: number): number {
    return this.sequence.scale(this.position, this.whole?.scale(count) ?? count);
  }

  /** The index, in the whole test, of this share's `k`-th item; both from 0. */
  indexAt(k: number): number {
    const index = this.sequence.indexAt(this.position, k);
    return this.whole === undefined ? index : this.whole.indexAt(index);
  }

  /**
   * The same share after the whole sequence was cut anew in proportion to how it shares `count` items, as
   * shared-iterations (by `vus`) and the arrival-rate executors (by `maxVUs`) do.
   *
   * @returns Undefined if no item of `count` is in this share: the scenario has no work here.
   * @see spec/distributed.md, section 3.4
   */
  resegment(count: number): Share | undefined {
    if (this.scale(count) < 1) return undefined;
    const sequence = this.sequence;
    const whole = this.whole?.resegment(count);
    const counted = this.whole?.scale(count) ?? count;
    if (counted % sequence.lcd === 0) return new Share(sequence, this.position, whole);
    const segments: Segment[] = [];
    let position = 0;
    let taken = 0;
    for (let index = 0; index < sequence.segments.length; index++) {
      const scaled = sequence.scale(index, counted);
      if (scaled === 0) continue;
      if (index === this.position) position = segments.length;
      segments.push(Segment.between(ratio(taken, counted), ratio(taken + scaled, counted)));
      taken += scaled;
    }
    return new Share(StripedSequence.of(segments), position, whole);
  }

  /** Cuts the share into equal parts, for threads: together they own what it owns. */
  split(partCount: number): Share[] {
    if (!(Number.isInteger(partCount) && partCount >= 1)) {
      throw new RangeError(`Cannot split a share into ${partCount} parts: at least 1 is needed`);
    }
    if (partCount === 1) return [this];
    const parts = Array.from({ length: partCount }, (_, i) =>
      Segment.between(ratio(i, partCount), ratio(i + 1, partCount)),
    );
    const sequence = StripedSequence.of(parts);
    return parts.map((_, position) => new Share(sequence, position, this));
  }

  /**
   * The pattern as k6 tells it: the first own index, the distances to the next ones, repeating, and the length of the
   * pattern. The distances of a split share are those of its indexes in the whole test.
   */
  stripedOffsets(): { start: number; offsets: number[]; lcd: number } {
    const { perPattern, lcd } = this.pattern();
    const offsets = Array.from({ length: perPattern }, (_, k) => this.indexAt(k + 1) - this.indexAt(k));
    return { start: this.indexAt(0), offsets, lcd };
  }

  private pattern(): { perPattern: number; lcd: number } {
    const own = this.sequence.ownIndexes(this.position).length;
    if (this.whole === undefined) return { perPattern: own, lcd: this.sequence.lcd };
    const outer = this.whole.pattern();
    const repeats = Number(lcm(BigInt(outer.perPattern), BigInt(this.sequence.lcd)));
    return {
      perPattern: (repeats / this.sequence.lcd) * own,
      lcd: (repeats / outer.perPattern) * outer.lcd,
    };
  }

  /** The process's own segment, of which a thread's share is a part. */
  get segment(): Segment {
    return this.whole?.segment ?? this.sequence.segments[this.position]!;
  }

  /** Length of the share as a part of the whole test, 0 to 1. */
  get portion(): number {
    const { num, den } = this.sequence.segments[this.position]!.length;
    return (Number(num) / Number(den)) * (this.whole?.portion ?? 1);
  }
}

/** Walks a share in both directions, numbering from 1 as ramping-vus numbers VUs: 0 is before the first. */
export class ShareCursor {
  private readonly share: Share;
  /** How many own items are at or before the position. */
  scaled = 0;
  /** The number in the whole test of the last of them; 0 if there is none. */
  unscaled = 0;

  constructor(share: Share) {
    this.share = share;
  }

  next(): void {
    this.moveTo(this.scaled + 1);
  }

  /** Must not be called at 0. */
  previous(): void {
    this.moveTo(this.scaled - 1);
  }

  /** To the last own item whose number in the whole test is at most `unscaled`. */
  goTo(unscaled: number): void {
    this.moveTo(this.share.scale(unscaled));
  }

  private moveTo(scaled: number): void {
    this.scaled = scaled;
    this.unscaled = scaled === 0 ? 0 : this.share.indexAt(scaled - 1) + 1;
  }
}

/** Adds what is missing before and after a sequence; without one, around the segment. */
export function fill(sequence: readonly Segment[], segment?: Segment): Segment[] {
  const filled = sequence.length > 0 ? [...sequence] : [segment ?? EVERYTHING];
  const first = filled[0]!.from;
  const last = filled.at(-1)!.to;
  if (first.num !== 0n) filled.unshift(Segment.between(ZERO, first));
  if (compare(last, ONE) !== 0) filled.push(Segment.between(last, ONE));
  return filled;
}

/**
 * Deals the indexes below `lcd`: each goes to the first segment, longest first, that is not ahead of its due, that is,
 * has had no more than index * numerator / lcd so far.
 */
function stripe(numerators: readonly number[], lcd: number): Uint32Array[] {
  const own = numerators.map((numerator) => new Uint32Array(numerator));
  const byLength = numerators.map((_, position) => position).sort((a, b) => numerators[b]! - numerators[a]!);
  const taken = numerators.map(() => 0);
  for (let index = 0; index < lcd; index++) {
    for (const position of byLength) {
      if (taken[position]! * lcd <= index * numerators[position]!) {
        own[position]![taken[position]!++] = index;
        break;
      }
    }
  }
  return own;
}

function countBelow(sorted: Uint32Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isFull(segments: readonly Segment[]): boolean {
  let end = ZERO;
  for (const { from, to } of segments) {
    if (compare(from, end) !== 0) return false;
    end = to;
  }
  return compare(end, ONE) === 0;
}

/** Reads "1/3", "0.25", "20%" (whole percents only, as in k6). */
function parseFraction(text: string): Fraction {
  if (text.endsWith("%")) {
    const percent = text.slice(0, -1);
    if (!/^[+-]?\d+$/.test(percent)) throw new SegmentError(`'${text}' is not a valid percentage`);
    return fraction(toBigInt(percent), 100n);
  }
  const match = /^([+-]?\d+)\/(\d+)$/.exec(text);
  if (match !== null && /[1-9]/.test(match[2]!)) return fraction(toBigInt(match[1]!), BigInt(match[2]!));
  const number = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const digits = `${number?.[2] ?? ""}${number?.[3] ?? ""}`;
  if (number === null || digits === "") {
    throw new SegmentError(`'${text}' is not a valid percentage, decimal, fraction or interval value`);
  }
  const value = BigInt(digits) * (number[1] === "-" ? -1n : 1n);
  const exponent = Number(number[4] ?? 0) - (number[3]?.length ?? 0);
  return exponent < 0 ? fraction(value, 10n ** BigInt(-exponent)) : fraction(value * 10n ** BigInt(exponent), 1n);
}

function toBigInt(text: string): bigint {
  return BigInt(text.replace(/^\+/, ""));
}

function fraction(num: bigint, den: bigint): Fraction {
  const divisor = gcd(num < 0n ? -num : num, den);
  return { num: num / divisor, den: den / divisor };
}

function ratio(num: number, den: number): Fraction {
  return fraction(BigInt(num), BigInt(den));
}

const ZERO: Fraction = { num: 0n, den: 1n };
const ONE: Fraction = { num: 1n, den: 1n };
const EVERYTHING = new Segment(ZERO, ONE, ONE);
/** What a process and a thread have that share with no other; most do, so it is not worked out at each start. */
const ALONE = new StripedSequence([EVERYTHING], 1, [Uint32Array.of(0)]);

function compare(a: Fraction, b: Fraction): number {
  const difference = a.num * b.den - b.num * a.den;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

function lcm(a: bigint, b: bigint): bigint {
  return (a / gcd(a, b)) * b;
}

function formatFraction({ num, den }: Fraction): string {
  return den === 1n ? `${num}` : `${num}/${den}`;
}

/** Two digits after the point, rounded half away from zero, for messages. */
function twoDigits({ num, den }: Fraction): string {
  const sign = num < 0n ? "-" : "";
  const hundredths = ((num < 0n ? -num : num) * 200n + den) / (den * 2n);
  return `${sign}${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, "0")}`;
}
