/**
 * Content codings, both ways: gzip, deflate (zlib), zstd and br, alone or one over another.
 *
 * Decoding happens when the body is whole. A body that breaks off or lies about its coding gives what could be decoded and
 * a failure in the words of Go's decoders, because k6 shows both.
 *
 * zlib is loaded with the first body that is coded.
 *
 * Behaviour: k6 docs, params, "compression"; RFC 9110, section 8.4.
 */
import process from "node:process";
import { bodyFailure, decompressionFailure, type Failure } from "./error-codes.ts";

const zlib = () => process.getBuiltinModule("node:zlib");

export type Coding = "gzip" | "deflate" | "zstd" | "br";

/** In k6's order, which its error text lists. */
export const CODINGS: readonly Coding[] = ["gzip", "deflate", "zstd", "br"];

function isCoding(name: string): name is Coding {
  return (CODINGS as readonly string[]).includes(name);
}

/**
 * Encodes a request body with each coding in turn.
 *
 * @returns The bytes and the value of Content-Encoding, e.g. `gzip, br`.
 */
export function encodeBody(
  body: string | Uint8Array,
  codings: readonly Coding[],
): { bytes: Uint8Array; contentEncoding: string } {
  let bytes: Uint8Array = typeof body === "string" ? Buffer.from(body) : body;
  for (const coding of codings) bytes = ENCODERS[coding](bytes);
  return { bytes, contentEncoding: codings.join(", ") };
}

const ENCODERS: Record<Coding, (bytes: Uint8Array) => Buffer> = {
  gzip: (bytes) => zlib().gzipSync(bytes),
  deflate: (bytes) => zlib().deflateSync(bytes),
  zstd: (bytes) => zlib().zstdCompressSync(bytes),
  // The default quality of 11 costs hundreds of times what Go's encoder does by default; 6 is its level.
  br: (bytes) => zlib().brotliCompressSync(bytes, { params: { [zlib().constants.BROTLI_PARAM_QUALITY]: 6 } }),
};

/** Decodes an answer's body as its Content-Encoding says; codings that k6 does not know are left as they are. */
export function decodeBody(body: Buffer, contentEncoding: string): { body: Buffer | undefined; failure?: Failure } {
  const codings = contentEncoding.split(",");
  for (let i = codings.length - 1; i >= 0; i--) {
    const coding = codings[i]!.trim();
    if (!isCoding(coding)) continue;
    const refused = refuseStart(body, coding);
    if (refused) return { body: undefined, failure: refused };
    try {
      body = DECODERS[coding](body);
    } catch (error) {
      return { body: decodeSome(body, coding), failure: decodingFailure(error, coding) };
    }
  }
  return { body };
}

const DECODERS: Record<Coding, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => zlib().gunzipSync(bytes),
  deflate: (bytes) => zlib().inflateSync(bytes),
  zstd: (bytes) => {
    if (bytes.length === 0) return bytes;
    const decoded = zlib().zstdDecompressSync(bytes);
    // Bun's decoder takes a frame that breaks off for a whole one.
    if (!isWholeZstd(bytes)) throw Object.assign(new Error("unexpected end of file"), { code: "Z_BUF_ERROR" });
    return decoded;
  },
  br: (bytes) => zlib().brotliDecompressSync(bytes),
};

/** Go's gzip and zlib readers look at the first bytes before they promise to decode anything. */
function refuseStart(body: Buffer, coding: Coding): Failure | undefined {
  if (coding === "gzip") {
    if (body.length === 0) return decompressionFailure("EOF", false);
    if (body.length < 10) return decompressionFailure("unexpected EOF", false);
    if (body[0] !== 0x1f || body[1] !== 0x8b || body[2] !== 8)
      return decompressionFailure("gzip: invalid header", true);
  } else if (coding === "deflate") {
    if (body.length < 2) return decompressionFailure("unexpected EOF", false);
    const isZlib = (body[0]! & 0x0f) === 8 && body[0]! >> 4 <= 7 && ((body[0]! << 8) | body[1]!) % 31 === 0;
    if (!isZlib) return decompressionFailure("zlib: invalid header", true);
    if (body[1]! & 0x20) return decompressionFailure("zlib: invalid dictionary", true);
  }
  return undefined;
}

const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_SKIPPABLE = 0x184d2a50;

/** Walks the frames and blocks (RFC 8878, section 3.1) without decoding them. */
function isWholeZstd(bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return false;
    const magic = bytes.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === ZSTD_SKIPPABLE) {
      at += 8 + bytes.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== ZSTD_MAGIC) return false;
    const descriptor = bytes[at + 4]!;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    at += 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + contentSizeBytes;
    for (let isLast = false; !isLast; ) {
      if (at + 3 > bytes.length) return false;
      const block = bytes.readUIntLE(at, 3);
      isLast = (block & 1) === 1;
      at += 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3);
    }
    if (descriptor & 4) at += 4;
  }
  return at === bytes.length;
}

/** What can be had of a body that breaks off. */
function decodeSome(body: Buffer, coding: Coding): Buffer {
  try {
    if (coding === "gzip") return zlib().gunzipSync(body, { finishFlush: zlib().constants.Z_SYNC_FLUSH });
    if (coding === "deflate") return zlib().inflateSync(body, { finishFlush: zlib().constants.Z_SYNC_FLUSH });
    if (coding === "br")
      return zlib().brotliDecompressSync(body, { finishFlush: zlib().constants.BROTLI_OPERATION_FLUSH });
  } catch {
    return Buffer.alloc(0); // Not even a part: the failure that is reported beside it says why.
  }
  return Buffer.alloc(0);
}

function decodingFailure(error: unknown, coding: Coding): Failure {
  const { code, message } = error as { code?: string; message?: string };
  const said = `${code ?? ""} ${message ?? ""}`;
  if (coding === "br") {
    if (/Z_BUF_ERROR|unexpected end/i.test(said)) return bodyFailure("unexpected EOF");
    return decompressionFailure(`brotli: ${message ?? "corrupt input"}`, true);
  }
  if (coding === "zstd") {
    if (/unknown frame|prefix_unknown|magic/i.test(said)) {
      return decompressionFailure("invalid input: magic number mismatch", true);
    }
    if (/checksum/i.test(said)) return decompressionFailure("invalid checksum", true);
    if (/Z_BUF_ERROR|srcSize|unexpected end|incomplete/i.test(said)) return bodyFailure("unexpected EOF");
    return decompressionFailure(`invalid input: ${message ?? "corrupt"}`, true);
  }
  if (/incorrect data check|incorrect length check/.test(said)) {
    return decompressionFailure(coding === "gzip" ? "gzip: invalid checksum" : "zlib: invalid checksum", true);
  }
  if (/incorrect header check/.test(said)) {
    return decompressionFailure(coding === "gzip" ? "gzip: invalid header" : "zlib: invalid header", true);
  }
  if (/Z_BUF_ERROR|unexpected end/.test(said)) return bodyFailure("unexpected EOF");
  return bodyFailure("flate: corrupt input");
}
