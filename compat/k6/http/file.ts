/** `http.file()`: content for a multipart form. */
import { GoError, isArrayBuffer, type VuRuntime } from "../../../src/module-api.ts";
import { goTypeName } from "../go-type.ts";

/** Marks the objects that `http.file()` made; what they hold is read from them, since scripts may change it. */
class FileMark {}

const DEFAULT_TYPE = "application/octet-stream";
const NANOSECONDS_PER_MS = 1_000_000n;

export interface FormFile {
  data: unknown;
  filename: string;
  contentType: string;
}

/**
 * What `http.file(data, filename, contentType)` returns.
 *
 * @throws {GoError} If the data is neither text nor an ArrayBuffer.
 */
export function makeFile(runtime: VuRuntime, args: readonly unknown[]): object {
  const { rt, clock } = runtime;
  const [data] = args;
  if (typeof data !== "string" && !isArrayBuffer(data)) {
    throw new GoError(`invalid type ${goTypeName(data)}, expected string or ArrayBuffer`);
  }
  const file = rt.object();
  file.data = data;
  file.filename =
    args.length > 1 ? String(args[1] ?? "") : String(BigInt(Math.trunc(clock.epochMs())) * NANOSECONDS_PER_MS);
  file.content_type = args.length > 2 ? String(args[2] ?? "") : DEFAULT_TYPE;
  return rt.tie(file, new FileMark());
}

/** The file behind an object of the script; undefined for other values. */
export function fileBehind(runtime: VuRuntime, value: unknown): FormFile | undefined {
  if (!(runtime.rt.stateOf(value) instanceof FileMark)) return undefined;
  const { data, filename, content_type } = value as { data: unknown; filename: unknown; content_type: unknown };
  return { data, filename: String(filename), contentType: String(content_type) };
}
