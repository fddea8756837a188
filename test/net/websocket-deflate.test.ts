import { expect, test } from "bun:test";
import { deflateMessage, Inflater } from "../../src/net/websocket-deflate.ts";

const inflate = (...parts: Uint8Array[]): Promise<string> => {
  const inflater = new Inflater();
  return new Promise((resolve, reject) => {
    parts.forEach((part, i) => {
      const fin = i === parts.length - 1;
      inflater.decompress(part, fin, (error, data) => {
        if (error) reject(error);
        else if (fin) resolve(data!.toString());
      });
    });
  });
};

const text = "hello hello hello";
const packed = deflateMessage(text);

test("Inflater gives back what deflateMessage made, in one part or in several", async () => {
  expect(await inflate(packed)).toBe(text);
  expect(await inflate(packed.subarray(0, 3), packed.subarray(3))).toBe(text);
  expect(await inflate(deflateMessage(""))).toBe("");
});

test("Inflater takes a message whose last block says that it is the last", async () => {
  expect(await inflate(Buffer.from("f348cdc9c9070000", "hex"))).toBe("Hello"); // RFC 7692, section 7.2.3.4.
});

test("Inflater refuses a message that was cut, and one of no bytes", async () => {
  for (const part of [packed.subarray(0, 4), packed.subarray(0, packed.length - 1), new Uint8Array(0)]) {
    expect(await inflate(part).catch((error: Error) => error)).toBeInstanceOf(Error);
  }
});
