import { expect, test } from "bun:test";
import { closeErrorText, isValidReceivedCode } from "../../src/net/websocket-close.ts";
import {
  closePayload,
  encodeFrame,
  encodeShortText,
  frameSize,
  Opcode,
  SHORT_FRAME_BYTES_MAX,
  SHORT_TEXT_MAX,
} from "../../src/net/websocket-frame.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Takes the mask off a frame whose header is `size` bytes long. RFC 6455, section 5.3. */
function unmasked(frame: Uint8Array, size: number): Buffer {
  const key = frame.subarray(size - 4, size);
  return Buffer.from(frame.subarray(size).map((byte, i) => byte ^ key[i & 3]!));
}

// RFC 6455, section 5.2: 7 bits, 7+16 bits, 7+64 bits of length; 128 is where masking goes over to words.
const sizes: [size: number, header: string][] = [
  [0, "8280"],
  [1, "8281"],
  [125, "82fd"],
  [126, "82fe007e"],
  [127, "82fe007f"],
  [128, "82fe0080"],
  [131, "82fe0083"],
  [65_535, "82feffff"],
  [65_536, "82ff0000000000010000"],
  [65_539, "82ff0000000000010003"],
];
for (const [size, header] of sizes) {
  test(`encodeFrame writes ${size} bytes behind ${header}, masked`, () => {
    const payload = Uint8Array.from({ length: size }, (_, i) => i * 31);
    const frame = encodeFrame(Opcode.Binary, payload);
    expect(hex(frame.subarray(0, header.length / 2))).toBe(header);
    expect(unmasked(frame, header.length / 2 + 4).equals(payload)).toBe(true);
    expect(frame.length).toBe(frameSize(size, true));
  });
}

test("encodeFrame writes text as UTF-8 and counts its bytes", () => {
  const frame = encodeFrame(Opcode.Text, "ü".repeat(100));
  expect(hex(frame.subarray(0, 4))).toBe("81fe00c8");
  expect(unmasked(frame, 8).toString()).toBe("ü".repeat(100));
});

test("encodeFrame sets RSV1 for a compressed message", () => {
  expect(encodeFrame(Opcode.Text, "x", true)[0]).toBe(0xc1);
});

test("encodeFrame takes a new masking key for each frame", () => {
  const keys = new Set(Array.from({ length: 100 }, () => hex(encodeFrame(Opcode.Text, "").subarray(2, 6))));
  expect(keys.size).toBeGreaterThan(95);
});

const codes: [code: number, reason: string, bytes: string][] = [
  [1000, "", "03e8"],
  [4000, "é", "0fa0c3a9"],
  [1005, "dropped", ""],
  [0, "", "0000"],
  [70_000, "", "1170"],
  [-1, "", "ffff"],
];
for (const [code, reason, bytes] of codes) {
  test(`closePayload(${code}, "${reason}") is ${bytes || "empty"}`, () =>
    expect(hex(closePayload(code, reason))).toBe(bytes));
}

test("closeErrorText names the codes that gorilla names", () => {
  expect(closeErrorText(1006, "unexpected EOF")).toBe("websocket: close 1006 (abnormal closure): unexpected EOF");
  expect(closeErrorText(1005, "")).toBe("websocket: close 1005 (no status)");
  expect(closeErrorText(4005, "as asked")).toBe("websocket: close 4005: as asked");
});

test("isValidReceivedCode takes the codes that gorilla takes", () => {
  const taken = Array.from({ length: 6_000 }, (_, code) => code).filter(isValidReceivedCode);
  const low = taken.filter((code) => code < 3_000);
  expect(low).toEqual([1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 1011, 1012, 1013]); // 1005: no code at all
  expect(taken.slice(low.length)).toEqual(Array.from({ length: 2_000 }, (_, i) => 3_000 + i));
});

test("encodeShortText writes what encodeFrame writes, but for the key", () => {
  const frame = new Uint8Array(SHORT_FRAME_BYTES_MAX);
  for (const text of ["", "a", "hello", "x".repeat(SHORT_TEXT_MAX)]) {
    const size = encodeShortText(frame, text);
    expect(size).toBe(encodeFrame(Opcode.Text, text).length);
    const key = frame.subarray(2, 6);
    expect([frame[0], frame[1]]).toEqual([0x81, 0x80 | text.length]);
    expect(Buffer.from(frame.subarray(6, size).map((byte, i) => byte ^ key[i & 3]!)).toString()).toBe(text);
  }
});

for (const [title, text] of [
  ["long", "x".repeat(SHORT_TEXT_MAX + 1)],
  ["not ASCII", "aü"],
] as const) {
  test(`encodeShortText leaves text that is ${title} to encodeFrame`, () => {
    expect(encodeShortText(new Uint8Array(SHORT_FRAME_BYTES_MAX), text)).toBe(0);
  });
}
