import { expect, test } from "bun:test";
import { runScript } from "../support/script-runner.ts";

const results = async (...expressions: string[]): Promise<string[]> => {
  const { log } = await runScript(`export default () => {
    for (const f of [${expressions.map((e) => `() => ${e}`).join()}]) {
      try { console.log(f()); } catch (e) { console.log(e.name + ": " + e.message); }
    }
  };`);
  return log.map((line) => line.slice("info: ".length));
};

test("TextDecoder decodes UTF-8 and UTF-16, buffers and views, in pieces too", async () => {
  expect(
    await results(
      `new TextDecoder("UTF-16BE").decode(new Uint8Array([0, 97]))`,
      `new TextDecoder().decode(new DataView(new Uint8Array([97, 98, 99]).buffer, 1))`,
      `(() => { const d = new TextDecoder(); return d.decode(new Uint8Array([0xc3]), { stream: true }) + d.decode(new Uint8Array([0xbc])); })()`,
      `new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 98])).length`,
      `new TextDecoder().decode()`,
    ),
  ).toEqual(["a", "bc", "ü", "2", ""]);
});

test("TextDecoder refuses other encodings and, if it is to, wrong bytes", async () => {
  expect(
    await results(
      `new TextDecoder("latin1")`,
      `new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255]))`,
      `new TextDecoder().decode(5)`,
    ),
  ).toEqual([
    "RangeError: unsupported encoding: latin1",
    "TypeError: decoding text: invalid byte sequence",
    "GoError: data is not an ArrayBuffer, typed array, or DataView",
  ]);
});

test("TextEncoder gives bytes of the script's own realm", async () => {
  expect(
    await results(
      `new TextEncoder().encode("ü") instanceof Uint8Array`,
      `new TextEncoder().encode().length`,
      `(() => { const b = new Uint8Array(2); return { ...new TextEncoder().encodeInto("aü", b), b }; })()`,
    ),
  ).toEqual(["true", "0", "{ read: 1, written: 1, b: Uint8Array(2) [ 97, 0 ] }"]);
});
