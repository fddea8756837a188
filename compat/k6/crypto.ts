/**
 * The module `k6/crypto`: hashes and HMACs, at once or step by step, and random bytes.
 *
 * @see k6 docs, javascript-api/k6-crypto; RFC 2104
 */
import { Buffer } from "node:buffer";
import { createHash, type Hash, randomFillSync } from "node:crypto";
import { GoError, type ModuleFactory } from "../../src/module-api.ts";
import { encodeBase64 } from "./encoding.ts";
import { toBytes, toText } from "./go-type.ts";

/** k6's name of a hash -> the runtime's, and the size of the blocks it works on. */
const ALGORITHMS: Readonly<Record<string, { name: string; blockBytes: number }>> = {
  md4: { name: "md4", blockBytes: 64 },
  md5: { name: "md5", blockBytes: 64 },
  ripemd160: { name: "ripemd160", blockBytes: 64 },
  sha1: { name: "sha1", blockBytes: 64 },
  sha256: { name: "sha256", blockBytes: 64 },
  sha384: { name: "sha384", blockBytes: 128 },
  sha512: { name: "sha512", blockBytes: 128 },
  sha512_224: { name: "sha512-224", blockBytes: 128 },
  sha512_256: { name: "sha512-256", blockBytes: 128 },
};

const INNER = 0x36;
const OUTER = 0x5c;

const digestOf = (hash: Hash): Buffer => hash.digest();

/** A hash that can go on after its digest was asked for; with a key an HMAC, made of hashes because not every runtime has one of md4. */
class Hasher {
  private readonly inner: Hash;
  private readonly outer: Hash | undefined;

  constructor(algorithm: unknown, key?: Uint8Array) {
    const known = ALGORITHMS[toText(algorithm)];
    if (known === undefined) throw new GoError(`invalid algorithm: ${toText(algorithm)}`);
    const start = (): Hash => createHash(known.name);
    this.inner = start();
    if (key === undefined) return;
    const block = new Uint8Array(known.blockBytes);
    block.set(key.length > block.length ? digestOf(start().update(key)) : key);
    this.inner.update(block.map((byte) => byte ^ INNER));
    this.outer = start().update(block.map((byte) => byte ^ OUTER));
  }

  update(data: Uint8Array): this {
    this.inner.update(data);
    return this;
  }

  digest(): Buffer {
    const inner = digestOf(this.inner.copy());
    return this.outer === undefined ? inner : digestOf(this.outer.copy().update(inner));
  }
}

const crypto: ModuleFactory = ({ rt }) => {
  const encoded = (bytes: Buffer, encodingGiven: unknown): unknown => {
    const encoding = toText(encodingGiven);
    switch (encoding) {
      case "hex":
        return bytes.toString("hex");
      case "base64":
        return bytes.toString("base64");
      case "base64url":
        return encodeBase64(bytes, { url: true, padded: true });
      case "base64rawurl":
        return encodeBase64(bytes, { url: true, padded: false });
      case "binary":
        return rt.bytes(bytes).buffer;
      default:
        throw new GoError(`invalid output encoding: ${encoding}`);
    }
  };

  // closures: scripts may take the methods off the object
  const hasherObject = (hasher: Hasher): object => {
    const update = rt.fn("update", 1, ([data]) => void hasher.update(toBytes(data)));
    const digest = rt.fn("digest", 1, ([encoding]) => encoded(hasher.digest(), encoding));
    return rt.tie(Object.assign(rt.object(), { update, digest }), hasher);
  };

  const hash = (name: string) =>
    rt.fn(name, 2, ([input, encoding]) => {
      let bytes: Uint8Array;
      try {
        bytes = toBytes(input);
      } catch (error) {
        throw new GoError(`${name} failed: ${(error as Error).message}`);
      }
      return encoded(new Hasher(name).update(bytes).digest(), encoding);
    });

  return {
    named: {
      ...Object.fromEntries(Object.keys(ALGORITHMS).map((name) => [name, hash(name)])),
      createHash: rt.fn("createHash", 1, ([algorithm]) => hasherObject(new Hasher(algorithm))),
      createHMAC: rt.fn("createHMAC", 2, ([algorithm, key]) => hasherObject(keyed(algorithm, key))),
      hmac: rt.fn("hmac", 4, ([algorithm, key, input, encoding]) =>
        encoded(keyed(algorithm, key).update(toBytes(input)).digest(), encoding),
      ),
      hexEncode: rt.fn("hexEncode", 1, ([data]) => Buffer.from(toBytes(data)).toString("hex")),
      randomBytes: rt.fn("randomBytes", 1, ([size]) => {
        const bytes = Math.trunc(Number(size));
        if (!(bytes >= 1)) throw new GoError("invalid size");
        return rt.bytes(randomFillSync(new Uint8Array(bytes))).buffer;
      }),
    },
  };
};

/** An unknown algorithm is refused before a wrong key. */
const keyed = (algorithm: unknown, key: unknown): Hasher => {
  new Hasher(algorithm);
  return new Hasher(algorithm, toBytes(key));
};

export default crypto;
