/**
 * Where an output writes its text: a file, a compressed file, or standard output.
 *
 * Writing is synchronous. A disk that is too slow thereby slows the conductor instead of filling its memory, and a disk
 * that is full is an exception right where the samples are.
 */
import { closeSync, openSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { writeAll } from "../base/write-all.ts";

export interface TextTarget {
  write(text: string): void;
  /** Brings what is kept back to the file. */
  flush(): void;
  close(): void;
}

/** Compressed at once; larger blocks compress hardly better and hold the conductor up longer (15 ms). */
const GZIP_BLOCK_BYTES = 1 << 20;

/**
 * Opens a file, empty; "" and "-" are standard output, and a name that ends in `.gz` is compressed.
 *
 * @throws {Error} With what the system says, if the file cannot be opened.
 */
export function openTextTarget(path: string, stdout: (text: string) => void): TextTarget {
  if (path === "" || path === "-") return { write: stdout, flush: () => undefined, close: () => undefined };
  const file = openSync(path, "w");
  return path.endsWith(".gz") ? new GzipTarget(file) : new FileTarget(file);
}

class FileTarget implements TextTarget {
  private readonly file: number;

  constructor(file: number) {
    this.file = file;
  }

  write(text: string): void {
    writeAll(this.file, text);
  }

  flush(): void {
    // nothing is kept back
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Writes one gzip member for each block; a file of several members is as good as one, and can be read up to a crash. */
class GzipTarget implements TextTarget {
  private readonly file: number;
  private parts: string[] = [];
  private size = 0;
  private hasMember = false;

  constructor(file: number) {
    this.file = file;
  }

  write(text: string): void {
    this.parts.push(text);
    this.size += text.length;
    if (this.size >= GZIP_BLOCK_BYTES) this.flush();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.file);
    }
  }

  flush(): void {
    // even a file without any text has one member
    if (this.parts.length === 0 && this.hasMember) return;
    const text = this.parts.join("");
    this.parts = [];
    this.size = 0;
    this.hasMember = true;
    writeAll(this.file, gzipSync(text));
  }
}
