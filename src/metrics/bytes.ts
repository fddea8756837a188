/**
 * Numbers, texts and flags as bytes and back, for messages between threads of one process: no versions, no byte order
 * of its own, read in the order in which it was written.
 */

const INITIAL_BYTES = 4_096;
const BYTES_OF_NUMBER = 8;
/** UTF-8 takes at most this many bytes for a UTF-16 code unit. */
const UTF8_MAX = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Writer {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  get size(): number {
    return this.at;
  }

  number(value: number): void {
    this.reserve(BYTES_OF_NUMBER);
    this.view.setFloat64(this.at, value, true);
    this.at += BYTES_OF_NUMBER;
  }

  /** A whole number from 0 to 2^32 - 1. */
  index(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  flag(value: boolean): void {
    this.reserve(1);
    this.bytes[this.at++] = value ? 1 : 0;
  }

  text(value: string): void {
    this.reserve(4 + value.length * UTF8_MAX);
    const { written } = encoder.encodeInto(value, this.bytes.subarray(this.at + 4));
    this.view.setUint32(this.at, written, true);
    this.at += 4 + written;
  }

  numbers(values: Float64Array): void {
    this.number(values.length);
    this.reserve(BYTES_OF_NUMBER + values.byteLength);
    this.at = aligned(this.at);
    this.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.at);
    this.at += values.byteLength;
  }

  /** All that was written, in memory of its own, so that it can be transferred; the writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.at);
    this.at = 0;
    return taken;
  }

  private reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.at + size));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

export class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  /** @param bytes What `Writer.take` gave. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes.byteOffset % BYTES_OF_NUMBER === 0 ? bytes : bytes.slice();
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  number(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += BYTES_OF_NUMBER;
    return value;
  }

  index(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  flag(): boolean {
    return this.bytes[this.at++] === 1;
  }

  text(): string {
    const length = this.index();
    const text = decoder.decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  /** The numbers, sharing memory with the message. */
  numbers(): Float64Array {
    const count = this.number();
    const start = aligned(this.at);
    this.at = start + count * BYTES_OF_NUMBER;
    return new Float64Array(this.bytes.buffer, this.bytes.byteOffset + start, count);
  }

  /** As many items as the number that comes first says. */
  list<T>(item: () => T): T[] {
    const count = this.number();
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(item());
    return items;
  }
}

/** The next place where a number of a typed array may start. */
function aligned(at: number): number {
  return Math.ceil(at / BYTES_OF_NUMBER) * BYTES_OF_NUMBER;
}
