/**
 * The globals TextEncoder and TextDecoder.
 *
 * k6 knows UTF-8 and UTF-16 only, and has its own words for what cannot be decoded.
 *
 * Behaviour: k6 docs, "Global"; the Encoding standard; conformance: modules/text-encoder.
 */
import { GoError } from "./go-error.ts";
import type { VuRuntime } from "./runtime.ts";
import { bytesOf } from "./script-bytes.ts";

/** Labels of the Encoding standard for what k6 decodes. */
const LABELS: Readonly<Record<string, string>> = {
  "": "utf-8",
  utf8: "utf-8",
  "utf-8": "utf-8",
  "unicode-1-1-utf-8": "utf-8",
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
};

export function textEncoderClass(runtime: VuRuntime): any {
  const { rt } = runtime;
  const encoder = new TextEncoder();
  const Encoder = rt.defineClass("TextEncoder", 0, { construct: () => undefined });
  rt.accessor(Encoder.prototype, "encoding", () => "utf-8", undefined, true);
  rt.method(
    Encoder.prototype,
    "encode",
    rt.fn("encode", 0, ([text]) =>
      rt.bytes(text === undefined || text === null ? new Uint8Array() : encoder.encode(String(text))),
    ),
  );
  rt.method(
    Encoder.prototype,
    "encodeInto",
    rt.fn("encodeInto", 2, ([text, target]) => {
      const bytes = bytesOf(target);
      if (bytes === undefined) throw new TypeError("encoding text: the second argument must be a Uint8Array");
      return Object.assign(rt.object(), encoder.encodeInto(String(text), bytes));
    }),
  );
  return Encoder;
}

/** What else k6 takes for bytes: text, and lists of numbers. */
function looseBytes(data: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (data === undefined || data === null) return new Uint8Array();
  if (typeof data === "string") return new TextEncoder().encode(data);
  const isList = typeof data === "object" && typeof (data as ArrayLike<unknown>).length === "number";
  return isList ? Uint8Array.from(data as ArrayLike<number>) : undefined;
}

export function textDecoderClass(runtime: VuRuntime): any {
  const { rt } = runtime;
  const Decoder = rt.defineClass("TextDecoder", 0, {
    construct([label, options]) {
      const wanted = label === undefined || label === null ? "" : String(label);
      const encoding = LABELS[wanted.trim().toLowerCase()];
      if (encoding === undefined) throw new RangeError(`unsupported encoding: ${wanted}`);
      return new TextDecoder(encoding, { fatal: Boolean(options?.fatal), ignoreBOM: Boolean(options?.ignoreBOM) });
    },
  });
  const decoderOf = (self: unknown): TextDecoder => {
    const decoder = rt.stateOf(self);
    if (!(decoder instanceof TextDecoder)) throw new TypeError("not a TextDecoder");
    return decoder;
  };
  for (const name of ["encoding", "fatal", "ignoreBOM"] as const) {
    rt.accessor(Decoder.prototype, name, (_args, self) => decoderOf(self)[name], undefined, true);
  }
  rt.method(
    Decoder.prototype,
    "decode",
    rt.fn("decode", 0, ([data, options], self) => {
      const decoder = decoderOf(self);
      const bytes = bytesOf(data) ?? looseBytes(data);
      if (bytes === undefined) throw new GoError("data is not an ArrayBuffer, typed array, or DataView");
      try {
        return decoder.decode(bytes, { stream: Boolean(options?.stream) });
      } catch {
        throw new TypeError("decoding text: invalid byte sequence");
      }
    }),
  );
  return Decoder;
}
