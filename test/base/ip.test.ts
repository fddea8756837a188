import { expect, test } from "bun:test";
import { isIP as nodeIsIP } from "node:net";
import { isIP } from "../../src/base/ip.ts";

const texts = [
  "1.2.3.4",
  "0.0.0.0",
  "255.255.255.255",
  "256.1.1.1",
  "01.2.3.4",
  "1.2.3",
  "1.2.3.4.",
  "1.2.3.4.5",
  " 1.2.3.4",
  "",
  "::",
  "::1",
  "1::",
  "1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7::",
  "::2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4::5:6:7:8",
  "::ffff:1.2.3.4",
  "1:2:3:4:5:6:1.2.3.4",
  "1:2:3:4:5:6:7:1.2.3.4",
  "1.2.3.4::",
  "::1.2.3.4:5",
  "fe80::1%eth0",
  "fe80::1%",
  "::1%a b",
  "12345::",
  "g::",
  ":::",
  "1::2::3",
  ":1",
  "1:",
  "localhost",
  "[::1]",
  "::1 ",
];

for (const text of texts) {
  test(`isIP judges ${JSON.stringify(text)} as node:net does`, () =>
    expect(isIP(text)).toBe(nodeIsIP(text) as 0 | 4 | 6));
}

test("isIP judges random texts as node:net does", () => {
  const alphabet = ["1", "255", "a", "ffff", ":", "::", ".", "%", "0"];
  for (let i = 0; i < 20_000; i++) {
    let text = "";
    for (let n = 0; n < 1 + (i % 16); n++) text += alphabet[Math.floor(Math.random() * alphabet.length)];
    expect([text, isIP(text)]).toEqual([text, nodeIsIP(text) as 0 | 4 | 6]);
  }
});
