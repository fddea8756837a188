/** What scripts hand in, told apart as k6 does: by the Go type that a value becomes, which its messages name. */
import { bytesOf, GoError, isArrayBuffer, typedArrayName } from "../../src/module-api.ts";

const TYPED: Readonly<Record<string, string>> = {
  Int8Array: "[]int8",
  Uint8Array: "[]uint8",
  Uint8ClampedArray: "[]uint8",
  Int16Array: "[]int16",
  Uint16Array: "[]uint16",
  Int32Array: "[]int32",
  Uint32Array: "[]uint32",
  Float32Array: "[]float32",
  Float64Array: "[]float64",
  BigInt64Array: "[]int64",
  BigUint64Array: "[]uint64",
};

/** "int64", "map[string]interface {}" and so on. */
export function goTypeName(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "<nil>";
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int64" : "float64";
    case "bigint":
      return "*big.Int";
    case "symbol":
      return "string";
    case "function":
      return "func(sobek.FunctionCall) sobek.Value";
    case "object": {
      if (value === null) return "<nil>";
      if (Array.isArray(value)) return "[]interface {}";
      if (isArrayBuffer(value)) return "sobek.ArrayBuffer";
      const typed = typedArrayName(value);
      return typed === undefined ? "map[string]interface {}" : (TYPED[typed] ?? "[]uint8");
    }
  }
}

/**
 * The bytes of a text (as UTF-8), an ArrayBuffer or a Uint8Array.
 *
 * @throws {GoError} For anything else, in k6's words.
 */
export function toBytes(value: unknown): Uint8Array {
  if (typeof value === "string") return encoder.encode(value);
  const type = goTypeName(value);
  if (type === "[]uint8" || type === "sobek.ArrayBuffer") return bytesOf(value)!;
  throw new GoError(`invalid type ${type}, expected string, []byte or ArrayBuffer`);
}

const encoder = new TextEncoder();

/** A Go parameter of type string: what is missing is empty. */
export const toText = (value: unknown): string => (value === undefined || value === null ? "" : String(value));
