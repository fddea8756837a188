/**
 * Text of WebSocket messages, as Go reads it: each byte that is no UTF-8 becomes one U+FFFD, where the WHATWG decoder joins
 * some of them. k6 does not refuse such text.
 *
 * Hot path (bench row ws-pingpong): a short text is decoded where it lies in what was read.
 */
import { isUtf8 } from "node:buffer";
import { SHORT_TEXT_MAX } from "./websocket-frame.ts";

/** What is read from a stream, with the methods that Node's and Bun's buffers have behind `toString`. */
export type Chunk = Buffer & {
  latin1Slice(begin: number, end: number): string;
  utf8Slice(begin: number, end: number): string;
};

/** The text of a part of a chunk. */
export function decodeSlice(chunk: Chunk, begin: number, end: number): string {
  if (end - begin <= SHORT_TEXT_MAX) {
    let bits = 0;
    for (let i = begin; i < end; i++) bits |= chunk[i]!;
    if (bits < 0x80) return chunk.latin1Slice(begin, end);
  }
  const text = chunk.utf8Slice(begin, end);
  if (!text.includes("\ufffd")) return text;
  return decodeText(chunk.subarray(begin, end));
}

/** The text of all the bytes. */
export function decodeText(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes("\ufffd") && !isUtf8(bytes) ? decodeBytewise(bytes) : text;
}

function decodeBytewise(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const char = bytes.subarray(at, at + size);
    const valid = char.length === size && isUtf8(char);
    text += valid ? char.toString() : "\ufffd";
    at += valid ? size : 1;
  }
  return text;
}
