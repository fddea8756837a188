/**
 * Free names: the language's own are shared by a thread's VUs, everything else is a property of the VU's global object.
 */
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";

/** Names of ECMAScript itself, as k6 v2 has them (`api-surface.json`); they live in the realm. */
export const intrinsicNames = [
  "AggregateError",
  "Array",
  "ArrayBuffer",
  "BigInt",
  "BigInt64Array",
  "BigUint64Array",
  "Boolean",
  "DataView",
  "Date",
  "Error",
  "EvalError",
  "Float32Array",
  "Float64Array",
  "Function",
  "Infinity",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "JSON",
  "Map",
  "Math",
  "NaN",
  "Number",
  "Object",
  "Promise",
  "Proxy",
  "RangeError",
  "ReferenceError",
  "Reflect",
  "RegExp",
  "Set",
  "String",
  "Symbol",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "WeakMap",
  "WeakSet",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "escape",
  "isFinite",
  "isNaN",
  "parseFloat",
  "parseInt",
  "undefined",
  "unescape",
  "GoError",
] as const;

const intrinsics: ReadonlySet<string> = new Set(intrinsicNames);

/** Globals of k6 that are always there, so reading them needs no check. */
const always: ReadonlySet<string> = new Set([
  "console",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "__ENV",
  "__VU",
  "crypto",
  "TextEncoder",
  "TextDecoder",
]);

export const isIntrinsic = (name: string): boolean => intrinsics.has(name);

/** The runtime knows their values without looking. */
const constants: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity"]);

/**
 * Declares the language's own names that a module uses, once a thread.
 *
 * A look at the global object of a `node:vm` context takes 30 ns each time, and no compiler can take it out of a loop.
 * Bench row: compute.
 */
export function intrinsicsText({ facts, analysis }: Context): string {
  const names = new Set<string>();
  for (const { name } of facts.free)
    if (isIntrinsic(name) && !constants.has(name) && !analysis.writtenFree.has(name)) names.add(name);
  return names.size > 0 ? `const {${[...names].join()}}=globalThis;` : "";
}

/** How a free name that is no intrinsic is read. */
export function freeText(c: Context, name: string): string {
  const g = `${c.prefix}g`;
  if (name === "globalThis") return g;
  if (name === "eval") return c.helper("ev");
  if (name === "open" || name === "require") return `${c.prefix}${name}`;
  if (c.commonJs && (name === "module" || name === "exports")) return name;
  if (always.has(name)) return `${g}.${name}`;
  return `("${name}" in ${g}?${g}.${name}:${c.helper("ref")}("${name}"))`;
}

/**
 * How it is written.
 *
 * @param mustExist Writing a name that is not there is an error: in strict code, and where the old value is read first.
 */
export function freeAssignmentText(c: Context, name: string, mustExist: boolean): string {
  if (isFixed(c, name)) return freeText(c, name);
  const g = `${c.prefix}g`;
  return mustExist ? `${c.helper("has")}(${g},"${name}").${name}` : `${g}.${name}`;
}

/** Whether assigning makes it a property of the global object, which `delete` takes away again. */
export const isSloppyCreation = (c: Context, name: string): boolean => !isFixed(c, name);

/** The operand of `typeof`, which never throws. */
export function freeTypeofText(c: Context, name: string): string {
  return isFixed(c, name) ? freeText(c, name) : `${c.prefix}g.${name}`;
}

/**
 * Leaves the free names of a `with` statement's body as they stand, since only the running code knows whether they mean
 * properties of its object, and makes the VU's global object the next place to look for them.
 *
 * @returns What goes before the statement.
 */
export function freeNamesBelow(c: Context, { body }: Node): string {
  const names: Record<string, boolean> = {};
  for (const id of c.facts.free) {
    if (id.start < body.start || id.end > body.end || isIntrinsic(id.name) || isFixed(c, id.name)) continue;
    names[id.name] = c.facts.writtenFree.has(id.name);
    c.facts.free.delete(id);
  }
  return `with(${c.helper("wo")}(${c.prefix}g,${JSON.stringify(names)}))`;
}

const isFixed = (c: Context, name: string): boolean =>
  name === "globalThis" ||
  name === "eval" ||
  name === "open" ||
  name === "require" ||
  (c.commonJs && (name === "module" || name === "exports"));
