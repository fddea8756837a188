/**
 * `Blob`: bytes that do not change, with a type. Binary messages come as one by default.
 *
 * As in k6 an object of it has its members as properties of its own, so `instanceof` does not know it. Its bytes are kept
 * by the host; each reading gives the script a copy.
 *
 * @see k6 docs, javascript-api/k6-websockets/blob
 */
import { bytesOf, GoError, isArrayBuffer, typedArrayName, type VuRuntime } from "../../../src/module-api.ts";
import { installStreams, type StreamMaker, streamChunks } from "./blob-stream.ts";
import { goInt, goTypeName } from "./go-value.ts";

/** What the host keeps of a blob. */
export class Blob {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  constructor(bytes: Uint8Array<ArrayBuffer>, type: string) {
    this.bytes = bytes;
    this.type = type;
  }
}

export interface BlobMaker {
  /** A blob of the script; takes the bytes over. */
  make(bytes: Uint8Array<ArrayBuffer>, type: string): object;
  /** What `new Blob(...args)` gives. */
  construct(args: unknown[]): object;
}

/** What a blob of the realm asks of the host. */
interface BlobHost {
  size(blob: Blob): number;
  type(blob: Blob): string;
  arrayBuffer(blob: Blob): unknown;
  bytes(blob: Blob): unknown;
  text(blob: Blob): unknown;
  slice(blob: Blob, args: unknown[]): unknown;
  stream(blob: Blob): unknown;
}

/** A closed function: evaluated in the realm. Methods are closures, as scripts may call them by themselves. */
function installBlobs(translate: (error: unknown) => unknown, host: BlobHost): (blob: Blob) => object {
  const { defineProperty } = Object;
  const proto = {
    toString() {
      return "[object Blob]";
    },
  };
  const call = (f: (...args: any[]) => unknown, ...args: unknown[]): unknown => {
    try {
      return f(...args);
    } catch (error) {
      throw translate(error);
    }
  };
  return (blob) => {
    const object = { __proto__: proto };
    defineProperty(object, "size", { get: () => host.size(blob), enumerable: true });
    defineProperty(object, "type", { get: () => host.type(blob), enumerable: true });
    const methods: Record<string, unknown> = {
      arrayBuffer: () => call(host.arrayBuffer, blob),
      bytes: () => call(host.bytes, blob),
      slice: (...args: unknown[]) => call(host.slice, blob, args),
      text: () => call(host.text, blob),
      stream: () => call(host.stream, blob),
    };
    for (const name in methods) {
      defineProperty(object, name, { value: methods[name], enumerable: true, writable: true, configurable: true });
    }
    return object;
  };
}

export function createBlobs(runtime: VuRuntime): BlobMaker {
  const { rt } = runtime;

  const resolved = (value: unknown): unknown => {
    const promise = rt.newPromise();
    rt.resolvePromise(promise, value);
    return promise;
  };

  const makeStream: StreamMaker = runtime.realm.install(installStreams, rt.Promise);
  const install: (blob: Blob) => object = runtime.realm.install(installBlobs, rt.translate, {
    size: (blob) => blob.bytes.length,
    type: (blob) => blob.type,
    arrayBuffer: (blob) => resolved(rt.bytes(blob.bytes).buffer),
    bytes: (blob) => resolved(rt.bytes(blob.bytes)),
    text: (blob) => resolved(textOf(blob)),
    slice: (blob, args) => {
      const { length } = blob.bytes;
      const from = args.length > 0 ? goInt(args[0]) : 0;
      let to = args.length > 1 ? goInt(args[1]) : length;
      if (to < 0) to += length;
      if (from < 0 || to > length || from > to) {
        throw new GoError(`Cannot slice a Blob of ${length} bytes from ${from} to ${to}`);
      }
      return make(blob.bytes.slice(from, to), args.length > 2 ? String(args[2]) : "");
    },
    stream: (blob) => {
      const chunks = streamChunks(blob.bytes);
      return makeStream(chunks.length, (index) => chunks[index]!);
    },
  } satisfies BlobHost);

  const make = (bytes: Uint8Array<ArrayBuffer>, type: string): object => {
    const blob = new Blob(bytes, type);
    return rt.tie(install(blob), blob);
  };

  return {
    make,
    construct([parts, options]) {
      const bytes = joinParts(runtime, parts);
      if (options !== undefined && (typeof options !== "object" || options === null)) {
        throw new GoError("[options] must be an object");
      }
      const type = (options as { type?: unknown } | undefined)?.type;
      return make(bytes, type === undefined ? "" : String(type));
    },
  };
}

const textOf = (blob: Blob): string =>
  Buffer.from(blob.bytes.buffer, blob.bytes.byteOffset, blob.bytes.length).toString();

function joinParts(runtime: VuRuntime, given: unknown): Uint8Array<ArrayBuffer> {
  if (given === undefined || given === null) return new Uint8Array(0);
  if (!Array.isArray(given)) {
    throw new GoError(`failed to process [blobParts]: could not convert ${String(given)} to []interface {}`);
  }
  const chunks = given.map((part) => bytesOfPart(runtime, part));
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function bytesOfPart(runtime: VuRuntime, part: unknown): Uint8Array {
  if (typeof part === "string") return Buffer.from(part);
  if (isArrayBuffer(part) || typedArrayName(part) !== undefined) return bytesOf(part)!;
  // The whole buffer under a DataView, not its part of it: as in k6.
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer);
  const state = runtime.rt.stateOf(part);
  if (state instanceof Blob) return state.bytes;
  throw new GoError(`failed to process [blobParts]: unsupported type: ${goTypeName(part)}`);
}
