import { expect, test } from "bun:test";
import { runScript } from "../support/script-runner.ts";

const results = async (...bodies: string[]): Promise<string[]> => {
  const { log, errors } = await runScript(`
    const bytes = (n, v = 0) => new Uint8Array(n).fill(v);
    const hex = (b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, "0")).join("");
    const { subtle } = crypto;
    export default async () => {
      for (const f of [${bodies.map((body) => `async () => { ${body} }`).join()}]) {
        try { console.log(await f()); } catch (e) { console.log(e.name + ": " + e.message); }
      }
    };`);
  expect(errors).toEqual([]);
  return log.map((line) => line.slice("info: ".length));
};

test("subtle wraps what it makes: keys, pairs and JSON web keys", async () => {
  expect(
    await results(
      `const key = await subtle.importKey("jwk", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA", ext: true }, "aes-cbc", true, ["encrypt"]);
       return hex(await subtle.exportKey("raw", key)) + " " + (await subtle.exportKey("jwk", key)).k;`,
      `const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
       const bits = await subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 128);
       return [publicKey.type, privateKey.type, bits.byteLength, bits instanceof ArrayBuffer];`,
      `const key = await subtle.generateKey({ name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["encrypt", "decrypt"]);
       const sent = await subtle.encrypt({ name: "RSA-OAEP" }, key.publicKey, bytes(3, 7));
       return hex(await subtle.decrypt({ name: "RSA-OAEP" }, key.privateKey, sent)) + " " + key.publicKey.algorithm.publicExponent.length;`,
      `const base = await subtle.importKey("raw", bytes(4, 1), "PBKDF2", false, ["deriveKey", "deriveBits"]);
       const key = await subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt: bytes(16), iterations: 10 }, base, { name: "AES-GCM", length: 256 }, true, ["encrypt"]);
       return key.algorithm;`,
    ),
  ).toEqual([
    "00000000000000000000000000000000 AAAAAAAAAAAAAAAAAAAAAA",
    '[ "public", "private", 16, true ]',
    "070707 3",
    `{ name: "AES-GCM", length: 256 }`,
  ]);
});

test("subtle rejects with named errors in k6's words", async () => {
  expect(
    await results(
      `await subtle.importKey("pkcs8", bytes(16), "AES-GCM", true, ["encrypt"])`,
      `await subtle.generateKey("HMAC", true, [])`,
      `await subtle.encrypt("AES-CBC", {}, bytes(1))`,
      `const k = await subtle.importKey("raw", bytes(16), "AES-CBC", false, ["encrypt", "decrypt"]);
       await subtle.decrypt({ name: "AES-CBC", iv: bytes(16) }, k, bytes(16))`,
      `const k = await subtle.importKey("raw", bytes(16), "AES-CBC", false, ["encrypt"]); await subtle.exportKey("raw", k)`,
      `await subtle.sign("HMAC", undefined, null)`,
      `await subtle.digest(5, bytes(1))`,
    ),
  ).toEqual([
    "NotSupportedError: unsupported key format pkcs8",
    "SyntaxError: usages cannot not be empty for a secret or private CryptoKey",
    "InvalidAccessError: encrypt's key argument does hold not a valid CryptoKey object",
    "OperationError: invalid padding",
    "InvalidAccessError: the key is not extractable",
    "TypeError: data is null or undefined",
    "SyntaxError: algorithm cannot be interpreted as a string or an object",
  ]);
});

test("getRandomValues fills integers of every width, up to its limit", async () => {
  expect(
    await results(
      `return crypto.getRandomValues(new Uint32Array(65536)).some((v) => v > 255)`,
      `return crypto.getRandomValues([1])`,
      `return crypto.getRandomValues(new Uint8Array(65537))`,
    ),
  ).toEqual([
    "true",
    "GoError: TypeMismatchError: typedArray parameter isn't a TypedArray instance",
    "GoError: QuotaExceededError: typedArray parameter is too big; maximum length is 65536",
  ]);
});
