/** What handleSummary() returned, as data that crosses threads: file name -> contents. */
import { ExitCode } from "../base/exit-codes.ts";
import type { CallResult } from "./messages.ts";

/** Encodes the result; a value that is neither text nor ArrayBuffer is an error that names its key. */
export function encodeSummaryFiles(value: unknown): CallResult {
  if (value === undefined || value === null) return { kind: "value", json: undefined };
  const texts: Record<string, string> = {};
  const binary: Record<string, string> = {};
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  for (const key of Object.keys(object)) {
    const content = object[key];
    if (typeof content === "string") texts[key] = content;
    else if (Object.prototype.toString.call(content) === "[object ArrayBuffer]") {
      binary[key] = Buffer.from(content as ArrayBuffer).toString("base64");
    } else {
      return {
        kind: "error",
        failure: {
          message: `error handling summary object ${key}: invalid type ${goType(content)}, it needs to be a string or ArrayBuffer`,
          exitCode: ExitCode.Generic,
        },
      };
    }
  }
  return { kind: "value", json: JSON.stringify(texts), binary };
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
