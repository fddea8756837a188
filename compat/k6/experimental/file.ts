/**
 * A file that a script opened with `k6/experimental/fs`: its contents and the place in them.
 *
 * @see k6 docs, javascript-api/k6-experimental/fs/file
 */
import { namedRejection } from "../../../src/module-api.ts";

export const SeekMode = { Start: 0, Current: 1, End: 2 } as const;

const typeError = (message: string) => namedRejection("TypeError", message);

export class OpenFile {
  readonly path: string;
  private readonly bytes: Uint8Array;
  private offset = 0;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** Copies what fits into `target`; null at the end. */
  read(target: Uint8Array): number | null {
    if (this.offset === this.size) return null;
    const part = this.bytes.subarray(this.offset, this.offset + target.length);
    target.set(part);
    this.offset += part.length;
    return part.length;
  }

  /** Everything from the present place on; the place is the end then. */
  readRest(): Uint8Array {
    const rest = this.bytes.subarray(this.offset);
    this.offset = this.size;
    return rest;
  }

  /** @returns The new place. */
  seek(offset: number, mode: number): number {
    if (mode === SeekMode.Start && offset < 0) throw typeError("offset cannot be negative when using SeekModeStart");
    if (mode === SeekMode.End && offset > 0) throw typeError("offset cannot be positive when using SeekModeEnd");
    const from = mode === SeekMode.Start ? 0 : mode === SeekMode.Current ? this.offset : this.size - 1;
    const next = from + offset;
    if (next < 0) throw typeError("seeking before start of file");
    if (next > this.size) throw typeError("seeking beyond end of file");
    this.offset = next;
    return next;
  }
}
