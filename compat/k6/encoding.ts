/**
 * The module `k6/encoding`: base64 with either alphabet, with or without padding.
 *
 * @see k6 docs, javascript-api/k6-encoding; RFC 4648
 */
import { Buffer } from "node:buffer";
import { GoError, type ModuleFactory } from "../../src/module-api.ts";
import { toBytes, toText } from "./go-type.ts";

interface Variant {
  url: boolean;
  padded: boolean;
}

const STANDARD: Variant = { url: false, padded: true };
const VARIANTS: Readonly<Record<string, Variant>> = {
  std: STANDARD,
  rawstd: { url: false, padded: false },
  url: { url: true, padded: true },
  rawurl: { url: true, padded: false },
};

/** Names that k6 does not know mean the standard variant. */
const variantOf = (name: unknown): Variant => VARIANTS[toText(name)] ?? STANDARD;

export function encodeBase64(bytes: Uint8Array, { url, padded }: Variant): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString(url ? "base64url" : "base64");
  if (url && padded) return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
  return !url && !padded ? text.replace(/=+$/, "") : text;
}

/** @throws {GoError} With the position of the first byte that cannot be, as Go tells it. */
export function decodeBase64(text: string, variant: Variant): Uint8Array {
  const wrong = firstWrongByte(text, variant);
  if (wrong !== undefined) throw new GoError(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(text, variant.url ? "base64url" : "base64");
}

/** Where Go's decoder gives up, in bytes of UTF-8; undefined if the text is well-formed. */
function firstWrongByte(text: string, { url, padded }: Variant): number | undefined {
  const well = url ? /^[\w-]*(={0,2})$/ : /^[A-Za-z0-9+/]*(={0,2})$/;
  const simple = well.exec(text);
  if (simple && (padded ? text.length % 4 === 0 : simple[1] === "" && text.length % 4 !== 1)) return undefined;
  const letter = url ? /[\w-]/ : /[A-Za-z0-9+/]/;
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  const isBreak = (at: number): boolean => bytes[at] === "\n" || bytes[at] === "\r";
  let at = 0;
  for (;;) {
    // one group of four letters, line breaks between them ignored
    let count = 0;
    while (count < 4) {
      while (isBreak(at)) at++;
      if (at >= bytes.length) {
        if (count === 0) return undefined;
        return count === 1 || padded ? at - count : undefined;
      }
      const character = bytes[at++]!;
      if (letter.test(character)) {
        count++;
        continue;
      }
      if (character !== "=" || !padded || count < 2) return at - 1;
      if (count === 2) {
        while (isBreak(at)) at++;
        if (at >= bytes.length) return bytes.length;
        if (bytes[at] !== "=") return at - 1;
        at++;
      }
      while (isBreak(at)) at++;
      return at < bytes.length ? at : undefined;
    }
  }
}

const encoding: ModuleFactory = ({ rt }) => ({
  named: {
    b64encode: rt.fn("b64encode", 2, ([input, variant]) => encodeBase64(toBytes(input), variantOf(variant))),
    b64decode: rt.fn("b64decode", 3, ([input, variant, format]) => {
      const bytes = decodeBase64(toText(input), variantOf(variant));
      return toText(format) === "s" ? Buffer.from(bytes).toString("utf8") : rt.bytes(bytes).buffer;
    }),
  },
});

export default encoding;
