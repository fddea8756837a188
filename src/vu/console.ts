/**
 * The script's `console`: lines of the log with the source "console".
 *
 * Objects are written like `{ a: 1, b: "x" }`, whatever their class, with what is enumerable of their own.
 *
 * Behaviour: k6 source, js/console.go; conformance: core/console-formats.
 */
import type { LogLevel } from "../base/log.ts";
import { userWords } from "../script/engine-words.ts";
import type { VuRuntime } from "./runtime.ts";
import { bytesOf, isArrayBuffer, typedArrayName } from "./script-bytes.ts";

const LEVELS: Readonly<Record<string, LogLevel>> = {
  log: "info",
  info: "info",
  warn: "warning",
  error: "error",
  debug: "debug",
};
const SOURCE = { source: "console" };
const INIT_SOURCE = { source: "console", stage: "init" };
const FUNCTION = "[object Function]";

/** The functions of `console`, by name. */
export function consoleFunctions(runtime: VuRuntime): Record<string, unknown> {
  const text = (value: unknown): string => runtime.rt.goErrorText(value) ?? formatValue(value);
  const functions: Record<string, unknown> = {};
  for (const [name, level] of Object.entries(LEVELS)) {
    functions[name] = runtime.rt.fn(name, 0, (args) => {
      const line = args.length === 1 ? text(args[0]) : args.map(text).join(" ");
      runtime.log.log(level, line, runtime.vu.inInit ? INIT_SOURCE : SOURCE);
    });
  }
  return functions;
}

/** The text of one value as `console.log` writes it: strings as they are. */
export function formatValue(value: unknown): string {
  if (typeof value === "object" && value !== null && !isError(value)) return nested(value, new Set());
  return typeof value === "function" ? FUNCTION : plain(value);
}

const isError = (value: unknown): boolean => (Error as unknown as { isError(value: unknown): boolean }).isError(value);

const plain = (value: unknown): string => {
  if (typeof value === "symbol") return value.description ?? "";
  return typeof value === "object" && isError(value) ? userWords(String(value)) : String(value);
};

/** The text of a value inside of another: strings in quotation marks, nothing at all as null. */
function nested(value: unknown, outer: Set<object>): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "function") return FUNCTION;
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "symbol") return `"${plain(value)}"`;
  if (typeof value !== "object") return plain(value);
  if (outer.has(value)) return "[Circular]";
  if (isError(value)) return String(value);
  outer.add(value);
  const text = object(value, outer);
  outer.delete(value);
  return text;
}

function object(value: object, outer: Set<object>): string {
  if (isArrayBuffer(value)) return arrayBuffer(value);
  const typed = typedArrayName(value);
  // k6 cannot tell clamped bytes from others
  if (typed !== undefined) return typedArray(typed.replace("Clamped", ""), value as unknown as ArrayLike<unknown>);
  if (Array.isArray(value)) {
    const items = Array.from({ length: value.length }, (_, index) => nested(value[index], outer));
    return items.length === 0 ? "[]" : `[ ${items.join(", ")} ]`;
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return date(value) ?? "{}";
  const members = keys.map((key) => `${key}: ${nested((value as Record<string, unknown>)[key], outer)}`);
  return `{ ${members.join(", ")} }`;
}

function date(value: object): string | undefined {
  if (Object.prototype.toString.call(value) !== "[object Date]") return undefined;
  try {
    return `"${(value as Date).toISOString()}"`;
  } catch {
    // an invalid date, or what only calls itself one
    return undefined;
  }
}

function arrayBuffer(buffer: ArrayBuffer): string {
  const bytes = Array.from(bytesOf(buffer)!, (byte) => byte.toString(16).padStart(2, "0"));
  return `ArrayBuffer { [Uint8Contents]: <${bytes.join(" ")}>, byteLength: ${bytes.length} }`;
}

function typedArray(name: string, items: ArrayLike<unknown>): string {
  if (items.length === 0) return `${name}(0) []`;
  return `${name}(${items.length}) [ ${Array.from(items, String).join(", ")} ]`;
}
