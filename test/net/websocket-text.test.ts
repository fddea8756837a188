import { expect, test } from "bun:test";
import { decodeText } from "../../src/net/websocket-text.ts";

// Go's range over a string: one U+FFFD for each byte that begins no character.
const texts: [hex: string, text: string][] = [
  ["", ""],
  ["c3a9", "é"],
  ["efbfbd", "\ufffd"],
  ["ff41", "\ufffdA"],
  ["e282", "\ufffd\ufffd"],
  ["f09f9880", "😀"],
  ["f09f98", "\ufffd\ufffd\ufffd"],
  ["c0af", "\ufffd\ufffd"],
  ["eda080", "\ufffd\ufffd\ufffd"],
  ["efbbbf41", "\ufeffA"],
];
for (const [hex, text] of texts) {
  test(`decodeText reads ${hex || "nothing"} as Go does`, () => expect(decodeText(Buffer.from(hex, "hex"))).toBe(text));
}
