import { expect, test } from "bun:test";
import { quote } from "../../src/base/quote.ts";

test.each([
  ["many", '"many"'],
  ['a "b"\n', '"a \\"b\\"\\n"'],
  ["a\\b", '"a\\\\b"'],
  ["\x00\x7f", '"\\x00\\x7f"'],
  ["\u00fc\u{1f600}", '"\u00fc\u{1f600}"'],
  ["\u200b", '"\\u200b"'],
])("quote renders %p as %p", (text, quoted) => {
  expect(quote(text)).toBe(quoted);
});
