import { describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { CODINGS, type Coding, decodeBody, encodeBody } from "../../src/net/body.ts";

const text = "some text, some more text, and some text again ".repeat(50);

describe("content codings", () => {
  test.each(CODINGS.map((coding) => [coding]))("%s and back", (coding) => {
    const { bytes, contentEncoding } = encodeBody(text, [coding as Coding]);
    expect(contentEncoding).toBe(coding);
    expect(bytes.length).toBeLessThan(text.length / 4);
    expect(decodeBody(Buffer.from(bytes), contentEncoding)).toEqual({ body: Buffer.from(text) });
  });

  test("several, one over another, and unknown ones left alone", () => {
    const { bytes, contentEncoding } = encodeBody(Buffer.from(text), ["gzip", "deflate", "zstd", "br"]);
    expect(contentEncoding).toBe("gzip, deflate, zstd, br");
    expect(decodeBody(Buffer.from(bytes), contentEncoding).body!.toString()).toBe(text);
    expect(decodeBody(Buffer.from("as is"), "identity, x-other").body!.toString()).toBe("as is");
  });

  const cases: [string, Buffer, string, number, string][] = [
    [
      "gzip",
      Buffer.from("not gzip at all"),
      "error decompressing response body (gzip: invalid header)",
      1701,
      "absent",
    ],
    ["gzip", Buffer.alloc(0), "error decompressing response body (EOF)", 1701, "absent"],
    ["gzip", gzipSync(text).subarray(0, -20), "unexpected EOF", 1000, "part"],
    ["gzip", broken(gzipSync(text), -6), "error decompressing response body (gzip: invalid checksum)", 1701, "any"],
    ["deflate", Buffer.from("nope"), "error decompressing response body (zlib: invalid header)", 1701, "absent"],
    ["deflate", deflateSync(text).subarray(0, -10), "unexpected EOF", 1000, "part"],
    [
      "deflate",
      broken(deflateSync(text), -1),
      "error decompressing response body (zlib: invalid checksum)",
      1701,
      "any",
    ],
    ["br", brotliCompressSync(text).subarray(0, -5), "unexpected EOF", 1000, "any"],
    [
      "zstd",
      Buffer.from("not zstd at all"),
      "error decompressing response body (invalid input: magic number mismatch)",
      1701,
      "any",
    ],
    ["zstd", zstdCompressSync(text).subarray(0, -5), "unexpected EOF", 1000, "any"],
  ];
  test.each(cases)("broken %s", (coding, bytes, errorText, errorCode, kept) => {
    const { body, failure } = decodeBody(bytes, coding);
    expect([failure?.text, failure?.errorCode, failure?.bare]).toEqual([errorText, errorCode, true]);
    if (kept === "absent") expect(body).toBeUndefined();
    if (kept === "part") expect(text.startsWith(body!.toString()) && body!.length > 0).toBe(true);
  });

  test("brotli that is none", () => {
    expect(decodeBody(Buffer.from("\xff\xff\xff\xff not brotli", "latin1"), "br").failure?.errorCode).toBe(1701);
  });
});

function broken(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length + at]! ^= 0xff;
  return copy;
}
