import { writeSync } from "node:fs";

/** Writes all of `text` to an open file, of which the system may take less at once. */
export function writeAll(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
