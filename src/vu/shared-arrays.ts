/**
 * Data of `SharedArray`: the JSON text of each element, once in memory for all threads.
 *
 * Lists are packed into shared memory, so handing one to another thread copies nothing. The thread that runs the
 * script's init code first makes them; others are given them before their VUs begin.
 */

/** A list as it crosses threads. */
export interface PackedTexts {
  /** UTF-8 of all texts, one after the other. */
  bytes: SharedArrayBuffer;
  /** Where each text ends, as 64-bit floats. */
  ends: SharedArrayBuffer;
}

export class TextList {
  readonly packed: PackedTexts;
  readonly length: number;
  private readonly bytes: Buffer;
  private readonly ends: Float64Array;

  constructor(packed: PackedTexts) {
    this.packed = packed;
    this.bytes = Buffer.from(packed.bytes as unknown as ArrayBuffer);
    this.ends = new Float64Array(packed.ends);
    this.length = this.ends.length;
  }

  static from(texts: readonly string[]): TextList {
    const sizes = texts.map((text) => Buffer.byteLength(text));
    const bytes = new SharedArrayBuffer(sizes.reduce((sum, size) => sum + size, 0));
    const ends = new SharedArrayBuffer(texts.length * Float64Array.BYTES_PER_ELEMENT);
    const buffer = Buffer.from(bytes as unknown as ArrayBuffer);
    const endList = new Float64Array(ends);
    let at = 0;
    texts.forEach((text, index) => {
      at += buffer.write(text, at);
      endList[index] = at;
    });
    return new TextList({ bytes, ends });
  }

  /** @param index Of a text that is there. */
  at(index: number): string {
    return this.bytes.toString("utf8", index === 0 ? 0 : this.ends[index - 1], this.ends[index]);
  }
}

/** The lists of one thread, by name. */
export class SharedArrays {
  private readonly lists = new Map<string, TextList>();

  get(name: string): TextList | undefined {
    return this.lists.get(name);
  }

  add(name: string, texts: readonly string[]): TextList {
    const list = TextList.from(texts);
    this.lists.set(name, list);
    return list;
  }

  /** Everything, for other threads. */
  export(): [name: string, packed: PackedTexts][] {
    return [...this.lists].map(([name, list]) => [name, list.packed]);
  }

  import(exported: readonly [name: string, packed: PackedTexts][]): void {
    for (const [name, packed] of exported) this.lists.set(name, new TextList(packed));
  }
}
