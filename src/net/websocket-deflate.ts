/**
 * `permessage-deflate` without context takeover, which is all that k6 agrees to: each message stands alone.
 *
 * zlib is loaded with the first message that is compressed.
 *
 * RFC 7692; behaviour of gorilla/websocket 1.5.3 as k6 v2.2.0 uses it.
 */
import process from "node:process";

/** gorilla compresses at this level: speed over size. */
const DEFLATE_LEVEL = 1;

/** RFC 7692, sections 7.2.1 and 7.2.2: the end of a flush, which is not sent. */
const FLUSH_TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** What is not sent, and an empty last block: with that a message that was cut is one that has no end. */
const MESSAGE_TAIL = Buffer.from([...FLUSH_TAIL, 0x01, 0x00, 0x00, 0xff, 0xff]);

/** A message that inflates to more is an attack, or a mistake that would take the machine with it. */
const INFLATED_BYTES_MAX = 2 ** 30;

const zlib = () => process.getBuiltinModule("node:zlib");

/** The payload of a message that is sent compressed. */
export function deflateMessage(data: string | Uint8Array): Uint8Array {
  const { constants, deflateRawSync } = zlib();
  const packed = deflateRawSync(data, { level: DEFLATE_LEVEL, finishFlush: constants.Z_SYNC_FLUSH });
  return packed.subarray(0, packed.length - FLUSH_TAIL.length);
}

/**
 * What the parser of `ws` inflates messages with.
 *
 * In place of the one in `ws`, which keeps a zlib stream for each connection, and on Deno brings the process down with it when
 * a message is corrupt.
 */
export class Inflater {
  #parts: Uint8Array[] = [];

  decompress(data: Uint8Array, fin: boolean, done: (error: Error | null, data?: Buffer) => void): void {
    this.#parts.push(data);
    // The parser must have returned before it is called back.
    queueMicrotask(() => {
      if (!fin) return done(null, Buffer.alloc(0));
      const packed = Buffer.concat([...this.#parts, MESSAGE_TAIL]);
      this.#parts = [];
      let inflated: Buffer;
      try {
        inflated = zlib().inflateRawSync(packed, { maxOutputLength: INFLATED_BYTES_MAX });
      } catch (error) {
        return done(error as Error);
      }
      done(null, inflated);
    });
  }
}
