/** What handleSummary() returned, as data that crosses threads: file name -> contents. */
import type { CallResult } from "./messages.ts";

/** Encodes the result; for a value that is neither text nor ArrayBuffer the reason names its key. */
export function encodeSummaryFiles(value: unknown): CallResult {
  if (!value) return { kind: "value", json: undefined };
  if (typeof value !== "object" || Array.isArray(value)) {
    return { kind: "unusable", reason: "handleSummary() should return a map with string keys" };
  }
  const texts: Record<string, string> = {};
  const binary: Record<string, string> = {};
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    const content = object[key];
    if (typeof content === "string") texts[key] = content;
    else {
      const bytes = bytesOf(content);
      if (bytes === undefined) {
        return {
          kind: "unusable",
          reason: `error handling summary object ${key}: invalid type ${goType(content)}, it needs to be a string or ArrayBuffer`,
        };
      }
      binary[key] = bytes.toString("base64");
    }
  }
  return { kind: "value", json: JSON.stringify(texts), binary };
}

function bytesOf(content: unknown): Buffer | undefined {
  switch (Object.prototype.toString.call(content)) {
    case "[object ArrayBuffer]":
      return Buffer.from(content as ArrayBuffer);
    case "[object Uint8Array]": {
      const { buffer, byteOffset, byteLength } = content as Uint8Array;
      return Buffer.from(buffer, byteOffset, byteLength);
    }
  }
  return undefined;
}

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
      return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
  }
}
