/** What handleSummary() returned, as data that crosses threads: file name -> contents. */
import type { CallResult } from "./messages.ts";

/** Encodes the result; for a value that is neither text nor ArrayBuffer the reason names its key. */
export function encodeSummaryFiles(value: unknown): CallResult {
  // what counts as false counts as nothing
  if (!value) return { kind: "value", json: undefined };
  if (!isMap(value)) return refusal("handleSummary() should return a map with string keys");
  const texts: Record<string, string> = {};
  const binary: Record<string, string> = {};
  for (const [key, content] of Object.entries(value)) {
    const bytes = bytesOf(content);
    if (typeof content === "string") texts[key] = content;
    else if (bytes !== undefined) binary[key] = bytes.toString("base64");
    else {
      const reason = `invalid type ${goType(content)}, it needs to be a string or ArrayBuffer`;
      return refusal(`error handling summary object ${key}: ${reason}`);
    }
  }
  return { kind: "value", json: JSON.stringify(texts), binary };
}

export const refusal = (reason: string): CallResult => ({ kind: "unusable", reason });

// Kinds are told by their tag, since the script's intrinsics are not those of this realm.
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice("[object ".length, -1);

const NO_MAPS: ReadonlySet<string> = new Set(["Array", "Boolean", "Date", "Map", "Number", "Set", "String"]);

/** Whether k6 sees a map in it: an object, but of no kind that has a Go type of its own. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && !ArrayBuffer.isView(value) && !NO_MAPS.has(tagOf(value));
}

function bytesOf(content: unknown): Buffer | undefined {
  switch (tagOf(content)) {
    case "ArrayBuffer":
      return Buffer.from(content as ArrayBuffer);
    case "Uint8Array":
    case "Uint8ClampedArray": {
      const { buffer, byteOffset, byteLength } = content as Uint8Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    }
  }
  return undefined;
}

const VIEW_TYPES: Readonly<Record<string, string>> = {
  Int8Array: "[]int8",
  Int16Array: "[]int16",
  Int32Array: "[]int32",
  Uint16Array: "[]uint16",
  Uint32Array: "[]uint32",
  Float32Array: "[]float32",
  Float64Array: "[]float64",
  BigInt64Array: "[]int64",
  BigUint64Array: "[]uint64",
};

/** The Go type that k6 names for a value of a script. */
function goType(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? "int64" : "float64";
    case "boolean":
      return "bool";
    case "function":
      return "func(sobek.FunctionCall) sobek.Value";
    case "undefined":
      return "<nil>";
    default:
      if (value === null) return "<nil>";
      if (tagOf(value) in VIEW_TYPES) return VIEW_TYPES[tagOf(value)]!;
      return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
  }
}
