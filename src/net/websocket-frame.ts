/**
 * Frames that a client sends: header, masking key, masked payload, as one piece of bytes.
 *
 * The hot path of sending (bench row ws-pingpong): one allocation a frame, no intermediate copy of the payload. Any opcode and any
 * close payload can be written, also those that the protocol forbids: k6 sends what the script says.
 *
 * RFC 6455, section 5.
 */

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

/** RFC 6455, section 5.5. */
export const CONTROL_PAYLOAD_BYTES_MAX = 125;

/** From this size on, masking four bytes at a time pays for its views. */
const WIDE_MASK_BYTES_MIN = 128;

const CODE_NO_STATUS = 1005;

/** A whole message or control frame. `compressed` sets RSV1 (RFC 7692, section 6). */
export function encodeFrame(opcode: number, payload: string | Uint8Array, compressed = false): Uint8Array<ArrayBuffer> {
  const text = typeof payload === "string";
  const size = text ? Buffer.byteLength(payload) : payload.length;
  const headerSize = size < 126 ? 6 : size < 65_536 ? 8 : 14;
  // The payload begins on a multiple of four, so that it can be masked in words.
  const at = (headerSize + 3) & ~3;
  const start = at - headerSize;
  const buffer =
    size < WIDE_MASK_BYTES_MIN ? Buffer.allocUnsafe(headerSize + size) : Buffer.from(new ArrayBuffer(at + size));
  const frame = size < WIDE_MASK_BYTES_MIN ? buffer : buffer.subarray(start);
  frame[0] = 0x80 | (compressed ? 0x40 : 0) | opcode;
  if (size < 126) frame[1] = 0x80 | size;
  else if (size < 65_536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUInt32BE(Math.floor(size / 2 ** 32), 2);
    frame.writeUInt32BE(size >>> 0, 6);
  }
  const key = (Math.random() * 2 ** 32) >>> 0;
  const keyAt = headerSize - 4;
  frame[keyAt] = key >>> 24;
  frame[keyAt + 1] = key >>> 16;
  frame[keyAt + 2] = key >>> 8;
  frame[keyAt + 3] = key;
  if (text) frame.write(payload, headerSize);
  else frame.set(payload, headerSize);
  if (size < WIDE_MASK_BYTES_MIN) maskBytes(frame, headerSize, 0, frame, keyAt);
  else maskWords(buffer, at, size, frame, keyAt);
  return frame as Uint8Array<ArrayBuffer>;
}

/** Text of at most so many UTF-16 units is written by `encodeShortText`; above it the runtime's own encoder is faster. */
export const SHORT_TEXT_MAX = 125;

/** Room for any frame that `encodeShortText` writes. */
export const SHORT_FRAME_BYTES_MAX = 6 + SHORT_TEXT_MAX;

/**
 * Writes a frame of short ASCII text without an allocation: most messages of most tests.
 *
 * @param frame Where to write; at least `SHORT_FRAME_BYTES_MAX` long.
 * @returns The frame's size; 0 if the text is not short or not ASCII.
 */
export function encodeShortText(frame: Uint8Array, text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT_MAX) return 0;
  const key = (Math.random() * 2 ** 32) >>> 0;
  frame[0] = 0x80 | Opcode.Text;
  frame[1] = 0x80 | length;
  frame[2] = key >>> 24;
  frame[3] = key >>> 16;
  frame[4] = key >>> 8;
  frame[5] = key;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return 0;
    frame[6 + i] = code ^ frame[2 + (i & 3)]!;
  }
  return 6 + length;
}

/** Masks the bytes from `at + from` on, where the payload begins at `at`. RFC 6455, section 5.3. */
function maskBytes(bytes: Uint8Array, at: number, from: number, key: Uint8Array, keyAt: number): void {
  for (let i = from; at + i < bytes.length; i++) bytes[at + i]! ^= key[keyAt + (i & 3)]!;
}

function maskWords(bytes: Buffer, at: number, size: number, key: Uint8Array, keyAt: number): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + at, size >>> 2);
  const word = new Uint32Array(Uint8Array.of(...key.subarray(keyAt, keyAt + 4)).buffer)[0]!;
  for (let i = 0; i < words.length; i++) words[i]! ^= word;
  maskBytes(bytes, at, size & ~3, key, keyAt);
}

/**
 * The payload of a close frame.
 *
 * @param code Any integer; its low 16 bits are sent, as gorilla's `FormatCloseMessage` does. 1005 means an empty payload.
 */
export function closePayload(code: number, reason: string): Uint8Array<ArrayBuffer> {
  if (code === CODE_NO_STATUS) return new Uint8Array(0);
  const text = Buffer.from(reason);
  const bytes = new Uint8Array(2 + text.length);
  bytes[0] = (code >> 8) & 0xff;
  bytes[1] = code & 0xff;
  bytes.set(text, 2);
  return bytes;
}

/** Bytes that a frame of this payload takes on the wire. */
export function frameSize(payloadBytes: number, masked: boolean): number {
  const length = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  return 2 + length + (masked ? 4 : 0) + payloadBytes;
}
